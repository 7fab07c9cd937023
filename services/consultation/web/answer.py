"""Answering, page by page. The answers so far travel in the form itself: nothing is stored before they are sent."""

import re
from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import (
    Consultation,
    NotOpen,
    Outside,
    Page,
    Questionnaire,
    Walk,
    walk,
)
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.drafts import Drafts
from services.consultation.web.entry import Begun, Entry
from services.consultation.web.equality import page_after_sending
from services.consultation.web.late import Late
from services.consultation.web.question_page import OWN, PLACE_FOR_ID, PREFIX, given_in, page_number, question_page
from services.consultation.web.sending import Receipt, network_of, store
from services.consultation.web.spoken import Reader, spoken_in, spoken_to, switched
from services.consultation.web.steps import page_on, prefixed, step_of
from services.consultation.web.uploads import Uploads, shown_files
from shared.errors import Invalid, SignInNeeded, Unreadable
from shared.service import Edge
from shared.web.arrivals import Arrivals, too_many
from shared.web.forms import Form
from shared.web.viewer import Viewer

ID = re.compile(r"[0-9a-f]{32}")
REMEMBERED = 200
TOO_MANY = 429
SIGN_IN_AGAIN = (
    "You have been signed out. Sign in again in another tab or window, come back to this page, and send your answers"
)


