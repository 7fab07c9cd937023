"""Takes mailings further, a step at a time, for as long as the service runs."""

import asyncio
import logging
from collections.abc import Callable

from services.notifications import usecases
from services.notifications.domain import MailingState, QuietHours
from services.notifications.storage import NotificationDocuments
from shared.clock import Clock
from shared.errors import Unavailable
from shared.waiting import wait

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 1.0
LOOK_FOR_ROOM_S = 0.05


class Mailings:
    """No further than the senders follow."""

    def __init__(
        self, documents: NotificationDocuments, clock: Clock, wake_sender: Callable[[], None], quiet: QuietHours
    ) -> None:
        self._documents = documents
        self._clock = clock
        self._wake_sender = wake_sender
        self._quiet = quiet
        self._news = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self._news.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._stopping = True
        self._news.set()
        if self._task is not None:
            await self._task

    async def step(self) -> float:
        """One step of each mailing; returns the seconds to leave them alone."""
        at_work = await usecases.mailings_at_work(self._documents)
        pause = LOOK_AGAIN_S
        for mailing in at_work:
            now = self._clock()
            owes = mailing.value.state is MailingState.RUNNING
            if owes and self._quiet.after(now) > now:  # or a whole town would stand in the store as a queue by morning
                continue
            if owes and not await usecases.is_room_ahead(self._documents, now):
                pause = min(pause, LOOK_FOR_ROOM_S)
                continue
            await usecases.take_step(mailing, self._documents, now)
            pause = 0.0
        if pause == 0:
            self._wake_sender()
        return pause

    async def _run(self) -> None:
        while not self._stopping:
            self._news.clear()
            if pause := await self._step_if_possible():
                await wait(self._news, pause)

    async def _step_if_possible(self) -> float:
        try:
            return await self.step()
        except Unavailable as error:
            log.warning("mailings wait: %s", error)
        except Exception:
            log.exception("mailings wait")
        return LOOK_AGAIN_S
