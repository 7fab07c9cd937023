"""Going through all responses of a consultation in pages, each found by the id of the last one."""

from collections.abc import AsyncIterator
from typing import Any

from services.consultation.storage import RESPONSES, ConsultationDocuments
from shared.store.port import Range

PAGE = 500

Bodies = list[tuple[str, dict[str, Any]]]


async def all_bodies(consultation: str, documents: ConsultationDocuments) -> AsyncIterator[Bodies]:
    """In the order of their ids, as they are stored."""
    last = ""
    while True:
        found = await documents.store.find(
            RESPONSES.name, {"consultation": consultation, "id": Range(least=last)}, limit=PAGE + 1
        )
        fresh = [(each.id, each.body) for each in found if each.id != last][:PAGE]
        if not fresh:
            return
        yield fresh
        last = fresh[-1][0]


async def counted_bodies(consultation: str, documents: ConsultationDocuments) -> AsyncIterator[Bodies]:
    """Of those alone that are in the results."""
    async for bodies in all_bodies(consultation, documents):
        yield [(id, body) for id, body in bodies if not (body.get("withdrawn_at") or body.get("set_aside"))]
