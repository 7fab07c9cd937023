"""Work that falls due by the clock. It is found from documents, so a restart, or a clock that jumps, loses none of it.

`do` must leave its document so that `find` gives it no more, by a version-checked save or an insert under an id of its
own: then whichever process is first has done it. What a kill leaves half done is found again.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar

from shared.clock import Clock
from shared.errors import Unavailable
from shared.loop import Loop
from shared.store.port import Stale

log = logging.getLogger(__name__)

T = TypeVar("T")

LOOK_AGAIN_S = 1.0


class Due(Loop, Generic[T]):
    """Finds what is due and does it, one after the other, for as long as the service runs.

    `do` may do a part, such as a page of many: what is left is found again at once.
    """

    def __init__(
        self, find: Callable[[datetime], Awaitable[Sequence[T]]], do: Callable[[T], Awaitable[object]], clock: Clock
    ) -> None:
        super().__init__("due work waits", LOOK_AGAIN_S)
        self._find = find
        self._do = do
        self._clock = clock

    async def step(self) -> float:
        return 0.0 if await self.run_once() else LOOK_AGAIN_S

    async def run_once(self) -> int:
        """Do each that is due now; returns how many were done, or taken a part further. Raises Unavailable."""
        done = 0
        for each in await self._find(self._clock()):
            if self.stopping:
                break
            done += await self._try(each)
        return done

    async def _try(self, each: T) -> bool:
        """One that cannot be done holds up none of the others; it stays due."""
        try:
            await self._do(each)
        except Stale:  # another process was quicker
            return False
        except Unavailable:
            raise
        except Exception:
            log.exception("due work could not be done")
            return False
        return True
