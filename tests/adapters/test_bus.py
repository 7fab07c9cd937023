"""What every bus must do. The expectations are written by hand, so no bus is its own measure."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from shared.bus.port import BATCH, COMPACTED, Bus, Delivery
from shared.errors import Unavailable
from tests.adapters.buses import BUSES, Listener, Place, event, every_bus
from tests.eventually import eventually


@pytest.fixture(params=BUSES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    async for each in every_bus(request, tmp_path):
        yield each


async def started(place: Place, *groups: tuple[str, Listener]) -> Bus:
    bus = place.open()
    for group, listener in groups:
        bus.subscribe(place.topic, f"{place.topic}.{group}", listener.take)
    await bus.start()
    await eventually(lambda: answers(bus), "the bus")
    return bus


async def answers(bus: Bus) -> bool:
    with contextlib.suppress(Unavailable):
        await bus.ping()
        return True
    return False


async def test_every_group_gets_every_event_in_order_within_a_key(place: Place) -> None:
    one, other = Listener(), Listener()
    bus = await started(place, ("one", one), ("other", other))
    sent = [(f"key-{n % 7}", f"{n % 7}:{n:03}") for n in range(300)]

    for start in range(0, 300, 50):
        await bus.publish([event(place.topic, key, payload) for key, payload in sent[start : start + 50]])

    for listener in (one, other):
        await eventually(partial(listener.has, *(payload for _, payload in sent)))
        for key in range(7):
            of_key = [payload.decode() for payload in listener.payloads if payload.startswith(f"{key}:".encode())]
            assert of_key == [f"{key}:{n:03}" for n in range(300) if n % 7 == key]


async def test_a_call_brings_neighbours_of_one_partition_and_no_more_than_a_batch(place: Place) -> None:
    listener = Listener()
    bus = await started(place)
    await bus.publish([event(place.topic, f"key-{n}", str(n)) for n in range(3 * BATCH)])
    await started(place, ("group", listener))
    await eventually(lambda: len(listener.payloads) >= 3 * BATCH)

    for deliveries in listener.calls:
        assert len({delivery.partition for delivery in deliveries}) == 1
        assert 1 <= len(deliveries) <= BATCH
        assert {delivery.topic for delivery in deliveries} == {place.topic}
    for partition in range(3):
        all_of_it = [each.position for call in listener.calls for each in call if each.partition == partition]
        assert all_of_it == sorted(set(all_of_it))


async def test_one_keys_events_are_all_in_one_partition(place: Place) -> None:
    listener = Listener()
    bus = await started(place, ("group", listener))
    for n in range(20):
        await bus.publish([event(place.topic, "key", str(n))])
    await eventually(lambda: listener.has("19"))

    assert len({delivery.partition for call in listener.calls for delivery in call}) == 1


async def test_a_new_group_begins_at_the_oldest_event(place: Place) -> None:
    bus = await started(place)
    await bus.publish([event(place.topic, "key", "before anyone listened")])
    await bus.stop()

    listener = Listener()
    bus = await started(place, ("late", listener))
    await bus.publish([event(place.topic, "key", "since")])

    await eventually(lambda: listener.has("before anyone listened", "since"))


async def test_a_handler_that_fails_is_given_the_same_again_and_nothing_is_lost(place: Place) -> None:
    failed: list[list[bytes]] = []

    def fail_thrice(deliveries: Sequence[Delivery]) -> None:
        if len(failed) < 3:
            failed.append([delivery.payload for delivery in deliveries])
            raise RuntimeError("out of order for now")

    listener = Listener(first=fail_thrice)
    bus = await started(place, ("group", listener))
    await bus.publish([event(place.topic, "key", payload) for payload in "abc"])
    await eventually(lambda: len(failed) == 3)
    await bus.publish([event(place.topic, "key", "d")])

    await eventually(lambda: listener.has(*"abcd"))
    assert failed == [[b"a", b"b", b"c"]] * 3
    assert b"".join(listener.payloads) == b"abcd"


async def test_a_handler_that_fails_is_given_time(place: Place) -> None:
    calls: list[float] = []

    def fail(deliveries: Sequence[Delivery]) -> None:
        calls.append(time.monotonic())
        raise RuntimeError("out of order for good")

    bus = await started(place, ("group", Listener(first=fail)))
    await bus.publish([event(place.topic, "key", "a")])
    await eventually(lambda: len(calls) >= 3)

    assert min(later - earlier for earlier, later in pairwise(calls)) > 0.4


async def test_a_group_that_always_fails_holds_up_no_other(place: Place) -> None:
    def fail(deliveries: Sequence[Delivery]) -> None:
        raise RuntimeError("out of order for good")

    failing, healthy = Listener(first=fail), Listener()
    bus = await started(place, ("failing", failing), ("healthy", healthy))

    for n in range(5):
        await bus.publish([event(place.topic, "key", str(n))])
        await eventually(partial(healthy.has, str(n)))
    assert failing.payloads == []


async def test_a_slow_handler_holds_up_no_other_group(place: Place) -> None:
    released = asyncio.Event()

    async def wait(deliveries: Sequence[Delivery]) -> None:
        await released.wait()

    quick = Listener()
    bus = place.open()
    bus.subscribe(place.topic, f"{place.topic}.slow", wait)
    bus.subscribe(place.topic, f"{place.topic}.quick", quick.take)
    await bus.start()
    await eventually(lambda: answers(bus))

    for n in range(3):
        await bus.publish([event(place.topic, "key", str(n))])
        await eventually(partial(quick.has, str(n)))
    released.set()


async def test_a_group_goes_on_where_it_was_after_a_stop(place: Place) -> None:
    before, after = Listener(), Listener()
    bus = await started(place, ("group", before))
    await bus.publish([event(place.topic, f"key-{n}", f"early {n}") for n in range(2 * BATCH)])
    await eventually(lambda: before.has(*(f"early {n}" for n in range(2 * BATCH))))
    await bus.stop()

    bus = await started(place, ("group", after))
    await bus.publish([event(place.topic, f"key-{n}", f"late {n}") for n in range(10)])

    await eventually(lambda: after.has(*(f"late {n}" for n in range(10))))
    again = [payload for payload in after.payloads if payload.startswith(b"early")]
    assert len(again) <= BATCH


async def test_a_stop_lets_the_handler_at_work_finish_and_remembers_it(place: Place) -> None:
    at_work, let_go = asyncio.Event(), asyncio.Event()
    finished: list[bytes] = []

    async def work(deliveries: Sequence[Delivery]) -> None:
        at_work.set()
        await let_go.wait()
        finished.extend(delivery.payload for delivery in deliveries)

    bus = place.open()
    bus.subscribe(place.topic, f"{place.topic}.group", work)
    await bus.start()
    await eventually(lambda: answers(bus))
    await bus.publish([event(place.topic, "key", "first")])
    await at_work.wait()

    stopping = asyncio.create_task(bus.stop())
    asyncio.get_running_loop().call_later(0.2, let_go.set)
    await stopping
    assert finished == [b"first"]

    after = Listener()
    bus = await started(place, ("group", after))
    await bus.publish([event(place.topic, "key", "second")])
    await eventually(lambda: after.has("second"))
    assert after.payloads == [b"second"]


async def test_a_handler_that_does_not_end_holds_a_stop_up_for_some_seconds_and_is_given_the_same_again(
    place: Place,
) -> None:
    at_work = asyncio.Event()

    async def hang(deliveries: Sequence[Delivery]) -> None:
        at_work.set()
        await asyncio.Event().wait()

    bus = place.open()
    bus.subscribe(place.topic, f"{place.topic}.group", hang)
    await bus.start()
    await eventually(lambda: answers(bus))
    await bus.publish([event(place.topic, "key", "first")])
    await at_work.wait()

    begun = time.monotonic()
    await bus.stop()
    assert time.monotonic() - begun < 10

    after = Listener()
    await started(place, ("group", after))
    await eventually(lambda: after.has("first"))


@pytest.mark.parametrize("payload", ["no JSON", '{"half": ', "[]", "null", "ŷ 👣\x00\n", '{"id": 1}', "x" * 100_000])
async def test_whatever_is_published_reaches_the_handler_as_it_is(place: Place, payload: str) -> None:
    listener = Listener()
    bus = await started(place, ("group", listener))
    await bus.publish([event(place.topic, "clé 👤", payload), event(place.topic, "", "behind it")])

    await eventually(lambda: listener.has(payload, "behind it"))
    assert sorted(listener.payloads) == sorted([payload.encode(), b"behind it"])


async def test_nothing_to_publish_is_no_error(place: Place) -> None:
    bus = await started(place)

    await bus.publish([])


async def test_events_of_many_topics_go_out_in_one_call(place: Place) -> None:
    here, there = Listener(), Listener()
    bus = place.open()
    bus.subscribe(place.topic, f"{place.topic}.group", here.take)
    bus.subscribe(f"{place.topic}.other", f"{place.topic}.group", there.take)
    await bus.start()
    await eventually(lambda: answers(bus))

    await bus.publish([event(place.topic, "k", "1"), event(f"{place.topic}.other", "k", "2")])

    await eventually(lambda: here.has("1") and there.has("2"))
    assert (here.payloads, there.payloads) == ([b"1"], [b"2"])


async def test_a_bus_that_was_never_started_stops(place: Place) -> None:
    await place.open().stop()


def test_contact_details_are_in_a_compacted_topic() -> None:
    assert {"accounts.resident.v1"} == COMPACTED
