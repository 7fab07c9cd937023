"""From one page of a form to another: the same for who answers, who enters an answer, and who previews."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.consultation.domain import Consultation, Page, Questionnaire, Walk
from services.consultation.queries import NO_FILES, check_rows
from services.consultation.web.question_page import OWN, PREFIX
from services.consultation.web.spoken import SPOKEN_ENGLISH
from shared.web.forms import Form
from shared.web.pages import Pages
from shared.web.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Step:
    """Where a button leads: to a page, with what is wrong on it, or, with no page, to the end of the way."""

    page: Page | None
    faults: Mapping[str, str] = field(default_factory=dict)


def step_of(walked: Walk, here: Page, form: Form) -> Step:
    go = form.value("go")
    if go == "back":
        return Step(walked.before(here.id) or here)
    if go.startswith("page-"):
        return Step(page_on(walked, go.removeprefix("page-")))
    if faults := walked.faults_on(here):
        return Step(here, faults)
    further = walked.after(here.id)
    if further is not None and not (form.value("checking") and not walked.faults_on(further)):
        return Step(further)
    at_fault = next((page for page in walked.pages if walked.faults_on(page)), None)
    return Step(at_fault, walked.faults_on(at_fault)) if at_fault is not None else Step(None)


def page_on(walked: Walk, id: str) -> Page:
    """The first page where this one is not on the way."""
    return next((page for page in walked.pages if page.id == id), walked.pages[0])


def prefixed(faults: Mapping[str, str]) -> dict[str, str]:
    """By the names that fields have in the form."""
    return {PREFIX + field if field else "": sentence for field, sentence in faults.items()}


def end_page(  # noqa: PLR0913
    pages: Pages,
    consultation: Consultation,
    asked: Questionnaire,
    walked: Walk,
    form: Form,
    viewer: Viewer,
    *,
    action: str,
    files: Mapping[str, str] = NO_FILES,
    preview: bool = False,
) -> str:
    """The exit page or the check page, in English, for staff."""
    fields = [name for name in form.names if name.startswith(PREFIX)]
    return pages.render(
        "exit.html" if walked.exit else "check.html",
        viewer,
        consultation=consultation,
        leaves=walked.exit,
        page=walked.pages[-1],
        asked=asked,
        rows=check_rows(walked, files),
        dropped=walked.dropped,
        form=form,
        own=[name for name in OWN if name != "checking"],
        names=[*OWN, *fields] if walked.exit else fields,
        preview=preview,
        action=action,
        spoken=SPOKEN_ENGLISH,
    )
