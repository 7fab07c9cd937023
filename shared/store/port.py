"""The store as the services see it: documents in collections, each written alone, together with its events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.event import Outgoing

Body = dict[str, Any]
"""What JSON can say. Keys are letters, digits, - and _; times are UTC in ISO format, so that they sort as text."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Stored:
    id: str
    version: int
    body: Body


@dataclass(frozen=True, slots=True)
class Pending:
    """A document's events that wait for the relay, oldest first."""

    collection: str
    id: str
    events: tuple[Outgoing, ...]


@dataclass(frozen=True, slots=True)
class In:
    values: Sequence[Scalar]


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` (included) to `below` (excluded); either may be open."""

    least: Scalar = None
    below: Scalar = None


Where = Mapping[str, Scalar | In | Range]
"""Top-level fields of the body; all must hold. None holds for a field that is null or not there.

A field that is asked by, or sorted by, holds one kind of scalar (or nothing), and no NUL within a text: on lists, and
between kinds, engines differ.
"""


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection's name and what it is quickly asked by.

    A unique key is made of texts, and binds only where all of its fields are there and not null. `paged` are fields by
    one of which all documents are read page by page in the order of their ids: each page as quick as the first.
    """

    name: str
    indexed: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    paged: tuple[str, ...] = ()


class Duplicate(Exception):  # noqa: N818
    """A document with this id, or with the same unique key, is there already."""


class Stale(Exception):  # noqa: N818
    """The document has changed, or gone, since it was loaded."""


class Store(Protocol):
    """Every write is on disk when it returns. Any call raises Unavailable while the engine cannot be reached."""

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        """Raises Duplicate."""

    async def get(self, collection: str, id: str) -> Stored | None: ...

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        """Put `body` in place of the document of that version, which goes up by one. Raises Stale and Duplicate."""

    async def delete(self, collection: str, id: str) -> None:
        """Take the document and its pending events away; none there is no error."""

    async def find(  # noqa: PLR0913
        self,
        collection: str,
        where: Where | None = None,
        *,
        sort: str = "id",
        descending: bool = False,
        limit: int = 100,
        skip: int = 0,
    ) -> list[Stored]:
        """Sorted by a field (missing first), then by id in the same direction."""
        ...

    async def count(self, collection: str, where: Where | None = None) -> int: ...

    async def count_by(self, collection: str, field: str, where: Where | None = None) -> dict[Scalar, int]:
        """How many documents have each value of a field; None stands for those without it."""
        ...

    async def pending(self, limit: int) -> list[Pending]:
        """Documents with events to publish, at most `limit`, the longest waiting first."""
        ...

    async def mark_published(self, published: Sequence[Pending]) -> None:
        """Take just these events off their documents. Versions stay: no save becomes stale by it."""

    async def ping(self) -> None:
        """Return when the engine answers."""
