"""Every bus adapter for the contract suite, on a topic that no other test has."""

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from shared.bus.embedded import EmbeddedBus
from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus, Delivery
from shared.event import Outgoing
from shared.sqlite_file import SqliteFile
from tests.servers import require_servers

BUSES = ["embedded", pytest.param("kafka", marks=pytest.mark.servers)]


class Place(Protocol):
    """Where a bus keeps its events. What is opened and not stopped is stopped when the test ends."""

    topic: str

    def open(self) -> Bus: ...
    async def close(self) -> None: ...


class EmbeddedPlace:
    def __init__(self, path: Path) -> None:
        self.topic = "trial"
        self._path = path
        self._files: list[SqliteFile] = []
        self._buses: list[Bus] = []

    def open(self) -> Bus:
        self._files.append(SqliteFile(self._path))
        self._buses.append(EmbeddedBus(self._files[-1]))
        return self._buses[-1]

    async def close(self) -> None:
        for bus in self._buses:
            await bus.stop()
        for file in self._files:
            await file.close()


class KafkaPlace:
    def __init__(self, address: str) -> None:
        self.topic = f"trial-{uuid4().hex}"
        self._address = address
        self._buses: list[Bus] = []

    def open(self) -> Bus:
        self._buses.append(KafkaBus(self._address, [self.topic]))
        return self._buses[-1]

    async def close(self) -> None:
        for bus in self._buses:
            await bus.stop()


async def every_bus(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place: Place = (
        EmbeddedPlace(tmp_path / "bus.db") if request.param == "embedded" else KafkaPlace(require_servers().kafka)
    )
    yield place
    await place.close()


class Listener:
    """A handler that keeps what it is given, once it has done what it is told to do first."""

    def __init__(self, first: Callable[[Sequence[Delivery]], object] = lambda deliveries: None) -> None:
        self._first = first
        self.calls: list[Sequence[Delivery]] = []

    async def take(self, deliveries: Sequence[Delivery]) -> None:
        self._first(deliveries)
        self.calls.append(deliveries)

    @property
    def payloads(self) -> list[bytes]:
        return [delivery.payload for deliveries in self.calls for delivery in deliveries]

    def has(self, *payloads: str) -> bool:
        return {payload.encode() for payload in payloads} <= set(self.payloads)


def event(topic: str, key: str, payload: str) -> Outgoing:
    return Outgoing(uuid4().hex, topic, key, payload)
