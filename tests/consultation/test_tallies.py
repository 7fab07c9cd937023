"""Counts from events: each response once, however often and in whatever order its event comes."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation import queries
from services.consultation.domain import Given, Response, sum_parts
from services.consultation.storage import COLLECTIONS
from services.consultation.subscribers import Tallies
from shared.bus.embedded import EmbeddedBus
from shared.consume import Consumer
from shared.contracts.consultation import ResponseRevisedV1, ResponseSubmittedV1
from shared.run import Run
from shared.sqlite_file import SqliteFile
from shared.store.sqlite import SqliteStore
from tests.consultation.lives import STEPS, batches, deliveries, event, lives
from tests.town import NOON, Town


async def counted(town: Town) -> tuple[int, dict[str, int]]:
    consultation = await town.consultations.consultations.get("park")
    assert consultation is not None
    results = await queries.results(consultation.value, town.consultations)
    return results.responses, {bar.label: bar.count for bar in results.questions[0].bars}


async def test_events_that_come_again_count_once(town: Town, tmp_path: Path) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer
    events = [event(1), event(2, "cafe"), event(3)]

    await consumer.take(deliveries(events))
    await consumer.take(deliveries(events))
    await consumer.take(deliveries([events[2], event(4), events[0]]))

    assert await counted(town) == (4, {"Swings": 3, "A café": 1})


async def test_the_parts_of_several_partitions_are_summed(town: Town) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer

    await consumer.take(deliveries([event(1), event(2)], partition=0))
    await consumer.take(deliveries([event(3, "cafe")], partition=2))

    assert await counted(town) == (3, {"Swings": 2, "A café": 1})


async def test_shares_are_of_those_who_answered_the_question(town: Town) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer
    await consumer.take(deliveries([event(1), event(2, "cafe"), event(3), event(4)]))

    consultation = await town.consultations.consultations.get("park")
    assert consultation is not None
    results = await queries.results(consultation.value, town.consultations)

    missing, when, safe, _, text = results.questions
    assert [bar.share for bar in missing.bars] == [0.75, 0.25]
    assert [bar.share for bar in when.bars] == [1.0, 1.0]
    assert (safe.answered, [bar.share for bar in safe.bars]) == (0, [0.0] * 5)
    assert text.answered == 4


def recounted(responses: Sequence[Response]) -> dict[str, Any]:
    """Counted from what is stored, by hand."""
    total: dict[str, Any] = {"responses": 0, "answered": Counter(), "choices": {}, "versions": Counter()}
    for response in responses:
        if response.withdrawn_at is not None or response.set_aside:
            continue
        total["responses"] += 1
        total["versions"]["1"] += 1
        for field, values in response.answers.items():
            total["answered"][field] += 1
            if field != "who":
                total["choices"].setdefault(field, Counter()).update(values)
    return total


@given(steps=STEPS, at_once=st.lists(st.integers(1, 9), min_size=1), twice=st.sets(st.integers(0, 25)))
@settings(max_examples=25, deadline=None)
def test_totals_from_events_equal_a_recount_whatever_becomes_of_responses(
    steps: Sequence[tuple[int, str, Given]], at_once: Sequence[int], twice: set[int]
) -> None:
    """Events come in batches of any size, on two partitions, and some batches come again."""
    responses, events = lives(steps)

    async def total() -> dict[str, Any]:
        with TemporaryDirectory() as folder:
            file = SqliteFile(Path(folder) / "engage.db")
            store = SqliteStore(file, "consultation", COLLECTIONS)
            tallies = Tallies(store, Run(lambda: None))
            consumer = Consumer("consultation", store, EmbeddedBus(file), lambda: NOON)
            consumer.on_batch(ResponseSubmittedV1, tallies.count)
            consumer.on_batch(ResponseRevisedV1, tallies.count)
            for partition in (0, 1):
                mine = deliveries([event for who, event in events if who % 2 == partition], partition)
                for number, batch in enumerate(batches(mine, at_once)):
                    for _ in range(2 if number in twice else 1):
                        await consumer.take(batch)
            parts = [part.body for part in await store.find("tallies")]
            await file.close()
            return sum_parts(parts)

    found, wanted = asyncio.run(total()), recounted(responses)
    assert {name: found[name] for name in wanted} == wanted


async def test_an_event_that_comes_before_its_submission_ends_in_the_same_counts(town: Town) -> None:
    """A submission that was parked is counted when it is replayed, after what became of it."""
    await town.publish()
    consumer = town.host.service("consultation").consumer
    swings, cafe = {"missing": ["swings"]}, {"missing": ["cafe"]}
    _, events = lives([(0, "", swings), (0, "change", cafe), (1, "", swings), (1, "withdraw", swings)])

    await consumer.take(deliveries([event for _, event in reversed(events)]))

    assert await counted(town) == (1, {"Swings": 0, "A café": 1})
