"""Looking, now and then, which groups a consultation does not hear from. One document for each consultation."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.consultation.domain import Consultation
from services.consultation.domain.equality import EqualityQuestion
from services.consultation.domain.representation import (
    EVERY,
    LOOK_AGAIN,
    SETTLED,
    Comparison,
    Snapshot,
    compare_in_confidence,
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
from shared.store.port import Duplicate, Range

AT_ONCE = 20


async def watch_who_answers(consultation: str, documents: ConsultationDocuments, now: datetime) -> None:
    """From its first response on. Again is no error."""
    if await documents.heard.get(consultation) is None:
        try:
            await documents.heard.add(Snapshot(consultation, now))
        except Duplicate:
            return


async def due_snapshots(documents: ConsultationDocuments, now: datetime) -> list[Loaded[Snapshot]]:
    until = as_text(now + timedelta(microseconds=1))
    return await documents.heard.find({"look_at": Range(below=until)}, sort="look_at", limit=AT_ONCE)


async def take_snapshot(
    loaded: Loaded[Snapshot], documents: ConsultationDocuments, secrets: Secrets, place: Place, now: datetime
) -> None:
    """Look, if it is time, and say when to look again."""
    consultation = (await load(loaded.id, documents)).value
    await documents.heard.save(loaded, await _looked(loaded.value, consultation, documents, secrets, place, now))


async def _looked(  # noqa: PLR0913
    before: Snapshot,
    consultation: Consultation,
    documents: ConsultationDocuments,
    secrets: Secrets,
    place: Place,
    now: datetime,
) -> Snapshot:
    compared = list(_compared(consultation, place))
    if not compared or not secrets.has_equality:
        return Snapshot(before.id, None)
    told = await documents.store.count(EQUALITY.name, {"consultation": consultation.id})
    if consultation.has_closed(now - SETTLED):
        answers, _ = await equality_answers(consultation.id, documents, secrets)
        last = tuple(_compare(each, question, answers) for each, question in compared)
        return Snapshot(before.id, None, now, told, before.quiet, last)
    if not is_time(before, told, now):
        return Snapshot(before.id, now + LOOK_AGAIN, before.taken_at, before.of, before.quiet)
    answers, _ = await equality_answers(consultation.id, documents, secrets)
    quiet = tuple(group for each, _ in compared for group in quiet_groups(each, answers))
    again = min(now + EVERY, max(consultation.details.closes_at + SETTLED, now + LOOK_AGAIN))
    return Snapshot(before.id, again, now, told, quiet)


def _compared(consultation: Consultation, place: Place) -> Iterator[tuple[Characteristic, EqualityQuestion]]:
    """What the place has shares of, and the consultation asks in the same answers."""
    for question in consultation.monitoring.asked:
        options = {option.id for option in question.options}
        for each in place.characteristics.values():
            if each.question == question.id and all(options.issuperset(group.options) for group in each.compare):
                yield each, question


def _compare(each: Characteristic, question: EqualityQuestion, answers: list[dict[str, str]]) -> Comparison:
    return compare_in_confidence(each, [option.id for option in question.options], answers)
