"""Publishing a report: alone, or with a second officer; and what becomes of its PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import report_publishing as publishing
from services.consultation.domain.report import Report
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.reporting import load_report
from services.consultation.usecases.writing import load
from shared.event import record
from shared.store.documents import Loaded, as_text
from shared.store.port import Range

AT_ONCE = 20


@dataclass(frozen=True)
class PublishReport:
    """`corrects`: what was wrong with the edition before; empty for the first. `id` is that of the consultation."""

    id: str
    by: str
    corrects: str = ""
    second_officer: bool = False


async def publish_report(command: PublishReport, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict with what it lacks, Refusal by the correction, NotFound."""
    loaded = await load_report(command.id, documents)
    consultation = (await load(command.id, documents)).value
    await _save(
        loaded,
        publishing.publish_report(
            loaded.value,
            consultation,
            command.by,
            now,
            corrects=command.corrects,
            second_officer=command.second_officer,
        ),
        documents,
        now,
    )


async def ask_for_report(command: PublishReport, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict with what it lacks, Refusal by the correction, NotFound."""
    loaded = await load_report(command.id, documents)
    consultation = (await load(command.id, documents)).value
    asked = publishing.ask_for_report(loaded.value, consultation, command.by, now, command.corrects)
    if asked != loaded.value:
        await documents.reports.save(loaded, asked)


@dataclass(frozen=True)
class DecideOnReport:
    """`seen` is the mark of what the officer has read; `note` why it is sent back."""

    id: str
    by: str
    seen: str
    note: str = ""


async def approve_report(command: DecideOnReport, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Forbidden for who wrote it or asked, NotFound."""
    loaded = await load_report(command.id, documents)
    consultation = (await load(command.id, documents)).value
    published = publishing.approve_report(loaded.value, consultation, command.by, now, command.seen)
    await _save(loaded, published, documents, now)


async def send_report_back(command: DecideOnReport, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Forbidden, Refusal without a reason, NotFound."""
    loaded = await load_report(command.id, documents)
    back = publishing.send_report_back(loaded.value, command.by, now, command.seen, command.note)
    await documents.reports.save(loaded, back)


async def _save(
    loaded: Loaded[Report], published: publishing.Published, documents: ConsultationDocuments, now: datetime
) -> None:
    report, event = published
    await documents.reports.save(loaded, report, [record(event, key=report.id, at=now)])


async def due_pdfs(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[Report]]:
    """Reports with an edition whose PDF is to be made."""
    return await documents.reports.find({"pdf_due": Range(below=as_text(now))}, sort="pdf_due", limit=AT_ONCE)


async def responses_that_count(id: str, documents: ConsultationDocuments) -> int:
    """From the responses themselves: what the counts come to once all events are through. Never for a page."""
    return await documents.responses.count({"consultation": id, "withdrawn_at": None, "set_aside": ""})


@dataclass(frozen=True)
class KeepPdf:
    """`file` is its id on the disk, where it is already; `size` in bytes."""

    id: str
    edition: int
    file: str
    digest: str
    size: int


async def keep_pdf(command: KeepPdf, documents: ConsultationDocuments) -> None:
    """Raises NotFound."""
    loaded = await load_report(command.id, documents)
    report = publishing.with_pdf(loaded.value, command.edition, command.file, command.digest, command.size)
    await documents.reports.save(loaded, report)


async def note_no_pdf(id: str, edition: int, documents: ConsultationDocuments, now: datetime) -> None:
    """It is tried again later, or given up. Raises NotFound."""
    loaded = await load_report(id, documents)
    await documents.reports.save(loaded, publishing.without_pdf(loaded.value, edition, now))


async def try_pdf_again(id: str, documents: ConsultationDocuments, now: datetime) -> None:
    """What was given up is owed again. Raises NotFound."""
    loaded = await load_report(id, documents)
    await documents.reports.save(loaded, publishing.try_pdf_again(loaded.value, now))
