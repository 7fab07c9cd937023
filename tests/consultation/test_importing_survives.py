"""Thousands of paper forms, some with faults, and the plug is pulled while they are stored: each is there once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.host import load_pages, opened
from services.consultation import usecases
from services.consultation.domain import Channel, Details, Page, Questionnaire
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.import_rows import all_faults
from shared import sheets
from shared.settings import Settings
from tests.consultation.sheets import HEADING, csv_bytes, row
from tests.town import QUESTIONS, details_of
from tests.world import ROOT

ROWS, FAULTY = int(os.environ.get("ENGAGE_TEST_ROWS", "4000")), 300
"""ENGAGE_TEST_ROWS=20000 for as many as a large consultation has: it takes about five times as long."""
DIES_AFTER = 1_450
"""In the middle of a page of rows."""

FAULTS = {10 + 13 * place: place % 3 for place in range(FAULTY)}
"""The kind of fault by the number of the row."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
async def documents(settings: Settings) -> AsyncIterator[ConsultationDocuments]:
    async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
        found, now = ConsultationDocuments(host.service("consultation").store), host.parts.clock()
        details = Details(**{**details_of(now), "opens_at": now - timedelta(days=9)})
        await usecases.draft_consultation(usecases.DraftConsultation("park", details, "officer"), found)
        asked = Questionnaire((Page("page-1", questions=QUESTIONS),))
        await usecases.put_questionnaire(usecases.PutQuestionnaire("park", asked), found)
        publish = usecases.PublishConsultation("park", "officer")
        await usecases.publish_consultation(publish, found, now)
        yield found


def table() -> bytes:
    rows = []
    for number in range(2, ROWS + 2):
        kind = FAULTS.get(number)
        form = f"F{number}" if kind != 1 else "F2"
        missing = "A slide" if kind == 0 else "Swings"
        rows.append(row(form, missing=missing, received="1/1/1999" if kind == 2 else "", who="=SUM(1)"))
    return csv_bytes([HEADING, *rows])


async def process(settings: Settings, dies_after: int = 0) -> asyncio.subprocess.Process:
    environment = {**os.environ, "ENGAGE_DATA": str(settings.data)}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.consultation.import_dies", str(dies_after), cwd=ROOT, env=environment
    )


async def test_each_row_is_checked_and_stored_once_though_the_process_is_killed(
    documents: ConsultationDocuments, settings: Settings
) -> None:
    rows, now = await sheets.read_file(table()), (await usecases.load("park", documents)).value.details.opens_at
    now += timedelta(days=9)
    command = usecases.UploadRows("park", "officer", "forms.csv", "digest", rows, Channel.PAPER, None)
    begun = await usecases.upload_rows(command, documents, now)

    assert await (await process(settings)).wait() == 0
    checked = (await usecases.load_import(begun.id, "park", documents)).value
    assert (checked.state, checked.good, checked.bad) == ("faulty", ROWS - FAULTY, FAULTY)
    named = {fault.row: fault.column async for fault in all_faults(checked, documents)}
    assert named == {number: ("1. missing", "form number", "received on")[kind] for number, kind in FAULTS.items()}
    assert await documents.responses.count() == 0

    await usecases.confirm_import(usecases.ConfirmImport(begun.id, "park", "officer-2"), documents, now)
    assert await (await process(settings, DIES_AFTER)).wait() == -signal.SIGKILL
    assert 0 < await documents.responses.count() < ROWS - FAULTY
    both = [await process(settings), await process(settings)]
    assert [await each.wait() for each in both] == [0, 0]

    done = (await usecases.load_import(begun.id, "park", documents)).value
    assert (done.state, done.stored, done.left_out) == ("stored", ROWS - FAULTY, FAULTY)
    stored = await documents.responses.find(limit=ROWS + 1)
    forms = Counter(each.value.form_number for each in stored)
    assert forms == Counter(f"F{number}" for number in range(2, ROWS + 2) if number not in FAULTS)
    assert {each.value.entered_by for each in stored} == {"officer-2"}
    waiting = await documents.store.pending(ROWS + 1)
    assert sum(len(each.events) for each in waiting if each.collection == "responses") == ROWS - FAULTY
