"""What everyone sees: the home page, the lists, a consultation and its results."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation, law
from services.consultation.queries.published import count_published
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.spoken import spoken_in
from shared.errors import NotFound
from shared.service import Edge
from shared.web.charts import bar_chart
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
            Route("/consultations/{id}/results", self.results, methods=["GET"]),
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
            consultation=spoken.consultation(consultation),
            spoken=spoken,
            status=queries.status(consultation, now),
            shows_results=consultation.shows_results(now),
            published_answers=await count_published(consultation.id, self._documents),
            days=law.days_words(law.days_open(consultation.details.opens_at, consultation.details.closes_at)),
        )

    async def results(self, request: Request) -> Response:
        """Results as the officer chose to show them; officers see them at any time."""
        viewer = await self._edge.sessions.viewer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        now = self._edge.parts.clock()
        if not viewer.has("officer"):
            _must_be_published(consultation)
            if not consultation.shows_results(now):
                return await self._page("results_later.html", request, consultation=consultation)
        found = await queries.results(consultation, self._documents)
        return await self._page(
            "results.html",
            request,
            results=found,
            consultation=consultation,
            status=queries.status(consultation, now),
            chart=_chart,
        )

    async def _published(self, request: Request) -> Consultation:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        _must_be_published(consultation)
        return consultation

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer: Viewer = await self._edge.sessions.viewer(request)
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context))


def _must_be_published(consultation: Consultation) -> None:
    if not consultation.is_published:
        raise NotFound("There is no consultation at this address")


def _chart(result: queries.QuestionResult) -> str:
    return bar_chart(
        result.bars,
        title=result.text,
        description=f"Shares of the {result.answered:,} who answered this question. The table has the same figures.",
    )
