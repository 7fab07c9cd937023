"""The bus inside one process: an append-only log in the SQLite file, and a position in it for each group."""

import asyncio
import logging
from collections.abc import Sequence

from shared.bus.port import BATCH, COMPACTED, Bus, Delivery, Handler
from shared.event import Outgoing
from shared.sqlite_file import Connection, SqliteFile
from shared.waiting import wait

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
"""Another process (the command line) may have written to the file without waking us."""

PAUSE_S = 0.5
"""After a handler that failed."""

GRACE_S = 5.0
"""For handlers at work when the bus stops."""

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS log (position INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL,"
    " key TEXT NOT NULL, payload TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS log_topic ON log (topic, position)",
    "CREATE TABLE IF NOT EXISTS positions (topic TEXT NOT NULL, reader TEXT NOT NULL, position INTEGER NOT NULL,"
    " PRIMARY KEY (topic, reader)) WITHOUT ROWID",
    *(
        f"CREATE INDEX IF NOT EXISTS \"log_key~{topic}\" ON log (key) WHERE topic = '{topic}'"
        for topic in sorted(COMPACTED)
    ),
)


class EmbeddedBus(Bus):
    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._file.declare(*SCHEMA)
        self._subscriptions: list[tuple[str, str, Handler]] = []
        self._readers: list[asyncio.Task[None]] = []
        self._news: dict[str, set[asyncio.Event]] = {}
        self._stopping = asyncio.Event()

    async def publish(self, events: Sequence[Outgoing]) -> None:
        rows = [(event.topic, event.key, event.payload) for event in events]

        def work(db: Connection) -> None:
            for row in rows:
                topic, key, payload = row
                if topic in COMPACTED:
                    db.execute(f"DELETE FROM log WHERE topic = '{topic}' AND key = ?", (key,))  # noqa: S608
                if payload:
                    db.execute("INSERT INTO log (topic, key, payload) VALUES (?, ?, ?)", row)

        await self._file.write(work)
        for topic in {event.topic for event in events}:
            for news in self._news.get(topic, ()):
                news.set()

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        self._subscriptions.append((topic, group, handler))

    async def start(self) -> None:
        for topic, group, handler in self._subscriptions:
            news = asyncio.Event()
            self._news.setdefault(topic, set()).add(news)
            self._readers.append(asyncio.create_task(self._read(topic, group, handler, news)))

    async def stop(self) -> None:
        self._stopping.set()
        for waiting in self._news.values():
            for news in waiting:
                news.set()
        if self._readers:
            _, still = await asyncio.wait(self._readers, timeout=GRACE_S)
            for reader in still:
                reader.cancel()
            await asyncio.gather(*still, return_exceptions=True)

    async def ping(self) -> None:
        self._file.read(lambda db: db.execute("SELECT 1").fetchone())

    async def _read(self, topic: str, group: str, handler: Handler, news: asyncio.Event) -> None:
        while not self._stopping.is_set():
            news.clear()
            try:
                deliveries = self._next(topic, group)
                if deliveries:
                    await handler(deliveries)
                    await self._remember(topic, group, deliveries[-1].position)
                else:
                    await wait(news, LOOK_AGAIN_S)
            except Exception:
                log.exception("%s could not take in events of %s; trying again", group, topic)
                await wait(self._stopping, PAUSE_S)

    def _next(self, topic: str, group: str) -> list[Delivery]:
        sql = (
            "SELECT position, payload FROM log WHERE topic = ?1 AND position > coalesce("
            "(SELECT position FROM positions WHERE topic = ?1 AND reader = ?2), 0) ORDER BY position LIMIT ?3"
        )
        rows = self._file.read(lambda db: db.execute(sql, (topic, group, BATCH)).fetchall())
        return [Delivery(topic, 0, place, payload.encode()) for place, payload in rows]

    async def _remember(self, topic: str, group: str, position: int) -> None:
        sql = "INSERT OR REPLACE INTO positions (topic, reader, position) VALUES (?, ?, ?)"
        await self._file.write(lambda db: db.execute(sql, (topic, group, position)))
