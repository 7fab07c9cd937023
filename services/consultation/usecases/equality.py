"""Equality monitoring: what is asked, what is kept apart and locked, and what is counted of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from services.consultation.domain.equality import (
    Monitoring,
    Table,
    as_bytes,
    from_bytes,
    monitoring_of,
    read_equality,
    table,
)
from services.consultation.storage import EQUALITY, ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import NotFound
from shared.secrets import Secrets
from shared.store.port import Duplicate, Range, Stored, Where

PAGE = 500


@dataclass(frozen=True)
class ChooseMonitoring:
    id: str
    set: str
    questions: Sequence[str]
    reason: str


async def choose_monitoring(command: ChooseMonitoring, documents: ConsultationDocuments) -> None:
    """Raises Invalid, Conflict once it is published, NotFound."""
    loaded = await load(command.id, documents)
    monitoring = monitoring_of(command.set, command.questions, command.reason)
    await documents.consultations.save(loaded, loaded.value.monitor(monitoring))


@dataclass(frozen=True)
class KeepEquality:
    consultation: str
    response: str
    answers: Mapping[str, Sequence[str]]


async def keep_equality(command: KeepEquality, documents: ConsultationDocuments, secrets: Secrets) -> None:
    """Locked, under an id that only the key makes out of the response's; the first sent is kept.

    Nothing of when, who or which response is written down. Raises Invalid, NotFound.
    """
    monitoring = (await load(command.consultation, documents)).value.monitoring
    if not await _stands(command, documents):
        raise NotFound("There are no answers at this address")
    read = read_equality(monitoring, command.answers)
    if not read:
        return
    id = secrets.equality_id(command.response)
    locked = secrets.lock_equality(as_bytes(read), f"{command.consultation}:{id}")
    try:
        await documents.store.insert(EQUALITY.name, id, {"consultation": command.consultation, "locked": locked})
    except Duplicate:
        return
    if not await _stands(command, documents):  # withdrawn meanwhile: what forgets these may have come before them
        await forget_equality(command.response, documents, secrets)


async def _stands(command: KeepEquality, documents: ConsultationDocuments) -> bool:
    """Whether the response is there, and not withdrawn."""
    loaded = await documents.responses.get(command.response)
    if loaded is None or loaded.value.consultation != command.consultation:
        return False
    return loaded.value.withdrawn_at is None


async def has_equality(response: str, documents: ConsultationDocuments, secrets: Secrets) -> bool:
    return await documents.store.get(EQUALITY.name, secrets.equality_id(response)) is not None


async def forget_equality(response: str, documents: ConsultationDocuments, secrets: Secrets) -> None:
    """What is not there is no error. Without the key nobody can find it, or read it."""
    if secrets.has_equality:
        await documents.store.delete(EQUALITY.name, secrets.equality_id(response))


@dataclass(frozen=True)
class EqualityCounts:
    """`unreadable`: how many were locked with a key that is not there any more, or were damaged."""

    tables: Sequence[Table]
    unreadable: int


async def equality_counts(
    id: str, monitoring: Monitoring, documents: ConsultationDocuments, secrets: Secrets
) -> EqualityCounts:
    answers, unreadable = await equality_answers(id, documents, secrets)
    return EqualityCounts([table(question, answers) for question in monitoring.asked], unreadable)


async def equality_answers(
    id: str, documents: ConsultationDocuments, secrets: Secrets
) -> tuple[list[dict[str, str]], int]:
    """Unlocked, in the order of ids that say nothing; and how many could not be."""
    answers: list[dict[str, str]] = []
    unreadable = 0
    async for stored in _kept(id, documents):
        about = f"{id}:{stored.id}"
        unlocked = secrets.unlock_equality(stored.body["locked"], about) if secrets.has_equality else None
        if unlocked is None:
            unreadable += 1
        else:
            answers.append(from_bytes(unlocked))
    return answers, unreadable


async def _kept(id: str, documents: ConsultationDocuments) -> AsyncIterator[Stored]:
    last = ""
    while True:
        where: Where = {"consultation": id, "id": Range(least=last)}
        found = [each for each in await documents.store.find(EQUALITY.name, where, limit=PAGE) if each.id != last]
        if not found:
            return
        for each in found:
            yield each
        last = found[-1].id
