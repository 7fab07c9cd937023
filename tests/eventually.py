"""Waiting for what comes by itself."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(look: Callable[[], T | None], within_s: float = 30.0) -> T:
    """What `look` gives once it gives something. Raises TimeoutError when it has not in time."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing came of {look} within {within_s} s")
        await asyncio.sleep(0.02)
