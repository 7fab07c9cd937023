"""What the services tell each other: facts, and the envelope they travel in."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

import orjson
from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Something that happened, as published: ids and facts, never an address, a name or free text.

    Within a version only optional fields are added; tests/contracts holds a sample of each that must parse for ever.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    wire_name: ClassVar[str]
    topic: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event on its way out: kept in the document that caused it until the relay has published it."""

    id: str
    topic: str
    key: str
    payload: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as it came in, its fact not yet read."""

    id: str
    name: str
    at: datetime
    key: str
    data: dict[str, object]


def record(fact: Fact, *, key: str, at: datetime) -> Outgoing:
    """Put a fact in its envelope; `key` is the id of the aggregate it is about, events of one key stay in order."""
    event_id = uuid4().hex
    envelope = {"id": event_id, "name": fact.wire_name, "at": at, "key": key, "data": fact.model_dump(mode="json")}
    return Outgoing(event_id, fact.topic, key, orjson.dumps(envelope).decode())


def forget(kind: type[Fact], *, key: str) -> Outgoing:
    """Takes the events of this key out of a compacted topic: nobody who starts to listen later is given them."""
    return Outgoing(uuid4().hex, kind.topic, key, "")


def read_envelope(payload: bytes) -> Envelope:
    """Raises ValueError or KeyError for bytes that are no event."""
    raw = orjson.loads(payload)
    if not isinstance(raw, dict) or not isinstance(raw.get("data"), dict):
        raise ValueError("the payload is not an event")  # noqa: TRY004
    return Envelope(
        id=str(raw["id"]),
        name=str(raw["name"]),
        at=datetime.fromisoformat(raw["at"]),
        key=str(raw["key"]),
        data=raw["data"],
    )
