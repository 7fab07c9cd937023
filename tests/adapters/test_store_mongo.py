"""What only MongoDB can do to us: be away, be killed and come back."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.servers import Missing, mongo, process
from deploy.servers.record import free_port
from shared.errors import Unavailable
from shared.event import Outgoing
from shared.store.mongo import ANSWER_WITHIN_MS, MongoStore, connect
from shared.store.port import Duplicate, Stored
from tests.adapters.stores import COLLECTIONS, KeptInMongo
from tests.eventually import eventually
from tests.servers import absent, require_servers


async def test_callers_of_a_mongo_that_is_away_are_all_told_within_one_wait() -> None:
    client = connect(f"mongodb://127.0.0.1:{free_port()}")
    store = MongoStore(client, "trial", COLLECTIONS)
    calls = [store.get("people", "ann"), store.ping(), store.pending(1), store.count("people"), store.find("people")]

    begun = time.monotonic()
    outcomes = await asyncio.gather(*calls, store.insert("people", "ann", {}), return_exceptions=True)

    assert [type(each) for each in outcomes] == [Unavailable] * 6
    assert time.monotonic() - begun < 2 * ANSWER_WITHIN_MS / 1000
    client.close()


@pytest.fixture
async def kept() -> AsyncIterator[KeptInMongo]:
    kept = KeptInMongo(require_servers().mongo)
    yield kept
    await kept.close()
    await kept.drop()


@pytest.mark.servers
async def test_the_first_callers_of_all_find_the_unique_keys_in_force(kept: KeptInMongo) -> None:
    store = kept.open()

    outcomes = await asyncio.gather(
        *(store.insert("people", str(n), {"email": "ann@example.org"}) for n in range(8)), return_exceptions=True
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Duplicate"] * 7 + ["NoneType"]


class OwnMongo:
    """A server of our own, which may be killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {"mongo": free_port()}
        self._pid = 0
        self.address = f"mongodb://127.0.0.1:{self._ports['mongo']}"

    async def start(self) -> None:
        mongo.prepare(self._folder, self._ports)
        self._pid = process.spawn(mongo.command(self._folder, self._ports), self._folder / "mongo.log")
        await eventually(lambda: asyncio.to_thread(mongo.answers, self.address), "SecantusDB", within=60)

    def kill(self) -> None:
        process.kill([(self._pid, mongo.mark(self._folder))])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnMongo]:
    own = OwnMongo(tmp_path)
    yield own
    own.kill()


@pytest.mark.servers
async def test_a_mongo_that_is_killed_is_said_and_found_again_with_all_it_acknowledged(own: OwnMongo) -> None:
    try:
        await own.start()
    except Missing as missing:
        absent(str(missing))
    client = connect(own.address)
    store = MongoStore(client, f"trial_{uuid4().hex}", COLLECTIONS)
    await store.insert("people", "ann", {"email": "ann@example.org"}, [Outgoing("e1", "trial", "ann", "{}")])
    await store.replace("people", "ann", 1, {"email": "ann@example.org", "age": 41})

    own.kill()
    fresh = MongoStore(client, f"trial_{uuid4().hex}", COLLECTIONS)
    calls = (store.get("people", "ann"), store.insert("people", "bob", {}), store.ping(), fresh.count("people"))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unavailable] * 4
    await own.start()

    assert await store.get("people", "ann") == Stored("ann", 2, {"email": "ann@example.org", "age": 41})
    assert [each.id for each in await store.pending(10)] == ["ann"]
    with pytest.raises(Duplicate):
        await store.insert("people", "eve", {"email": "ann@example.org"})
    assert await fresh.count("people") == 0
    client.close()
