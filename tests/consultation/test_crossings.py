"""Counts by groups of respondents, from events: the same as if all stored responses were counted anew."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation import usecases
from services.consultation.domain import Given, Kind, Option, Page, Question, Questionnaire, Response, sum_parts
from services.consultation.domain.crossing import (
    CHANNEL,
    LANGUAGE,
    MOST_QUESTIONS,
    NOT_ANSWERED,
    breakdown_questions,
    counted_by,
    sum_crossings,
)
from services.consultation.storage import COLLECTIONS, ConsultationDocuments
from services.consultation.subscribers import Crossings
from shared.bus.embedded import EmbeddedBus
from shared.consume import Consumer
from shared.contracts.consultation import ResponseRevisedV1, ResponseSubmittedV1
from shared.errors import Conflict
from shared.run import Run
from shared.sqlite_file import SqliteFile
from shared.store.sqlite import SqliteStore
from tests.consultation.lives import CHANNELS, STEPS, batches, deliveries, event, lives, published
from tests.town import NOON, Town

Crossed = dict[str, dict[str, Any]]
TEXTS = {"who", "else"}


def recounted(responses: Sequence[Response]) -> dict[str, Crossed]:
    """By breakdown and group, counted by hand from what is stored."""
    total: dict[str, Crossed] = {}
    for response in responses:
        if response.withdrawn_at is not None or response.set_aside:
            continue
        groups = {
            "missing": response.answers.get("missing", (NOT_ANSWERED,))[0],
            "safe": response.answers.get("safe", (NOT_ANSWERED,))[0],
            CHANNEL: str(CHANNELS[response.id]),
            LANGUAGE: "en",
        }
        for by, name in groups.items():
            empty: dict[str, Any] = {"responses": 0, "answered": Counter(), "choices": {}}
            group = total.setdefault(by, {}).setdefault(name, empty)
            group["responses"] += 1
            for field, values in response.answers.items():
                group["answered"][field] += 1
                if field not in TEXTS:
                    group["choices"].setdefault(field, Counter()).update(values)
    return total


@given(steps=STEPS, at_once=st.lists(st.integers(1, 9), min_size=1), twice=st.sets(st.integers(0, 25)))
@settings(max_examples=25, deadline=None)
def test_cross_tables_from_events_equal_a_recount_whatever_becomes_of_responses(
    steps: Sequence[tuple[int, str, Given]], at_once: Sequence[int], twice: set[int]
) -> None:
    """Events come in batches of any size, on two partitions, and some batches come again."""
    responses, events = lives(steps)

    async def total() -> dict[str, Crossed]:
        with TemporaryDirectory() as folder:
            file = SqliteFile(Path(folder) / "engage.db")
            documents = ConsultationDocuments(SqliteStore(file, "consultation", COLLECTIONS))
            await documents.consultations.add(published())
            crossings = Crossings(documents, Run(lambda: None))
            consumer = Consumer("consultation", documents.store, EmbeddedBus(file), lambda: NOON)
            consumer.on_batch(ResponseSubmittedV1, crossings.count)
            consumer.on_batch(ResponseRevisedV1, crossings.count)
            for partition in (0, 1):
                mine = deliveries([event for who, event in events if who % 2 == partition], partition)
                for number, batch in enumerate(batches(mine, at_once)):
                    for _ in range(2 if number in twice else 1):
                        await consumer.take(batch)
            parts = [part.body for part in await documents.store.find("crossings")]
            await file.close()
            return {by: sum_crossings([each for each in parts if each["by"] == by]) for by in {p["by"] for p in parts}}

    found = asyncio.run(total())
    assert {by: groups for by, groups in found.items() if groups} == recounted(responses)


async def test_an_event_that_comes_before_its_submission_leaves_the_same_groups(town: Town) -> None:
    await town.publish()
    consumer = town.host.service("consultation").consumer
    swings, cafe = {"missing": ["swings"]}, {"missing": ["cafe"]}
    responses, events = lives([(0, "", swings), (0, "change", cafe), (1, "", swings), (1, "withdraw", swings)])

    await consumer.take(deliveries([event for _, event in reversed(events)]))

    parts = [part.body for part in await town.consultations.store.find("crossings", {"consultation": "park"})]
    assert {part["by"]: sum_crossings([part]) for part in parts} == recounted(responses)


async def test_the_groups_of_a_breakdown_add_up_to_all_responses(town: Town) -> None:
    await town.publish()
    await town.host.service("consultation").consumer.take(deliveries([event(number) for number in range(7)]))

    store = town.consultations.store
    tally = sum_parts([part.body for part in await store.find("tallies")])
    for part in await store.find("crossings"):
        groups = sum_crossings([part.body]).values()
        assert sum(group["responses"] for group in groups) == tally["responses"] == 7
        assert sum((group["answered"] for group in groups), Counter()) == tally["answered"]


def choice(id: str, options: int = 2, kind: Kind = Kind.ONE_CHOICE) -> Question:
    return Question(id, kind, id, options=tuple(Option(f"option-{number}", "") for number in range(options)))


def asked(*questions: Question, version: int = 1) -> Questionnaire:
    return Questionnaire((Page("page-1", questions=questions),), version=version)


def test_a_question_with_many_answers_is_no_breakdown_except_the_ward() -> None:
    park = replace(
        published(), questionnaire=asked(choice("many", 26), choice("ward", 40, Kind.WARD), choice("few", 25))
    )

    assert breakdown_questions(park) == ("ward", "few")


def test_the_first_twelve_questions_keep_their_place_when_a_later_version_puts_others_before_them() -> None:
    twelve = [choice(f"q{number}") for number in range(MOST_QUESTIONS)]
    park = replace(published(), questionnaire=asked(choice("newer"), *twelve[1:], version=2), earlier=(asked(*twelve),))

    assert counted_by(park, 1) == (CHANNEL, LANGUAGE, *(each.id for each in twelve))
    assert counted_by(park, 2) == (CHANNEL, LANGUAGE, *(each.id for each in twelve[1:]))


async def parts(town: Town) -> dict[str, Crossed]:
    found = [part.body for part in await town.consultations.store.find("crossings", {"consultation": "park"})]
    return {by: sum_crossings([each for each in found if each["by"] == by]) for by in {each["by"] for each in found}}


STEPS_OF_THREE: list[tuple[int, str, Given]] = [
    (0, "", {"missing": ["swings"]}), (1, "", {"missing": ["cafe"], "safe": ["agree"]}), (2, "", {"missing": ["cafe"]}),
    (1, "change", {"missing": ["swings"]}), (2, "withdraw", {}),
]  # fmt: skip


async def test_a_recount_gives_the_groups_of_responses_that_were_counted_before_there_were_any(town: Town) -> None:
    await town.publish()
    responses, events = lives(STEPS_OF_THREE)
    consumer, store = town.host.service("consultation").consumer, town.consultations.store
    for each in responses:
        await town.consultations.responses.add(each)
    for partition in (0, 1):
        await consumer.take(deliveries([event for who, event in events if who % 2 == partition], partition))
    for part in await store.find("crossings"):
        await store.delete("crossings", part.id)

    counted = await usecases.recount("park", town.consultations)

    assert (counted.responses, counted.breakdowns) == (2, 4)
    assert await parts(town) == recounted(responses)


async def test_events_that_come_again_after_a_recount_change_nothing_and_new_ones_count(town: Town) -> None:
    await town.publish()
    responses, events = lives(STEPS_OF_THREE)
    consumer = town.host.service("consultation").consumer
    batch = deliveries([event for _, event in events])
    await consumer.take(batch)
    for each in responses:
        await town.consultations.responses.add(each)
    await usecases.recount("park", town.consultations)

    await consumer.take(batch)
    assert await parts(town) == recounted(responses)

    more, later = lives([(3, "", {"missing": ["cafe"]})])
    await consumer.take(deliveries([event for _, event in later]))
    assert await parts(town) == recounted([*responses, *more])


async def test_a_recount_is_refused_while_a_response_is_stored_and_not_yet_counted(town: Town) -> None:
    await town.publish()
    responses, events = lives(STEPS_OF_THREE)
    await town.host.service("consultation").consumer.take(deliveries([event for _, event in events[:2]]))
    before = await parts(town)
    for each in responses:
        await town.consultations.responses.add(each)

    with pytest.raises(Conflict, match="Try again at a quieter time"):
        await usecases.recount("park", town.consultations)

    assert await parts(town) == before
