"""Waiting for what comes by itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(look: Callable[[], T | Awaitable[T]], what: str = "", *, within: float = 10.0) -> T:
    """What `look` gives as soon as that is something true; fails, saying what was waited for, after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        looked = look()
        seen: T = await looked if isinstance(looked, Awaitable) else looked
        if seen:
            return seen
        assert time.monotonic() < deadline, f"{what or 'what was awaited'} did not come true within {within} s"
        await asyncio.sleep(0.01)
