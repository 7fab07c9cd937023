"""Imports of answers that came on paper or by word of mouth: a table is read, checked row by row, and stored if wanted.

Nothing is a response before an officer says so. The rows lie in pages, so that each step is small and can be redone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from uuid import UUID, uuid5

from services.consultation.domain.columns import FORM_NUMBER, Heading, cell_of, columns, is_help, read_heading
from services.consultation.domain.questionnaire import Questionnaire
from services.consultation.domain.response import Channel
from shared.errors import Conflict

ROWS_ON_PAGE = 200
SIGNS_ON_PAGE = 1_000_000
"""Of a page's cells: far below what a document may hold, with the faults."""

KEEP_OPEN = timedelta(days=30)
KEEP_DONE = timedelta(days=7)
"""How long the rows are kept: while nobody has decided, and after they are stored or given up."""


class ImportState(StrEnum):
    READ = "read"
    FAULTY = "faulty"
    READY = "ready"
    STORING = "storing"
    STORED = "stored"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """`same_as` is the row above that has the same form number, 0 for none."""

    number: int
    cells: tuple[str, ...]
    same_as: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """`note`: the row is stored even so."""

    row: int
    column: str
    says: str
    sentence: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class ImportPage:
    """`stored` and `left_out` count its rows once it has been stored."""

    id: str
    of: str
    rows: tuple[ImportRow, ...]
    faults: tuple[Fault, ...] = ()
    stored: int | None = None
    left_out: int = 0

    @property
    def bad_rows(self) -> frozenset[int]:
        return frozenset(fault.row for fault in self.faults if not fault.note)

    @property
    def good_rows(self) -> tuple[ImportRow, ...]:
        bad = self.bad_rows
        return tuple(row for row in self.rows if row.number not in bad)


@dataclass(frozen=True, slots=True)
class Import:
    """`heading` is the first row of the table; `rows` and `pages` are counts; 0 pages while they still come in."""

    id: str
    consultation: str
    by: str
    file_name: str
    digest: str
    version: int
    channel: Channel
    received_on: date | None
    at: datetime
    heading: tuple[str, ...]
    heading_faults: tuple[str, ...] = ()
    rows: int = 0
    pages: int = 0
    state: ImportState = ImportState.READ
    faults_on: tuple[int, ...] = ()
    """How many faults and notes each page has that was checked."""

    bad: int = 0
    notes: int = 0
    entered_by: str | None = None
    stored_pages: int = 0
    stored: int = 0
    left_out: int = 0
    decided_at: datetime | None = None
    ended_at: datetime | None = None
    forget_at: datetime | None = None
    """When the rows are deleted; the import itself stays, as the record of who entered what."""

    @property
    def good(self) -> int:
        return self.rows - self.bad

    @property
    def faults(self) -> int:
        return sum(self.faults_on)

    @property
    def percent(self) -> int:
        """How far it is with what it is doing."""
        done = self.stored_pages if self.state is ImportState.STORING else len(self.faults_on)
        return done * 100 // self.pages if self.pages else 0

    @property
    def is_at_work(self) -> bool:
        return self.state in {ImportState.READ, ImportState.STORING}

    @property
    def is_checked(self) -> bool:
        return self.state in {ImportState.READY, ImportState.FAULTY}

    @property
    def has_rows(self) -> bool:
        """Whether its rows are still there to be looked at."""
        return self.forget_at is not None or self.state is ImportState.STORING

    def arrived(self, pages: int, rows: int) -> "Import":
        """All rows are in: they can be checked."""
        if self.heading_faults:
            return replace(self, state=ImportState.FAULTY, pages=pages, rows=rows, bad=rows)
        return replace(self, pages=pages, rows=rows)

    def checked(self, page: ImportPage) -> "Import":
        """Count the next page. The last one decides whether it is ready."""
        bad = self.bad + len(page.bad_rows)
        faults_on = (*self.faults_on, len(page.faults))
        notes = self.notes + sum(fault.note for fault in page.faults)
        state = self.state
        if len(faults_on) == self.pages:
            state = ImportState.FAULTY if bad else ImportState.READY
        return replace(self, bad=bad, faults_on=faults_on, notes=notes, state=state)

    def confirm(self, by: str, now: datetime) -> "Import":
        """An officer says that the good rows shall be stored. The same again changes nothing. Raises Conflict."""
        if self.state in {ImportState.STORING, ImportState.STORED}:
            return self
        if not self.is_checked:
            raise Conflict("These rows cannot be stored: they are still being checked, or were given up")
        if not self.good or self.heading_faults:
            raise Conflict("No row of this file can be stored as it is. Put right what is listed, and upload it again")
        return replace(self, state=ImportState.STORING, entered_by=by, decided_at=now, forget_at=None)

    def cancel(self, now: datetime) -> "Import":
        """Raises Conflict once it is being stored."""
        if self.state in {ImportState.STORING, ImportState.STORED}:
            raise Conflict("This import cannot be given up any more: its rows are responses already, or become so now")
        return replace(self, state=ImportState.CANCELLED, ended_at=now, forget_at=now + KEEP_DONE)

    def stored_page(self, page: ImportPage, now: datetime) -> "Import":
        pages = self.stored_pages + 1
        further = replace(
            self, stored_pages=pages, stored=self.stored + (page.stored or 0), left_out=self.left_out + page.left_out
        )
        if pages < self.pages:
            return further
        return replace(further, state=ImportState.STORED, ended_at=now, forget_at=now + KEEP_DONE)

    def page_id(self, number: int) -> str:
        """`number` counts from 0."""
        return f"{self.id}-{number:04}"

    def response_id(self, row: int) -> str:
        """The same whoever stores the row, and however often."""
        return uuid5(UUID(self.id), str(row)).hex


Rows = Sequence[tuple[int, Sequence[str]]]


def paged(begun: Import, rows: Rows, asked: Questionnaire) -> list[ImportPage]:
    """The rows below the heading in pages, without that of the template's help; the same form number again is noted."""
    heading = read_heading(begun.heading, columns(asked))
    pages: list[ImportPage] = []
    numbered = iter(_numbered(rows, heading))
    while some := _some(numbered):
        pages.append(ImportPage(begun.page_id(len(pages)), begun.id, some))
    return pages


def _numbered(rows: Rows, heading: Heading) -> Iterable[ImportRow]:
    first: dict[str, int] = {}
    for number, cells in rows:
        if is_help(cells, heading):
            continue
        form = cell_of(cells, heading, FORM_NUMBER).casefold()
        before = first.setdefault(form, number) if form else number
        yield ImportRow(number, tuple(cells), before if before != number else 0)


def _some(rows: Iterable[ImportRow]) -> tuple[ImportRow, ...]:
    taken: list[ImportRow] = []
    signs = 0
    for row in islice(rows, ROWS_ON_PAGE):
        taken.append(row)
        signs += sum(map(len, row.cells))
        if signs > SIGNS_ON_PAGE:
            break
    return tuple(taken)
