"""The store on MongoDB, through motor. No transaction, no change stream, nothing run on the server's side.

Shape of a document: {"_id", "version", "body": {...}, "pending": [events], "waits": time of the first pending event}.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorDatabase
from pymongo import ASCENDING, DESCENDING, UpdateOne, WriteConcern
from pymongo.errors import AutoReconnect, ConnectionFailure, DuplicateKeyError, PyMongoError, WTimeoutError

from shared.clock import system_clock
from shared.errors import Unavailable
from shared.event import Outgoing
from shared.store.documents import as_text
from shared.store.port import Body, Collection, Duplicate, In, Pending, Range, Scalar, Stale, Store, Stored, Where

ANSWER_WITHIN_MS = 3000
"""How long to look for a server before a call is given up as Unavailable."""

Doc = dict[str, Any]


def connect(address: str) -> "AsyncIOMotorClient[Doc]":
    """A client for all services of this process. It connects when it is first used, and again after an outage."""
    return AsyncIOMotorClient(
        address, serverSelectionTimeoutMS=ANSWER_WITHIN_MS, connectTimeoutMS=ANSWER_WITHIN_MS, socketTimeoutMS=20_000
    )


class MongoStore(Store):
    """The collections of one service, in a database of its own."""

    def __init__(self, client: "AsyncIOMotorClient[Doc]", database: str, collections: Sequence[Collection]) -> None:
        self._database: AsyncIOMotorDatabase[Doc] = client.get_database(
            database, write_concern=WriteConcern(w="majority", j=True)
        )
        self._collections = {each.name: each for each in collections}
        self._declaring: asyncio.Task[None] | None = None

    async def insert(self, collection: str, id: str, body: Body, events: Sequence[Outgoing] = ()) -> None:
        document = {"_id": id, "version": 1, "body": body}
        if events:
            document |= {"pending": [_pack(event) for event in events], "waits": _now()}
        async with self._reaching(collection) as target:
            await target.insert_one(document)

    async def get(self, collection: str, id: str) -> Stored | None:
        async with self._reaching(collection) as target:
            document = await target.find_one({"_id": id}, {"version": 1, "body": 1})
        return _stored(document) if document else None

    async def replace(
        self, collection: str, id: str, version: int, body: Body, events: Sequence[Outgoing] = ()
    ) -> None:
        change: Doc = {"$set": {"version": version + 1, "body": body}}
        if events:
            change["$push"] = {"pending": {"$each": [_pack(event) for event in events]}}
            change["$min"] = {"waits": _now()}
        async with self._reaching(collection) as target:
            result = await target.update_one({"_id": id, "version": version}, change)
        if not result.matched_count:
            raise Stale(f"{collection}/{id}")

    async def delete(self, collection: str, id: str) -> None:
        async with self._reaching(collection) as target:
            await target.delete_one({"_id": id})

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
        way = DESCENDING if descending else ASCENDING
        order = [("_id", way)] if sort == "id" else [(f"body.{sort}", way), ("_id", way)]
        async with self._reaching(collection) as target:
            cursor = target.find(_condition(where), {"version": 1, "body": 1}).sort(order).skip(skip).limit(limit)
            return [_stored(document) async for document in cursor]

    async def count(self, collection: str, where: Where | None = None) -> int:
        async with self._reaching(collection) as target:
            return await target.count_documents(_condition(where))

    async def count_by(self, collection: str, field: str, where: Where | None = None) -> dict[Scalar, int]:
        steps = [{"$match": _condition(where)}, {"$group": {"_id": f"$body.{field}", "n": {"$sum": 1}}}]
        async with self._reaching(collection) as target:
            return {group["_id"]: group["n"] async for group in target.aggregate(steps)}

    async def pending(self, limit: int) -> list[Pending]:
        found: list[tuple[str, Pending]] = []
        for name in self._collections:
            async with self._reaching(name) as target:
                cursor = target.find({"waits": {"$gt": ""}}, {"pending": 1, "waits": 1}).sort("waits", ASCENDING)
                async for document in cursor.limit(limit):
                    events = tuple(_unpack(event) for event in document["pending"])
                    found.append((document["waits"], Pending(name, document["_id"], events)))
        return [pending for _, pending in sorted(found, key=lambda each: each[0])[:limit]]

    async def mark_published(self, published: Sequence[Pending]) -> None:
        """Where no other event has come meanwhile, which is nearly always, the first change is all there is to do."""
        by_collection: dict[str, list[UpdateOne]] = {}
        for each in published:
            gone = [event.id for event in each.events]
            others = {"$elemMatch": {"id": {"$nin": gone}}}
            by_collection.setdefault(each.collection, []).extend(
                (
                    UpdateOne({"_id": each.id, "pending": {"$not": others}}, {"$unset": {"waits": "", "pending": ""}}),
                    UpdateOne({"_id": each.id, "pending": others}, {"$pull": {"pending": {"id": {"$in": gone}}}}),
                )
            )
        for name, changes in by_collection.items():
            async with self._reaching(name) as target:
                await target.bulk_write(changes, ordered=True)

    async def ping(self) -> None:
        async with _reaching():
            await self._database.command("ping")

    @asynccontextmanager
    async def _reaching(self, collection: str) -> AsyncIterator["AsyncIOMotorCollection[Doc]"]:
        """The collection, once its indexes are there: without them a second of something unique would be let in."""
        async with _reaching(collection):
            await self._declared()
            yield self._database[collection]

    async def _declared(self) -> None:
        """One declares for all who wait; after an outage, the next who comes."""
        task = self._declaring
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._declaring = asyncio.create_task(self._declare())
        await asyncio.shield(task)

    async def _declare(self) -> None:
        for collection in self._collections.values():
            target = self._database[collection.name]
            await target.create_index("waits", sparse=True)
            for field in collection.indexed:
                await target.create_index(f"body.{field}")
            for field in collection.paged:
                await target.create_index([(f"body.{field}", 1), ("_id", 1)])
            for fields in collection.unique:
                there = {f"body.{field}": {"$gte": ""} for field in fields}  # any text, but not null
                await target.create_index(
                    [(f"body.{field}", ASCENDING) for field in fields], unique=True, partialFilterExpression=there
                )


@asynccontextmanager
async def _reaching(what: str = "") -> AsyncIterator[None]:
    """Say in our words what the driver says in its."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Duplicate(what) from error
    except (ConnectionFailure, AutoReconnect, WTimeoutError) as error:
        raise Unavailable(f"MongoDB does not answer: {type(error).__name__}") from error
    except PyMongoError as error:
        if error.has_error_label("RetryableWriteError"):
            raise Unavailable(f"MongoDB does not answer: {type(error).__name__}") from error
        raise


def _condition(where: Where | None) -> Doc:
    condition: Doc = {}
    for name, wanted in (where or {}).items():
        field = "_id" if name == "id" else f"body.{name}"
        match wanted:
            case In():
                condition[field] = {"$in": list(wanted.values)}
            case Range():
                bounds = {"$gte": wanted.least, "$lt": wanted.below}
                if given := {sign: bound for sign, bound in bounds.items() if bound is not None}:
                    condition[field] = given
            case _:
                condition[field] = wanted
    return condition


def _stored(document: Doc) -> Stored:
    return Stored(document["_id"], document["version"], document["body"])


def _pack(event: Outgoing) -> Doc:
    return {"id": event.id, "topic": event.topic, "key": event.key, "payload": event.payload}


def _unpack(packed: Doc) -> Outgoing:
    return Outgoing(packed["id"], packed["topic"], packed["key"], packed["payload"])


def _now() -> str:
    """The machine's clock, not the caller's: it only orders the relay's work."""
    return as_text(system_clock())
