"""The edge of a use case: a stale save is done again, and a commit is told to the relay."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.errors import Conflict
from shared.run import ATTEMPTS, Run
from shared.sqlite_file import SqliteFile
from shared.store.port import Collection, Duplicate, Stale
from shared.store.sqlite import SqliteStore


class Wakes:
    count = 0

    def __call__(self) -> None:
        self.count += 1


@pytest.fixture
def wakes() -> Wakes:
    return Wakes()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    file = SqliteFile(tmp_path / "engage.db")
    yield SqliteStore(file, "trial", (Collection("people"),))
    await file.close()


async def test_a_use_case_gives_its_result_and_wakes_the_relay(wakes: Wakes) -> None:
    async def use_case() -> str:
        assert wakes.count == 0
        return "done"

    assert await Run(wakes)(use_case) == "done"
    assert wakes.count == 1


async def test_a_stale_save_is_done_again_from_the_start(wakes: Wakes) -> None:
    tries = 0

    async def use_case() -> int:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise Stale("people/ann")
        return tries

    assert await Run(wakes)(use_case) == 4
    assert wakes.count == 1


async def test_as_many_as_there_are_attempts_may_save_one_document_at_once(store: SqliteStore, wakes: Wakes) -> None:
    await store.insert("people", "ann", {"n": 0})

    async def add_one() -> None:
        loaded = await store.get("people", "ann")
        assert loaded is not None
        await asyncio.sleep(0)
        await store.replace("people", "ann", loaded.version, {"n": loaded.body["n"] + 1})

    run = Run(wakes)
    await asyncio.gather(*(run(add_one) for _ in range(ATTEMPTS)))

    stored = await store.get("people", "ann")
    assert stored is not None
    assert stored.body == {"n": ATTEMPTS}
    assert wakes.count == ATTEMPTS


async def test_what_stays_stale_is_given_up(wakes: Wakes) -> None:
    tries = 0

    async def use_case() -> None:
        nonlocal tries
        tries += 1
        raise Stale("people/ann")

    with pytest.raises(Stale):
        await Run(wakes)(use_case)

    assert tries == ATTEMPTS
    assert wakes.count == 0


@pytest.mark.parametrize("refusal", [Conflict("It has closed"), Duplicate("people/ann"), RuntimeError("a fault")])
async def test_anything_else_is_told_at_once(wakes: Wakes, refusal: Exception) -> None:
    tries = 0

    async def use_case() -> None:
        nonlocal tries
        tries += 1
        raise refusal

    with pytest.raises(type(refusal)):
        await Run(wakes)(use_case)

    assert tries == 1
    assert wakes.count == 0
