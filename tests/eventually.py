"""Waiting for what comes by itself."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(look: Callable[[], Awaitable[T]], what: str = "", *, within: float = 20.0) -> T: ...
@overload
async def eventually(look: Callable[[], T], what: str = "", *, within: float = 20.0) -> T: ...
async def eventually(look: Callable[[], Any], what: str = "", *, within: float = 20.0) -> Any:
    """What `look` gives as soon as that is true; fails, saying what was waited for, after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        looked = look()
        seen = await looked if inspect.isawaitable(looked) else looked
        if seen:
            return seen
        assert time.monotonic() < deadline, f"{what or 'what was awaited'} did not come true within {within} s"
        await asyncio.sleep(0.01)