class Answer:
    def __init__(self, edge: Edge, documents: ConsultationDocuments, arrivals: Arrivals) -> None:
        self._edge = edge
        self._documents = documents
        self._pages = edge.parts.pages
        self._uploads = Uploads(edge, documents)
        self._entry = Entry(edge, documents)
        self._drafts = Drafts(edge, documents)
        self._late = Late(edge, documents)
        self._arrivals = arrivals
        self._ward_of = usecases.ward_finder(edge.parts.place)
        self._first_pages: dict[tuple[str, int, bool, bool], str] = {}

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/consultations/{id}/answer", self.begin, methods=["GET"]),
            Route("/consultations/{id}/answer", self.step, methods=["POST"]),
            *Receipt(self._edge, self._documents).routes(),
            *self._drafts.routes(),
            *self._late.routes(),
        ]

    async def begin(self, request: Request) -> Response:
        """The first page, with a new id for the response: whatever is sent with it later is stored once."""
        viewer = await self._edge.sessions.viewer(request)
        loaded = await usecases.load(request.path_params["id"], self._documents)
        loaded.value.must_be_open(self._edge.parts.clock())
        begun = await self._entry.begin(request, loaded.value, viewer)
        if isinstance(begun, Response):
            return begun
        questionnaire = loaded.value.questionnaire
        viewer = await self._reader(request, viewer, loaded.value, questionnaire, request.query_params.get("lang", ""))
        shown_anew = not begun.is_new or not viewer.spoken.is_english
        if shown_anew or any(question.shuffled for question in questionnaire.pages[0].questions):
            return HTMLResponse(self._first_page(loaded.value, begun, viewer))
        key = (loaded.id, loaded.version, viewer.is_signed_in, viewer.is_staff)
        page = self._first_pages.get(key)
        if page is None:
            page = self._first_page(loaded.value, Begun(PLACE_FOR_ID), viewer)
            if len(self._first_pages) >= REMEMBERED:
                self._first_pages.clear()
            self._first_pages[key] = page
        return HTMLResponse(page.replace(PLACE_FOR_ID, uuid4().hex))

    def _first_page(self, consultation: Consultation, begun: Begun, viewer: Viewer) -> str:
        asked = consultation.questionnaire
        spoken = spoken_to(viewer)
        form = Form({"version": [str(asked.version)], "lang": [spoken.language.id], **begun.values()})
        return question_page(
            self._pages, consultation, asked, asked.pages[0], form, viewer, preview=False, spoken=spoken
        )

    async def _reader(
        self, request: Request, viewer: Viewer, consultation: Consultation, asked: Questionnaire, lang: str
    ) -> Reader:
        spoken = await spoken_in(lang, consultation, asked, self._documents)
        return Reader(viewer.person, viewer.roles, spoken, self._arrivals.network(request))

    async def step(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        consultation.must_be_published()
        form = await self._uploads.read_form(request, consultation)
        try:
            return await self._step(request, consultation, form, viewer)
        except NotOpen:
            if not consultation.has_closed(self._edge.parts.clock()):
                raise
            return self._late.page(consultation, form, viewer)
        finally:
            form.close()

    async def _step(self, request: Request, consultation: Consultation, form: Form, viewer: Viewer) -> Response:
        if not ID.fullmatch(form.value("response")):
            raise Unreadable("This form has lost its number. Open the consultation again to answer it")
        asked = consultation.version(page_number(form.value("version"), consultation.questionnaire.version))
        go = form.value("go")
        if go.startswith("lang-"):
            form = switched(form, go[5:])
        viewer = await self._reader(request, viewer, consultation, asked, form.value("lang"))
        if go != "send":
            consultation.must_be_open(self._edge.parts.clock())
        form = await self._uploads.take_in(form, consultation, asked, viewer)
        if faults := _faults_with_files(walk(asked, given_in(form)), form):
            return self._at_fault(consultation, asked, walk(asked, given_in(form)), faults, form, viewer)
        if go == "send":
            return await self._send(consultation, asked, form, viewer)
        if go == "save":
            return await self._drafts.save(consultation, asked, form, viewer)
        walked = walk(asked, given_in(form), self._ward_of)
        here = page_on(walked, form.value("page"))
        if go.startswith("lang-"):
            return self._show(consultation, asked, here, form, viewer)
        step = step_of(walked, here, form)
        if step.page is None:
            return self._check(consultation, asked, walked, form, viewer)
        shown = form.with_errors(prefixed(step.faults)) if step.faults else form
        return self._show(consultation, asked, step.page, shown, viewer)

    def _check(
        self, consultation: Consultation, asked: Questionnaire, walked: Walk, form: Form, viewer: Viewer
    ) -> Response:
        if walked.faults:
            return self._at_fault(consultation, asked, walked, walked.faults, form, viewer)
        spoken = spoken_to(viewer)
        said = walk(spoken.questionnaire(asked), given_in(form), self._ward_of)
        files = shown_files(form)
        if walked.exit is not None:
            return self._leave(consultation, said, form, viewer)
        html = self._pages.render(
            "check.html",
            viewer,
            consultation=spoken.consultation(consultation),
            asked=asked,
            rows=spoken.rows(queries.check_rows(said, files), queries.check_rows(walked, files)),
            dropped=said.dropped,
            spoken=spoken,
            form=spoken.with_errors(form, form.errors),
            own=[name for name in OWN if name != "checking"],
            names=[PREFIX + field for field in asked.fields],
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    def _leave(self, consultation: Consultation, walked: Walk, form: Form, viewer: Viewer) -> Response:
        """The exit page: nothing is stored, and one can go back and answer otherwise."""
        names = [*OWN, *(name for name in form.names if name.startswith(PREFIX))]
        spoken = spoken_to(viewer)
        return HTMLResponse(
            self._pages.render(
                "exit.html",
                viewer,
                consultation=spoken.consultation(consultation),
                spoken=spoken,
                leaves=walked.exit,
                page=walked.pages[-1],
                form=form,
                names=names,
            )
        )

    async def _send(self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer) -> Response:
        given = given_in(form)
        if seconds := self._arrivals.wait(network_of(viewer), viewer.person):
            return self._later(consultation, asked, form, viewer, seconds)
        try:
            stored = await self._edge.run(
                lambda: store(
                    consultation, asked, form, viewer, self._documents, self._edge.parts.clock(), self._ward_of
                )
            )
        except Invalid as invalid:
            return self._at_fault(consultation, asked, walk(asked, given), invalid.errors, form, viewer)
        except SignInNeeded:
            shown = form.with_errors({"": SIGN_IN_AGAIN})
            return self._check(consultation, asked, walk(asked, given), shown, viewer)
        except Outside:
            return self._leave(consultation, walk(spoken_to(viewer).questionnaire(asked), given), form, viewer)
        secrets = self._edge.parts.secrets
        return RedirectResponse(await page_after_sending(consultation, stored.id, self._documents, secrets), 303)

    def _later(
        self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer, seconds: int
    ) -> Response:
        """Too many have come from there: the same page again, with all answers on it."""
        shown = form.with_errors({"": too_many(seconds)})
        response = self._check(consultation, asked, walk(asked, given_in(form)), shown, viewer)
        response.status_code = TOO_MANY
        response.headers["retry-after"] = str(seconds)
        return response

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
        return self._show(consultation, asked, page, form.with_errors(prefixed(errors)), viewer)

    def _show(
        self, consultation: Consultation, asked: Questionnaire, page: Page, form: Form, viewer: Viewer
    ) -> Response:
        spoken = spoken_to(viewer)
        html = question_page(self._pages, consultation, asked, page, form, viewer, preview=False, spoken=spoken)
        return HTMLResponse(html, 422 if form.errors else 200)


def _on(page: Page, faults: Mapping[str, str]) -> dict[str, str]:
    fields = {field for question in page.questions for field in question.fields}
    return {field: sentence for field, sentence in faults.items() if field in fields}


def _faults_with_files(walked: Walk, form: Form) -> dict[str, str]:
    """What is wrong with files on the way that just came, and with what else is on their pages."""
    files = {name.removeprefix(PREFIX): sentence for name, sentence in form.errors.items()}
    pages = [page for page in walked.pages if _on(page, files)]
    return {
        field: sentence for page in pages for field, sentence in (walked.faults_on(page) | _on(page, files)).items()
    }
