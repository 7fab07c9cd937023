"""Evidence packs: asked for, built in the background into a file beside the uploads, and never changed after."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.consultation.domain import Consultation, Response
from services.consultation.domain import evidence as parts
from services.consultation.domain.evidence import Pack, PackKind, PackState, PackWriter, new_pack
from services.consultation.domain.reading import text_fields
from services.consultation.domain.redaction import Redaction
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.reading.themes import MOST
from services.consultation.usecases.reading.walking import PAGE
from services.consultation.usecases.writing import load
from shared.clock import Clock
from shared.errors import Conflict, NotFound
from shared.files import FileFolder
from shared.store.documents import Documents, Loaded, as_text
from shared.store.port import Duplicate, In, Range, Stale

AT_WORK = 2
RESPONSES_TAKE = 80
"""Of a hundred: how far it is once the responses are in."""

DecisionOf = Callable[[str], Awaitable[Mapping[str, Any] | None]]
"""The decision on a consultation with its reasons, as JSON can say it; None while there is none."""


async def undecided(_consultation: str) -> None:
    """No decision is recorded."""
    return


@dataclass(frozen=True)
class AskForPack:
    consultation: str
    kind: PackKind
    by: str


async def packs_of(consultation: str, documents: ConsultationDocuments) -> list[Pack]:
    """The newest first."""
    found = await documents.packs.find({"consultation": consultation}, sort="id", descending=True, limit=1_000)
    return [each.value for each in found]


async def load_pack(consultation: str, number: str, documents: ConsultationDocuments) -> Pack:
    """Raises NotFound."""
    found = [each for each in await packs_of(consultation, documents) if str(each.number) == number]
    if not found:
        raise NotFound("There is no evidence pack at this address")
    return found[0]


async def ask_for_pack(command: AskForPack, documents: ConsultationDocuments, now: datetime) -> Pack:
    """Under the next number. Raises Conflict while one is being built, NotFound."""
    await load(command.consultation, documents)
    packs = await packs_of(command.consultation, documents)
    if any(each.state is PackState.WAITING for each in packs):
        raise Conflict("A pack is being built already. Wait until it is ready")
    pack = new_pack(command.consultation, packs[0].number + 1 if packs else 1, command.kind, command.by, now)
    try:
        await documents.packs.add(pack)
    except Duplicate:
        raise Stale(pack.id) from None
    return pack


async def packs_due(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[Pack]]:
    return await documents.packs.find({"due_at": Range(below=as_text(now))}, sort="due_at", limit=AT_WORK)


async def build_pack(
    loaded: Loaded[Pack], documents: ConsultationDocuments, folder: FileFolder, clock: Clock, decision_of: DecisionOf
) -> None:
    """All of it. After a kill it is built from the start; the file is whole before the pack says that it is ready."""
    building = _Building(loaded, documents, clock)
    await building.save(loaded.value.begun(clock()))
    if building.pack.due_at is None:
        return
    consultation = (await load(building.pack.consultation, documents)).value
    with folder.temporary() as out:
        writer = PackWriter(out)
        responses = await building.write(writer, consultation, await decision_of(consultation.id))
        digest = await asyncio.to_thread(writer.close)
        size = out.seek(0, 2)
        await asyncio.to_thread(folder.put, building.pack.file, out)
    await building.save(building.pack.done(digest, size, responses, clock()))


class _Building:
    def __init__(self, loaded: Loaded[Pack], documents: ConsultationDocuments, clock: Clock) -> None:
        self._loaded = loaded
        self._documents = documents
        self._clock = clock

    @property
    def pack(self) -> Pack:
        return self._loaded.value

    async def save(self, pack: Pack) -> None:
        await self._documents.packs.save(self._loaded, pack)
        self._loaded = Loaded(self._loaded.id, self._loaded.version + 1, pack)

    async def _further(self, percent: int) -> None:
        await self.save(self.pack.further(percent, self._clock()))

    async def write(self, writer: PackWriter, consultation: Consultation, decision: Mapping[str, Any] | None) -> int:
        """Returns how many responses are in it."""
        where = {"consultation": consultation.id}
        with writer.file("consultation.json") as write:
            write([parts.consultation_part(consultation)])
        with writer.file("decision.json") as write:
            write([decision or {"decided": False}])
        responses = await self._responses(writer, consultation)
        themes = await self._documents.themes.find(where, limit=MOST)
        with writer.file("themes.jsonl") as write:
            write(parts.theme_part(each.value) for each in themes)
        with writer.file("codings.jsonl") as write:
            async for codings in _pages(self._documents.codings, consultation.id):
                await asyncio.to_thread(write, [parts.coding_part(each, self.pack.kind) for each in codings])
        if self.pack.kind is PackKind.FULL:
            with writer.file("readings.jsonl") as write:
                async for marks in _pages(self._documents.read_marks, consultation.id):
                    await asyncio.to_thread(write, [parts.reading_part(each) for each in marks])
        return responses

    async def _responses(self, writer: PackWriter, consultation: Consultation) -> int:
        total = max(1, await self._documents.responses.count({"consultation": consultation.id}))
        done = 0
        with writer.file("responses.jsonl") as write:
            async for responses in _pages(self._documents.responses, consultation.id):
                await asyncio.to_thread(write, await self._lines(consultation, responses))
                done += len(responses)
                await self._further(min(RESPONSES_TAKE, done * RESPONSES_TAKE // total))
        return done

    async def _lines(self, consultation: Consultation, responses: Sequence[Response]) -> Iterable[Any]:
        fields = text_fields(consultation)
        where = {"response": In([each.id for each in responses])}
        found = await self._documents.redactions.find(where, limit=len(responses) * max(1, len(fields)))
        by_response: dict[str, dict[str, Redaction]] = {}
        for each in found:
            by_response.setdefault(each.value.response, {})[each.value.question] = each.value
        return [parts.response_part(each, fields, by_response.get(each.id, {}), self.pack.kind) for each in responses]


async def _pages(documents: Documents[Any], consultation: str) -> AsyncIterator[list[Any]]:
    last = ""
    while True:
        found = await documents.find({"consultation": consultation, "id": Range(least=last)}, limit=PAGE + 1)
        fresh = [each for each in found if each.id != last][:PAGE]
        if not fresh:
            return
        yield [each.value for each in fresh]
        last = fresh[-1].id
