"""The events that ride in documents, and what is left of all of it after a stop or a kill. For every store."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from shared.event import Outgoing
from shared.store.port import Duplicate, Pending, Stale, Store, Stored
from tests.adapters.stores import ENGINES, Kept, KeptInSqlite, every_engine

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=ENGINES)
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    async for each in every_engine(request, tmp_path):
        yield each


@pytest.fixture
def store(kept: Kept) -> Store:
    return kept.open()


def event(id: str, payload: str = '{"a": "line\\nbreak"}') -> Outgoing:
    return Outgoing(id, "trial", "key", payload)


async def waiting(store: Store) -> list[str]:
    """What the relay would publish: every event with its document, in order."""
    return [f"{document.id}:{each.id}" for document in await store.pending(1000) for each in document.events]


async def test_events_wait_in_their_document_as_they_were_put_in(store: Store) -> None:
    events = (
        Outgoing("e1", "trial", "clé 👤", '{"text": "ŷ 👣", "quotes": "\'\\""}'),
        Outgoing("e2", "trial.other", "", "no JSON at all\nin two lines\x00"),
    )

    await store.insert("people", "ann", {"n": 1}, events)

    assert await store.pending(10) == [Pending("people", "ann", events)]
    assert await store.get("people", "ann") == Stored("ann", 1, {"n": 1})


async def test_a_document_without_events_does_not_wait(store: Store) -> None:
    await store.insert("people", "ann", {})
    await store.replace("people", "ann", 1, {})

    assert await store.pending(10) == []


async def test_later_events_come_behind_those_that_wait(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1"), event("e2")])
    await store.replace("people", "ann", 1, {})
    await store.replace("people", "ann", 2, {}, [event("e3"), event("e4")])

    assert await waiting(store) == ["ann:e1", "ann:e2", "ann:e3", "ann:e4"]


async def test_the_longest_waiting_come_first_whatever_their_collection(store: Store) -> None:
    await store.insert("people", "old", {})
    await store.insert("people", "p", {}, [event("e1")])
    await store.insert("notes", "n", {}, [event("e2")])
    await store.replace("people", "old", 1, {}, [event("e3")])
    await store.insert("notes", "a", {}, [event("e4")])
    await store.replace("people", "p", 1, {}, [event("e5")])

    assert await waiting(store) == ["p:e1", "p:e5", "n:e2", "old:e3", "a:e4"]
    assert [each.id for each in await store.pending(3)] == ["p", "n", "old"]
    assert [each.id for each in await store.pending(1)] == ["p"]


async def test_a_refused_write_leaves_no_event(store: Store) -> None:
    await store.insert("people", "ann", {"email": "ann@example.org"})
    await store.insert("people", "bob", {"email": "bob@example.org"})

    with pytest.raises(Duplicate):
        await store.insert("people", "ann", {}, [event("e1")])
    with pytest.raises(Duplicate):
        await store.insert("people", "eve", {"email": "ann@example.org"}, [event("e2")])
    with pytest.raises(Duplicate):
        await store.replace("people", "bob", 1, {"email": "ann@example.org"}, [event("e3")])
    with pytest.raises(Stale):
        await store.replace("people", "bob", 9, {}, [event("e4")])

    assert await waiting(store) == []


async def test_published_events_go_and_the_document_stays_as_it_is(store: Store) -> None:
    await store.insert("people", "ann", {"n": 1}, [event("e1"), event("e2")])
    await store.insert("notes", "n", {}, [event("e3")])

    await store.mark_published(await store.pending(10))

    assert await store.pending(10) == []
    assert await store.get("people", "ann") == Stored("ann", 1, {"n": 1})
    await store.replace("people", "ann", 1, {"n": 2})


async def test_only_the_events_that_are_named_go(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1"), event("e2"), event("e3")])
    await store.insert("people", "bob", {}, [event("e1")])

    await store.mark_published([Pending("people", "ann", (event("e2"), event("e1")))])

    assert await waiting(store) == ["ann:e3", "bob:e1"]


async def test_events_that_came_while_others_were_published_stay(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1")])
    published = await store.pending(10)
    await store.replace("people", "ann", 1, {}, [event("e2")])

    await store.mark_published(published)

    assert await waiting(store) == ["ann:e2"]


async def test_a_save_of_what_was_loaded_before_brings_no_published_event_back(store: Store) -> None:
    await store.insert("people", "ann", {"n": 1}, [event("e1")])
    loaded = await store.get("people", "ann")
    assert loaded is not None
    await store.mark_published(await store.pending(10))

    await store.replace("people", "ann", loaded.version, {"n": 2}, [event("e2")])

    assert await waiting(store) == ["ann:e2"]


async def test_marking_twice_and_marking_what_is_gone_do_nothing(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1")])
    await store.insert("people", "bob", {}, [event("e2")])
    published = await store.pending(10)
    await store.delete("people", "bob")

    await store.mark_published(published)
    await store.mark_published(published)
    await store.mark_published([])

    assert await store.pending(10) == []
    assert await store.get("people", "bob") is None


async def test_a_document_waits_anew_after_its_events_have_gone(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1")])
    await store.insert("people", "bob", {}, [event("e2")])
    await store.mark_published([Pending("people", "ann", (event("e1"),))])
    await store.replace("people", "ann", 1, {}, [event("e3")])

    assert await waiting(store) == ["bob:e2", "ann:e3"]


async def test_the_events_of_a_deleted_document_go_with_it(store: Store) -> None:
    await store.insert("people", "ann", {}, [event("e1")])
    await store.delete("people", "ann")
    assert await store.pending(10) == []

    await store.insert("people", "ann", {})
    assert await store.pending(10) == []


async def test_a_relay_at_work_beside_writers_misses_no_event(store: Store) -> None:
    """One document that all write to, another each writer's own: saves and marks cross each other at every turn."""
    await store.insert("people", "all", {"n": 0})
    seen: list[str] = []
    done = asyncio.Event()

    async def write(name: str) -> None:
        await store.insert("people", name, {}, [event(f"{name}-0")])
        for n in range(1, 11):
            while True:
                loaded = await store.get("people", "all")
                assert loaded is not None
                try:
                    await store.replace("people", "all", loaded.version, {"n": n}, [event(f"all-{name}-{n}")])
                except Stale:
                    continue
                break
            await store.replace("people", name, n, {"n": n}, [event(f"{name}-{n}")])

    async def relay() -> None:
        while not done.is_set() or await store.pending(1):
            documents = await store.pending(5)
            seen.extend(each.id for document in documents for each in document.events)
            await store.mark_published(documents)

    relaying = asyncio.create_task(relay())
    await asyncio.gather(*(write(name) for name in "abcd"))
    done.set()
    await relaying

    own = [f"{name}-{n}" for name in "abcd" for n in range(11)]
    shared = [f"all-{name}-{n}" for name in "abcd" for n in range(1, 11)]
    assert sorted(seen) == sorted(own + shared)
    for name in "abcd":
        assert [id for id in seen if id.startswith(f"{name}-")] == [f"{name}-{n}" for n in range(11)]


