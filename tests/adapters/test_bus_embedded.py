"""What only the embedded bus does: it compacts at once, and shares its file with other processes."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from shared.bus.embedded import LOOK_AGAIN_S, EmbeddedBus
from shared.sqlite_file import SqliteFile
from tests.adapters.buses import Listener, event
from tests.eventually import eventually

CONTACTS = "accounts.resident.v1"


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(tmp_path / "engage.db", patience_s=0.1)
    yield file
    await file.close()


async def heard(file: SqliteFile, topic: str, group: str) -> list[bytes]:
    """All that a new group is given."""
    listener, bus = Listener(), EmbeddedBus(file)
    bus.subscribe(topic, group, listener.take)
    bus.subscribe("end", group, listener.take)
    await bus.start()
    await bus.publish([event("end", "", group)])
    await eventually(lambda: listener.has(group))
    await bus.stop()
    return [payload for payload in listener.payloads if not payload.startswith(b"group")]


async def test_a_compacted_topic_keeps_the_newest_event_of_each_key(file: SqliteFile) -> None:
    bus = EmbeddedBus(file)
    await bus.publish([event(CONTACTS, "ann", "ann 1"), event(CONTACTS, "bob", "bob 1")])
    await bus.publish([event(CONTACTS, "ann", "ann 2"), event("trial", "ann", "not a contact")])
    assert await heard(file, CONTACTS, "group 1") == [b"bob 1", b"ann 2"]

    await bus.publish([event(CONTACTS, "bob", f"bob {n}") for n in range(2, 6)])
    assert await heard(file, CONTACTS, "group 2") == [b"ann 2", b"bob 5"]


async def test_a_topic_that_is_not_compacted_keeps_every_event(file: SqliteFile) -> None:
    await EmbeddedBus(file).publish([event("trial", "ann", f"{n}") for n in range(5)])

    assert await heard(file, "trial", "group 1") == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_key_that_is_forgotten_leaves_nothing_in_the_file(file: SqliteFile, tmp_path: Path) -> None:
    bus = EmbeddedBus(file)
    await bus.publish([event(CONTACTS, "ann", "ann 1"), event(CONTACTS, "bob", "bob 1")])
    await bus.publish([event(CONTACTS, "ann", "ann 2"), event(CONTACTS, "ann", "")])

    assert await heard(file, CONTACTS, "group 1") == [b"bob 1"]
    with sqlite3.connect(tmp_path / "engage.db") as other:
        assert other.execute("SELECT count(*) FROM log WHERE key = 'ann'").fetchone() == (0,)
    other.close()


async def test_a_group_that_has_read_a_forgotten_key_goes_on_behind_it(file: SqliteFile) -> None:
    listener, bus = Listener(), EmbeddedBus(file)
    bus.subscribe(CONTACTS, "group", listener.take)
    await bus.start()
    await bus.publish([event(CONTACTS, "ann", "ann 1")])
    await eventually(lambda: listener.has("ann 1"))
    await bus.publish([event(CONTACTS, "ann", "")])
    await bus.publish([event(CONTACTS, "bob", "bob 1")])

    await eventually(lambda: listener.has("bob 1"))
    assert listener.payloads == [b"ann 1", b"bob 1"]
    await bus.stop()


async def test_events_that_another_process_wrote_are_found(file: SqliteFile, tmp_path: Path) -> None:
    listener, bus = Listener(), EmbeddedBus(file)
    bus.subscribe("trial", "group", listener.take)
    await bus.start()
    other = SqliteFile(tmp_path / "engage.db")
    await EmbeddedBus(other).publish([event("trial", "k", "from the command line")])

    await eventually(lambda: listener.has("from the command line"), within=5)
    await bus.stop()
    await other.close()


async def test_a_file_that_is_locked_for_a_while_stops_no_group_for_good(file: SqliteFile, tmp_path: Path) -> None:
    listener, bus = Listener(), EmbeddedBus(file)
    bus.subscribe("trial", "group", listener.take)
    await bus.publish([event("trial", "k", "1")])
    other = sqlite3.connect(tmp_path / "engage.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await bus.start()
    await eventually(lambda: len(listener.calls) >= 2)  # its position could not be kept: the same again
    other.execute("ROLLBACK")
    other.close()

    await bus.publish([event("trial", "k", "2")])
    await eventually(lambda: listener.has("1", "2"))
    await bus.stop()


async def test_handlers_wake_at_once(file: SqliteFile) -> None:
    listener, bus = Listener(), EmbeddedBus(file)
    bus.subscribe("trial", "group", listener.take)
    await bus.start()
    await asyncio.sleep(0)

    begun = time.monotonic()
    for n in range(10):
        await bus.publish([event("trial", "k", str(n))])
        await eventually(partial(listener.has, str(n)))
    assert time.monotonic() - begun < 10 * LOOK_AGAIN_S / 2
    await bus.stop()
