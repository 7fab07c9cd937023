"""After the close: nothing is taken any more, and who wrote answers can keep them."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation, walk
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PREFIX, given_in, page_number
from services.consultation.web.uploads import ANSWERS
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.viewer import Viewer
from shared.web.words import london_time

CLOSED = 409


class Late:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/consultations/{id}/answer/download", self.download, methods=["POST"])]

    def page(self, consultation: Consultation, form: Form, viewer: Viewer) -> Response:
        names = ["version", *(name for name in form.names if name.startswith(PREFIX))]
        html = self._edge.parts.pages.render("late.html", viewer, consultation=consultation, form=form, names=names)
        return HTMLResponse(html, CLOSED)

    async def download(self, request: Request) -> Response:
        """What the form carries, as a text file. Nothing of it is stored."""
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        consultation.must_be_published()
        form = await read_form(request, ANSWERS)
        text = as_text(consultation, form, london_time(self._edge.parts.clock(), zone=True))
        headers = {"content-disposition": f'attachment; filename="answers-{consultation.id}.txt"'}
        return Response(text.encode(), media_type="text/plain; charset=utf-8", headers=headers)


def as_text(consultation: Consultation, form: Form, when: str) -> str:
    """All that was given: in words where it is an answer, as it was typed where it is none."""
    asked = consultation.version(page_number(form.value("version"), consultation.questionnaire.version))
    given = given_in(form)
    answers = {**walk(asked, given).answers}
    parts = [consultation.title, f"Your answers, downloaded at {when}. They were not sent."]
    for question in asked.asked:
        typed = [value for field in question.fields for value in given.get(field, ()) if value.strip()]
        words = queries.in_words(question, answers) or "\n".join(typed)
        parts.append(f"{question.text}\n{words or 'Not answered'}")
    return "\n\n".join(parts) + "\n"