async def test_all_that_was_acknowledged_is_there_after_a_stop(kept: Kept) -> None:
    store = kept.open()
    await asyncio.gather(*(store.insert("people", f"p{n}", {"n": n}, [event(f"e{n}")]) for n in range(40)))
    await asyncio.gather(*(store.replace("people", f"p{n}", 1, {"n": -n}) for n in range(20)))
    await store.mark_published([each for each in await store.pending(100) if each.id == "p1"])
    await store.delete("people", "p0")
    await kept.close()

    again = kept.open()

    there = {each.id: (each.version, each.body) for each in await again.find("people")}
    assert there == {f"p{n}": (2, {"n": -n}) if n < 20 else (1, {"n": n}) for n in range(1, 40)}
    assert sorted(await waiting(again)) == sorted(f"p{n}:e{n}" for n in range(2, 40))
    with pytest.raises(Duplicate):
        await again.insert("people", "p5", {})


async def test_writes_under_way_when_a_file_closes_are_finished(tmp_path: Path) -> None:
    kept = KeptInSqlite(tmp_path / "engage.db")
    store = kept.open()
    writes = [asyncio.create_task(store.insert("people", str(n), {})) for n in range(600)]
    await asyncio.sleep(0)
    await kept.close()

    assert await asyncio.gather(*writes) == [None] * 600
    assert await kept.open().count("people") == 600
    await kept.close()


async def test_a_process_killed_while_it_writes_loses_nothing_it_had_acknowledged(kept: Kept) -> None:
    engine = "sqlite" if isinstance(kept, KeptInSqlite) else "mongo"
    acknowledged = await _kill_a_writer([engine, kept.where, kept.service], after=200)

    store = kept.open()

    documents = {each.id: each for each in await store.find("people", limit=100_000)}
    events = set(await waiting_all(store))
    for id in acknowledged:
        assert documents[id].version == 2
        assert {f"made-{id}", f"changed-{id}"} <= events
    for id, document in documents.items():  # and of what was not: all of a write, or nothing of it
        assert (f"made-{id}" in events, f"changed-{id}" in events) == (True, document.version == 2)


async def waiting_all(store: Store) -> list[str]:
    return [each.id for document in await store.pending(100_000) for each in document.events]


async def _kill_a_writer(arguments: Sequence[str], *, after: int) -> list[str]:
    """The ids that it acknowledged before kill -9, at least `after` of them."""
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.adapters.store_writer", *arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert writer.stdout is not None
    lines = [await writer.stdout.readline() for _ in range(after)]
    writer.kill()
    lines += (await writer.stdout.read()).splitlines(keepends=True)
    assert await writer.wait() == -signal.SIGKILL
    acknowledged = [line.decode().strip() for line in lines if line.endswith(b"\n")]
    assert len(acknowledged) >= after
    return acknowledged
