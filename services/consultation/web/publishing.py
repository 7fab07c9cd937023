"""Publication: what stands in its way, the second officer, and a later close."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, law, route_faults
from services.consultation.domain.approval import Entry, Step, waiting
from services.consultation.web.desk import ONE, Desk
from shared.clock import Clock
from shared.errors import Conflict, Invalid
from shared.place import Place
from shared.web.forms import Form, parse_date_time, read_form, show_date_time
from shared.web.viewer import Viewer

STEPS = {
    Step.ASKED: "Asked for publication",
    Step.APPROVED: "Approved",
    Step.SENT_BACK: "Sent back",
    Step.PUBLISHED: "Published",
}


@dataclass(frozen=True)
class Line:
    """One step of the history, in words."""

    what: str
    entry: Entry
    who: str


@dataclass(frozen=True)
class Standing:
    """How a consultation stands on its way to publication, as the overview shows it. Templates take it so."""

    lacks: Sequence[law.Note]
    warnings: Sequence[law.Note]
    days: str
    second_officer: bool
    mark: str
    asked: Entry | None
    changed_since: bool
    """Whether somebody asked, and it was changed before anybody answered."""

    may_decide: bool
    history: Sequence[Line]
    can_extend: bool


def standing(consultation: Consultation, place: Place, viewer: Viewer, clock: Clock) -> Standing:
    now, details, history = clock(), consultation.details, consultation.history
    asked = waiting(history, consultation.mark)
    last = history[-1] if history else None
    return Standing(
        lacks=_lacks(consultation, clock),
        warnings=law.warnings(details),
        days=law.days_words(law.days_open(details.opens_at, details.closes_at)),
        second_officer=place.second_officer,
        mark=consultation.mark,
        asked=asked,
        changed_since=asked is None and last is not None and last.step is Step.ASKED,
        may_decide=may_decide(history, consultation.mark, consultation.created_by, viewer),
        history=lines(history, viewer),
        can_extend=consultation.is_published and not consultation.has_closed(now),
    )


def may_decide(history: Sequence[Entry], mark: str, author: str, viewer: Viewer) -> bool:
    asked = waiting(history, mark)
    return asked is not None and viewer.person not in {asked.by, author}


def lines(history: Sequence[Entry], viewer: Viewer) -> Sequence[Line]:
    """The newest first."""
    return [Line(STEPS[each.step], each, _who(each.by, viewer)) for each in reversed(history)]


def _lacks(consultation: Consultation, clock: Clock) -> list[law.Note]:
    """The field of what the questions lack is none of the details."""
    asked = consultation.writing
    in_questions = [] if asked.asked else ["Add at least one question"]
    notes = [law.Note("", sentence) for sentence in (*in_questions, *route_faults(asked))]
    return notes if consultation.is_published else [*law.lacking(consultation.details, clock()), *notes]


def _who(person: str, viewer: Viewer) -> str:
    """Officers are known here by their ids alone."""
    return "you" if person == viewer.person else f"officer {person[:8]}"


class Publishing:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/approval/ask", self.ask, methods=["POST"]),
            Route(ONE + "/approval", self.approval, methods=["GET"]),
            Route(ONE + "/approval", self.decide, methods=["POST"]),
            Route(ONE + "/extend", self.extension, methods=["GET"]),
            Route(ONE + "/extend", self.extend, methods=["POST"]),
        ]

    async def ask(self, request: Request) -> Response:
        officer = await self._desk.officer(request)
        command = usecases.AskForPublication(request.path_params["id"], officer.person or "")
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        return await self._desk.do(
            request, lambda: usecases.ask_for_publication(command, documents, clock()), anchor="publish"
        )

    async def approval(self, request: Request) -> Response:
        return await self._approval_page(request, Form())

    async def decide(self, request: Request) -> Response:
        officer = await self._desk.officer(request)
        form = await read_form(request)
        id, person, seen = request.path_params["id"], officer.person or "", form.value("seen")
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        if form.value("go") == "approve":
            approval = usecases.ApprovePublication(id, person, seen)
            errors = await self._desk.errors(lambda: usecases.approve_publication(approval, documents, clock()))
        else:
            back = usecases.SendBack(id, person, seen, form.value("note").strip())
            errors = await self._desk.errors(lambda: usecases.send_back(back, documents, clock()))
        if errors:
            return await self._approval_page(request, form.with_errors(errors))
        return self._desk.back(request, "history")

    async def _approval_page(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        viewer, parts = await self._desk.officer(request), self._desk.edge.parts
        stands = standing(consultation, parts.place, viewer, parts.clock)
        return await self._desk.page(
            "staff/approval.html",
            request,
            form,
            consultation=consultation,
            standing=stands,
        )

    async def extension(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        if not consultation.is_published or consultation.has_closed(self._desk.edge.parts.clock()):
            raise Conflict("Only a consultation that is published and has not closed can be extended")
        form = Form(show_date_time("closes_at", consultation.details.closes_at))
        return await self._desk.page("staff/extend.html", request, form, consultation=consultation)

    async def extend(self, request: Request) -> Response:
        officer = await self._desk.officer(request)
        form, id = await read_form(request), request.path_params["id"]
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        try:
            closes_at = parse_date_time(form, "closes_at")
        except Invalid as invalid:
            return await self._extension_page(request, form.with_errors(invalid.errors))
        command = usecases.ExtendConsultation(id, closes_at, form.value("reason").strip(), officer.person or "")
        errors = await self._desk.errors(lambda: usecases.extend_consultation(command, documents, clock()))
        if errors:
            return await self._extension_page(request, form.with_errors(errors))
        return RedirectResponse(f"/staff/consultations/{id}#time", 303)

    async def _extension_page(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        return await self._desk.page("staff/extend.html", request, form, consultation=consultation)
