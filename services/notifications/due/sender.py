"""Sends what is due for as long as the service runs. Each lane has workers of its own."""

import asyncio
import logging

from services.notifications import usecases
from services.notifications.domain import CLAIM, Lane, Message, State
from services.notifications.usecases import Sending
from shared.errors import Unavailable
from shared.store.documents import Loaded
from shared.waiting import wait

log = logging.getLogger(__name__)

WORKERS = {Lane.URGENT: 4, Lane.NORMAL: 4, Lane.BULK: 48}
"""More in bulk than there are connections: while some send, the claims and notes of others share a commit."""

LOOK_AGAIN_S = 1.0
BATCH = 200


class Sender:
    """Wakes when something is owed, and looks every second for what has fallen due."""

    def __init__(self, sending: Sending) -> None:
        self._lanes = [LaneSender(lane, sending, workers) for lane, workers in WORKERS.items()]

    def wake(self) -> None:
        for lane in self._lanes:
            lane.wake()

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()

    async def stop(self) -> None:
        """Finish the messages that are with the server, leave the others owed."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    async def send_due(self) -> int:
        """Try what is due once, a batch of each lane at the most; returns how many were sent."""
        return sum([await lane.send_due() for lane in self._lanes])


class LaneSender:
    """Its queue is filled up from the store before it runs empty, so that one slow mail holds up one worker alone."""

    def __init__(self, lane: Lane, sending: Sending, workers: int) -> None:
        self._lane = lane
        self._sending = sending
        self._workers = workers
        self._queue: asyncio.Queue[Loaded[Message] | None] = asyncio.Queue()
        self._taken: set[str] = set()
        self._more = False
        self._news = asyncio.Event()
        self._stopping = False
        self._tasks: list[asyncio.Task[object]] = []

    def wake(self) -> None:
        self._news.set()

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._fill()), *(asyncio.create_task(self._work()) for _ in self._places)]

    async def stop(self) -> None:
        self._stopping = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._end_workers()
        self._news.set()
        await asyncio.gather(*self._tasks)

    async def send_due(self) -> int:
        await self._fetch()
        self._end_workers()
        return sum(await asyncio.gather(*(self._work() for _ in self._places)))

    @property
    def _places(self) -> range:
        return range(self._workers)

    def _end_workers(self) -> None:
        for _ in self._places:
            self._queue.put_nowait(None)

    async def _work(self) -> int:
        """Send what is in the queue until an end is handed out; returns how many were sent."""
        sent = 0
        while (loaded := await self._queue.get()) is not None:
            if self._more and self._queue.qsize() < self._workers:
                self._news.set()
            sent += await self._send(loaded)
        return sent

    async def _send(self, loaded: Loaded[Message]) -> bool:
        try:
            async with asyncio.timeout(CLAIM.total_seconds()):  # then it is another's, whatever this one waits for
                return await usecases.send_message(loaded, self._sending) is State.SENT
        except (Unavailable, TimeoutError) as error:
            log.warning("message %s waits: %s", loaded.id, error)
        except Exception:
            log.exception("message %s could not be sent", loaded.id)
        finally:
            self._taken.discard(loaded.id)
        return False

    async def _fill(self) -> None:
        while not self._stopping:
            self._news.clear()
            try:
                found = self._queue.qsize() < self._workers and await self._fetch()
            except Unavailable as error:
                log.warning("mail waits: %s", error)
                found = False
            except Exception:
                log.exception("mail waits")
                found = False
            if not found:
                await wait(self._news, LOOK_AGAIN_S)

    async def _fetch(self) -> bool:
        """Put what is due, and is with no worker yet, into the queue; returns whether there was something."""
        documents, now = self._sending.documents, self._sending.clock()
        due = await usecases.due_messages(documents, now, BATCH, self._lane)
        self._more = len(due) == BATCH
        new = await usecases.without_halted([each for each in due if each.id not in self._taken], documents, now)
        if self._stopping:
            return False
        for loaded in new:
            self._taken.add(loaded.id)
            self._queue.put_nowait(loaded)
        return bool(new)
