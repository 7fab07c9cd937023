"""From documents to the bus: in order, twice rather than never, and at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from shared.bus.embedded import EmbeddedBus
from shared.bus.port import BATCH, Bus, Handler
from shared.errors import Unavailable
from shared.event import Outgoing
from shared.relay import LOOK_AGAIN_S, Relay
from shared.sqlite_file import SqliteFile
from shared.store.port import Collection, Pending
from shared.store.sqlite import SqliteStore
from tests.adapters.buses import Listener
from tests.eventually import eventually


class NotedBus(Bus):
    """Takes events in while it is there, and notes them; may keep some of a call that fails, as Kafka may."""

    def __init__(self, *, there: bool = True, keeps: int = 0) -> None:
        self.there = there
        self.keeps = keeps
        self.calls: list[list[str]] = []
        self.refused: list[float] = []

    @property
    def events(self) -> list[str]:
        return [id for call in self.calls for id in call]

    async def publish(self, events: Sequence[Outgoing]) -> None:
        ids = [event.id for event in events]
        self.calls.append(ids if self.there else ids[: self.keeps])
        if not self.there:
            self.refused.append(time.monotonic())
            raise Unavailable("away")

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        raise NotImplementedError

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ping(self) -> None: ...


class DyingStore(SqliteStore):
    """Dies once when events are to be marked: as a process that is killed between publishing and marking."""

    dies = True

    async def mark_published(self, published: Sequence[Pending]) -> None:
        if self.dies:
            self.dies = False
            raise RuntimeError("killed")
        await super().mark_published(published)


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(tmp_path / "engage.db")
    yield file
    await file.close()


@pytest.fixture
def store(file: SqliteFile) -> SqliteStore:
    return SqliteStore(file, "trial", (Collection("people"), Collection("notes")))


def event(id: str) -> Outgoing:
    return Outgoing(id, "trial", "key", id)


async def test_what_waits_is_published_in_order_and_waits_no_more(store: SqliteStore) -> None:
    bus = NotedBus()
    relay = Relay(store, bus)
    await store.insert("people", "ann", {}, [event("1"), event("2")])
    await store.insert("notes", "n", {}, [event("3")])
    await store.replace("people", "ann", 1, {}, [event("4")])

    assert await relay.drain() == 4
    assert await relay.drain() == 0

    assert bus.events == ["1", "2", "4", "3"]
    assert await store.pending(10) == []


async def test_a_crash_between_publishing_and_marking_publishes_twice_and_loses_nothing(file: SqliteFile) -> None:
    bus = NotedBus()
    store = DyingStore(file, "trial", (Collection("people"),))
    await store.insert("people", "ann", {}, [event("1"), event("2")])

    with pytest.raises(RuntimeError):
        await Relay(store, bus).drain()
    await Relay(store, bus).drain()

    assert bus.events == ["1", "2", "1", "2"]
    assert await store.pending(10) == []


async def test_events_that_the_bus_did_not_take_stay_in_their_document(store: SqliteStore) -> None:
    bus = NotedBus(there=False, keeps=1)
    relay = Relay(store, bus)
    await store.insert("people", "ann", {}, [event("1"), event("2")])

    with pytest.raises(Unavailable):
        await relay.drain()
    assert [each.id for document in await store.pending(10) for each in document.events] == ["1", "2"]

    bus.there = True
    await relay.drain()
    assert bus.events == ["1", "1", "2"]


async def test_no_more_than_a_batch_goes_out_before_it_is_marked(store: SqliteStore) -> None:
    bus = NotedBus()
    many = [f"a{n:03}" for n in range(2 * BATCH + 50)]
    await store.insert("people", "many", {}, [event(id) for id in many])
    await store.insert("people", "few", {}, [event("b1"), event("b2")])

    assert await Relay(store, bus).drain() == len(many) + 2

    assert [len(call) for call in bus.calls] == [BATCH, BATCH, 52]
    assert bus.events == [*many, "b1", "b2"]
    assert await store.pending(10) == []


async def test_a_commit_wakes_the_relay_at_once(file: SqliteFile, store: SqliteStore) -> None:
    bus, listener = EmbeddedBus(file), Listener()
    bus.subscribe("trial", "group", listener.take)
    relay = Relay(store, bus)
    await bus.start()
    relay.start()
    await asyncio.sleep(0)

    begun = time.monotonic()
    for n in range(10):
        await store.insert("people", str(n), {}, [event(str(n))])
        relay.wake()
        await eventually(partial(listener.has, str(n)))
    assert time.monotonic() - begun < 10 * LOOK_AGAIN_S / 2
    await relay.stop()
    await bus.stop()


async def test_what_another_process_left_is_found_without_a_word(store: SqliteStore) -> None:
    bus = NotedBus()
    await store.insert("people", "early", {}, [event("left behind")])
    relay = Relay(store, bus)
    relay.start()
    await eventually(lambda: bus.events == ["left behind"])

    await store.insert("people", "late", {}, [event("not told")])
    await eventually(lambda: bus.events == ["left behind", "not told"])
    await relay.stop()


async def test_events_wait_while_the_bus_is_away_and_go_out_when_it_is_back(store: SqliteStore) -> None:
    bus = NotedBus(there=False)
    relay = Relay(store, bus)
    relay.start()
    for n in range(5):
        await store.insert("people", str(n), {}, [event(str(n))])
        relay.wake()
    await eventually(lambda: len(bus.refused) >= 2)
    assert bus.events == []

    bus.there = True
    await eventually(lambda: bus.events == ["0", "1", "2", "3", "4"])
    await relay.stop()


async def test_a_bus_that_is_away_is_left_alone_longer_each_time_however_many_commits_there_are(
    store: SqliteStore,
) -> None:
    bus = NotedBus(there=False)
    relay = Relay(store, bus)
    await store.insert("people", "ann", {}, [event("1")])
    relay.start()

    async def refused_thrice() -> bool:
        relay.wake()
        return len(bus.refused) >= 3

    await eventually(refused_thrice)
    first, second, third = bus.refused[:3]
    assert second - first > 0.15
    assert third - second > 0.35
    await relay.stop()


async def test_a_stop_sends_what_is_there(store: SqliteStore) -> None:
    bus = NotedBus()
    relay = Relay(store, bus)
    relay.start()
    await eventually(lambda: True)
    await store.insert("people", "ann", {}, [event("last words")])

    await relay.stop()

    assert bus.events == ["last words"]


async def test_a_stop_does_not_wait_for_a_bus_that_is_away(store: SqliteStore) -> None:
    bus = NotedBus(there=False)
    relay = Relay(store, bus)
    await store.insert("people", "ann", {}, [event("1")])
    relay.start()
    await eventually(lambda: len(bus.refused) >= 4)  # from here on it would pause for seconds

    begun = time.monotonic()
    await relay.stop()

    assert time.monotonic() - begun < 1
    assert len(await store.pending(10)) == 1


async def test_a_fault_that_nobody_foresaw_does_not_end_the_relay(file: SqliteFile) -> None:
    bus = NotedBus()
    store = DyingStore(file, "trial", (Collection("people"),))
    relay = Relay(store, bus)
    await store.insert("people", "ann", {}, [event("1")])
    relay.start()

    await eventually(lambda: bus.events == ["1", "1"])
    await eventually(lambda: has_none(store))
    await relay.stop()


async def has_none(store: SqliteStore) -> bool:
    return not await store.pending(1)


async def test_a_relay_that_was_never_started_stops(store: SqliteStore) -> None:
    await Relay(store, NotedBus()).stop()
