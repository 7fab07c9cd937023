"""Takes the events out of the documents that caused them and puts them on the bus."""

import asyncio
import logging

from shared.bus.port import Bus
from shared.errors import Unavailable
from shared.store.port import Store

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
"""A commit wakes the relay at once; this finds what a crash, or another process, left behind."""

LONGEST_PAUSE_S = 5.0

BATCH = 500


class Relay:
    """Publishes, then marks. A crash in between publishes an event twice, and never loses one."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._news = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to publish."""
        self._news.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Publish what is there, if the bus takes it, and end. What it does not take stays in its document."""
        self._stopping = True
        self._news.set()
        if self._task is not None:
            await self._task

    async def drain(self) -> int:
        """Publish all that is pending; returns how many events went out. Raises Unavailable."""
        sent = 0
        while pending := await self._store.pending(BATCH):
            events = [event for document in pending for event in document.events]
            await self._bus.publish(events)
            await self._store.mark_published(pending)
            sent += len(events)
        return sent

    async def _run(self) -> None:
        pause = 0.0
        while True:
            self._news.clear()
            stopping = self._stopping
            pause = await self._try_to_drain(pause)
            if stopping:
                return
            if pause:
                await asyncio.sleep(pause)
            else:
                await self._wait_for_news()

    async def _try_to_drain(self, pause: float) -> float:
        """Returns how long to leave store and bus alone: nothing when all went out, else longer each time."""
        try:
            await self.drain()
        except Unavailable as error:
            log.warning("events wait in their documents: %s", error)
        except Exception:
            log.exception("events wait in their documents")
        else:
            return 0.0
        return min(LONGEST_PAUSE_S, (pause or 0.1) * 2)

    async def _wait_for_news(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), LOOK_AGAIN_S)
        except TimeoutError:
            return
