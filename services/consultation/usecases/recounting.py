"""Counting the cross tables of a consultation anew from its stored responses: for those from before there were any.

It is exact while answers come in. What it counted is kept only if the tally, which the same events feed, says the
same as the stored responses did, and if no part of it changed meanwhile; each part that is written is taken to have
seen what the tally has. As events are counted in the tally first, none is lost or counted twice.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.consultation.domain import Consultation, Response, count_into, sum_parts
from services.consultation.domain.crossing import changes, counted_by, cross_into
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict
from shared.store.port import Body, Duplicate, Range, Stale, Stored, Where

PAGE = 250
MOST_PARTS = 1_000
TRIES = 5


@dataclass(frozen=True)
class Recounted:
    """How many responses, by how many breakdowns."""

    responses: int
    breakdowns: int


async def recount(id: str, documents: ConsultationDocuments) -> Recounted:
    """Raises NotFound; Conflict where the stored responses and the tally do not agree, as while answers come in."""
    consultation = (await load(id, documents)).value
    for _ in range(TRIES):
        tallies = await _parts("tallies", id, documents)
        before = await _parts("crossings", id, documents)
        tally, crossings = await _count(consultation, documents)
        if not _agree(tally, tallies) or _marks(tallies) != _marks(await _parts("tallies", id, documents)):
            continue
        try:
            await _put(crossings, tallies, before, documents)
        except Stale:
            continue
        return Recounted(tally["responses"], len(crossings))
    raise Conflict("The responses and their counts do not agree: answers are coming in. Try again at a quieter time")


async def _parts(collection: str, consultation: str, documents: ConsultationDocuments) -> list[Stored]:
    return await documents.store.find(collection, {"consultation": consultation}, limit=MOST_PARTS)


def _marks(parts: Sequence[Stored]) -> list[tuple[str, int]]:
    return [(part.id, part.version) for part in parts]


async def _count(consultation: Consultation, documents: ConsultationDocuments) -> tuple[Body, Mapping[str, Body]]:
    """One part of a tally and one of each breakdown with all that is stored, by breakdown."""
    versions = [each.version for each in (consultation.questionnaire, *consultation.earlier)]
    breakdowns = {version: counted_by(consultation, version) for version in versions}
    tally: Body = {"consultation": consultation.id, "responses": 0, "answered": {}, "choices": {}}
    wanted = sorted({by for each in breakdowns.values() for by in each})
    crossings: dict[str, Body] = {by: {"consultation": consultation.id, "by": by, "groups": {}} for by in wanted}
    async for response in _responses(consultation.id, documents):
        if response.counts:
            fact = consultation.submitted(response)
            count_into(tally, fact)
            for body in crossings.values():
                cross_into(body, changes(fact), breakdowns)
    return tally, crossings


async def _responses(consultation: str, documents: ConsultationDocuments) -> AsyncIterator[Response]:
    last = ""
    while True:
        where: Where = {"consultation": consultation, "id": Range(least=last)}
        found = [each for each in await documents.responses.find(where, limit=PAGE) if each.id != last]
        if not found:
            return
        for each in found:
            yield each.value
        last = found[-1].id


def _agree(tally: Mapping[str, Any], parts: Sequence[Stored]) -> bool:
    mine, theirs = sum_parts([tally]), sum_parts([part.body for part in parts])
    return all(_without_zeros(mine[name]) == _without_zeros(theirs[name]) for name in mine)


def _without_zeros(counts: Any) -> Any:
    if not isinstance(counts, dict):
        return counts
    return {key: kept for key, value in counts.items() if (kept := _without_zeros(value))}


async def _put(
    crossings: Mapping[str, Body],
    tallies: Sequence[Stored],
    before: Sequence[Stored],
    documents: ConsultationDocuments,
) -> None:
    """All that was counted goes into the first part, nothing into the others: only their sum is ever looked at."""
    versions = {part.id: part.version for part in before}
    for place, part in enumerate(tallies):
        for by, body in crossings.items():
            groups = body["groups"] if place == 0 else {}
            new = {**body, "groups": groups, "seen": part.body["seen"]}
            await _write(f"{part.id}:{by}", versions, new, documents)


async def _write(id: str, versions: Mapping[str, int], body: Body, documents: ConsultationDocuments) -> None:
    """Raises Stale where the part has changed since it was read."""
    if id in versions:
        await documents.store.replace("crossings", id, versions[id], body)
        return
    try:
        await documents.store.insert("crossings", id, body)
    except Duplicate:
        raise Stale(id) from None
