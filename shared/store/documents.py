"""Aggregates in a collection: the one mapping between dataclasses and documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter

from shared.event import Outgoing
from shared.store.port import Body, Collection, Store, Stored, Where

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """An aggregate as it was at a version of its document."""

    id: str
    version: int
    value: T


class Documents(Generic[T]):
    """The documents of one collection, each of which is one `kind`, a dataclass with an `id`.

    `upgrade` makes a body that was stored before its shape changed into one of today's.
    """

    def __init__(
        self, store: Store, collection: Collection, kind: type[T], upgrade: Callable[[Body], Body] = lambda body: body
    ) -> None:
        self._store = store
        self._name = collection.name
        self._upgrade = upgrade
        self._adapter, self._times = _mapping_of(kind)  # type: ignore[arg-type]

    async def get(self, id: str) -> Loaded[T] | None:
        stored = await self._store.get(self._name, id)
        return self._loaded(stored) if stored else None

    async def add(self, value: T, events: Sequence[Outgoing] = ()) -> None:
        """Raises Duplicate."""
        await self._store.insert(self._name, value.id, self._body(value), events)  # type: ignore[attr-defined]

    async def save(self, loaded: Loaded[T], value: T, events: Sequence[Outgoing] = ()) -> None:
        """Put `value` in place of what was loaded. Raises Stale and Duplicate."""
        await self._store.replace(self._name, loaded.id, loaded.version, self._body(value), events)

    async def find(
        self, where: Where | None = None, *, sort: str = "id", descending: bool = False, limit: int = 100, skip: int = 0
    ) -> list[Loaded[T]]:
        found = await self._store.find(self._name, where, sort=sort, descending=descending, limit=limit, skip=skip)
        return [self._loaded(stored) for stored in found]

    async def count(self, where: Where | None = None) -> int:
        return await self._store.count(self._name, where)

    def _body(self, value: T) -> Body:
        body: dict[str, Any] = self._adapter.dump_python(value, mode="json")
        for name in self._times:  # with the same number of digits always, or they would not sort as text
            moment: datetime | None = getattr(value, name)
            body[name] = moment and as_text(moment)
        return body

    def _loaded(self, stored: Stored) -> Loaded[T]:
        return Loaded(stored.id, stored.version, self._adapter.validate_python(self._upgrade(stored.body)))


@cache
def _mapping_of(kind: type[Any]) -> tuple[TypeAdapter[Any], Sequence[str]]:
    """What puts one into a body and back, and which of its fields are times. Making it takes milliseconds."""
    hints = get_type_hints(kind)
    times = [name for name, hint in hints.items() if hint is datetime or datetime in get_args(hint)]
    return TypeAdapter(kind), [field.name for field in fields(kind) if field.name in times]


def as_text(moment: datetime) -> str:
    """A time as documents hold it, to sort and to ask by."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
