"""Takes in events for one service: each in order within its key, tried again a few times, then parked."""

import asyncio
import base64
import logging
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from shared.bus.port import BATCH, Bus, Delivery
from shared.clock import Clock
from shared.errors import Refusal, Unavailable
from shared.event import Envelope, Fact, read_envelope
from shared.store.port import Body, Collection, Duplicate, Store, Stored

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Fact)

TRIES = 5
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0
REPLAY_EVERY_S = 1.0

PARKED = Collection("parked", indexed=("state", "key"))
"""Events that could not be handled, with their reasons. Asked by key when a person's data is asked for or erased."""

SEEN = 5 * BATCH
"""Event ids that a projection remembers: several times what a bus brings again."""


@dataclass(frozen=True, slots=True)
class Received(Generic[F]):
    """An event that came in, its fact read."""

    id: str
    at: datetime
    key: str
    partition: int
    fact: F


One = Callable[[Received[Any]], Awaitable[None]]
Many = Callable[[Sequence[Received[Any]]], Awaitable[None]]


def remember(seen: Sequence[str], new: Sequence[str]) -> list[str]:
    """The events that a document has taken in, the newest last, at most SEEN of them."""
    return [*seen, *new][-SEEN:]


class Consumer:
    def __init__(
        self, service: str, store: Store, bus: Bus, clock: Clock, *, first_pause_s: float = FIRST_PAUSE_S
    ) -> None:
        self._service = service
        self._store = store
        self._bus = bus
        self._clock = clock
        self._handlers: dict[str, tuple[type[Fact], Many, bool]] = {}
        self._topics: set[str] = set()
        self._replaying: asyncio.Task[None] | None = None
        self._first_pause = first_pause_s
        self._outage_pause = first_pause_s

    def on(self, fact: type[F], handler: Callable[[Received[F]], Awaitable[None]]) -> None:
        """Handle each event alone. Events of other keys may be handled at the same time."""

        async def one_by_one(received: Sequence[Received[Any]]) -> None:
            for each in received:
                await handler(each)

        self._add(fact, one_by_one, batched=False)

    def on_batch(self, fact: type[F], handler: Callable[[Sequence[Received[F]]], Awaitable[None]]) -> None:
        """Handle events that came together in one go; they are of one partition."""
        self._add(fact, handler, batched=True)

    def _add(self, fact: type[Fact], handler: Many, *, batched: bool) -> None:
        if fact.wire_name in self._handlers:
            raise ValueError(f"{fact.wire_name} has a handler in {self._service} already")
        self._handlers[fact.wire_name] = (fact, handler, batched)
        self._topics.add(fact.topic)

    def start(self) -> None:
        for topic in sorted(self._topics):
            self._bus.subscribe(topic, self._service, self.take)
        self._replaying = asyncio.create_task(self._replay_for_ever())

    async def stop(self) -> None:
        if self._replaying is not None:
            self._replaying.cancel()
            await asyncio.gather(self._replaying, return_exceptions=True)

    async def take(self, deliveries: Sequence[Delivery]) -> None:
        """Take in deliveries of one partition. Raises Unavailable, after a pause, when the store is out of reach."""
        try:
            for run in self._runs(await self._read(deliveries)):
                await self._handle_run(run)
        except Unavailable:
            await asyncio.sleep(self._outage_pause)
            self._outage_pause = min(LONGEST_PAUSE_S, self._outage_pause * 2)
            raise
        self._outage_pause = self._first_pause

    async def _read(self, deliveries: Sequence[Delivery]) -> list[tuple[Delivery, Received[Any]]]:
        read = []
        for delivery in deliveries:
            try:
                received = self._parse(delivery)
            except (ValueError, KeyError, TypeError) as error:
                await self._park(delivery, error)
            else:
                if received is not None:
                    read.append((delivery, received))
        return read

    def _parse(self, delivery: Delivery) -> Received[Any] | None:
        """None for an event that this service does not listen to, and for a key that was taken away."""
        if not delivery.payload:
            return None
        envelope: Envelope = read_envelope(delivery.payload)
        if envelope.name not in self._handlers:
            return None
        fact = self._handlers[envelope.name][0].model_validate(envelope.data)
        return Received(envelope.id, envelope.at, envelope.key, delivery.partition, fact)

    def _runs(self, read: list[tuple[Delivery, Received[Any]]]) -> list[list[tuple[Delivery, Received[Any]]]]:
        """Neighbours that may be handled together: of one batched kind, or all of kinds handled alone."""
        runs: list[list[tuple[Delivery, Received[Any]]]] = []
        last: str | None = None
        for delivery, received in read:
            name = received.fact.wire_name
            kind = name if self._handlers[name][2] else "alone"
            if kind != last:
                runs.append([])
                last = kind
            runs[-1].append((delivery, received))
        return runs

    async def _handle_run(self, run: list[tuple[Delivery, Received[Any]]]) -> None:
        _, handler, batched = self._handlers[run[0][1].fact.wire_name]
        if batched:
            error = await self._attempt(handler, [received for _, received in run])
            if error is not None:  # one of them is at fault: find it
                await self._in_order(run)
            return
        by_key: dict[str, list[tuple[Delivery, Received[Any]]]] = {}
        for delivery, received in run:
            by_key.setdefault(received.key, []).append((delivery, received))
        # All of them end before an outage is passed on: what is still at work would meet itself when it comes again.
        outcomes = await asyncio.gather(*(self._in_order(each) for each in by_key.values()), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    async def _in_order(self, events: list[tuple[Delivery, Received[Any]]]) -> None:
        for delivery, received in events:
            handler = self._handlers[received.fact.wire_name][1]
            error = await self._attempt(handler, [received])
            if error is not None:
                await self._park(delivery, error)

    async def _attempt(self, handler: Many, received: Sequence[Received[Any]]) -> Exception | None:
        """Returns what went wrong at the last try, or nothing. An outage is raised: no event is at fault."""
        pause = self._first_pause
        for attempt in range(1, TRIES + 1):
            try:
                await handler(received)
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the events behind it must go on
                if attempt == TRIES:
                    return error
                await asyncio.sleep(pause)
                pause *= 2
            else:
                return None
        return None

    async def _park(self, delivery: Delivery, error: Exception) -> None:
        reason = _reason(error)
        log.error("%s parked an event of %s: %s", self._service, delivery.topic, reason)
        body = {
            "state": "parked",
            "topic": delivery.topic,
            "partition": delivery.partition,
            "position": delivery.position,
            "key": _key(delivery.payload),
            "payload": base64.b64encode(delivery.payload).decode(),
            "reason": reason,
            "at": self._clock().isoformat(),
        }
        try:
            await self._store.insert("parked", f"{delivery.topic}:{delivery.partition}:{delivery.position}", body)
        except Duplicate:
            log.info("it was parked before")

    async def replay(self) -> int:
        """Handle the parked events that were asked for again; returns how many went through."""
        done = 0
        for stored in await self._store.find("parked", {"state": "replay"}, sort="position"):
            error = await self._handle_again(stored)
            if error is None:
                await self._store.delete("parked", stored.id)
                done += 1
            else:
                body = {**stored.body, "state": "parked", "reason": _reason(error)}
                await self._store.replace("parked", stored.id, stored.version, body)
        return done

    async def _handle_again(self, stored: Stored) -> Exception | None:
        body = stored.body
        delivery = Delivery(body["topic"], body["partition"], body["position"], base64.b64decode(body["payload"]))
        try:
            received = self._parse(delivery)
        except (ValueError, KeyError, TypeError) as error:
            return error
        if received is None:
            return None
        return await self._attempt(self._handlers[received.fact.wire_name][1], [received])

    async def _replay_for_ever(self) -> None:
        while True:
            try:
                await self.replay()
            except Unavailable:
                log.debug("the store is out of reach: replaying later")
            except Exception:
                log.exception("could not replay parked events")
            await asyncio.sleep(REPLAY_EVERY_S)


def _reason(error: Exception) -> str:
    """What is wrong and where, without the values in it: they may be about a person."""
    if isinstance(error, ValidationError):
        # Only the outermost name is the contract's own; those further in may be keys that came with the event.
        faults = "; ".join(f"{'.'.join(map(str, fault['loc'][:1]))}: {fault['type']}" for fault in error.errors())
        return f"the event does not fit its contract: {faults}"
    if isinstance(error, Refusal):
        return error.sentence
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _key(payload: bytes) -> str | None:
    try:
        return read_envelope(payload).key
    except (ValueError, KeyError, TypeError):
        return None


def parked_body(stored: Stored) -> Body:
    """What `engage parked` shows: no payload, since one topic holds contact details."""
    return {name: stored.body[name] for name in ("state", "topic", "partition", "position", "reason", "at")}
