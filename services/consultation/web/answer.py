"""Answering, page by page. The answers so far travel in the form itself: nothing is stored before they are sent."""

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import (
    Audience,
    Consultation,
    Given,
    Origin,
    Outside,
    Page,
    Questionnaire,
    Walk,
    walk,
)
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import OWN, PLACE_FOR_ID, PREFIX, page_number, question_page
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
        questionnaire = loaded.value.questionnaire
        if any(question.shuffled for question in questionnaire.pages[0].questions):
            return HTMLResponse(self._first_page(loaded.value, uuid4().hex, viewer))
        key = (loaded.id, loaded.version, viewer.is_signed_in, viewer.is_staff)
        page = self._first_pages.get(key)
        if page is None:
            page = self._first_page(loaded.value, PLACE_FOR_ID, viewer)
            if len(self._first_pages) >= REMEMBERED:
                self._first_pages.clear()
            self._first_pages[key] = page
        return HTMLResponse(page.replace(PLACE_FOR_ID, uuid4().hex))

    def _first_page(self, consultation: Consultation, response: str, viewer: Viewer) -> str:
        asked = consultation.questionnaire
        form = Form({"response": [response], "version": [str(asked.version)]})
        return question_page(self._pages, consultation, asked, asked.pages[0], form, viewer, preview=False)

    async def step(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        form = await read_form(request)
        if not ID.fullmatch(form.value("response")):
            raise Unreadable("This form has lost its number. Open the consultation again to answer it")
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        asked = consultation.version(page_number(form.value("version"), consultation.questionnaire.version))
        go = form.value("go")
        if go == "send":
            return await self._send(consultation, asked, form, viewer)
        consultation.must_be_open(self._edge.parts.clock())
        walked = walk(asked, _given(form))
        here = next((page for page in walked.pages if page.id == form.value("page")), walked.pages[0])
        if go == "back":
            return self._show(consultation, asked, walked.before(here.id) or here, form, viewer)
        if go.startswith("page-"):
            there = next((page for page in walked.pages if page.id == go[5:]), walked.pages[0])
            return self._show(consultation, asked, there, form, viewer)
        return self._go_on(consultation, asked, walked, here, form, viewer)

    def _go_on(  # noqa: PLR0913
        self, consultation: Consultation, asked: Questionnaire, walked: Walk, here: Page, form: Form, viewer: Viewer
    ) -> Response:
        if faults := walked.faults_on(here):
            return self._show(consultation, asked, here, form.with_errors(_prefixed(faults)), viewer)
        further = walked.after(here.id)
        if further is not None and not (form.value("checking") and not walked.faults_on(further)):
            return self._show(consultation, asked, further, form, viewer)
        return self._check(consultation, asked, walked, form, viewer)

    def _check(
        self, consultation: Consultation, asked: Questionnaire, walked: Walk, form: Form, viewer: Viewer
    ) -> Response:
        if walked.faults:
            return self._at_fault(consultation, asked, walked, walked.faults, form, viewer)
        if walked.exit is not None:
            return self._leave(consultation, walked, form, viewer)
        html = self._pages.render(
            "check.html",
            viewer,
            consultation=consultation,
            rows=queries.check_rows(walked),
            dropped=walked.dropped,
            form=form,
            own=[name for name in OWN if name != "checking"],
            names=[PREFIX + field for field in asked.fields],
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    def _leave(self, consultation: Consultation, walked: Walk, form: Form, viewer: Viewer) -> Response:
        """The exit page: nothing is stored, and one can go back and answer otherwise."""
        names = [*OWN, *(name for name in form.names if name.startswith(PREFIX))]
        return HTMLResponse(
            self._pages.render(
                "exit.html",
                viewer,
                consultation=consultation,
                leaves=walked.exit,
                page=walked.pages[-1],
                form=form,
                names=names,
            )
        )

    async def _send(self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer) -> Response:
        given = _given(form)
        command = usecases.SubmitResponse(
            consultation.id, form.value("response"), given, Origin(resident=viewer.person), asked.version
        )
        try:
            stored = await self._edge.run(
                lambda: usecases.submit_response(command, self._documents, self._edge.parts.clock())
            )
        except Invalid as invalid:
            return self._at_fault(consultation, asked, walk(asked, given), invalid.errors, form, viewer)
        except SignInNeeded:
            shown = form.with_errors({"": SIGN_IN_AGAIN})
            return self._check(consultation, asked, walk(asked, given), shown, viewer)
        except Outside:
            return self._leave(consultation, walk(asked, given), form, viewer)
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

    def _at_fault(  # noqa: PLR0913
        self,
        consultation: Consultation,
        asked: Questionnaire,
        walked: Walk,
        faults: Mapping[str, str],
        form: Form,
        viewer: Viewer,
    ) -> Response:
        """The first page on the way with something to put right."""
        page = next((page for page in walked.pages if _on(page, faults)), walked.pages[0])
        errors = _on(page, faults) | ({"": faults[""]} if "" in faults else {})
        return self._show(consultation, asked, page, form.with_errors(_prefixed(errors)), viewer)

    def _show(
        self, consultation: Consultation, asked: Questionnaire, page: Page, form: Form, viewer: Viewer
    ) -> Response:
        html = question_page(self._pages, consultation, asked, page, form, viewer, preview=False)
        return HTMLResponse(html, 422 if form.errors else 200)


def _on(page: Page, faults: Mapping[str, str]) -> dict[str, str]:
    fields = {field for question in page.questions for field in question.fields}
    return {field: sentence for field, sentence in faults.items() if field in fields}


def _given(form: Form) -> Given:
    return {name[len(PREFIX) :]: form.all(name) for name in form.names if name.startswith(PREFIX)}


def _prefixed(errors: Mapping[str, str]) -> dict[str, str]:
    return {PREFIX + field if field else "": sentence for field, sentence in errors.items()}
