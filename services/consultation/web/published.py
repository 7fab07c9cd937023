"""What people wrote, for everyone: the answers that an officer has checked and published."""

from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.queries import published as queries
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import page_number
from shared import sheets
from shared.errors import NotFound
from shared.service import Edge

ON_A_PAGE = 25


class PublishedAnswers:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/consultations/{id}/answers", self.list, methods=["GET"]),
            Route("/consultations/{id}/answers.csv", self.table, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        consultation = await self._consultation(request)
        fields = await queries.published_fields(consultation, self._documents)
        asked = request.query_params.get("question", "")
        field = asked if asked in dict(fields) else fields[0][0] if fields else ""
        found = [each async for each in queries.published_texts(consultation, self._documents, field)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = page_number(request.query_params.get("page", ""), pages)
        html = self._edge.parts.pages.render(
            "answers.html",
            await self._edge.sessions.viewer(request),
            consultation=consultation,
            fields=fields,
            field=field,
            question=dict(fields).get(field, ""),
            found=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
            total=len(found),
            page=page,
            pages=pages,
        )
        return HTMLResponse(html)

    async def table(self, request: Request) -> Response:
        """The same as a table, with nothing in it that a spreadsheet takes for a formula."""
        consultation = await self._consultation(request)

        async def lines() -> AsyncIterator[str]:
            yield sheets.BOM + sheets.csv_lines([("Question", "Answer", "Was something taken out?")])
            async for each in queries.published_texts(consultation, self._documents):
                yield sheets.csv_lines([(each.question, each.text, "Yes" if each.is_redacted else "No")])

        headers = {"Content-Disposition": f'attachment; filename="{consultation.id}-answers.csv"'}
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)

    async def _consultation(self, request: Request) -> Consultation:
        """Raises NotFound until results are shown: what others wrote would lead who still answers."""
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        consultation.must_be_published()
        if not consultation.shows_results(self._edge.parts.clock()):
            raise NotFound("No answers are published here yet")
        return consultation
