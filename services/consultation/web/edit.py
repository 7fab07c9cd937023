"""Writing a consultation: its details, and its questions one by one."""

import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Audience, Consultation, Kind, slug
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.details import read_details, show_details
from services.consultation.web.questions import NAMES, read_question, show_question
from shared.errors import Invalid, NotFound
from shared.service import Edge
from shared.web.forms import Form, read_form, show_date_time
from shared.web.sessions import need

QUESTION_ID = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Edit:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        one = "/staff/consultations/{id}"
        return [
            Route("/staff/consultations/new", self.new, methods=["GET"]),
            Route("/staff/consultations/new", self.draft, methods=["POST"]),
            Route(one + "/details", self.details, methods=["GET"]),
            Route(one + "/details", self.save_details, methods=["POST"]),
            Route(one + "/questions/new/{kind}", self.new_question, methods=["GET"]),
            Route(one + "/questions/{question}", self.question, methods=["GET"]),
            Route(one + "/questions/{question}", self.save_question, methods=["POST"]),
            Route(one + "/questions/{question}/move", self.move, methods=["POST"]),
            Route(one + "/questions/{question}/remove", self.remove, methods=["POST"]),
        ]

    async def new(self, request: Request) -> Response:
        """A draft that opens tomorrow for six weeks: less would be short for a consultation."""
        morning = self._edge.parts.clock().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        times = show_date_time("opens_at", morning) | show_date_time("closes_at", morning + timedelta(weeks=6))
        start: dict[str, Sequence[str]] = {
            "token": [uuid4().hex[:8]],
            "audience": [Audience.ANYONE],
            "live_results": ["yes"],
        }
        return await self._details_page(request, Form({**times, **start}), None)

    async def draft(self, request: Request) -> Response:
        viewer = await self._officer(request)
        form = await read_form(request)
        try:
            details = read_details(form, self._edge.parts.place)
            id = f"{slug(details.title)}-{slug(form.value('token'), 8) or uuid4().hex[:8]}".strip("-")
            command = usecases.DraftConsultation(id, details, viewer)
            await self._edge.run(lambda: usecases.draft_consultation(command, self._documents))
        except Invalid as invalid:
            return await self._details_page(request, form.with_errors(invalid.errors), None)
        return RedirectResponse(f"/staff/consultations/{id}", 303)

    async def details(self, request: Request) -> Response:
        consultation = await self._consultation(request)
        return await self._details_page(request, show_details(consultation.details), consultation)

    async def save_details(self, request: Request) -> Response:
        await self._officer(request)
        form, id = await read_form(request), request.path_params["id"]
        try:
            command = usecases.EditDetails(id, read_details(form, self._edge.parts.place))
            await self._edge.run(lambda: usecases.edit_details(command, self._documents))
        except Invalid as invalid:
            consultation = await self._consultation(request)
            return await self._details_page(request, form.with_errors(invalid.errors), consultation)
        return RedirectResponse(f"/staff/consultations/{id}", 303)

    async def new_question(self, request: Request) -> Response:
        consultation = await self._consultation(request)
        try:
            kind = Kind(request.path_params["kind"])
        except ValueError:
            raise NotFound("There is no such kind of question") from None
        form = Form({"kind": [kind], "page": [consultation.writing.pages[-1].id], "required": ["no"]})
        return await self._question_page(request, form, consultation, f"q{uuid4().hex[:7]}", is_new=True)

    async def question(self, request: Request) -> Response:
        consultation = await self._consultation(request)
        question = consultation.writing.question(request.path_params["question"])
        shown = show_question(question, consultation.writing.page_of(question.id).id)
        return await self._question_page(request, shown, consultation, question.id, is_new=False)

    async def save_question(self, request: Request) -> Response:
        await self._officer(request)
        form, id = await read_form(request), request.path_params["id"]
        question_id = request.path_params["question"]
        if not QUESTION_ID.fullmatch(question_id):
            raise NotFound("There is no such question")
        question = read_question(form, question_id, self._edge.parts.place)
        command = usecases.PutQuestion(id, question, form.value("page"))
        try:
            await self._edge.run(lambda: usecases.put_question(command, self._documents))
        except Invalid as invalid:
            consultation = await self._consultation(request)
            is_new = all(each.id != question_id for each in consultation.writing.questions)
            shown = form.with_errors(invalid.errors)
            return await self._question_page(request, shown, consultation, question_id, is_new=is_new)
        return RedirectResponse(f"/staff/consultations/{id}#questions", 303)

    async def move(self, request: Request) -> Response:
        form = await read_form(request)
        steps = -1 if form.value("way") == "up" else 1
        command = usecases.MoveQuestion(request.path_params["id"], request.path_params["question"], steps)
        return await self._do(request, lambda: usecases.move_question(command, self._documents))

    async def remove(self, request: Request) -> Response:
        command = usecases.RemoveQuestion(request.path_params["id"], request.path_params["question"])
        return await self._do(request, lambda: usecases.remove_question(command, self._documents))

    async def _do(self, request: Request, use_case: Callable[[], Awaitable[None]]) -> Response:
        await self._officer(request)
        await self._edge.run(use_case)
        return RedirectResponse(f"/staff/consultations/{request.path_params['id']}#questions", 303)

    async def _officer(self, request: Request) -> str:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer.person or ""

    async def _consultation(self, request: Request) -> Consultation:
        return (await usecases.load(request.path_params["id"], self._documents)).value

    async def _details_page(self, request: Request, form: Form, consultation: Consultation | None) -> Response:
        wards = [(ward, ward) for ward in self._edge.parts.place.wards]
        return await self._page("staff/details.html", request, form, consultation=consultation, wards=wards)

    async def _question_page(
        self, request: Request, form: Form, consultation: Consultation, question_id: str, *, is_new: bool
    ) -> Response:
        return await self._page(
            "staff/question.html",
            request,
            form,
            consultation=consultation,
            question_id=question_id,
            kind_name=NAMES[Kind(form.value("kind"))],
            is_new=is_new,
        )

    async def _page(self, template: str, request: Request, form: Form, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        html = self._edge.parts.pages.render(template, viewer, form=form, **context)
        return HTMLResponse(html, 422 if form.errors else 200)
