"""One SQLite file: one writer whose waiting writes share a commit, and readers that never wait for it."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shared.errors import Unavailable

Work = Callable[[sqlite3.Connection], Any]

GROUP = 256
"""Writes in one commit at the most, so that the first does not wait for a crowd behind it."""

PATIENCE_S = 30.0
"""How long a write waits for another process (the command line) that is writing to the same file."""


class SqliteFile:
    """Statements run on the event loop, where they take microseconds; the commit waits for the disk in a thread.

    Running the statements in that thread as well costs a switch between threads for each of them, and up to five
    milliseconds each time that the loop is busy.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._writer = self._connect()
        self._reader = self._connect()
        self._commits = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._reads = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._committing: asyncio.Task[None] | None = None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=PATIENCE_S)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a power cut
        connection.execute("PRAGMA cache_size=-32768")
        return connection

    def declare(self, *statements: str) -> None:
        """Create tables and indexes that are not there yet."""
        for statement in statements:
            self._writer.execute(statement)

    async def write(self, work: Work) -> Any:
        """Do `work` in the next commit; returns what it returns once that is on disk, raises what it raises."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_groups())
        return await asyncio.shield(future)

    def read(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """For look-ups by an index: done before a thread would have woken."""
        return work(self._reader)

    async def read_long(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """For reads that may pass over many rows."""
        return await asyncio.get_running_loop().run_in_executor(self._reads, self._read_alone, work)

    def _read_alone(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        connection = self._connect()
        try:
            return work(connection)
        finally:
            connection.close()

    async def _commit_groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            try:
                await self._commit(group)
            except Exception:  # noqa: BLE001 - one write's fault must not fail its neighbours: each goes alone
                for single in group:
                    await self._commit_alone(single)

    async def _commit(self, group: list[tuple[Work, asyncio.Future[Any]]]) -> None:
        loop = asyncio.get_running_loop()
        await self._begin()
        try:
            results = [work(self._writer) for work, _ in group]
            await loop.run_in_executor(self._commits, self._writer.execute, "COMMIT")
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def _begin(self) -> None:
        """Take the write lock at once, or, where another process has it, wait for it in the thread."""
        try:
            self._writer.execute("PRAGMA busy_timeout=0")
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self._writer.execute(f"PRAGMA busy_timeout={int(PATIENCE_S * 1000)}")
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._commits, self._writer.execute, "BEGIN IMMEDIATE")

    async def _commit_alone(self, single: tuple[Work, asyncio.Future[Any]]) -> None:
        _, future = single
        try:
            await self._commit([single])
        except sqlite3.OperationalError as error:
            if not future.done():
                future.set_exception(Unavailable(f"the database file cannot be written: {error}"))
        except Exception as error:  # noqa: BLE001 - handed to who asked for the write
            if not future.done():
                future.set_exception(error)

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file."""
        if self._committing is not None:
            await self._committing
        self._commits.shutdown()
        self._reads.shutdown()
        self._reader.close()
        self._writer.close()
