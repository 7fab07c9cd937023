"""A draft walked through as people will walk it, with its routes. Nothing of it is stored."""

import io
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries
from services.consultation.domain import Consultation, Kind, Page, Questionnaire, Walk, walk
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.question_page import OWN, PLACE_FOR_ID, PREFIX, page_number, question_page
from services.consultation.web.spoken import SPOKEN_ENGLISH
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits
from shared.web.viewer import Viewer

FORM_WITH_FILES = 110_000_000
"""Bytes: as for who answers. Here no file is kept, not even for a moment."""


class Preview:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        walked = walk(asked, _given(form))
        here = next((page for page in asked.pages if page.id == form.value("page")), asked.pages[0])
        go = form.value("go")
        if go == "back":
            return self._show(consultation, walked.before(here.id) or here, form, viewer)
        if go.startswith("page-"):
            there = next((page for page in walked.pages if page.id == go[5:]), walked.pages[0])
            return self._show(consultation, there, form, viewer)
        if faults := walked.faults_on(here):
            return self._show(consultation, here, form.with_errors(_prefixed(faults)), viewer)
        further = walked.after(here.id)
        if further is not None and not (form.value("checking") and not walked.faults_on(further)):
            return self._show(consultation, further, form, viewer)
        return self._end(consultation, walked, form, viewer)

    def _end(self, consultation: Consultation, walked: Walk, form: Form, viewer: Viewer) -> Response:
        """The exit page or the check page; or the first page that was passed over with something to put right."""
        if walked.faults:
            page = next(page for page in walked.pages if walked.faults_on(page))
            return self._show(consultation, page, form.with_errors(_prefixed(walked.faults_on(page))), viewer)
        fields = [name for name in form.names if name.startswith(PREFIX)]
        html = self._desk.edge.parts.pages.render(
            "exit.html" if walked.exit else "check.html",
            viewer,
            consultation=consultation,
            leaves=walked.exit,
            page=walked.pages[-1],
            asked=consultation.writing,
            rows=queries.check_rows(walked),
            dropped=walked.dropped,
            form=form,
            own=[name for name in OWN if name != "checking"],
            names=[*OWN, *fields] if walked.exit else fields,
            preview=True,
            action=_address(consultation),
            spoken=SPOKEN_ENGLISH,
        )
        return HTMLResponse(html)

    def _show(self, consultation: Consultation, page: Page, form: Form, viewer: Viewer) -> Response:
        pages, asked = self._desk.edge.parts.pages, consultation.writing
        html = question_page(
            pages, consultation, asked, page, form, viewer, preview=True, action=_address(consultation)
        )
        return HTMLResponse(html, 422 if form.errors else 200)


def _address(consultation: Consultation) -> str:
    return f"/staff/consultations/{consultation.id}/preview"


async def _read(request: Request, asked: Questionnaire) -> Form:
    """A file that was chosen counts as one that could be taken."""
    fields = [PREFIX + question.id for question in asked.questions if question.kind is Kind.FILE]
    files = FileLimits(dict.fromkeys(fields, 0), FORM_WITH_FILES, io.BytesIO) if fields else None
    form = await read_form(request, files=files)
    for name, _ in form.files:
        form = form.with_value(name, [PLACE_FOR_ID])
    return form


def _given(form: Form) -> Mapping[str, tuple[str, ...]]:
    return {name[len(PREFIX) :]: form.all(name) for name in form.names if name.startswith(PREFIX)}


def _prefixed(faults: Mapping[str, str]) -> dict[str, str]:
    return {PREFIX + field: sentence for field, sentence in faults.items()}
