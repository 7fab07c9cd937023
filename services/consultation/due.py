"""The PDFs of reports: made once one is published, one after the other, and never while somebody waits for a page."""

import asyncio
import hashlib
import io
import logging
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from services.consultation import usecases
from services.consultation.domain.report import PDF_TRIES, Edition, Report
from services.consultation.domain.report_publishing import owed_pdf
from services.consultation.queries.report import report_view
from services.consultation.queries.report_document import report_document
from services.consultation.storage import ConsultationDocuments
from shared.files import FileFolder
from shared.pdf import NotTypeset, typeset
from shared.service import Edge
from shared.store.documents import Loaded

log = logging.getLogger(__name__)

TEMPLATE = (Path(__file__).parent / "templates" / "pdf" / "report.typ").read_text(encoding="utf-8")


class ReportPdfs:
    def __init__(self, edge: Edge, documents: ConsultationDocuments, files: FileFolder) -> None:
        self._edge = edge
        self._documents = documents
        self._files = files

    async def find(self, now: datetime) -> Sequence[Loaded[Report]]:
        return await usecases.due_pdfs(self._documents, now)

    async def make(self, loaded: Loaded[Report]) -> None:
        """The PDF of one edition. The file is there before the report says so: after a crash it is made again."""
        report, edition = loaded.value, owed_pdf(loaded.value)
        if edition is None:
            return
        try:
            pdf = await self._typeset(report, edition)
        except NotTypeset as why:
            log.warning("no PDF of the report on %s, edition %d: %s", report.id, edition.number, why)
            await self._edge.run(
                lambda: usecases.note_no_pdf(report.id, edition.number, self._documents, self._edge.parts.clock())
            )
            return
        file = file_of(report.id, edition.number)
        await asyncio.to_thread(self._files.put, file, io.BytesIO(pdf))
        command = usecases.KeepPdf(report.id, edition.number, file, hashlib.sha256(pdf).hexdigest(), len(pdf))
        await self._edge.run(lambda: usecases.keep_pdf(command, self._documents))

    async def _typeset(self, report: Report, edition: Edition) -> bytes:
        """Raises NotTypeset, also while responses are still being counted: what is on paper stays as it is."""
        consultation = (await usecases.load(report.id, self._documents)).value
        parts = self._edge.parts
        view = await report_view(consultation, report, edition, self._documents)
        sent = await usecases.responses_that_count(report.id, self._documents)
        if view.results.responses != sent and edition.pdf.tries < PDF_TRIES - 1:
            raise NotTypeset(f"{view.results.responses} of {sent} responses are counted so far")
        address = f"{parts.settings.public_url.rstrip('/')}/consultations/{report.id}/report"
        return await typeset(TEMPLATE, report_document(view, parts.place, address), edition.at)


def file_of(report: str, edition: int) -> str:
    """The id of the file: the same for the same edition, so that one made twice is there once."""
    return hashlib.sha256(f"report:{report}:{edition}".encode()).hexdigest()[:32]
