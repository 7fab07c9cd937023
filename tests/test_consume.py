"""Taking events in: each in order within its key, tried again, then parked with a reason; an outage parks nothing."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import orjson
import pytest
from pydantic import Field

from shared.bus.embedded import EmbeddedBus
from shared.bus.port import BATCH, Delivery
from shared.consume import PARKED, SEEN, TRIES, Consumer, Received, parked_body, remember
from shared.errors import Refusal, Unavailable
from shared.event import Fact, Outgoing, forget, record
from shared.sqlite_file import SqliteFile
from shared.store.port import Body, Collection, Stored
from shared.store.sqlite import SqliteStore
from tests.eventually import eventually

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class PlantedV1(Fact):
    wire_name: ClassVar[str] = "garden.planted.v1"
    topic: ClassVar[str] = "garden"

    what: str


class CountedV1(Fact):
    wire_name: ClassVar[str] = "garden.counted.v1"
    topic: ClassVar[str] = "garden"

    number: int
    by_bed: dict[str, int] = Field(default_factory=dict)


class Outage(SqliteStore):
    """A store that can be out of reach."""

    away = False

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        if self.away:
            raise Unavailable("away")
        await super().insert(collection, id, body, events)


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(tmp_path / "engage.db")
    yield file
    await file.close()


@pytest.fixture
def store(file: SqliteFile) -> Outage:
    return Outage(file, "trial", (PARKED, Collection("things")))


@pytest.fixture
def bus(file: SqliteFile) -> EmbeddedBus:
    return EmbeddedBus(file)


@pytest.fixture
def consumer(store: Outage, bus: EmbeddedBus) -> Consumer:
    return Consumer("trial", store, bus, lambda: NOON, first_pause_s=0.001)


class Garden:
    """A handler that notes what it takes in, after it has failed as it is told to."""

    def __init__(self, fails: Callable[[str], Exception | None] = lambda what: None) -> None:
        self._fails = fails
        self.tries: list[str] = []
        self.taken: list[str] = []

    async def plant(self, received: Received[PlantedV1]) -> None:
        await self.plant_all([received])

    async def plant_all(self, received: Sequence[Received[PlantedV1]]) -> None:
        self.tries.append("+".join(each.fact.what for each in received))
        for each in received:
            if error := self._fails(each.fact.what):
                raise error
        self.taken.extend(each.fact.what for each in received)


def planted(what: str, key: str = "bed") -> bytes:
    return record(PlantedV1(what=what), key=key, at=NOON).payload.encode()


def deliveries(*payloads: bytes, start: int = 1, partition: int = 0) -> list[Delivery]:
    return [Delivery("garden", partition, place, payload) for place, payload in enumerate(payloads, start)]


def failing(what: str, error: Exception) -> Callable[[str], Exception | None]:
    return lambda each: error if each == what else None


async def parked(store: SqliteStore) -> list[Body]:
    return [each.body for each in await store.find("parked", sort="position")]


async def test_a_handler_is_given_the_fact_and_what_its_envelope_says(consumer: Consumer) -> None:
    given: list[Received[PlantedV1]] = []

    async def take(received: Received[PlantedV1]) -> None:
        given.append(received)

    consumer.on(PlantedV1, take)
    event = record(PlantedV1(what="beans"), key="bed-7", at=NOON)
    await consumer.take(deliveries(event.payload.encode(), partition=2))

    assert given == [Received(event.id, NOON, "bed-7", 2, PlantedV1(what="beans"))]


async def test_a_handler_that_fails_is_tried_again_and_nothing_is_parked(consumer: Consumer, store: Outage) -> None:
    garden = Garden(fails=lambda what: RuntimeError("not yet") if len(garden.tries) < TRIES else None)
    consumer.on(PlantedV1, garden.plant)

    await consumer.take(deliveries(planted("beans")))

    assert garden.tries == ["beans"] * TRIES
    assert garden.taken == ["beans"]
    assert await parked(store) == []


async def test_an_event_that_always_fails_is_parked_and_the_next_goes_through(
    consumer: Consumer, store: Outage
) -> None:
    garden = Garden(fails=failing("weeds", Refusal("Weeds are not planted here")))
    consumer.on(PlantedV1, garden.plant)
    broken = planted("weeds", key="bed-1")

    await consumer.take(deliveries(planted("beans", "bed-1"), broken, planted("peas", "bed-1"), start=7))

    assert garden.taken == ["beans", "peas"]
    assert garden.tries.count("weeds") == TRIES
    assert await parked(store) == [
        {
            "state": "parked",
            "topic": "garden",
            "partition": 0,
            "position": 8,
            "key": "bed-1",
            "payload": base64.b64encode(broken).decode(),
            "reason": "Weeds are not planted here",
            "at": "2026-03-01T12:00:00+00:00",
        }
    ]


async def test_a_reason_says_what_and_where_and_repeats_no_value(consumer: Consumer, store: Outage) -> None:
    consumer.on(PlantedV1, Garden(fails=lambda what: ValueError(f"cannot take {what}")).plant)

    await consumer.take(deliveries(planted("ann@example.org")))

    (reason,) = [body["reason"] for body in await parked(store)]
    assert reason.startswith("ValueError at test_consume.py:")
    assert "ann@" not in reason


async def test_an_event_that_does_not_fit_its_contract_is_parked_with_the_names_of_the_fields_alone(
    consumer: Consumer, store: Outage
) -> None:
    async def take(received: Received[CountedV1]) -> None:
        raise NotImplementedError

    consumer.on(CountedV1, take)
    envelope = {"id": "1", "name": "garden.counted.v1", "at": "2026-03-01T12:00:00Z", "key": "bed"}
    data = {"number": "ann@example.org", "by_bed": {"bob@example.org": "many"}}

    await consumer.take(deliveries(orjson.dumps({**envelope, "data": data})))

    (body,) = await parked(store)
    assert body["reason"] == "the event does not fit its contract: number: int_parsing; by_bed: int_parsing"
    assert body["key"] == "bed"


@pytest.mark.parametrize(
    "payload",
    [
        b"no JSON",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b"{}",
        b'{"data": {}}',
        b'{"id": "1", "name": "garden.planted.v1", "at": 7, "key": "k", "data": {"what": "x"}}',
        b'{"id": "1", "name": "garden.planted.v1", "at": "noon", "key": "k", "data": {"what": "x"}}',
        b'{"id": "1", "name": "garden.planted.v1", "at": "2026-03-01T12:00:00Z", "key": "k", "data": "x"}',
        b"[" * 100_000,
    ],
)
async def test_bytes_that_are_no_event_are_parked_as_they_are(
    consumer: Consumer, store: Outage, payload: bytes
) -> None:
    garden = Garden()
    consumer.on(PlantedV1, garden.plant)

    await consumer.take(deliveries(payload, planted("beans")))

    assert garden.taken == ["beans"]
    (body,) = await parked(store)
    assert base64.b64decode(body["payload"]) == payload
    assert body["state"] == "parked"


async def test_events_that_nobody_listens_to_are_passed_over(consumer: Consumer, store: Outage) -> None:
    garden = Garden()
    consumer.on(PlantedV1, garden.plant)
    unknown = orjson.dumps({"id": "1", "name": "garden.burnt.v1", "at": "2026-03-01T12:00:00Z", "key": "k", "data": {}})
    later = unknown.replace(b"garden.burnt.v1", b"garden.planted.v2")

    await consumer.take(deliveries(unknown, later, planted("beans")))

    assert garden.taken == ["beans"]
    assert await parked(store) == []


async def test_a_key_that_was_taken_away_is_passed_over(consumer: Consumer, store: Outage) -> None:
    consumer.on(PlantedV1, Garden().plant)

    await consumer.take(deliveries(forget(PlantedV1, key="bed").payload.encode()))

    assert await parked(store) == []


async def test_fields_that_a_later_publisher_added_are_passed_over(consumer: Consumer) -> None:
    garden = Garden()
    consumer.on(PlantedV1, garden.plant)
    payload = planted("beans").replace(b'"what":"beans"', b'"what":"beans","depth":3')

    await consumer.take(deliveries(payload))

    assert garden.taken == ["beans"]


async def test_events_of_one_key_are_handled_in_order_and_those_of_others_meanwhile(consumer: Consumer) -> None:
    began: list[str] = []
    let_go = asyncio.Event()

    async def take(received: Received[PlantedV1]) -> None:
        began.append(received.fact.what)
        if received.fact.what == "slow 1":
            await let_go.wait()
        if received.fact.what == "quick 2":
            let_go.set()

    consumer.on(PlantedV1, take)
    slow, quick = (planted("slow 1", "s"), planted("slow 2", "s")), (planted("quick 1", "q"), planted("quick 2", "q"))
    async with asyncio.timeout(5):
        await consumer.take(deliveries(*slow, *quick))

    assert sorted(began) == ["quick 1", "quick 2", "slow 1", "slow 2"]
    assert began.index("slow 2") > began.index("quick 2")


async def test_what_came_together_is_handled_together_where_the_handler_can(consumer: Consumer) -> None:
    garden = Garden()
    consumer.on_batch(PlantedV1, garden.plant_all)

    await consumer.take(deliveries(*(planted(what, key=what) for what in "abc")))

    assert garden.tries == ["a+b+c"]


async def test_kinds_that_are_handled_differently_keep_their_order(consumer: Consumer) -> None:
    garden, seen = Garden(), list[str]()

    async def count(received: Received[CountedV1]) -> None:
        seen.append(f"counted {len(garden.taken)}")

    consumer.on_batch(PlantedV1, garden.plant_all)
    consumer.on(CountedV1, count)
    counted = record(CountedV1(number=1), key="bed", at=NOON).payload.encode()

    await consumer.take(deliveries(planted("a"), planted("b"), counted, planted("c"), counted))

    assert garden.tries == ["a+b", "c"]
    assert seen == ["counted 2", "counted 3"]


async def test_a_batch_with_a_broken_event_falls_back_to_single_ones(consumer: Consumer, store: Outage) -> None:
    garden = Garden(fails=failing("c", RuntimeError("broken")))
    consumer.on_batch(PlantedV1, garden.plant_all)

    await consumer.take(deliveries(*(planted(what) for what in "abcde")))

    assert garden.taken == ["a", "b", "d", "e"]
    assert [body["position"] for body in await parked(store)] == [3]
    assert garden.tries == ["a+b+c+d+e"] * TRIES + ["a", "b"] + ["c"] * TRIES + ["d", "e"]


async def test_an_outage_parks_nothing_and_is_passed_on(consumer: Consumer, store: Outage) -> None:
    garden = Garden(fails=lambda what: Unavailable("away") if len(garden.tries) < 3 else None)
    consumer.on(PlantedV1, garden.plant)
    batch = deliveries(planted("beans"))

    for _ in range(2):
        with pytest.raises(Unavailable):
            await consumer.take(batch)
    await consumer.take(batch)

    assert garden.taken == ["beans"]
    assert await parked(store) == []


async def test_an_outage_while_a_batch_is_handled_parks_nothing(consumer: Consumer, store: Outage) -> None:
    garden = Garden(fails=lambda what: Unavailable("away"))
    consumer.on_batch(PlantedV1, garden.plant_all)

    with pytest.raises(Unavailable):
        await consumer.take(deliveries(planted("a"), planted("b")))

    assert garden.tries == ["a+b"]
    assert await parked(store) == []


async def test_an_event_that_cannot_be_parked_now_is_not_lost(consumer: Consumer, store: Outage) -> None:
    consumer.on(PlantedV1, Garden().plant)
    batch = deliveries(b"no JSON")
    store.away = True
    with pytest.raises(Unavailable):
        await consumer.take(batch)

    store.away = False
    await consumer.take(batch)

    assert len(await parked(store)) == 1


async def test_an_outage_is_given_more_time_each_time_and_little_again_after_it(
    store: Outage, bus: EmbeddedBus
) -> None:
    consumer = Consumer("trial", store, bus, lambda: NOON, first_pause_s=0.05)
    garden = Garden(fails=failing("away", Unavailable("away")))
    consumer.on(PlantedV1, garden.plant)

    async def seconds() -> float:
        begun = time.monotonic()
        with pytest.raises(Unavailable):
            await consumer.take(deliveries(planted("away")))
        return time.monotonic() - begun

    pauses = [await seconds() for _ in range(4)]
    assert pauses[0] < 0.3 < pauses[3]
    await consumer.take(deliveries(planted("there")))
    assert await seconds() < 0.3


async def test_when_an_outage_is_passed_on_nothing_is_at_work_any_more(consumer: Consumer) -> None:
    at_work: set[str] = set()

    async def take(received: Received[PlantedV1]) -> None:
        if received.fact.what == "away":
            raise Unavailable("away")
        at_work.add(received.fact.what)
        await asyncio.sleep(0.2)
        at_work.discard(received.fact.what)

    consumer.on(PlantedV1, take)
    with pytest.raises(Unavailable):
        await consumer.take(deliveries(planted("slow", "s"), planted("away", "a"), planted("slower", "t")))

    assert at_work == set()


async def test_an_event_that_comes_again_is_parked_once(consumer: Consumer, store: Outage) -> None:
    consumer.on(PlantedV1, Garden().plant)
    batch = deliveries(b"no JSON")

    await consumer.take(batch)
    await consumer.take(batch)

    assert len(await parked(store)) == 1


async def ask_for_replay(store: SqliteStore) -> None:
    for each in await store.find("parked"):
        await store.replace("parked", each.id, each.version, {**each.body, "state": "replay"})


async def test_a_parked_event_is_replayed_when_it_is_asked_for(consumer: Consumer, store: Outage) -> None:
    mended = False
    garden = Garden(fails=lambda what: None if mended else RuntimeError("broken"))
    consumer.on(PlantedV1, garden.plant)
    await consumer.take(deliveries(planted("beans")))

    assert await consumer.replay() == 0
    mended = True
    await ask_for_replay(store)
    assert await consumer.replay() == 1

    assert garden.taken == ["beans"]
    assert await parked(store) == []


async def test_a_replay_that_fails_is_parked_again_with_its_new_reason(consumer: Consumer, store: Outage) -> None:
    reasons = iter([Refusal("The first reason")] * TRIES + [Refusal("The second reason")] * TRIES)
    garden = Garden(fails=lambda what: next(reasons))
    consumer.on(PlantedV1, garden.plant)
    await consumer.take(deliveries(planted("beans")))
    await ask_for_replay(store)

    assert await consumer.replay() == 0

    (body,) = await parked(store)
    assert (body["state"], body["reason"]) == ("parked", "The second reason")
    assert body["payload"]


async def test_a_replay_of_what_is_no_event_is_parked_again(consumer: Consumer, store: Outage) -> None:
    consumer.on(PlantedV1, Garden().plant)
    await consumer.take(deliveries(b"no JSON"))
    await ask_for_replay(store)

    assert await consumer.replay() == 0
    assert [body["state"] for body in await parked(store)] == ["parked"]


async def test_parked_events_are_replayed_in_the_order_in_which_they_came(consumer: Consumer, store: Outage) -> None:
    mended = False
    garden = Garden(fails=lambda what: None if mended else RuntimeError("broken"))
    consumer.on_batch(PlantedV1, garden.plant_all)
    places = [9, 10, 11, 100]
    await asyncio.gather(*(consumer.take(deliveries(planted(str(place)), start=place)) for place in reversed(places)))
    mended = True
    await ask_for_replay(store)

    await consumer.replay()

    assert garden.taken == ["9", "10", "11", "100"]


async def test_an_outage_leaves_what_was_asked_for_as_it_is(consumer: Consumer, store: Outage) -> None:
    errors: list[Exception] = [RuntimeError("broken")] * TRIES + [Unavailable("away")]
    garden = Garden(fails=lambda what: errors.pop(0) if errors else None)
    consumer.on(PlantedV1, garden.plant)
    await consumer.take(deliveries(planted("beans")))
    await ask_for_replay(store)

    with pytest.raises(Unavailable):
        await consumer.replay()
    assert await consumer.replay() == 1


async def test_what_an_operator_is_shown_of_a_parked_event_is_not_its_payload() -> None:
    body = {"state": "parked", "topic": "t", "partition": 0, "position": 1, "key": "ann", "payload": "YW5u"}

    shown = parked_body(Stored("t:0:1", 1, {**body, "reason": "RuntimeError", "at": "2026-03-01T12:00:00+00:00"}))

    assert shown == {
        "state": "parked",
        "topic": "t",
        "partition": 0,
        "position": 1,
        "reason": "RuntimeError",
        "at": "2026-03-01T12:00:00+00:00",
    }


def test_one_event_has_one_handler_in_a_service(consumer: Consumer) -> None:
    consumer.on(PlantedV1, Garden().plant)

    with pytest.raises(ValueError, match=r"garden\.planted\.v1 has a handler in trial already"):
        consumer.on_batch(PlantedV1, Garden().plant_all)


def test_what_has_been_seen_is_remembered_several_times_as_long_as_it_can_come_again() -> None:
    assert SEEN >= 4 * BATCH  # both the relay and the bus bring a batch again, at most

    first = [f"first {n}" for n in range(BATCH)]
    seen = remember([], first)
    for batch in range(3):
        seen = remember(seen, [f"{batch} {n}" for n in range(BATCH)])
    assert set(first) <= set(seen)


def test_what_has_been_seen_is_bounded_and_the_oldest_goes_first() -> None:
    seen = remember([str(n) for n in range(SEEN)], ["new 1", "new 2"])

    assert len(seen) == SEEN
    assert seen[0] == "2"
    assert seen[-2:] == ["new 1", "new 2"]


async def test_a_service_takes_in_from_the_bus_what_was_published_before_and_after_it_came(
    consumer: Consumer, bus: EmbeddedBus, store: Outage
) -> None:
    garden = Garden(fails=failing("weeds", RuntimeError("broken")))
    consumer.on(PlantedV1, garden.plant)
    await bus.publish([record(PlantedV1(what=what), key="bed", at=NOON) for what in ("before", "weeds")])
    consumer.start()
    await bus.start()
    await bus.publish([record(PlantedV1(what="after"), key="bed", at=NOON)])

    await eventually(lambda: garden.taken == ["before", "after"])
    assert [body["position"] for body in await parked(store)] == [2]
    await bus.stop()
    await consumer.stop()


async def test_a_started_service_replays_what_is_asked_for_by_itself(
    consumer: Consumer, bus: EmbeddedBus, store: Outage
) -> None:
    mended = False
    garden = Garden(fails=lambda what: None if mended else RuntimeError("broken"))
    consumer.on(PlantedV1, garden.plant)
    await consumer.take(deliveries(planted("beans")))
    consumer.start()
    mended = True
    await ask_for_replay(store)

    await eventually(lambda: garden.taken == ["beans"])
    await consumer.stop()
