"""Looking, now and then, which groups a consultation does not hear from. One document for each consultation."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from services.consultation.domain import Consultation, State
from services.consultation.domain.equality import EqualityQuestion
from services.consultation.domain.representation import (
    LOOK_AGAIN,
    SETTLED,
    Comparison,
    Quiet,
    Snapshot,
    all_quiet,
    compare_in_confidence,
    compare_wards,
    is_time,
    quiet_groups,
)
from services.consultation.storage import EQUALITY, ConsultationDocuments
from services.consultation.usecases.equality import equality_answers
from services.consultation.usecases.writing import load
from shared.place import Place
from shared.population import Characteristic
from shared.secrets import Secrets
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, In, Range

AT_ONCE = 20
MOST_PARTS = 50
LISTED = 1_000


async def watch_who_answers(consultation: str, documents: ConsultationDocuments, now: datetime) -> None:
    """From its first response on. Again is no error."""
    if await documents.heard.get(consultation) is None:
        try:
            await documents.heard.add(Snapshot(consultation, now))
        except Duplicate:
            return


async def watch_published(documents: ConsultationDocuments, now: datetime) -> None:
    """All that are published: those from before there were snapshots have no first response to come."""
    ids = {each.id for each in await documents.consultations.find({"state": State.PUBLISHED}, limit=LISTED)}
    watched = {each.id for each in await documents.heard.find({"id": In(sorted(ids))}, limit=LISTED)}
    for id in sorted(ids - watched):
        await watch_who_answers(id, documents, now)


async def due_snapshots(documents: ConsultationDocuments, now: datetime) -> list[Loaded[Snapshot]]:
    until = as_text(now + timedelta(microseconds=1))
    return await documents.heard.find({"look_at": Range(below=until)}, sort="look_at", limit=AT_ONCE)


async def take_snapshot(
    loaded: Loaded[Snapshot], documents: ConsultationDocuments, secrets: Secrets, place: Place, now: datetime
) -> None:
    """Look who answered, as far as it is time to, and say when to look again."""
    consultation = (await load(loaded.id, documents)).value
    compared = list(_compared(consultation, place)) if secrets.has_equality else []
    parts = await documents.store.find("tallies", {"consultation": consultation.id}, limit=MOST_PARTS)
    wards = compare_wards(consultation, place.characteristics, [part.body for part in parts])
    ended = consultation.has_closed(now - SETTLED)
    looked = replace(
        loaded.value,
        look_at=None if ended or not (compared or wards) else _again(consultation, now),
        quiet_wards=all_quiet(wards),
    )
    told = await documents.store.count(EQUALITY.name, {"consultation": consultation.id}) if compared else 0
    if compared and (ended or is_time(looked, told, now)):
        answers, _ = await equality_answers(consultation.id, documents, secrets)
        looked = replace(looked, taken_at=now, of=told, **_said(compared, answers, ended=ended))
    await documents.heard.save(loaded, looked)


def _again(consultation: Consultation, now: datetime) -> datetime:
    """In an hour; for the last time when those who answered just before the close have had time for all questions."""
    settled = consultation.details.closes_at + SETTLED
    return settled if now < settled < now + LOOK_AGAIN else now + LOOK_AGAIN


class _Said(TypedDict, total=False):
    quiet: tuple[Quiet, ...]
    last: tuple[Comparison, ...]


def _said(
    compared: Sequence[tuple[Characteristic, EqualityQuestion]], answers: list[dict[str, str]], *, ended: bool
) -> _Said:
    """Names while it is open; shares, and names by these, once it has closed."""
    if not ended:
        return {"quiet": tuple(group for each, _ in compared for group in quiet_groups(each, answers))}
    last = tuple(
        compare_in_confidence(each, [option.id for option in question.options], answers) for each, question in compared
    )
    return {"quiet": all_quiet(last), "last": last}


def _compared(consultation: Consultation, place: Place) -> Iterator[tuple[Characteristic, EqualityQuestion]]:
    """What the place has shares of, and the consultation asks in the same answers."""
    for question in consultation.monitoring.asked:
        options = {option.id for option in question.options}
        for each in place.characteristics.values():
            if each.question == question.id and all(options.issuperset(group.options) for group in each.compare):
                yield each, question
