"""Every store adapter, empty, for the contract suite; each can be opened again on what it has kept."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest

from shared.sqlite_file import SqliteFile
from shared.store.mongo import MongoStore, connect
from shared.store.port import Collection, Store
from shared.store.sqlite import SqliteStore
from tests.servers import require_servers

COLLECTIONS = (
    Collection("people", indexed=("ward", "age"), unique=(("email",), ("street", "house")), paged=("ward",)),
    Collection("notes"),
)


class Kept(Protocol):
    """Where documents are kept. What is opened is closed by who called `every_engine`."""

    where: str
    """A path or an address, with which another process reaches the same documents."""
    service: str

    def open(self) -> Store: ...
    async def close(self) -> None: ...


class KeptInSqlite:
    def __init__(self, path: Path) -> None:
        self.where = str(path)
        self.service = "trial"
        self._files: list[SqliteFile] = []

    def open(self) -> Store:
        file = SqliteFile(Path(self.where))
        self._files.append(file)
        return SqliteStore(file, self.service, COLLECTIONS)

    async def close(self) -> None:
        while self._files:
            await self._files.pop().close()


class KeptInMongo:
    def __init__(self, address: str) -> None:
        self.where = address
        self.service = f"trial_{uuid4().hex}"  # names the database, so that tests beside this one have their own
        self._clients = [connect(address)]

    def open(self) -> Store:
        client = connect(self.where)
        self._clients.append(client)
        return MongoStore(client, self.service, COLLECTIONS)

    async def close(self) -> None:
        while len(self._clients) > 1:
            self._clients.pop().close()

    async def drop(self) -> None:
        await self._clients[0].drop_database(self.service)
        self._clients[0].close()


ENGINES = ["sqlite", pytest.param("mongo", marks=pytest.mark.servers)]


async def every_engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "sqlite":
        sqlite = KeptInSqlite(tmp_path / "engage.db")
        yield sqlite
        await sqlite.close()
        return
    mongo = KeptInMongo(require_servers().mongo)
    yield mongo
    await mongo.close()
    await mongo.drop()
