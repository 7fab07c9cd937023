"""Uploads: files that people send with their answers, from when they arrive until nobody needs them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO
from uuid import uuid4

from services.consultation.domain import Answers, Consultation, Question
from services.consultation.domain.upload import (
    LAST_LOOK,
    LOOK_AGAIN,
    Upload,
    UploadState,
    check_file,
    faults_in_files,
    files_in,
    name_with_ending,
)
from services.consultation.storage import UPLOADS, ConsultationDocuments
from shared.errors import Invalid
from shared.files import FileFolder
from shared.store.documents import Loaded, as_text
from shared.store.port import Range

MOST_OF_ONE = 50
"""Files for one response, with those that were taken out again."""


@dataclass(frozen=True)
class KeepUpload:
    """`content` of `size` bytes; none where it was too large to be taken in."""

    consultation: str
    response: str
    question: Question
    resident: str | None
    name: str
    size: int
    content: BinaryIO | None


async def keep_upload(
    command: KeepUpload, documents: ConsultationDocuments, files: FileFolder, now: datetime
) -> Upload:
    """Raises Invalid with a sentence for who chose the file.

    It is known of before it is on the disk, and counts only when it is: a crash leaves nothing that is not found again.
    """
    if len(await uploads_of(command.response, documents)) >= MOST_OF_ONE:
        raise Invalid({command.question.id: "You have sent too many files. Take the tick off some, and go on without"})
    content = command.content
    type = await asyncio.to_thread(check_file, command.question, command.name, command.size, content)
    upload = Upload(
        uuid4().hex,
        command.consultation,
        command.question.id,
        command.response,
        name_with_ending(command.name, type),
        type,
        command.size,
        now,
        resident=command.resident,
        look_at=now + LOOK_AGAIN,
    )
    await documents.uploads.add(upload)
    if content is not None:
        await asyncio.to_thread(files.put, upload.id, content)
    loaded = await documents.uploads.get(upload.id)
    kept = replace(upload, state=UploadState.KEPT)
    if loaded is not None:
        await documents.uploads.save(loaded, kept)
    return kept


async def uploads_of(response: str, documents: ConsultationDocuments) -> Mapping[str, Upload]:
    """By id."""
    found = await documents.uploads.find({"response": response}, limit=2 * MOST_OF_ONE)
    return {each.id: each.value for each in found}


async def files_must_be_there(
    response: str, consultation: Consultation, answers: Answers, version: int, documents: ConsultationDocuments
) -> None:
    """Raises Invalid where answers name files that were not sent for them. Asks nothing where they name none."""
    wanted = files_in(consultation.version(version), answers)
    if not wanted:
        return
    if faults := faults_in_files(wanted, await uploads_of(response, documents), consultation.id, response):
        raise Invalid(faults)


async def due_uploads(documents: ConsultationDocuments, now: datetime) -> Sequence[Loaded[Upload]]:
    return await documents.uploads.find({"look_at": Range(below=as_text(now))}, sort="look_at")


async def look_at_upload(
    loaded: Loaded[Upload], documents: ConsultationDocuments, files: FileFolder, now: datetime
) -> None:
    """Keep what answers need, and delete the rest: at the second look, so that answers just being sent have come.

    The file goes before its document: after a crash in between, the next look finds the document and goes on.
    """
    upload = loaded.value
    if await _is_needed(upload, documents):
        state = UploadState.KEPT if upload.state is UploadState.GOING else upload.state
        await documents.uploads.save(loaded, replace(upload, state=state, look_at=now + LOOK_AGAIN))
    elif upload.state is not UploadState.GOING:
        await documents.uploads.save(loaded, replace(upload, state=UploadState.GOING, look_at=now + LAST_LOOK))
    else:
        await asyncio.to_thread(files.remove, upload.id)
        await documents.store.delete(UPLOADS.name, upload.id)


async def _is_needed(upload: Upload, documents: ConsultationDocuments) -> bool:
    """By the response that it was sent for, by the one that this person had withdrawn and takes up, or by a draft."""
    response = await documents.responses.get(upload.response)
    if response is None and upload.resident is not None:
        mine = {"consultation": upload.consultation, "resident": upload.resident}
        response = next(iter(await documents.responses.find(mine, limit=1)), None)
    if response is not None and upload.id in response.value.answers.get(upload.question, ()):
        return True
    draft = await documents.drafts.get(upload.response)
    return draft is not None and upload.id in draft.value.given.get(upload.question, ())
