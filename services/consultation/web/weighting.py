"""Officers ask for results weighted to the population, and see what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation, Question
from services.consultation.domain.details import Audience
from services.consultation.domain.weighted import Use, groups_of, tell
from services.consultation.web.desk import ONE, Desk
from shared.web.forms import Form, read_form

USE = "use-"


@dataclass(frozen=True)
class Line:
    """One answer of a question, and the field in which its group is chosen."""

    field: str
    option: str
    text: str


@dataclass(frozen=True)
class Choice:
    """A question that tells a characteristic, with the groups that its answers can mean."""

    characteristic: str
    name: str
    question: Question
    groups: Sequence[str]
    lines: Sequence[Line]


class WeightingPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/weighting", self.show, methods=["GET"]),
            Route(ONE + "/weighting/groups", self.groups, methods=["GET"]),
            Route(ONE + "/weighting/groups", self.ask, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        return await self._page(request, consultation, Form())

    async def groups(self, request: Request) -> Response:
        """Which group each answer means; proposed where they have the same name."""
        consultation = await self._desk.consultation(request)
        chosen = {name: [value] for name, value in request.query_params.items()}
        choices = self._choices(consultation, Form(chosen))
        if not choices:
            sentence = "Choose a question for one of the characteristics at least"
            return await self._page(request, consultation, Form(errors={"": sentence}))
        proposed = {
            line.field: [next((group for group in each.groups if group.casefold() == line.text.casefold()), "")]
            for each in choices
            for line in each.lines
        }
        return await self._groups_page(request, consultation, Form({**chosen, **proposed}))

    async def ask(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        officer = await self._desk.officer(request)
        form = await read_form(request)
        uses = [
            Use(
                each.characteristic,
                each.question.id,
                {line.option: group for line in each.lines if (group := form.value(line.field))},
            )
            for each in self._choices(consultation, form)
        ]
        command = usecases.WeightResults(consultation.id, uses, form.value("random") == "yes", officer.person or "")
        parts = self._desk.edge.parts
        errors = await self._desk.errors(
            lambda: usecases.weight_results(command, self._desk.documents, parts.place, parts.clock())
        )
        if errors:
            return await self._groups_page(request, consultation, form.with_errors(errors))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/weighting", 303)

    def _choices(self, consultation: Consultation, form: Form) -> list[Choice]:
        questions = {question.id: question for question in tell(consultation)}
        found = []
        for id, characteristic in self._desk.edge.parts.place.characteristics.items():
            question = questions.get(form.value(USE + id))
            if question is not None:
                lines = [
                    Line(f"group-{id}-{number}", option.id, option.text)
                    for number, option in enumerate(question.all_options, 1)
                ]
                found.append(Choice(id, characteristic.name, question, list(groups_of(characteristic)), lines))
        return found

    async def _groups_page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        choices = self._choices(consultation, form)
        places = {each.characteristic: each.lines[0].field for each in choices}
        return await self._desk.page(
            "staff/weighting_groups.html",
            request,
            form,
            consultation=consultation,
            choices=choices,
            places=places,
            can_be_sample=consultation.details.audience is Audience.INVITED,
        )

    async def _page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        loaded = await self._desk.documents.weighted.get(consultation.id)
        now = await queries.results(consultation, self._desk.documents)
        weighted = loaded.value if loaded else None
        outcome = weighted.outcome if weighted else None
        return await self._desk.page(
            "staff/weighting.html",
            request,
            form,
            consultation=consultation,
            characteristics=self._desk.edge.parts.place.characteristics,
            questions=tell(consultation),
            weighted=weighted,
            outcome=outcome,
            more=now.responses - outcome.responses if outcome else 0,
        )
