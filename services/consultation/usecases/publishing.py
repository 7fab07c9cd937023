"""Publishing, with a second officer where the place asks for one, and extending."""

from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import publishing
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict
from shared.event import record


@dataclass(frozen=True)
class PublishConsultation:
    """`second_officer`: whether the place wants one to approve it."""

    id: str
    by: str
    second_officer: bool = False


async def publish_consultation(command: PublishConsultation, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict with what it lacks, NotFound."""
    loaded = await load(command.id, documents)
    if loaded.value.is_published:
        raise Conflict("This consultation is published. What people answer must not change under them")
    consultation, published = publishing.publish(loaded.value, command.by, now, second_officer=command.second_officer)
    events = [record(published, key=consultation.id, at=now)] if published else []
    await documents.consultations.save(loaded, consultation, events)


async def publish_version(
    id: str, documents: ConsultationDocuments, now: datetime, by: str = "", *, second_officer: bool = False
) -> None:
    """Raises Conflict with what it lacks, NotFound."""
    loaded = await load(id, documents)
    if not loaded.value.is_published:
        raise Conflict("There is no new version to publish")
    consultation, _ = publishing.publish(loaded.value, by, now, second_officer=second_officer)
    await documents.consultations.save(loaded, consultation)


@dataclass(frozen=True)
class AskForPublication:
    id: str
    by: str


async def ask_for_publication(command: AskForPublication, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict with what it lacks, NotFound."""
    loaded = await load(command.id, documents)
    asked = publishing.ask_for_publication(loaded.value, command.by, now)
    if asked != loaded.value:
        await documents.consultations.save(loaded, asked)


@dataclass(frozen=True)
class ApprovePublication:
    """`seen` is the mark of what the officer has read."""

    id: str
    by: str
    seen: str


async def approve_publication(command: ApprovePublication, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Forbidden for who wrote it or asked, NotFound."""
    loaded = await load(command.id, documents)
    consultation, published = publishing.approve(loaded.value, command.by, now, command.seen)
    events = [record(published, key=consultation.id, at=now)] if published else []
    await documents.consultations.save(loaded, consultation, events)


@dataclass(frozen=True)
class SendBack:
    id: str
    by: str
    seen: str
    note: str


async def send_back(command: SendBack, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, Forbidden, Refusal without a reason, NotFound."""
    loaded = await load(command.id, documents)
    back = publishing.send_back(loaded.value, command.by, now, command.seen, command.note)
    await documents.consultations.save(loaded, back)


@dataclass(frozen=True)
class ExtendConsultation:
    id: str
    closes_at: datetime
    reason: str
    by: str


async def extend_consultation(command: ExtendConsultation, documents: ConsultationDocuments, now: datetime) -> None:
    """Sent twice it is extended once. Raises Conflict, Invalid, NotFound."""
    loaded = await load(command.id, documents)
    consultation, extended = publishing.extend(loaded.value, command.closes_at, command.reason, command.by, now)
    if extended is not None:
        await documents.consultations.save(loaded, consultation, [record(extended, key=consultation.id, at=now)])
