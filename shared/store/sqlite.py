"""The store on SQLite: a table for each collection, the body as JSON, an index for each field asked by."""

import sqlite3
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson

from shared.event import Outgoing
from shared.sqlite_file import SqliteFile
from shared.store.port import Body, Collection, Duplicate, In, Pending, Range, Scalar, Stale, Store, Stored, Where

READ_AT_ONCE = 50
"""Rows that a read may pass over on the event loop: about a millisecond."""


class SqliteStore(Store):
    """The collections of one service in a file that all services of this process share."""

    def __init__(self, file: SqliteFile, service: str, collections: Sequence[Collection]) -> None:
        self._file = file
        self._tables = {each.name: f'"{service}.{each.name}"' for each in collections}
        for collection in collections:
            file.declare(*_schema(self._tables[collection.name], f"{service}.{collection.name}", collection))

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        sql = f"INSERT OR IGNORE INTO {self._tables[collection]} (id, version, body, pending) VALUES (?, 1, ?, ?)"  # noqa: S608
        row = (id, orjson.dumps(body).decode(), _pack(events))
        if not await self._file.write(lambda db: db.execute(sql, row).rowcount):
            raise Duplicate(f"{collection}/{id}")

    async def get(self, collection: str, id: str) -> Stored | None:
        sql = f"SELECT id, version, body FROM {self._tables[collection]} WHERE id = ?"  # noqa: S608
        row = self._file.read(lambda db: db.execute(sql, (id,)).fetchone())
        return _stored(row) if row else None

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        table, packed = self._tables[collection], orjson.dumps(body).decode()

        def work(db: sqlite3.Connection) -> str | None:
            row = db.execute(f"SELECT version, pending FROM {table} WHERE id = ?", (id,)).fetchone()  # noqa: S608
            if row is None or row[0] != version:
                return "stale"
            pending = _pack((*_unpack(row[1]), *events))
            sql = f"UPDATE OR IGNORE {table} SET version = ?, body = ?, pending = ? WHERE id = ?"  # noqa: S608
            return None if db.execute(sql, (version + 1, packed, pending, id)).rowcount else "duplicate"

        match await self._file.write(work):
            case "stale":
                raise Stale(f"{collection}/{id}")
            case "duplicate":
                raise Duplicate(f"{collection}/{id}")

    async def delete(self, collection: str, id: str) -> None:
        sql = f"DELETE FROM {self._tables[collection]} WHERE id = ?"  # noqa: S608
        await self._file.write(lambda db: db.execute(sql, (id,)))

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
        condition, values = _condition(where)
        way = "DESC" if descending else "ASC"
        order = f"id {way}" if sort == "id" else f"{_field(sort)} {way}, id {way}"
        sql = f"SELECT id, version, body FROM {self._tables[collection]}{condition} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        values += [limit, skip]

        def work(db: sqlite3.Connection) -> list[Stored]:
            return [_stored(row) for row in db.execute(sql, values)]

        found: list[Stored]
        found = self._file.read(work) if limit + skip <= READ_AT_ONCE else await self._file.read_long(work)
        return found

    async def count(self, collection: str, where: Where | None = None) -> int:
        condition, values = _condition(where)
        sql = f"SELECT count(*) FROM {self._tables[collection]}{condition}"  # noqa: S608
        return int(await self._file.read_long(lambda db: db.execute(sql, values).fetchone()[0]))

    async def count_by(self, collection: str, field: str, where: Where | None = None) -> dict[Scalar, int]:
        condition, values = _condition(where)
        sql = f"SELECT {_field(field)}, count(*) FROM {self._tables[collection]}{condition} GROUP BY 1"  # noqa: S608
        return dict(await self._file.read_long(lambda db: db.execute(sql, values).fetchall()))

    async def pending(self, limit: int) -> list[Pending]:
        found: list[Pending] = []
        for name, table in self._tables.items():
            sql = f"SELECT id, pending FROM {table} WHERE pending IS NOT NULL ORDER BY rowid LIMIT ?"  # noqa: S608
            rows = self._file.read(partial(_rows, sql, (limit - len(found),)))
            found += [Pending(name, id, _unpack(packed)) for id, packed in rows]
        return found

    async def mark_published(self, published: Sequence[Pending]) -> None:
        def work(db: sqlite3.Connection) -> None:
            for each in published:
                table, gone = self._tables[each.collection], {event.id for event in each.events}
                row = db.execute(f"SELECT pending FROM {table} WHERE id = ?", (each.id,)).fetchone()  # noqa: S608
                left = tuple(event for event in _unpack(row[0]) if event.id not in gone) if row else ()
                db.execute(f"UPDATE {table} SET pending = ? WHERE id = ?", (_pack(left), each.id))  # noqa: S608

        await self._file.write(work)

    async def ping(self) -> None:
        self._file.read(lambda db: db.execute("SELECT 1").fetchone())


def _schema(table: str, name: str, collection: Collection) -> list[str]:
    """No id of a row is ever given twice (AUTOINCREMENT), so rowid is the order in which documents came."""
    statements = [
        f"CREATE TABLE IF NOT EXISTS {table} (row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
        " version INTEGER NOT NULL, body TEXT NOT NULL, pending TEXT)",
        f'CREATE INDEX IF NOT EXISTS "{name}~pending" ON {table} (row) WHERE pending IS NOT NULL',
    ]
    statements += [
        f'CREATE INDEX IF NOT EXISTS "{name}~{field}" ON {table} ({_field(field)})' for field in collection.indexed
    ]
    for fields in collection.unique:
        columns = ", ".join(_field(field) for field in fields)
        statements.append(f'CREATE UNIQUE INDEX IF NOT EXISTS "{name}~{"+".join(fields)}" ON {table} ({columns})')
    return statements


def _field(name: str) -> str:
    if not name.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"{name!r} is no name of a field")
    return f"json_extract(body, '$.\"{name}\"')"


def _rows(sql: str, values: Sequence[Any], db: sqlite3.Connection) -> list[Any]:
    return db.execute(sql, values).fetchall()


def _condition(where: Where | None) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for name, wanted in (where or {}).items():
        field = "id" if name == "id" else _field(name)
        match wanted:
            case In():
                parts.append(f"{field} IN ({', '.join('?' * len(wanted.values))})")
                values += wanted.values
            case Range():
                bounds = [(f"{field} >= ?", wanted.least), (f"{field} < ?", wanted.below)]
                parts += [sql for sql, bound in bounds if bound is not None]
                values += [bound for _, bound in bounds if bound is not None]
            case None:
                parts.append(f"{field} IS NULL")
            case _:
                parts.append(f"{field} = ?")
                values.append(wanted)
    return (" WHERE " + " AND ".join(parts) if parts else ""), values


def _stored(row: tuple[str, int, str]) -> Stored:
    return Stored(row[0], row[1], orjson.loads(row[2]))


def _pack(events: Sequence[Outgoing]) -> str | None:
    if not events:
        return None
    return orjson.dumps([[event.id, event.topic, event.key, event.payload] for event in events]).decode()


def _unpack(packed: str | None) -> tuple[Outgoing, ...]:
    return tuple(Outgoing(*event) for event in orjson.loads(packed)) if packed else ()
