"""The documents of digests, a clock that the test sets, and a store whose process can be killed at any write."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.notifications import usecases
from services.notifications.domain import Announced, Announcement, Contact, Digest, Frequency, Message, Topic
from services.notifications.storage import NotificationDocuments
from shared.due import Due
from shared.event import Outgoing
from shared.store.documents import Loaded
from shared.store.mongo import MongoStore
from shared.store.port import Body, Store
from shared.store.sqlite import SqliteStore
from tests.notifications.stores import opened_store

THURSDAY_8 = datetime(2026, 6, 4, 8, tzinfo=UTC)
"""9am in London, in summer."""

AN_HOUR, A_DAY, A_WEEK, A_YEAR = (timedelta(hours=hours) for hours in (1, 24, 24 * 7, 24 * 365))


class KilledError(BaseException):
    """What kill -9 looks like from within."""


class Mortal(Store):
    """A store whose process is killed at its n-th write: before it, or when it is on disk."""

    writes = 0
    dies_at: int | None = None
    dead = False
    after = False

    def be_born(self, dies_at: int | None = None) -> None:
        self.writes, self.dies_at, self.dead = 0, dies_at, False

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        number = self._begin()
        await super().insert(collection, id, body, events)  # type: ignore[safe-super]
        self._live(number, after=True)

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        number = self._begin()
        await super().replace(collection, id, version, body, events)  # type: ignore[safe-super]
        self._live(number, after=True)

    def _begin(self) -> int:
        self.writes += 1
        self._live(self.writes, after=False)
        return self.writes

    def _live(self, number: int, *, after: bool) -> None:
        self.dead = self.dead or (number == self.dies_at and after == self.after)
        if self.dead:
            raise KilledError


class MortalSqlite(Mortal, SqliteStore): ...


class MortalMongo(Mortal, MongoStore): ...


@dataclass
class Desk:
    """Digests, and the clock of the process that sees to them."""

    store: Mortal
    now: datetime = THURSDAY_8 - A_WEEK
    documents: NotificationDocuments = field(init=False)

    def __post_init__(self) -> None:
        self.documents = NotificationDocuments(self.store)

    def clock(self) -> datetime:
        return self.now

    def process(self) -> Due[Loaded[Digest]]:
        return Due(
            lambda now: usecases.due_digests(self.documents, now),
            lambda loaded: usecases.continue_digest(loaded, self.documents, self.now),
            self.clock,
        )

    async def look(self, at: datetime | None = None) -> None:
        """All that is due at a time."""
        self.now = at or self.now
        process = self.process()
        while await process.run_once():
            pass

    async def know(self, person: str, topic: Topic | None = None, frequency: Frequency = Frequency.WEEKLY) -> None:
        contact = Contact(person, f"{person}@example.org")
        chosen = {topic: frequency} if topic else dict.fromkeys(Topic, frequency)
        await usecases.keep_contact(contact.choose(chosen, self.now, "preferences"), self.documents)

    async def choose(self, person: str, frequency: Frequency, topic: Topic = Topic.CONSULTATION_OPENED) -> None:
        await usecases.choose_frequencies(person, {topic: frequency}, self.documents, self.now)

    async def announce(
        self, id: str, topic: Topic = Topic.CONSULTATION_OPENED, open_for: timedelta = A_YEAR, **where: tuple[str, ...]
    ) -> None:
        """What is open for so long from now."""
        values = {"title": id, "consultation": id, "summary": "", "closes_at": (self.now + open_for).isoformat()}
        announcement = Announcement(id, topic, values, self.now, **where)
        await self.documents.announcements.add(Announced(id, announcement))

    async def digests(self, person: str = "anna") -> dict[str, list[str]]:
        """Frequency and day of each digest owed to a person, and the announcements in it."""
        return {
            message.id.split(":")[1] + " " + message.id.split(":")[2]: [item["announcement"] for item in message.items]
            for message in await self.messages()
            if message.person == person
        }

    async def messages(self) -> list[Message]:
        found = await self.documents.messages.find({"template": "digest"}, sort="created_at", limit=10_000)
        return [each.value for each in found]


@asynccontextmanager
async def opened_desk(engine: str, folder: Path) -> AsyncIterator[Desk]:
    async with opened_store(engine, folder, MortalSqlite, MortalMongo) as store:
        assert isinstance(store, Mortal)
        yield Desk(store)
