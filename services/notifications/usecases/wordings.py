"""The wording that counts for a message when it is sent."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from services.notifications.domain import Message, Version, Wording
from services.notifications.storage import NotificationDocuments

LOOK_AGAIN = timedelta(seconds=2)
"""A change counts in every process so much later at the most: one small read, however many mails go out."""

MAILINGS_KEPT = 100
MOST = 1000
"""Templates; there are a handful."""


class Wordings:
    """What counts for the messages that a process sends."""

    def __init__(self, documents: NotificationDocuments, clock: Callable[[], datetime]) -> None:
        self._documents = documents
        self._clock = clock
        self._known: Mapping[str, Wording] = {}
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self._begun: dict[str, datetime] = {}

    async def version(self, message: Message) -> Version:
        """The one that counts now or, for one of a mailing, that counted when it began: all get the same text."""
        began = await self._beginning(message.mailing) if message.mailing else None
        wording = await self._wording(message)
        return wording.current if began is None else wording.at(began)

    async def _wording(self, message: Message) -> Wording:
        async with self._reading:
            now = self._clock()
            if self._read_at is None or now - self._read_at >= LOOK_AGAIN or self._is_news(message):
                self._known, self._read_at = await known_wordings(self._documents), now
        return self._known.get(message.template, Wording(message.template))

    def _is_news(self, message: Message) -> bool:
        """A test is owed with the version that its officer has just saved."""
        known = self._known.get(message.template)
        return message.wording > (known.current.number if known else 0)

    async def _beginning(self, mailing: str) -> datetime | None:
        if mailing not in self._begun:
            loaded = await self._documents.mailings.get(mailing)
            if loaded is None:
                return None
            if len(self._begun) >= MAILINGS_KEPT:
                self._begun.clear()
            self._begun[mailing] = loaded.value.started_at
        return self._begun[mailing]


async def known_wordings(documents: NotificationDocuments) -> dict[str, Wording]:
    """By template; one that nobody has changed is not among them."""
    return {each.id: each.value for each in await documents.wordings.find(limit=MOST)}
