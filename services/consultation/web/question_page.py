"""One page of a form: the same for who answers and for the officer who previews it."""

from services.consultation.domain import Consultation, Page, Questionnaire
from shared.web.forms import Form
from shared.web.pages import Pages
from shared.web.viewer import Viewer

PREFIX = "q-"
"""Before a question's id in the form, so that no question can take the name of a field of ours."""

PLACE_FOR_ID = "0" * 32
OWN = ("response", "version", "checking", "invitation", "lang")
"""Fields of ours that travel with the answers."""

DIGITS = 6


def question_page(  # noqa: PLR0913
    pages: Pages,
    consultation: Consultation,
    questionnaire: Questionnaire,
    page: Page,
    form: Form,
    viewer: Viewer,
    *,
    preview: bool,
) -> str:
    """What was answered on other pages travels along, hidden."""
    here = {field for question in page.questions for field in question.fields}
    return pages.render(
        "answer.html",
        viewer,
        consultation=consultation,
        questionnaire=questionnaire,
        page=page,
        number=questionnaire.pages.index(page) + 1,
        form=form,
        seed=form.value("response"),
        own=OWN,
        elsewhere=[PREFIX + field for field in questionnaire.fields if field not in here],
        preview=preview,
    )


def page_number(text: str, last: int) -> int:
    """A page that there is, whatever was asked for: the first for what is no number."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else 1
    return min(max(1, number), last)
