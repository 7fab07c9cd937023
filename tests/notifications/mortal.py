"""A process that is killed: from one call to its store on, nothing more is done."""

from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from shared.event import Outgoing
from shared.sqlite_file import SqliteFile
from shared.store.port import Body, Collection, Stored, Where
from shared.store.sqlite import SqliteStore

T = TypeVar("T")


class Killed(BaseException):
    """As a kill is none of the exceptions that code can catch."""


class MortalStore(SqliteStore):
    """Killed at the `last` call, before the call is done or right after."""

    def __init__(
        self, file: SqliteFile, service: str, collections: Sequence[Collection], last: int, *, done: bool
    ) -> None:
        super().__init__(file, service, collections)
        self._left = last
        self._done = done

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        await self._while_alive(super().insert(collection, id, body, events))

    async def get(self, collection: str, id: str) -> Stored | None:
        return await self._while_alive(super().get(collection, id))

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        await self._while_alive(super().replace(collection, id, version, body, events))

    async def find(self, collection: str, where: Where | None = None, **how: Any) -> list[Stored]:
        return await self._while_alive(super().find(collection, where, **how))

    async def _while_alive(self, work: Coroutine[Any, Any, T]) -> T:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._done):
            work.close()
            raise Killed
        result = await work
        if self._left <= 0:  # what was under way at the kill is not gone on with
            raise Killed
        return result
