"""Writing the report of a consultation. Each changes the report alone, which is there from the first word on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.consultation.domain.feedback import put_off, told
from services.consultation.domain.report import Report
from services.consultation.domain.report_words import Decision, Item, with_themes
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.clock import LONDON
from shared.errors import Conflict, NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate, Stale


@dataclass(frozen=True)
class WriteReport:
    """`id`, here and below, is that of the consultation."""

    id: str
    by: str
    introduction: str
    method: str


async def write_report(command: WriteReport, documents: ConsultationDocuments) -> None:
    """Raises Conflict, Invalid, NotFound."""
    await _write(command.id, command.by, lambda report: report.write(command.introduction, command.method), documents)


@dataclass(frozen=True)
class RecordDecision:
    id: str
    by: str
    decision: Decision


async def record_decision(command: RecordDecision, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Invalid, NotFound."""
    await _write(command.id, command.by, lambda report: report.decide(command.decision, _day(now)), documents)


@dataclass(frozen=True)
class PutItem:
    id: str
    by: str
    item: Item


async def put_item(command: PutItem, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Invalid, NotFound."""
    await _write(command.id, command.by, lambda report: report.put(command.item, _day(now)), documents)


@dataclass(frozen=True)
class PutThemes:
    """`themes`: id for the item, title, and what was said about it."""

    id: str
    by: str
    themes: Sequence[tuple[str, str, str]]


async def put_themes(command: PutThemes, documents: ConsultationDocuments) -> None:
    """An item for each theme that has none, to be finished. Raises Conflict, NotFound."""

    def change(report: Report) -> Report:
        return report.with_content(with_themes(report.content, command.themes))

    await _write(command.id, command.by, change, documents)


async def move_item(id: str, item: str, step: int, documents: ConsultationDocuments) -> None:
    """-1 is up. Raises NotFound."""
    loaded = await load_report(id, documents)
    await documents.reports.save(loaded, loaded.value.move(item, step))


async def remove_item(id: str, item: str, documents: ConsultationDocuments) -> None:
    """Raises NotFound."""
    loaded = await load_report(id, documents)
    await documents.reports.save(loaded, loaded.value.remove(item))


async def load_report(id: str, documents: ConsultationDocuments) -> Loaded[Report]:
    """Raises NotFound."""
    loaded = await documents.reports.get(id)
    if loaded is None:
        raise NotFound("There is no report at this address")
    return loaded


async def report_of(id: str, documents: ConsultationDocuments) -> Report | None:
    loaded = await documents.reports.get(id)
    return loaded.value if loaded else None


async def _write(id: str, by: str, change: Callable[[Report], Report], documents: ConsultationDocuments) -> None:
    loaded = await documents.reports.get(id)
    if loaded is not None:
        changed = change(loaded.value)
        if changed != loaded.value:
            await documents.reports.save(loaded, changed)
        return
    if not (await load(id, documents)).value.is_published:
        raise Conflict("This consultation is not published yet. There is nothing to report on")
    try:
        await documents.reports.add(change(Report(id, by)))
    except Duplicate:
        raise Stale(id) from None


@dataclass(frozen=True)
class PutOffFeedback:
    id: str
    until: date
    reason: str
    by: str


async def put_off_feedback(command: PutOffFeedback, documents: ConsultationDocuments, now: datetime) -> None:
    """Sent twice it is put off once. Raises Conflict, Invalid, NotFound."""
    loaded = await load(command.id, documents)
    later = put_off(loaded.value, command.until, command.reason, command.by, now)
    if later != loaded.value:
        await documents.consultations.save(loaded, later)


async def note_report(id: str, documents: ConsultationDocuments, at: datetime) -> None:
    """The consultation knows that people were told. Twice is once."""
    loaded = await documents.consultations.get(id)
    if loaded is not None and (known := told(loaded.value, at)) != loaded.value:
        await documents.consultations.save(loaded, known)


def _day(now: datetime) -> date:
    return now.astimezone(LONDON).date()
