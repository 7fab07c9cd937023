"""Reading: that an officer has opened a response is written down once, and what is unread follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain import Response
from services.consultation.domain.reading import read, to_read
from services.consultation.storage import TO_READ, ConsultationDocuments
from shared.contracts.consultation import ResponseReadV1
from shared.errors import NotFound
from shared.event import record
from shared.store.port import Duplicate, Stale

AT_ONCE = 100
OFFICERS = 200
"""Marks of one response that are looked at: officers, times the changes of its answers."""


@dataclass(frozen=True)
class ReadResponse:
    consultation: str
    response: str
    by: str


async def read_response(command: ReadResponse, documents: ConsultationDocuments, now: datetime) -> Response:
    """Raises NotFound. Reading it again writes nothing."""
    response = await load_response(command.response, command.consultation, documents)
    mark = read(response, command.by, now)
    fact = ResponseReadV1(
        response=mark.response, consultation=mark.consultation, officer=mark.officer, edition=mark.edition
    )
    if await documents.read_marks.get(mark.id) is None:
        try:
            await documents.read_marks.add(mark, [record(fact, key=mark.response, at=now)])
        except Duplicate:  # in two windows at once
            return response
    return response


async def load_response(id: str, consultation: str, documents: ConsultationDocuments) -> Response:
    """Raises NotFound."""
    loaded = await documents.responses.get(id)
    if loaded is None or loaded.value.consultation != consultation:
        raise NotFound("There is no response at this address")
    return loaded.value


async def note_to_read(response: str, documents: ConsultationDocuments, now: datetime) -> None:
    """Make what is known of its reading anew, from the response and its marks as they are now."""
    loaded = await documents.responses.get(response)
    if loaded is None:
        await documents.store.delete(TO_READ.name, response)
        return
    marks = await documents.read_marks.find({"response": response}, limit=OFFICERS)
    after = to_read(loaded.value, [each.value.edition for each in marks], now)
    before = await documents.to_read.get(response)
    if before is None:
        try:
            await documents.to_read.add(after)
        except Duplicate:
            raise Stale(response) from None
    elif replace(before.value, touched=now) != after:
        await documents.to_read.save(before, after)
