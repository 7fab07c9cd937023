"""The store on SQLite: a table for each collection, the body as JSON, an index for each field asked by."""

from collections.abc import Sequence
from typing import Any

import orjson

from shared.clock import system_clock
from shared.event import Outgoing
from shared.sqlite_file import Connection, SqliteFile
from shared.store.documents import as_text
from shared.store.port import Body, Collection, Duplicate, In, Pending, Range, Scalar, Stale, Store, Stored, Where


class SqliteStore(Store):
    """The collections of one service in a file that all services of this process share."""

    def __init__(self, file: SqliteFile, service: str, collections: Sequence[Collection]) -> None:
        self._file = file
        self._tables = {each.name: f'"{service}.{each.name}"' for each in collections}
        for collection in collections:
            file.declare(*_schema(self._tables[collection.name], f"{service}.{collection.name}", collection))

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        sql = f"INSERT OR IGNORE INTO {self._tables[collection]} VALUES (?, 1, ?, ?, ?)"  # noqa: S608
        row = (id, orjson.dumps(body).decode(), _pack(events), _now() if events else None)
        if not await self._file.write(lambda db: db.execute(sql, row).rowcount):
            raise Duplicate(f"{collection}/{id}")

    async def get(self, collection: str, id: str) -> Stored | None:
        sql = f"SELECT id, version, body FROM {self._tables[collection]} WHERE id = ?"  # noqa: S608
        row = self._file.read(lambda db: db.execute(sql, (id,)).fetchone())
        return _stored(row) if row else None

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        """The new events are put behind those in the file, not those that were loaded: some may have gone out since."""
        table = self._tables[collection]
        sql = (
            f"UPDATE OR IGNORE {table} SET version = version + 1, body = ?1,"  # noqa: S608
            " pending = coalesce(pending || char(10) || ?2, pending, ?2), waits = coalesce(waits, ?3)"
            " WHERE id = ?4 AND version = ?5"
        )
        values = (orjson.dumps(body).decode(), _pack(events), _now() if events else None, id, version)

        def work(db: Connection) -> type[Exception] | None:
            if db.execute(sql, values).rowcount:
                return None
            row = db.execute(f"SELECT version FROM {table} WHERE id = ?", (id,)).fetchone()  # noqa: S608
            return Duplicate if row == (version,) else Stale

        if refusal := await self._file.write(work):
            raise refusal(f"{collection}/{id}")

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

        def work(db: Connection) -> list[Stored]:
            return [_stored(row) for row in db.execute(sql, values)]

        found: list[Stored] = await self._file.read_long(work)
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
        waiting = " UNION ALL ".join(
            f"SELECT waits, '{name}', id, pending FROM {table} WHERE waits IS NOT NULL"  # noqa: S608
            for name, table in self._tables.items()
        )
        sql = f"{waiting} ORDER BY waits LIMIT ?"
        rows = self._file.read(lambda db: db.execute(sql, (limit,)).fetchall())
        return [Pending(name, id, _unpack(packed)) for _, name, id, packed in rows]

    async def mark_published(self, published: Sequence[Pending]) -> None:
        def work(db: Connection) -> None:
            for each in published:
                table, gone = self._tables[each.collection], {event.id for event in each.events}
                row = db.execute(f"SELECT pending FROM {table} WHERE id = ?", (each.id,)).fetchone()  # noqa: S608
                left = _pack([event for event in _unpack(row[0]) if event.id not in gone]) if row else None
                sql = f"UPDATE {table} SET pending = ?1, waits = iif(?1 IS NULL, NULL, waits) WHERE id = ?2"  # noqa: S608
                db.execute(sql, (left, each.id))

        await self._file.write(work)

    async def ping(self) -> None:
        self._file.read(lambda db: db.execute("SELECT 1").fetchone())


def _schema(table: str, name: str, collection: Collection) -> list[str]:
    statements = [
        f"CREATE TABLE IF NOT EXISTS {table} (id TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL,"
        " body TEXT NOT NULL, pending TEXT, waits TEXT)",
        f'CREATE INDEX IF NOT EXISTS "{name}~waits" ON {table} (waits) WHERE waits IS NOT NULL',
    ]
    statements += [
        f'CREATE INDEX IF NOT EXISTS "{name}~{field}" ON {table} ({_field(field)})' for field in collection.indexed
    ]
    statements += [
        f'CREATE INDEX IF NOT EXISTS "{name}~{field}~id" ON {table} ({_field(field)}, id)' for field in collection.paged
    ]
    for fields in collection.unique:
        columns = ", ".join(_field(field) for field in fields)
        statements.append(f'CREATE UNIQUE INDEX IF NOT EXISTS "{name}~{"+".join(fields)}" ON {table} ({columns})')
    return statements


def _field(name: str) -> str:
    if not name.replace("_", "").replace("-", "").isalnum():
        raise ValueError(f"{name!r} is no name of a field")
    return f"json_extract(body, '$.\"{name}\"')"


def _condition(where: Where | None) -> tuple[str, list[Any]]:
    parts: list[str] = []
    values: list[Any] = []
    for name, wanted in (where or {}).items():
        field = "id" if name == "id" else _field(name)
        match wanted:
            case In():
                null = f" OR {field} IS NULL" if None in wanted.values else ""
                parts.append(f"({field} IN ({', '.join('?' * len(wanted.values))}){null})")
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
    """A line for each, so that more can be put behind without reading those before; JSON has no bare line break."""
    lines = [orjson.dumps([event.id, event.topic, event.key, event.payload]).decode() for event in events]
    return "\n".join(lines) or None


def _unpack(packed: str | None) -> tuple[Outgoing, ...]:
    return tuple(Outgoing(*orjson.loads(line)) for line in packed.split("\n")) if packed else ()


def _now() -> str:
    """The machine's clock, not the caller's: it only orders the relay's work."""
    return as_text(system_clock())
