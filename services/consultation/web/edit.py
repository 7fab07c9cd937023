"""Beginning a consultation, and its details."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Audience, Consultation, slug
from services.consultation.domain.promise import feedback_after
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.details import read_details, show_details
from services.consultation.web.entry_fields import show_day
from shared.errors import Invalid
from shared.web.forms import Form, read_form, show_date_time

SIX_WEEKS = timedelta(weeks=6)
"""Less would be short for a consultation."""


class Edit:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/staff/consultations/start", self.start, methods=["GET"]),
            Route("/staff/consultations/new", self.new, methods=["GET"]),
            Route("/staff/consultations/new", self.draft, methods=["POST"]),
            Route(ONE + "/details", self.details, methods=["GET"]),
            Route(ONE + "/details", self.save_details, methods=["POST"]),
        ]

    async def start(self, request: Request) -> Response:
        """What it starts from; the choice goes on as a part of the next address."""
        await self._desk.officer(request)
        starts = await usecases.starts(self._desk.documents, self._desk.edge.parts.place)
        return await self._desk.page("staff/start.html", request, Form({"from": [""]}), starts=starts)

    async def new(self, request: Request) -> Response:
        """A draft that opens tomorrow, with the details of an earlier consultation where it starts from one."""
        await self._desk.officer(request)
        choice = request.query_params.get("from", "")
        start = await usecases.start_from(choice, self._desk.edge.parts.place, self._desk.documents)
        morning = self._desk.edge.parts.clock().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
        usual = feedback_after(morning + SIX_WEEKS)
        if start.details is not None:
            copied = replace(start.details, opens_at=morning, closes_at=morning + SIX_WEEKS, feedback_on=usual)
            shown = show_details(copied)
        else:
            times = show_date_time("opens_at", morning) | show_date_time("closes_at", morning + SIX_WEEKS)
            times |= show_day("feedback_on", usual)
            shown = Form({**times, "audience": [Audience.ANYONE], "live_results": ["yes"], "formal": ["yes"]})
        shown = shown.with_value("token", [uuid4().hex[:8]]).with_value("from", [choice])
        return await self._details_page(request, shown, None)

    async def draft(self, request: Request) -> Response:
        viewer = await self._desk.officer(request)
        form, place = await read_form(request), self._desk.edge.parts.place
        try:
            details = read_details(form, place)
            start = await usecases.start_from(form.value("from"), place, self._desk.documents)
            id = f"{slug(details.title)}-{slug(form.value('token'), 8) or uuid4().hex[:8]}".strip("-")
            wave = usecases.wave_from(form.value("from"), place)
            command = usecases.DraftConsultation(
                id, details, viewer.person or "", questionnaire=start.questionnaire, wave=wave
            )
            await self._desk.edge.run(lambda: usecases.draft_consultation(command, self._desk.documents))
        except Invalid as invalid:
            return await self._details_page(request, form.with_errors(invalid.errors), None)
        return RedirectResponse(f"/staff/consultations/{id}", 303)

    async def details(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        return await self._details_page(request, show_details(consultation.details), consultation)

    async def save_details(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        try:
            command = usecases.EditDetails(consultation.id, read_details(form, self._desk.edge.parts.place))
            await self._desk.edge.run(lambda: usecases.edit_details(command, self._desk.documents))
        except Invalid as invalid:
            return await self._details_page(request, form.with_errors(invalid.errors), consultation)
        return RedirectResponse(f"/staff/consultations/{consultation.id}", 303)

    async def _details_page(self, request: Request, form: Form, consultation: Consultation | None) -> Response:
        wards = [(ward, ward) for ward in self._desk.edge.parts.place.wards]
        return await self._desk.page("staff/details.html", request, form, consultation=consultation, wards=wards)
