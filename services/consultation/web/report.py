"""The report of a consultation for everyone, as a page and as a PDF."""

import base64
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.domain.report import Edition, PdfState, Report
from services.consultation.queries import QuestionResult
from services.consultation.queries.report import report_view
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.uploads import file_folder
from shared.errors import NotFound
from shared.service import Edge
from shared.web.charts import bar_chart

SHOWN = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""What the readers of PDFs in browsers need, and nothing else."""


class PublicReport:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._folder = file_folder(edge.parts.settings)

    def routes(self) -> Sequence[BaseRoute]:
        here = "/consultations/{id}/report"
        return [
            Route(here, self.show, methods=["GET"]),
            Route(here + ".pdf", self.pdf, methods=["GET"]),
            Route(here + "/{edition:int}", self.show, methods=["GET"]),
            Route(here + "/{edition:int}.pdf", self.pdf, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        consultation, report, edition = await self._edition(request)
        view = await report_view(consultation, report, edition, self._documents)
        viewer = await self._edge.sessions.viewer(request)
        html = self._edge.parts.pages.render("report.html", viewer, view=view, chart=chart, preview=False)
        return HTMLResponse(html)

    async def pdf(self, request: Request) -> Response:
        """A file that is there already: nothing is made while somebody waits."""
        consultation, _, edition = await self._edition(request)
        if edition.pdf.state is not PdfState.MADE or not self._folder.has(edition.pdf.file):
            raise NotFound("The PDF of this report is not there yet. The report itself is on its page")
        digest = base64.b64encode(bytes.fromhex(edition.pdf.digest)).decode()
        headers = {"content-security-policy": SHOWN, "repr-digest": f"sha-256=:{digest}:", "cache-control": "no-cache"}
        return FileResponse(
            self._folder.path(edition.pdf.file),
            media_type="application/pdf",
            filename=f"report-{consultation.id}.pdf",
            content_disposition_type="inline",
            headers=headers,
        )

    async def _edition(self, request: Request) -> tuple[Consultation, Report, Edition]:
        """The one that is asked for, or the newest. Raises NotFound."""
        report = (await usecases.load_report(request.path_params["id"], self._documents)).value
        number = request.path_params.get("edition")
        edition = report.newest if number is None else report.edition(number)
        return (await usecases.load(report.id, self._documents)).value, report, edition


def chart(result: QuestionResult) -> str:
    return bar_chart(
        result.bars,
        title=result.text,
        description=f"Shares of the {result.answered:,} who answered this question. The table has the same figures.",
    )
