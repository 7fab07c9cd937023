"""The store of a desk: in a file, or on a real server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from services.notifications.storage import COLLECTIONS
from shared.sqlite_file import SqliteFile
from shared.store.mongo import MongoStore, connect
from shared.store.port import Store
from shared.store.sqlite import SqliteStore
from tests.servers import require_servers


def in_file(file: SqliteFile) -> SqliteStore:
    return SqliteStore(file, "notifications", COLLECTIONS)


@asynccontextmanager
async def opened_store(
    engine: str, folder: Path, in_sqlite: type[SqliteStore] = SqliteStore, in_mongo: type[MongoStore] = MongoStore
) -> AsyncIterator[Store]:
    """An empty one on either of ENGINES (tests/adapters/stores.py)."""
    if engine == "sqlite":
        file = SqliteFile(folder / "engage.db")
        yield in_sqlite(file, "notifications", COLLECTIONS)
        await file.close()
        return
    client = connect(require_servers().mongo)
    database = f"notifications_{uuid4().hex}"  # so that tests beside this one have their own
    yield in_mongo(client, database, COLLECTIONS)
    await client.drop_database(database)
    client.close()
