"""Answering, page by page. The answers so far travel in the form itself: nothing is stored before they are sent."""

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Audience, Consultation
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PLACE_FOR_ID, PREFIX, page_number, question_page
from shared.errors import Invalid, NotFound, SignInNeeded, Unreadable
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.viewer import Viewer

ID = re.compile(r"[0-9a-f]{32}")
REMEMBERED = 200
SIGN_IN_AGAIN = (
    "You have been signed out. Sign in again in another tab or window, come back to this page, and send your answers"
)


class Answer:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._pages = edge.parts.pages
        self._first_pages: dict[tuple[str, int, bool, bool], str] = {}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/consultations/{id}/answer", self.begin, methods=["GET"]),
            Route("/consultations/{id}/answer", self.step, methods=["POST"]),
            Route("/consultations/{id}/receipt/{response}", self.receipt, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """The first page, with a new id for the response: whatever is sent with it later is stored once."""
        viewer = await self._edge.sessions.viewer(request)
        loaded = await usecases.load(request.path_params["id"], self._documents)
        loaded.value.must_be_open(self._edge.parts.clock())
        if loaded.value.details.audience is Audience.SIGNED_IN and not viewer.is_signed_in:
            raise SignInNeeded("Sign in to answer this consultation")
        key = (loaded.id, loaded.version, viewer.is_signed_in, viewer.is_staff)
        page = self._first_pages.get(key)
        if page is None:
            form = Form({"response": [PLACE_FOR_ID]})
            page = question_page(self._pages, loaded.value, form, 1, viewer, preview=False)
            if len(self._first_pages) >= REMEMBERED:
                self._first_pages.clear()
            self._first_pages[key] = page
        return HTMLResponse(page.replace(PLACE_FOR_ID, uuid4().hex))

    async def step(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        form = await read_form(request)
        if not ID.fullmatch(form.value("response")):
            raise Unreadable("This form has lost its number. Open the consultation again to answer it")
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        go = form.value("go")
        if go == "send":
            return await self._send(consultation, form, viewer)
        consultation.must_be_open(self._edge.parts.clock())
        page = page_number(form.value("page"), len(consultation.pages))
        if go == "back":
            return self._show(consultation, form, max(1, page - 1), viewer)
        if go.startswith("page-"):
            return self._show(consultation, form, page_number(go[5:], len(consultation.pages)), viewer)
        return self._go_on(consultation, form, page, viewer)

    def _go_on(self, consultation: Consultation, form: Form, page: int, viewer: Viewer) -> Response:
        try:
            consultation.read_answers(_given(form), consultation.pages[page - 1])
        except Invalid as invalid:
            return self._show(consultation, form.with_errors(_prefixed(invalid.errors)), page, viewer)
        if page < len(consultation.pages) and not form.value("checking"):
            return self._show(consultation, form, page + 1, viewer)
        return self._check(consultation, form, viewer)

    def _check(self, consultation: Consultation, form: Form, viewer: Viewer) -> Response:
        try:
            answers = consultation.read_answers(_given(form))
        except Invalid as invalid:
            return self._at_fault(consultation, form, invalid, viewer)
        pages = {question.id: number for number, page in enumerate(consultation.pages, 1) for question in page}
        html = self._pages.render(
            "check.html",
            viewer,
            consultation=consultation,
            rows=[(question, text, pages[question.id]) for question, text in queries.check_rows(consultation, answers)],
            form=form,
            names=[PREFIX + question.id for question in consultation.questions],
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    async def _send(self, consultation: Consultation, form: Form, viewer: Viewer) -> Response:
        command = usecases.SubmitResponse(consultation.id, form.value("response"), _given(form), viewer.person)
        try:
            stored = await self._edge.run(
                lambda: usecases.submit_response(command, self._documents, self._edge.parts.clock())
            )
        except Invalid as invalid:
            return self._at_fault(consultation, form, invalid, viewer)
        except SignInNeeded:
            return self._check(consultation, form.with_errors({"": SIGN_IN_AGAIN}), viewer)
        return RedirectResponse(f"/consultations/{consultation.id}/receipt/{stored.id}", 303)

    async def receipt(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        loaded = await self._documents.responses.get(request.path_params["response"])
        if loaded is None or loaded.value.consultation != request.path_params["id"]:
            raise NotFound("There is no receipt at this address")
        consultation = (await usecases.load(loaded.value.consultation, self._documents)).value
        return HTMLResponse(
            self._pages.render("receipt.html", viewer, consultation=consultation, response=loaded.value)
        )

    def _at_fault(self, consultation: Consultation, form: Form, invalid: Invalid, viewer: Viewer) -> Response:
        """The first page with something to put right."""
        page = next((n for n, page in enumerate(consultation.pages, 1) if any(q.id in invalid.errors for q in page)), 1)
        here = {q.id for q in consultation.pages[page - 1]}
        errors = {field: sentence for field, sentence in invalid.errors.items() if field in here or not field}
        return self._show(consultation, form.with_errors(_prefixed(errors)), page, viewer)

    def _show(self, consultation: Consultation, form: Form, page: int, viewer: Viewer) -> Response:
        html = question_page(self._pages, consultation, form, page, viewer, preview=False)
        return HTMLResponse(html, 422 if form.errors else 200)


def _given(form: Form) -> Mapping[str, Sequence[str]]:
    return {name[len(PREFIX) :]: form.all(name) for name in form.names if name.startswith(PREFIX)}


def _prefixed(errors: Mapping[str, str]) -> dict[str, str]:
    return {PREFIX + field if field else "": sentence for field, sentence in errors.items()}
