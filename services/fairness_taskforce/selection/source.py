"""Where the number of the draw comes from: a source that nobody in the council can steer, fixed before the draw."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.errors import Refusal

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
"""The hash that names drand's chain "quicknet": a new number every three seconds, made by many organisations together.

Source, with the two times below: https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971/info
"""
GENESIS = 1692803367
"""When its first round was, in seconds since 1970, UTC."""
PERIOD = 3
"""Seconds from round to round."""

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SPAN = 16**4


@dataclass(frozen=True, slots=True)
class Beacon:
    """A future round of drand's quicknet (https://drand.love). Its time follows from its number."""

    round: int

    @classmethod
    def at(cls, moment: datetime) -> "Beacon":
        """The first round at this moment or after it. Raises Refusal before the beacon began."""
        seconds = moment.timestamp() - GENESIS
        if seconds < 0:
            raise Refusal("The beacon began on 23 August 2023. Choose a later time.")
        return cls(int(-(-seconds // PERIOD)) + 1)

    @property
    def time(self) -> datetime:
        return datetime.fromtimestamp(GENESIS + (self.round - 1) * PERIOD, UTC)

    def frozen(self) -> dict[str, Any]:
        time = self.time.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"kind": "drand", "chain": QUICKNET, "round": self.round, "time": time}

    def drawn(self, number: str, groups: int) -> tuple[dict[str, Any], int]:
        """What goes into the record, and the group's place. Raises Refusal for what is no randomness of a round."""
        randomness = number.strip().lower()
        if not _HEX.fullmatch(randomness):
            raise Refusal("The randomness of a round has 64 signs, each a digit or a letter from a to f.", "number")
        return {"randomness": randomness}, from_randomness(randomness, groups)


@dataclass(frozen=True, slots=True)
class Balls:
    """Ten balls, 0 to 9, drawn one after another at a public event, each put back before the next."""

    event: str
    """Where and when, for people to come and see."""

    def frozen(self) -> dict[str, Any]:
        return {"kind": "balls", "event": self.event}

    def drawn(self, number: str, groups: int) -> tuple[dict[str, Any], int]:
        """What goes into the record, and the group's place. Raises Refusal for other digits than are needed."""
        digits = "".join(number.split())
        needed = len(str(groups - 1))
        if not re.fullmatch(rf"[0-9]{{{needed}}}", digits, re.ASCII):
            raise Refusal(f"Type the {needed} digits in the order in which the balls were drawn.", "number")
        if int(digits) >= groups:
            raise Refusal(
                f"There are {groups:,} groups, so the highest number is {groups - 1:,}. Draw again.", "number"
            )
        return {"digits": [int(digit) for digit in digits]}, int(digits)


def source_of(frozen: Mapping[str, Any]) -> Beacon | Balls:
    """The source that a frozen document names."""
    return Beacon(frozen["round"]) if frozen["kind"] == "drand" else Balls(frozen["event"])


def from_randomness(randomness: str, groups: int) -> int:
    """A number from 0 to groups - 1, each as likely as the others. `groups` is at most 65,536.

    SHA-256 of "engage-draw <randomness> <try>"; its first four hex digits are a number below 65,536. Of those, as many
    as are a multiple of `groups` count, and the remainder is the number; any other is thrown away and tried again.
    """
    attempt = 0
    while True:
        text = f"engage-draw {randomness} {attempt}"
        value = int(hashlib.sha256(text.encode()).hexdigest()[:4], 16)
        if value < _SPAN - _SPAN % groups:
            return value % groups
        attempt += 1
