"""What is read of imports: their faults a page at a time or all of them, and the rows that were left out."""

from collections.abc import AsyncIterator, Sequence

from services.consultation.domain.importing import Fault, Import, ImportPage
from services.consultation.storage import ConsultationDocuments
from shared.store.documents import Loaded

FAULTS_SHOWN = 100
LISTED = 50


async def imports_of(consultation: str, documents: ConsultationDocuments) -> Sequence[Import]:
    """The newest first."""
    found = await documents.imports.find({"consultation": consultation}, sort="at", descending=True, limit=LISTED)
    return [each.value for each in found]


async def faults_shown(importing: Import, documents: ConsultationDocuments, page: int) -> list[Fault]:
    """Those on one page of the list, `page` from 1, in the order of the rows."""
    first, wanted = (page - 1) * FAULTS_SHOWN, FAULTS_SHOWN
    found: list[Fault] = []
    for number, count in enumerate(importing.faults_on):
        if first >= count:
            first -= count
            continue
        loaded = await documents.import_pages.get(importing.page_id(number))
        found += loaded.value.faults[first : first + wanted - len(found)] if loaded else ()
        first = 0
        if len(found) >= wanted:
            break
    return found


async def all_faults(importing: Import, documents: ConsultationDocuments) -> AsyncIterator[Fault]:
    async for page in _pages(importing, documents):
        for fault in page.faults:
            yield fault


async def rows_left_out(importing: Import, documents: ConsultationDocuments) -> AsyncIterator[Sequence[str]]:
    """The cells of each row with a fault, as they came, to be put right and uploaded again."""
    async for page in _pages(importing, documents):
        bad = page.bad_rows
        for row in page.rows:
            if row.number in bad:
                yield row.cells


async def _pages(importing: Import, documents: ConsultationDocuments) -> AsyncIterator[ImportPage]:
    for number in range(importing.pages):
        loaded: Loaded[ImportPage] | None = await documents.import_pages.get(importing.page_id(number))
        if loaded is not None:
            yield loaded.value
