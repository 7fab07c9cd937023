"""Work that goes on for as long as the service runs, step after step."""

import asyncio
import logging
from abc import ABC, abstractmethod

from shared.errors import Unavailable
from shared.waiting import wait

log = logging.getLogger(__name__)


class Loop(ABC):
    """A step that fails holds up nothing but itself: it is told in the log, and tried again after `look_again_s`."""

    def __init__(self, name: str, look_again_s: float) -> None:
        """`name`: what waits when a step fails, for the log."""
        self._name = name
        self._look_again_s = look_again_s
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.stopping = False

    @abstractmethod
    async def step(self) -> float:
        """Returns the seconds until the next step, 0 for one at once."""

    def wake(self) -> None:
        self._news.set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Once the step that is at work has ended."""
        self.stopping = True
        self._news.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self.stopping:
            self._news.clear()
            if pause := await self._step_or_say():
                await wait(self._news, pause)

    async def _step_or_say(self) -> float:
        try:
            return await self.step()
        except Unavailable as error:
            log.warning("%s: %s", self._name, error)
        except Exception:
            log.exception(self._name)
        return self._look_again_s
