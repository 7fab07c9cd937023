"""Sends what is due, a few at a time, for as long as the service runs."""

import asyncio
import logging

from services.notifications import usecases
from services.notifications.domain import Message, State
from services.notifications.usecases import Sending
from shared.errors import Unavailable
from shared.store.documents import Loaded

log = logging.getLogger(__name__)

AT_ONCE = 4
LOOK_AGAIN_S = 1.0
BATCH = 100


class Sender:
    """Wakes when something is owed, and looks every second for what has fallen due."""

    def __init__(self, sending: Sending) -> None:
        self._sending = sending
        self._news = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self._news.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finish the messages that are with the server, leave the others owed."""
        self._stopping = True
        self._news.set()
        if self._task is not None:
            await self._task

    async def send_due(self) -> int:
        """Try each message that is due once; returns how many were sent."""
        due = await usecases.due_messages(self._sending.documents, self._sending.clock(), BATCH)
        places = asyncio.Semaphore(AT_ONCE)
        sent = await asyncio.gather(*(self._send(message, places) for message in due))
        return sum(sent)

    async def _send(self, loaded: Loaded[Message], places: asyncio.Semaphore) -> bool:
        async with places:
            if self._stopping:
                return False
            try:
                return await usecases.send_message(loaded, self._sending) is State.SENT
            except Unavailable:
                raise
            except Exception:
                log.exception("message %s could not be sent", loaded.id)
                return False

    async def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                sent = await self.send_due()
            except Unavailable as error:
                log.warning("mail waits: %s", error)
                sent = 0
            except Exception:
                log.exception("mail waits")
                sent = 0
            if not sent:
                await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), LOOK_AGAIN_S)
        except TimeoutError:
            return
