"""A service as a process sees it: pages to serve, events to take in and to send, and work by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter
from starlette.routing import BaseRoute

from shared.bus.port import Bus
from shared.clock import Clock
from shared.consume import Consumer
from shared.place import Place
from shared.relay import Relay
from shared.run import Run
from shared.secrets import Secrets
from shared.settings import Settings
from shared.store.port import Store
from shared.web.pages import Pages
from shared.web.sessions import Sessions


class Background(Protocol):
    def start(self) -> None: ...

    async def stop(self) -> None: ...


class Probe(Protocol):
    async def ping(self) -> None: ...


@dataclass(frozen=True)
class Parts:
    """What a process hands to each service that it runs."""

    bus: Bus
    clock: Clock
    place: Place
    pages: Pages
    secrets: Secrets
    settings: Settings


@dataclass(frozen=True)
class Service:
    name: str
    store: Store
    consumer: Consumer
    relay: Relay
    routes: Sequence[BaseRoute]
    api: APIRouter = field(default_factory=APIRouter)
    """Mounted at /api."""

    background: Sequence[Background] = ()
    probes: dict[str, Probe] = field(default_factory=dict)
    """What else it depends on, for /health."""

    def start(self) -> None:
        self.consumer.start()
        self.relay.start()
        for each in self.background:
            each.start()

    async def stop(self) -> None:
        """Once nothing comes in any more: finish what is at work, and send the events that wait."""
        await self.consumer.stop()
        for each in self.background:
            await each.stop()
        await self.relay.stop()


@dataclass(frozen=True)
class Edge:
    """What pages and subscribers of one service share."""

    parts: Parts
    store: Store
    relay: Relay
    run: Run
    sessions: Sessions
    consumer: Consumer


def edge(name: str, store: Store, parts: Parts) -> Edge:
    relay = Relay(store, parts.bus)
    sessions = Sessions(parts.secrets.session_public, store, parts.clock)
    return Edge(parts, store, relay, Run(relay.wake), sessions, Consumer(name, store, parts.bus, parts.clock))


def templates(file: str) -> Path:
    """The folder of templates beside a service's app.py."""
    return Path(file).parent / "templates"
