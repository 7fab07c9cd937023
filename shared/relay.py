"""Takes the events out of the documents that caused them and puts them on the bus."""

import asyncio
import logging
from collections.abc import Sequence

from shared.bus.port import BATCH, Bus
from shared.errors import Unavailable
from shared.store.port import Pending, Store
from shared.waiting import wait

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
"""A commit wakes the relay at once; this finds what a crash, or another process, left behind."""

LONGEST_PAUSE_S = 5.0


class Relay:
    """Publishes, then marks. A crash in between publishes an event twice, and never loses one."""

    def __init__(self, store: Store, bus: Bus) -> None:
        self._store = store
        self._bus = bus
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to publish."""
        self._news.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Publish what is there, if the bus takes it, and end. What it does not take stays in its document."""
        self._stopping.set()
        self._news.set()
        if self._task is not None:
            await self._task

    async def drain(self) -> int:
        """Publish all that is pending; returns how many events went out. Raises Unavailable."""
        sent = 0
        while pending := _first_events(await self._store.pending(BATCH)):
            events = [event for document in pending for event in document.events]
            await self._bus.publish(events)
            await self._store.mark_published(pending)
            sent += len(events)
        return sent

    async def _run(self) -> None:
        pause = 0.0
        while True:
            self._news.clear()
            stopping = self._stopping.is_set()
            pause = await self._try_to_drain(pause)
            if stopping:
                return
            if pause:
                await wait(self._stopping, pause)
            else:
                await wait(self._news, LOOK_AGAIN_S)

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


def _first_events(pending: Sequence[Pending]) -> list[Pending]:
    """As many as go out in one batch: a crash before they are marked brings no more than these again."""
    room, first = BATCH, []
    for document in pending:
        events = document.events[:room]
        first.append(Pending(document.collection, document.id, events))
        room -= len(events)
        if not room:
            break
    return first
