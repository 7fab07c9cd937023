"""Importing answers: rows come in, are checked page by page, and become responses once an officer says so.

Each step changes one document, and can be done again: a kill, or another process at it too, stores nothing twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import uuid4

from services.consultation.domain import Channel, Consultation, WardOf, no_ward
from services.consultation.domain.columns import columns, read_heading
from services.consultation.domain.entering import fault_in_received
from services.consultation.domain.importing import (
    KEEP_OPEN,
    Fault,
    Import,
    ImportPage,
    ImportRow,
    ImportState,
    Rows,
    paged,
)
from services.consultation.domain.row_reader import RowReader
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.entering import must_take_entries
from services.consultation.usecases.writing import load
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.event import record
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, In, Range, Where

AT_WORK = 20
"""Imports that are taken a step further in one round."""


@dataclass(frozen=True)
class UploadRows:
    """`digest` is a hash of the file, by which the same one is known again."""

    consultation: str
    by: str
    file_name: str
    digest: str
    rows: Rows
    channel: Channel
    received_on: date | None


async def upload_rows(command: UploadRows, documents: ConsultationDocuments, now: datetime) -> Import:
    """Keep the rows of a file to be checked. Raises Invalid under `file` and `received`, NotOpen."""
    consultation = (await load(command.consultation, documents)).value
    asked = consultation.questionnaire
    must_take_entries(consultation, now)
    if command.received_on and (fault := fault_in_received(consultation.details, command.received_on, now)):
        raise Invalid({"received": fault})
    same = await documents.imports.find({"consultation": consultation.id, "digest": command.digest})
    if any(each.value.state in {ImportState.STORING, ImportState.STORED} for each in same):
        raise Invalid({"file": "This very file was stored before. Its answers are in the results already"})
    heading = tuple(command.rows[0][1])
    begun = Import(
        uuid4().hex,
        consultation.id,
        command.by,
        command.file_name,
        command.digest,
        asked.version,
        command.channel,
        command.received_on,
        now,
        heading,
        read_heading(heading, columns(asked)).faults,
        forget_at=now + KEEP_OPEN,
    )
    pages = paged(begun, command.rows[1:], asked)
    if not pages:
        raise Invalid({"file": "This file has headings, and no rows with answers"})
    await documents.imports.add(begun)
    for page in pages:
        await documents.import_pages.add(page)
    loaded = await load_import(begun.id, consultation.id, documents)
    arrived = begun.arrived(len(pages), sum(len(page.rows) for page in pages))
    await documents.imports.save(loaded, arrived)
    return arrived


async def load_import(id: str, consultation: str, documents: ConsultationDocuments) -> Loaded[Import]:
    """Raises NotFound."""
    loaded = await documents.imports.get(id)
    if loaded is None or loaded.value.consultation != consultation:
        raise NotFound("There is no import at this address")
    return loaded


@dataclass(frozen=True)
class ConfirmImport:
    id: str
    consultation: str
    by: str


async def confirm_import(command: ConfirmImport, documents: ConsultationDocuments, now: datetime) -> None:
    """Say that the good rows shall be stored. Raises Conflict, NotFound, NotOpen."""
    must_take_entries((await load(command.consultation, documents)).value, now)
    loaded = await load_import(command.id, command.consultation, documents)
    await documents.imports.save(loaded, loaded.value.confirm(command.by, now))


async def cancel_import(id: str, consultation: str, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict, NotFound."""
    loaded = await load_import(id, consultation, documents)
    await documents.imports.save(loaded, loaded.value.cancel(now))


async def imports_at_work(documents: ConsultationDocuments) -> Sequence[Loaded[Import]]:
    """Those with rows to check or to store; of an upload that broke off, the rows never came."""
    wanted = {"state": In([ImportState.READ, ImportState.STORING])}
    found = await documents.imports.find(wanted, sort="at", limit=AT_WORK)
    return [each for each in found if each.value.pages]


