"""Weighting results in the background: asked for on a page, worked out over all responses, kept as one document."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Response
from services.consultation.domain.response import choices_of
from services.consultation.domain.weighted import Sample, State, Use, Weighted, ask, weigh
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict, Refusal
from shared.place import Place
from shared.store.documents import Loaded
from shared.store.port import Duplicate, Range, Stale, Where

PAGE = 500
AT_ONCE = 5


@dataclass(frozen=True)
class WeightResults:
    consultation: str
    uses: Sequence[Use]
    is_random_sample: bool
    by: str


async def weight_results(command: WeightResults, documents: ConsultationDocuments, place: Place, now: datetime) -> None:
    """What was asked for before makes way, with its outcome. Raises Invalid, Conflict, NotFound."""
    consultation = (await load(command.consultation, documents)).value
    if not consultation.is_published:
        raise Conflict("Nobody can have answered yet: this consultation is not published")
    asked = ask(
        consultation,
        command.uses,
        place.characteristics,
        command.by,
        now,
        is_random_sample=command.is_random_sample,
    )
    before = await documents.weighted.get(consultation.id)
    if before is not None:
        await documents.weighted.save(before, asked)
        return
    try:
        await documents.weighted.add(asked)
    except Duplicate:
        raise Stale(consultation.id) from None


async def weightings_asked_for(documents: ConsultationDocuments) -> list[Loaded[Weighted]]:
    return await documents.weighted.find({"state": State.ASKED}, limit=AT_ONCE)


async def work_out_weighting(
    loaded: Loaded[Weighted], documents: ConsultationDocuments, place: Place, now: datetime
) -> None:
    """Read every response, a page at a time, and keep what comes of it, or why nothing can."""
    consultation = (await load(loaded.id, documents)).value
    sample = Sample(loaded.value.uses)
    async for page in _pages(consultation.id, documents):
        for response in page:
            if response.counts:
                sample.add(choices_of(consultation.version(response.version), response.answers))
    try:
        population = place.population.total if loaded.value.is_random_sample else None
        outcome = await asyncio.to_thread(weigh, sample, consultation, place.characteristics, population, now)
    except Refusal as refusal:
        await documents.weighted.save(loaded, loaded.value.refused(refusal.sentence))
        return
    await documents.weighted.save(loaded, loaded.value.came_to(outcome))


async def _pages(consultation: str, documents: ConsultationDocuments) -> AsyncIterator[Sequence[Response]]:
    last = ""
    while True:
        where: Where = {"consultation": consultation, "id": Range(least=last)}
        found = [each.value for each in await documents.responses.find(where, limit=PAGE) if each.id != last]
        if not found:
            return
        yield found
        last = found[-1].id
