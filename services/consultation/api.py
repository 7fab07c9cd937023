"""Consultations for programs: the same use cases and queries as the pages."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.consultation import queries, usecases
from services.consultation.domain import Consultation, Kind, Origin
from services.consultation.domain.upload import refuse_files
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict, NotFound, TooMany
from shared.service import Edge
from shared.web.arrivals import Arrivals, too_many


class Listed(BaseModel):
    id: str
    title: str
    summary: str
    opens_at: datetime
    closes_at: datetime
    responses: int


class AnOption(BaseModel):
    id: str
    text: str


class AQuestion(BaseModel):
    """`options` are those to choose from, `rows` those of a matrix. Answers come under `fields`."""

    id: str
    kind: Kind
    text: str
    hint: str
    required: bool
    options: tuple[AnOption, ...]
    rows: tuple[AnOption, ...]
    fields: tuple[str, ...]
    least: int | None
    most: int | None


class ARoute(BaseModel):
    """Leads to a page, an exit page or "end" when the answer to `question` has one of `options`."""

    question: str
    options: tuple[str, ...]
    to: str


class APage(BaseModel):
    id: str
    title: str
    intro: str
    questions: tuple[AQuestion, ...]
    routes: tuple[ARoute, ...]


class Questionnaire(BaseModel):
    id: str
    title: str
    summary: str
    background: str
    decision: str
    opens_at: datetime
    closes_at: datetime
    audience: str
    source: str
    version: int
    pages: tuple[APage, ...]


class Answers(BaseModel):
    """`id` is 32 hexadecimal digits of your choice: the same response sent again under it is stored once."""

    id: str = Field(default_factory=lambda: uuid4().hex, pattern=r"^[0-9a-f]{32}$")
    answers: dict[str, list[str]]


class Stored(BaseModel):
    id: str
    reference: str
    submitted_at: datetime


class Row(BaseModel):
    option: str
    count: int
    share: float


class QuestionResults(BaseModel):
    id: str
    text: str
    answered: int
    rows: tuple[Row, ...]


class Results(BaseModel):
    responses: int
    source: str
    questions: tuple[QuestionResults, ...]


class Api:
    def __init__(self, edge: Edge, documents: ConsultationDocuments, arrivals: Arrivals) -> None:
        self._edge = edge
        self._documents = documents
        self._arrivals = arrivals
        self._ward_of = usecases.ward_finder(edge.parts.place)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/consultations", tags=["consultation"])
        router.add_api_route("", self.list, methods=["GET"])
        router.add_api_route("/{id}", self.questionnaire, methods=["GET"])
        router.add_api_route("/{id}/responses", self.respond, methods=["POST"], status_code=201)
        router.add_api_route("/{id}/results", self.results, methods=["GET"])
        return router

    async def list(self) -> list[Listed]:
        """Consultations that are open now, the one that closes soonest first."""
        lists = await queries.lists(self._documents, self._edge.parts.clock())
        return [Listed(**_fields(card, Listed), id=card.url.rpartition("/")[2]) for card in lists.open]

    async def questionnaire(self, id: str) -> Questionnaire:
        consultation = await self._published(id)
        asked = consultation.questionnaire
        pages = tuple(APage.model_validate(each, from_attributes=True) for each in asked.pages)
        own = _fields(consultation.details, Questionnaire)
        return Questionnaire(id=id, source=consultation.source, version=asked.version, pages=pages, **own)

    async def respond(self, id: str, body: Answers, request: Request) -> Stored:
        """Send a response. Option ids for choices, the text itself for texts, each in a list. Files cannot be sent."""
        viewer = await self._edge.sessions.viewer(request)
        network = self._arrivals.network(request)
        if seconds := self._arrivals.wait(network, viewer.person):
            raise TooMany(too_many(seconds), retry_after=seconds)
        origin = Origin(resident=viewer.person, network=network)
        refuse_files((await self._published(id)).questionnaire, body.answers)
        command = usecases.SubmitResponse(id, body.id, body.answers, origin)
        stored = await self._edge.run(
            lambda: usecases.submit_response(command, self._documents, self._edge.parts.clock(), self._ward_of)
        )
        return Stored(id=stored.id, reference=stored.reference, submitted_at=stored.submitted_at)

    async def results(self, id: str, request: Request) -> Results:
        viewer = await self._edge.sessions.viewer(request)
        consultation = await self._published(id)
        if not consultation.shows_results(self._edge.parts.clock()) and not viewer.has("officer"):
            raise Conflict("Results are shown when the consultation has closed")
        found = await queries.results(consultation, self._documents)
        questions = tuple(_results(result) for result in found.questions)
        return Results(responses=found.responses, source=consultation.source, questions=questions)

    async def _published(self, id: str) -> Consultation:
        consultation = (await usecases.load(id, self._documents)).value
        if not consultation.is_published:
            raise NotFound("There is no consultation at this address")
        return consultation


def _fields(source: object, model: type[BaseModel]) -> dict[str, Any]:
    """The fields of a model that the source has under the same name."""
    return {name: getattr(source, name) for name in model.model_fields if hasattr(source, name)}


def _results(result: queries.QuestionResult) -> QuestionResults:
    rows = tuple(Row(option=bar.label, count=bar.count, share=bar.share) for bar in result.bars)
    return QuestionResults(id=result.id, text=result.text, answered=result.answered, rows=rows)