async def take_import_further(
    loaded: Loaded[Import], documents: ConsultationDocuments, now: datetime, ward_of: WardOf = no_ward
) -> None:
    """Check or store one page of rows. Raises Stale where another process was quicker."""
    importing = loaded.value
    consultation = (await load(importing.consultation, documents)).value
    reader = RowReader(consultation, importing, ward_of)
    if importing.state is ImportState.READ:
        page = await _check_page(importing, reader, documents, now)
        await documents.imports.save(loaded, importing.checked(page))
    else:
        page = await _store_page(importing, consultation, reader, documents, ward_of)
        await documents.imports.save(loaded, importing.stored_page(page, now))


async def _page(id: str, documents: ConsultationDocuments) -> Loaded[ImportPage]:
    loaded = await documents.import_pages.get(id)
    if loaded is None:
        raise NotFound("The rows of this import are not there any more")
    return loaded


async def _check_page(
    importing: Import, reader: RowReader, documents: ConsultationDocuments, now: datetime
) -> ImportPage:
    loaded = await _page(importing.page_id(len(importing.faults_on)), documents)
    forms = [form for row in loaded.value.rows if (form := reader.form_number(row))]
    where: Where = {"consultation": importing.consultation, "form_number": In(forms)}
    there = [each.value for each in await documents.responses.find(where, limit=len(forms))] if forms else []
    entered = {response.form_number: response.reference for response in there if response.form_number}
    faults = tuple(fault for row in loaded.value.rows for fault in reader.faults(row, entered, now))
    page = replace(loaded.value, faults=faults)
    await documents.import_pages.save(loaded, page)
    return page


async def _store_page(
    importing: Import,
    consultation: Consultation,
    reader: RowReader,
    documents: ConsultationDocuments,
    ward_of: WardOf,
) -> ImportPage:
    """Store each good row of the next page that is not stored yet, and note how many of it are."""
    loaded = await _page(importing.page_id(importing.stored_pages), documents)
    page = loaded.value
    if page.stored is not None:
        return page
    good = page.good_rows
    results = await asyncio.gather(
        *(_store_row(row, importing, consultation, reader, documents, ward_of) for row in good)
    )
    refused = tuple(fault for fault in results if fault is not None)
    stored = replace(
        page,
        faults=(*page.faults, *refused),
        stored=len(good) - len(refused),
        left_out=len(page.rows) - len(good) + len(refused),
    )
    await documents.import_pages.save(loaded, stored)
    return stored


async def _store_row(  # noqa: PLR0913
    row: ImportRow,
    importing: Import,
    consultation: Consultation,
    reader: RowReader,
    documents: ConsultationDocuments,
    ward_of: WardOf,
) -> Fault | None:
    """None once its response is stored, by whomever. As of when the officer said so: work that lasts is not late."""
    if importing.decided_at is None:
        raise Conflict("Nobody has said that these rows shall be stored")
    id = importing.response_id(row.number)
    try:
        response, submitted = consultation.respond(
            id, reader.given(row), reader.origin(row), importing.decided_at, importing.version, ward_of
        )
        await documents.responses.add(response, [record(submitted, key=id, at=importing.decided_at)])
    except Duplicate:
        if await documents.responses.get(id) is not None:
            return None
        return Fault(row.number, "", "", "This form was entered by someone else meanwhile")
    except Refusal as refusal:
        return Fault(row.number, "", "", f"Not stored: {refusal.sentence}")
    return None


async def imports_to_forget(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[Import]]:
    return await documents.imports.find({"forget_at": Range(below=as_text(now))}, limit=AT_WORK)


async def forget_rows(loaded: Loaded[Import], documents: ConsultationDocuments, now: datetime) -> None:
    """Delete what the file said. Nobody can decide on it any more; what became of it stays."""
    importing = loaded.value
    for page in await documents.import_pages.find({"of": importing.id}, limit=1_000):
        await documents.store.delete("import_pages", page.id)
    ended = importing if importing.ended_at else importing.cancel(now)
    await documents.imports.save(loaded, replace(ended, heading=(), forget_at=None))
