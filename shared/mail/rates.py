"""How many mails a second: turns are given out, so many a second for each key, such as the domain mail goes to."""

from datetime import datetime, timedelta

KEYS = 10_000
"""Remembered at the most; those whose turn is past are forgotten first."""


class Rates:
    """Lets `per_second` through in a second for each key, and as many at once after a quiet one."""

    def __init__(self, per_second: float) -> None:
        self._between = timedelta(seconds=1 / per_second)
        self._at_once = max(timedelta(), timedelta(seconds=1) - self._between)
        self._next: dict[str, datetime] = {}

    def book(self, key: str, now: datetime) -> datetime:
        """Now, or the next turn that nobody else has; whoever is given a turn must take it."""
        if len(self._next) >= KEYS:
            self._next = {each: turn for each, turn in self._next.items() if turn > now}
        turn = max(self._next.get(key, now - self._at_once), now - self._at_once)
        self._next[key] = turn + self._between
        return max(turn, now)
