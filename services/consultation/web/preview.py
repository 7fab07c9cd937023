"""A draft walked through as people will walk it, with its routes. Nothing of it is stored."""

import io
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation, Kind, Page, Questionnaire, walk
from services.consultation.usecases import ward_finder
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.question_page import PLACE_FOR_ID, PREFIX, given_in, page_number, question_page
from services.consultation.web.steps import end_page, prefixed, step_of
from services.consultation.web.uploads import ANSWERS, IN_ALL
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits
from shared.web.viewer import Viewer


class Preview:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ward_of = ward_finder(desk.edge.parts.place)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/preview", self.begin, methods=["GET"]),
            Route(ONE + "/preview", self.step, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """The first page, or the one that is asked for by its number."""
        viewer, consultation = await self._desk.officer(request), await self._desk.consultation(request)
        asked = consultation.writing
        page = asked.pages[page_number(request.query_params.get("page", ""), len(asked.pages)) - 1]
        form = Form({"response": [PLACE_FOR_ID], "version": [str(asked.version)]})
        return self._show(consultation, page, form, viewer)

    async def step(self, request: Request) -> Response:
        viewer, consultation = await self._desk.officer(request), await self._desk.consultation(request)
        asked = consultation.writing
        form = await _read(request, asked)
        walked = walk(asked, given_in(form), self._ward_of)
        here = next((page for page in asked.pages if page.id == form.value("page")), asked.pages[0])
        step = step_of(walked, here, form)
        if step.page is not None:
            shown = form.with_errors(prefixed(step.faults)) if step.faults else form
            return self._show(consultation, step.page, shown, viewer)
        pages, action = self._desk.edge.parts.pages, _address(consultation)
        return HTMLResponse(end_page(pages, consultation, asked, walked, form, viewer, action=action, preview=True))

    def _show(self, consultation: Consultation, page: Page, form: Form, viewer: Viewer) -> Response:
        pages, asked = self._desk.edge.parts.pages, consultation.writing
        html = question_page(
            pages, consultation, asked, page, form, viewer, preview=True, action=_address(consultation)
        )
        return HTMLResponse(html, 422 if form.errors else 200)


def _address(consultation: Consultation) -> str:
    return f"/staff/consultations/{consultation.id}/preview"


async def _read(request: Request, asked: Questionnaire) -> Form:
    """A file that was chosen counts as one that could be taken; none is kept, not even for a moment."""
    fields = [PREFIX + question.id for question in asked.questions if question.kind is Kind.FILE]
    files = FileLimits(dict.fromkeys(fields, 0), IN_ALL, io.BytesIO) if fields else None
    form = await read_form(request, ANSWERS, files)
    for name, _ in form.files:
        form = form.with_value(name, [PLACE_FOR_ID])
    return form
