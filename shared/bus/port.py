"""The bus as the services see it: topics of events, each read by every group once or more, in order within a key."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.event import Outgoing


@dataclass(frozen=True, slots=True)
class Delivery:
    """A payload as it came, and where it stands. A group is given a delivery again until its handler has returned."""

    topic: str
    partition: int
    position: int
    payload: bytes


Handler = Callable[[Sequence[Delivery]], Awaitable[None]]
"""Takes in the next deliveries of one partition. What it raises brings the same ones again, after a pause."""

BATCH = 200
"""Deliveries in one batch at the most, and events that the relay publishes in one go.

A crash brings a batch again. Who remembers what it has seen must remember several times as many.
"""

COMPACTED = frozenset({"accounts.resident.v1"})
"""Topics that keep the newest event of each key alone. They are the only ones that hold contact details.

An empty payload takes the key away (Kafka calls it a tombstone); who listens may be given it, or nothing of the key.
"""


class Bus(Protocol):
    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Return when all are kept for good; raises Unavailable, and then any part of them may have been kept."""

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        """Before start. A group that is new begins at the oldest event kept."""

    async def start(self) -> None:
        """Return at once; where the broker is away, go on trying."""

    async def stop(self) -> None:
        """Let the handlers that are at work finish, for some seconds, then let go."""

    async def ping(self) -> None:
        """Return when the broker answers; raises Unavailable."""
