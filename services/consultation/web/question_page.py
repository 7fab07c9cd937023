"""One page of a form: the same for who answers and for the officer who previews it."""

from services.consultation.domain import Consultation, Given, Kind, Page, Questionnaire
from services.consultation.web.entry_fields import ENTRY
from services.consultation.web.hidden_field import HIDDEN_FIELD
from services.consultation.web.spoken import SPOKEN_ENGLISH, Spoken
from shared.web.forms import Form
from shared.web.pages import Pages
from shared.web.viewer import Viewer

PREFIX = "q-"
"""Before a question's id in the form, so that no question can take the name of a field of ours."""

PLACE_FOR_ID = "0" * 32
OWN = ("response", "version", "checking", "invitation", "lang", "stored", HIDDEN_FIELD, *ENTRY)
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
    spoken: Spoken = SPOKEN_ENGLISH,
    action: str = "",
) -> str:
    """What was answered on other pages travels along, hidden. `action` is where a preview that is walked sends it."""
    here = {field for question in page.questions for field in question.fields}
    return pages.render(
        "answer.html",
        viewer,
        consultation=spoken.consultation(consultation),
        questionnaire=questionnaire,
        page=spoken.questionnaire(questionnaire).page(page.id),
        number=[each.id for each in questionnaire.pages].index(page.id) + 1,
        form=spoken.with_errors(form, form.errors),
        seed=form.value("response"),
        own=[name for name in OWN if name != HIDDEN_FIELD],
        elsewhere=[PREFIX + field for field in questionnaire.fields if field not in here],
        preview=preview,
        spoken=spoken,
        action=action,
        places=_first_ranks(page, form.value("response")),
    )


def _first_ranks(page: Page, seed: str) -> dict[str, str]:
    """Where an error summary leads for a whole ranking, which has no input of its own name."""
    return {
        PREFIX + question.id: f"{PREFIX}{question.id}.{question.shown_options(seed)[0].id}"
        for question in page.questions
        if question.kind is Kind.RANKING
    }


def page_number(text: str, last: int) -> int:
    """A page that there is, whatever was asked for: the first for what is no number."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else 1
    return min(max(1, number), last)


def given_in(form: Form) -> Given:
    """What a form has for questions."""
    return {name[len(PREFIX) :]: form.all(name) for name in form.names if name.startswith(PREFIX)}
