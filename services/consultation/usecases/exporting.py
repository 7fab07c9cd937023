"""Exports: asked for by an officer, made in the background page by page, and deleted after some days."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import orjson
from pydantic import TypeAdapter

from services.consultation.domain import Consultation
from services.consultation.domain.exporting import Export, ExportState, Format
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.clock import Clock
from shared.errors import NotFound
from shared.files import FileFolder
from shared.store.documents import Loaded, as_text
from shared.store.port import Body, Range, Where

PAGE = 250
"""Responses read in one go: short enough that no request waits for it."""

AT_WORK = 20
LISTED = 20


class Broken(Exception):  # noqa: N818
    """The process that writes the file came to an end before it was written."""


@dataclass(frozen=True)
class AskForExport:
    consultation: str
    by: str
    format: Format


async def ask_for_export(command: AskForExport, documents: ConsultationDocuments, now: datetime) -> Export:
    """Raises NotFound."""
    await load(command.consultation, documents)
    export = Export(uuid4().hex, command.consultation, command.by, command.format, now, due_at=now)
    await documents.exports.add(export)
    return export


async def exports_of(consultation: str, documents: ConsultationDocuments) -> list[Export]:
    """The newest first."""
    found = await documents.exports.find({"consultation": consultation}, sort="at", descending=True, limit=LISTED)
    return [each.value for each in found]


async def load_export(id: str, consultation: str, documents: ConsultationDocuments) -> Loaded[Export]:
    """Raises NotFound."""
    loaded = await documents.exports.get(id)
    if loaded is None or loaded.value.consultation != consultation:
        raise NotFound("There is no export at this address")
    return loaded


async def due_exports(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[Export]]:
    """Those to be made, those whose maker has gone, and those to be deleted."""
    return await documents.exports.find({"due_at": Range(below=as_text(now))}, sort="due_at", limit=AT_WORK)


async def take_export_further(
    loaded: Loaded[Export],
    documents: ConsultationDocuments,
    folder: FileFolder,
    clock: Clock,
    stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Make it, or delete its file once it was kept long enough. Raises Stale where another process was quicker."""
    if loaded.value.state is ExportState.READY:
        await asyncio.to_thread(folder.remove, loaded.id)
        await documents.exports.save(loaded, loaded.value.forget())
        return
    await documents.exports.save(loaded, loaded.value.begin(clock()))
    mine = await load_export(loaded.id, loaded.value.consultation, documents)
    rows = await _make(mine.value, documents, folder, stopping)
    if rows is None:
        await documents.exports.save(mine, mine.value.give_back(clock()))
        return
    size = folder.path(loaded.id).stat().st_size
    await documents.exports.save(mine, mine.value.done(rows, size, clock()))


async def _make(
    export: Export, documents: ConsultationDocuments, folder: FileFolder, stopping: Callable[[], bool]
) -> int | None:
    """Returns how many rows it has; none where it was given up because this process ends."""
    consultation = (await load(export.consultation, documents)).value
    path = folder.place_for(export.id)
    command = (sys.executable, "-m", "services.consultation.usecases.export_file", str(path))
    # What it says when it breaks may have an answer in it, and goes nowhere.
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stderr=DEVNULL)
    try:
        rows = await _feed(process, export, consultation, documents, stopping)
        if rows is not None and await process.wait():
            raise Broken(f"the file of an export was not written: status {process.returncode}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return rows


async def _feed(
    process: Process,
    export: Export,
    consultation: Consultation,
    documents: ConsultationDocuments,
    stopping: Callable[[], bool],
) -> int | None:
    if process.stdin is None:
        raise Broken("the process has no input")
    rows = 0
    with suppress(BrokenPipeError, ConnectionResetError):  # its status says what became of it
        for head in (TypeAdapter(Export).dump_json(export), TypeAdapter(Consultation).dump_json(consultation)):
            process.stdin.write(head + b"\n")
        async for page in _pages(export, documents):
            if stopping():
                return None
            process.stdin.write(b"".join(orjson.dumps(body) + b"\n" for body in page))
            await process.stdin.drain()
            rows += len(page)
        process.stdin.close()
        await process.stdin.wait_closed()
    return rows


async def _pages(export: Export, documents: ConsultationDocuments) -> AsyncIterator[list[Body]]:
    """The responses that count, sent before it was asked for, in the order of their ids. Each is read whole."""
    last, until = "", as_text(export.at)
    while True:
        where: Where = {"consultation": export.consultation, "id": Range(least=last)}
        found = await documents.store.find("responses", where, limit=PAGE)
        new = [each for each in found if each.id != last]
        if not new:
            return
        last = new[-1].id
        yield [each.body for each in new if _counts(each.body) and each.body["submitted_at"] < until]
        await asyncio.sleep(0)


def _counts(body: Body) -> bool:
    return not (body.get("withdrawn_at") or body.get("set_aside"))
