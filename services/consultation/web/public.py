"""What everyone sees: the home page, the lists and a consultation."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation, law
from services.consultation.domain.feedback import feedback_due, is_overdue
from services.consultation.queries import statements as asked
from services.consultation.queries.published import count_published
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.spoken import spoken_in
from shared.errors import NotFound
from shared.service import Edge
from shared.web.viewer import Viewer


class Public:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/consultations", self.list, methods=["GET"]),
            Route("/consultations/{id}", self.detail, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        lists = await queries.lists(self._documents, self._edge.parts.clock())
        return await self._page("home.html", request, open=lists.open, closed=lists.closed[:6])

    async def list(self, request: Request) -> Response:
        lists = await queries.lists(self._documents, self._edge.parts.clock())
        return await self._page("consultations.html", request, lists=lists)

    async def detail(self, request: Request) -> Response:
        consultation = await self._published(request)
        now = self._edge.parts.clock()
        lang = request.query_params.get("lang", "")
        spoken = await spoken_in(lang, consultation, consultation.questionnaire, self._documents)
        viewer = await self._edge.sessions.viewer(request)
        begun = await usecases.draft_of(viewer.person, consultation.id, self._documents)
        return await self._page(
            "consultation.html",
            request,
            begun=begun,
            conversation=await asked.conversation(consultation.id, self._documents),
            consultation=spoken.consultation(consultation),
            spoken=spoken,
            status=queries.status(consultation, now),
            shows_results=consultation.shows_results(now),
            due=feedback_due(consultation),
            overdue=is_overdue(consultation, now),
            published_answers=await count_published(consultation.id, self._documents),
            days=law.days_words(law.days_open(consultation.details.opens_at, consultation.details.closes_at)),
        )

    async def _published(self, request: Request) -> Consultation:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        must_be_published(consultation)
        return consultation

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer: Viewer = await self._edge.sessions.viewer(request)
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context))


def must_be_published(consultation: Consultation) -> None:
    if not consultation.is_published:
        raise NotFound("There is no consultation at this address")
