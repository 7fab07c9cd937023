"""A process that writes documents with events until it is killed, and prints the id of each once it is acknowledged.

Run as: python -m tests.adapters.store_writer sqlite|mongo WHERE SERVICE
"""

import asyncio
import sys
from pathlib import Path

from shared.event import Outgoing
from shared.sqlite_file import SqliteFile
from shared.store.mongo import MongoStore, connect
from shared.store.port import Store
from shared.store.sqlite import SqliteStore
from tests.adapters.stores import COLLECTIONS

WRITERS = 8


async def main(engine: str, where: str, service: str) -> None:
    store: Store = (
        SqliteStore(SqliteFile(Path(where)), service, COLLECTIONS)
        if engine == "sqlite"
        else MongoStore(connect(where), service, COLLECTIONS)
    )
    await asyncio.gather(*(write_for_ever(store, f"w{n}") for n in range(WRITERS)))


async def write_for_ever(store: Store, name: str) -> None:
    n = 0
    while True:
        n += 1
        id = f"{name}-{n}"
        await store.insert("people", id, {"n": n}, [Outgoing(f"made-{id}", "trial", id, "{}")])
        await store.replace("people", id, 1, {"n": -n}, [Outgoing(f"changed-{id}", "trial", id, "{}")])
        print(id, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
