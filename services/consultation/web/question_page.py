"""One page of a form: the same for who answers and for the officer who previews it."""

from services.consultation.domain import Consultation
from shared.web.forms import Form
from shared.web.pages import Pages
from shared.web.viewer import Viewer

PREFIX = "q-"
"""Before a question's id in the form, so that no question can take the name of a field of ours."""

PLACE_FOR_ID = "0" * 32
DIGITS = 6


def question_page(  # noqa: PLR0913
    pages: Pages, consultation: Consultation, form: Form, page: int, viewer: Viewer, *, preview: bool
) -> str:
    """What was answered on other pages travels along, hidden."""
    questions = consultation.pages[page - 1]
    return pages.render(
        "answer.html",
        viewer,
        consultation=consultation,
        questions=questions,
        page=page,
        form=form,
        elsewhere=[PREFIX + question.id for question in consultation.questions if question not in questions],
        preview=preview,
    )


def page_number(text: str, last: int) -> int:
    """A page that there is, whatever was asked for: the first for what is no number."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS else 1
    return min(max(1, number), last)
