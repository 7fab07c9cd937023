"""One SQLite file: one writer whose waiting writes share a commit, and readers that never wait for it."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from shared.errors import Unavailable

Connection = sqlite3.Connection
Work = Callable[[Connection], Any]
Waiting = tuple[Work, asyncio.Future[Any]]

GROUP = 256
"""Writes in one commit at the most, so that the first does not wait for a crowd behind it."""

PATIENCE_S = 30.0
"""How long a write waits for another process (the command line) that is writing to the same file."""

STEPS_AT_ONCE = 2000
"""Of SQLite's machine, for a read on the event loop: about 200 rows passed over, or a third of a millisecond."""


class SqliteFile:
    """Statements run on the event loop, where they take microseconds; the commit waits for the disk in a thread.

    Running the statements in that thread as well costs a switch between threads for each of them, and up to five
    milliseconds each time that the loop is busy.
    """

    def __init__(self, path: Path, *, patience_s: float = PATIENCE_S) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._patience_s = patience_s
        self._writer = self._connect()
        self._reader = self._connect()
        self._brief_reader = self._connect()
        self._brief_reader.set_progress_handler(lambda: True, STEPS_AT_ONCE)
        self._idle: list[Connection] = []
        self._commits = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")
        self._reads = ThreadPoolExecutor(2, thread_name_prefix="sqlite-read")
        self._waiting: list[Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    def _connect(self) -> Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=self._patience_s
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged write survives a power cut
        connection.execute("PRAGMA cache_size=-32768")
        return connection

    def declare(self, *statements: str) -> None:
        """Create tables and indexes that are not there yet."""
        for statement in statements:
            self._writer.execute(statement)

    async def write(self, work: Work) -> Any:
        """Do `work` in the next commit; returns what it returns once that is on disk, raises what it raises.

        `work` may be done twice, the first time undone: it must change nothing but the file.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_groups())
        return await future

    def read(self, work: Work) -> Any:
        """For look-ups by an index: done before a thread would have woken."""
        try:
            return work(self._reader)
        except sqlite3.OperationalError as error:
            raise _in_our_words(error) from None

    async def read_long(self, work: Work) -> Any:
        """For reads that may pass over many rows: done at once while that is quick, else begun again in a thread."""
        try:
            return work(self._brief_reader)
        except sqlite3.OperationalError as error:
            if _code(error) != sqlite3.SQLITE_INTERRUPT:
                raise _in_our_words(error) from None
        return await asyncio.get_running_loop().run_in_executor(self._reads, self._read_in_thread, work)

    def _read_in_thread(self, work: Work) -> Any:
        try:
            connection = self._idle.pop()  # kept, since opening one takes longer than most reads
        except IndexError:
            connection = self._connect()
        try:
            return work(connection)
        except sqlite3.OperationalError as error:
            raise _in_our_words(error) from None
        finally:
            self._idle.append(connection)

    async def _commit_groups(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:GROUP], self._waiting[GROUP:]
            await self._settle(group)

    async def _settle(self, group: list[Waiting]) -> None:
        """Commit these writes and tell each one's caller how it went."""
        try:
            results = await self._commit(group)
        except Exception as error:  # noqa: BLE001 - handed to who asked for the write
            if len(group) > 1 and not isinstance(error, Unavailable):
                for single in group:  # one write's fault must not fail its neighbours
                    await self._settle([single])
                return
            for _, future in group:
                if not future.done():
                    future.set_exception(_in_our_words(error))
        else:
            for (_, future), result in zip(group, results, strict=True):
                if not future.done():
                    future.set_result(result)

    async def _commit(self, group: list[Waiting]) -> list[Any]:
        await self._begin()
        try:
            results = [work(self._writer) for work, _ in group]
            await asyncio.get_running_loop().run_in_executor(self._commits, self._writer.execute, "COMMIT")
        except Exception:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        return results

    async def _begin(self) -> None:
        """Take the write lock at once, or, where another process has it, wait for it in the thread."""
        try:
            self._writer.execute("PRAGMA busy_timeout=0")
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            self._writer.execute(f"PRAGMA busy_timeout={int(self._patience_s * 1000)}")
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(self._commits, self._writer.execute, "BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:  # for the whole group: each waiting as long would take hours
                raise _in_our_words(error) from None

    async def close(self) -> None:
        """Finish what was asked for, then let go of the file."""
        if self._committing is not None and not self._committing.done():
            await asyncio.wait({self._committing})
        self._commits.shutdown()
        self._reads.shutdown()
        for connection in (*self._idle, self._brief_reader, self._reader, self._writer):
            connection.close()


def _in_our_words(error: Exception) -> Exception:
    """An outage is what time may heal: a full disk, a file that is locked. A statement at fault stays what it is."""
    if isinstance(error, sqlite3.OperationalError) and _code(error) != sqlite3.SQLITE_ERROR:
        return Unavailable(f"the database file cannot be used: {error}")
    return error


def _code(error: sqlite3.OperationalError) -> int:
    """Those that Python raises by itself have none."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code
