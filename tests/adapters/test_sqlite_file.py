"""One file, one writer, many readers; what goes wrong with one of them is no matter to the others."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.errors import Unavailable
from shared.sqlite_file import SqliteFile


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(tmp_path / "new folder" / "engage.db", patience_s=0.3)
    file.declare("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)")
    yield file
    await file.close()


async def add(file: SqliteFile, n: int) -> None:
    await file.write(lambda db: db.execute("INSERT INTO t (n) VALUES (?)", (n,)))


def kept(file: SqliteFile) -> list[int]:
    return [n for (n,) in file.read(lambda db: db.execute("SELECT n FROM t ORDER BY n").fetchall())]


async def test_a_write_is_synced_to_disk_before_it_is_acknowledged(file: SqliteFile) -> None:
    full = 2
    assert await file.write(lambda db: db.execute("PRAGMA synchronous").fetchone()) == (full,)
    assert await file.write(lambda db: db.execute("PRAGMA journal_mode").fetchone()) == ("wal",)


async def test_writes_that_wait_together_share_a_commit(file: SqliteFile) -> None:
    transactions: list[int] = []

    def note(db: sqlite3.Connection) -> None:
        transactions.append(db.execute("SELECT count(*) FROM t").fetchone()[0])
        db.execute("INSERT INTO t DEFAULT VALUES")

    await asyncio.gather(*(file.write(note) for _ in range(20)))

    assert transactions == list(range(20))
    assert len(kept(file)) == 20


async def test_one_writes_fault_fails_none_of_its_neighbours(file: SqliteFile) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t (n) VALUES (99)")
        raise RuntimeError("after its statement")

    outcomes = await asyncio.gather(add(file, 1), file.write(fail), add(file, 1), add(file, 2), return_exceptions=True)

    assert [type(each) for each in outcomes] == [type(None), RuntimeError, sqlite3.IntegrityError, type(None)]
    assert kept(file) == [1, 2]


async def test_a_caller_that_leaves_takes_nobodys_write_away(file: SqliteFile) -> None:
    leaving, staying = asyncio.create_task(add(file, 1)), asyncio.create_task(add(file, 2))
    await asyncio.sleep(0)
    leaving.cancel()
    await staying

    assert kept(file) == [1, 2]
    await add(file, 3)


async def test_a_file_that_another_process_writes_to_is_waited_for(file: SqliteFile, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new folder" / "engage.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.1, other.execute, "COMMIT")

    await asyncio.gather(add(file, 1), add(file, 2))

    assert kept(file) == [1, 2]
    other.close()


async def test_a_file_that_stays_locked_is_unavailable_to_all_at_once_and_then_there_again(
    file: SqliteFile, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "new folder" / "engage.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    begun = time.monotonic()
    outcomes = await asyncio.gather(*(add(file, n) for n in range(50)), return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unavailable] * 50
    assert time.monotonic() - begun < 50 * 0.3 / 2

    other.execute("COMMIT")
    other.close()
    await add(file, 7)
    assert kept(file) == [7]


async def test_the_loop_goes_on_while_a_long_read_is_under_way(file: SqliteFile) -> None:
    count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1500000) SELECT count(*) FROM c"
    long = asyncio.create_task(file.read_long(lambda db: db.execute(count).fetchone()))
    turns = 0
    while not long.done():
        turns += 1
        await asyncio.sleep(0.001)

    assert long.result() == (1_500_000,)
    assert turns > 5


async def test_a_read_that_fails_says_what_is_wrong(file: SqliteFile) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        file.read(lambda db: db.execute("SELECT * FROM nowhere"))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await file.read_long(lambda db: db.execute("SELECT * FROM nowhere"))
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await file.write(lambda db: db.execute("DELETE FROM nowhere"))


async def test_many_long_reads_at_once_are_all_answered(file: SqliteFile) -> None:
    await file.write(lambda db: db.executemany("INSERT INTO t (n) VALUES (?)", [(n,) for n in range(5000)]))

    answers = await asyncio.gather(
        *(
            file.read_long(lambda db: db.execute("SELECT count(*) FROM t, (SELECT 1) WHERE n + 0 >= 0").fetchone())
            for _ in range(20)
        )
    )

    assert answers == [(5000,)] * 20
