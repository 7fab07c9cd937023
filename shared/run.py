"""The edge at which a use case is run: a stale save is redone, and a commit wakes the relay."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.store.port import Stale

T = TypeVar("T")

ATTEMPTS = 30
"""Someone else's save makes ours stale at most once each; this many in a row is a fault, not a crowd."""


class Run:
    """Runs use cases for one service: `await run(lambda: publish(command, consultations, now))`."""

    def __init__(self, wake_relay: Callable[[], None]) -> None:
        self._wake_relay = wake_relay

    async def __call__(self, use_case: Callable[[], Awaitable[T]]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                result = await use_case()
            except Stale:
                await asyncio.sleep(random.uniform(0, 0.002 * attempt))  # noqa: S311 - only spreads the next tries
                continue
            self._wake_relay()
            return result
        raise Stale(f"saved over {ATTEMPTS} times")
