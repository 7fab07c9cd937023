"""The one way to the time."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]
"""Gives the time now, in UTC, with its zone."""


def system_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251
