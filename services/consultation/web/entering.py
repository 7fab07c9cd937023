"""An officer enters the answers of someone else, in the form that everyone answers."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, Origin, Outside, Page, Questionnaire, Walk, walk
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.entry_fields import CHANNELS, ENTERED, ENTRY, PARTS, read_channel, read_day
from services.consultation.web.question_page import OWN, PREFIX, given_in, page_number, question_page
from services.consultation.web.steps import end_page, page_on, prefixed, step_of
from services.consultation.web.uploads import Uploads, shown_files
from shared.errors import Conflict, Invalid, NotFound
from shared.service import Edge
from shared.web.forms import Form
from shared.web.sessions import need
from shared.web.viewer import Viewer

ONE = "/staff/consultations/{id}/enter"
PREFILLED = ("channel", *(f"received-{part}" for part in PARTS))
"""What the next one is likely to share with the last."""


class Entering:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._uploads = Uploads(edge, documents)
        self._ward_of = usecases.ward_finder(edge.parts.place)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE, self.begin, methods=["GET"]),
            Route(ONE, self.step, methods=["POST"]),
            Route(ONE + "/{response}", self.entered, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        viewer, consultation = await self._opened(request)
        asked = consultation.questionnaire
        usecases.must_take_entries(consultation, self._edge.parts.clock())
        given = {name: [value] for name in PREFILLED if (value := request.query_params.get(name, ""))}
        form = Form({**given, "response": [uuid4().hex], "version": [str(asked.version)]})
        return self._start(consultation, asked, form, viewer)

    async def step(self, request: Request) -> Response:
        viewer, consultation = await self._opened(request)
        form = await self._uploads.read_form(request, consultation)
        asked = consultation.version(page_number(form.value("version"), consultation.questionnaire.version))
        try:
            origin = await self._origin(consultation, form, viewer)
            form = await self._uploads.take_in(form, consultation, asked, viewer)
            if form.value("go") == "send":
                return await self._send(consultation, asked, origin, form, viewer)
        except Invalid as invalid:
            return self._start(consultation, asked, form.with_errors(invalid.errors), viewer)
        finally:
            form.close()
        return self._walk(consultation, asked, form, viewer)

    async def _origin(self, consultation: Consultation, form: Form, viewer: Viewer) -> Origin:
        errors: dict[str, str] = {}
        channel = read_channel(form, errors)
        received = read_day(form, "received", errors)
        if errors or channel is None:
            raise Invalid(errors)
        number = form.value("form_number").strip() or None
        origin = Origin(channel=channel, entered_by=viewer.person, received_on=received, form_number=number)
        if form.value("go") == "begin":
            await usecases.check_entry(consultation, origin, self._documents, self._edge.parts.clock())
        return origin

    def _walk(self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer) -> Response:
        walked = walk(asked, given_in(form), self._ward_of)
        here = page_on(walked, form.value("page"))
        if form.errors or form.value("go") == "begin":
            return self._show(consultation, asked, here, form, viewer)
        step = step_of(walked, here, form)
        if step.page is None:
            return self._end(consultation, asked, walked, form, viewer)
        shown = form.with_errors(prefixed(step.faults)) if step.faults else form
        return self._show(consultation, asked, step.page, shown, viewer)

    def _end(
        self, consultation: Consultation, asked: Questionnaire, walked: Walk, form: Form, viewer: Viewer
    ) -> Response:
        pages, action, files = self._edge.parts.pages, _address(consultation), shown_files(form)
        html = end_page(pages, consultation, asked, walked, form, viewer, action=action, files=files)
        return HTMLResponse(html, 422 if form.errors else 200)

    async def _send(
        self, consultation: Consultation, asked: Questionnaire, origin: Origin, form: Form, viewer: Viewer
    ) -> Response:
        given = given_in(form)
        command = usecases.SubmitResponse(consultation.id, form.value("response"), given, origin, asked.version)
        try:
            now = self._edge.parts.clock()
            stored = await self._edge.run(
                lambda: usecases.submit_response(command, self._documents, now, self._ward_of)
            )
        except Invalid as invalid:
            if "received" in invalid.errors:
                raise
            return self._at_fault(consultation, asked, invalid.errors, form, viewer)
        except Outside:
            return self._end(consultation, asked, walk(asked, given, self._ward_of), form, viewer)
        except Conflict as refused:
            return self._end(
                consultation, asked, walk(asked, given, self._ward_of), form.with_errors(refused.errors), viewer
            )
        return RedirectResponse(f"{_address(consultation)}/{stored.id}", 303)

    def _at_fault(
        self, consultation: Consultation, asked: Questionnaire, faults: Mapping[str, str], form: Form, viewer: Viewer
    ) -> Response:
        pages = walk(asked, given_in(form)).pages
        page = next((page for page in pages for each in page.questions if set(each.fields) & set(faults)), pages[0])
        return self._show(consultation, asked, page, form.with_errors(prefixed(faults)), viewer)

    async def entered(self, request: Request) -> Response:
        """It is stored: its reference, to be written on the paper, and on to the next."""
        viewer, consultation = await self._opened(request)
        loaded = await self._documents.responses.get(request.path_params["response"])
        if loaded is None or loaded.value.consultation != consultation.id or loaded.value.entered_by is None:
            raise NotFound("There is no answer that was entered at this address")
        response, day = loaded.value, loaded.value.received_on
        shared = {"received-day": day.day, "received-month": day.month, "received-year": day.year} if day else {}
        html = self._edge.parts.pages.render(
            "staff/entered.html",
            viewer,
            consultation=consultation,
            response=response,
            channel=CHANNELS[response.channel],
            next={"channel": response.channel.value, **shared},
        )
        return HTMLResponse(html)

    def _start(self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer) -> Response:
        html = self._edge.parts.pages.render(
            "staff/enter.html",
            viewer,
            consultation=consultation,
            form=form,
            channels=ENTERED,
            names=[
                *(name for name in OWN if name not in ENTRY),
                *(PREFIX + field for field in asked.fields),
            ],
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    def _show(
        self, consultation: Consultation, asked: Questionnaire, page: Page, form: Form, viewer: Viewer
    ) -> Response:
        pages = self._edge.parts.pages
        html = question_page(
            pages, consultation, asked, page, form, viewer, preview=False, action=_address(consultation)
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    async def _opened(self, request: Request) -> tuple[Viewer, Consultation]:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer, (await usecases.load(request.path_params["id"], self._documents)).value


def _address(consultation: Consultation) -> str:
    return f"/staff/consultations/{consultation.id}/enter"
