"""Exports: all answers to one consultation as a file, a row for each response and a column for each thing asked.

The columns are those of all versions of the form, in its order, whatever ways people were led.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.consultation.domain.columns import Column, columns_of
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.ever import asked_ever
from services.consultation.domain.question import Kind, Option, Question
from services.consultation.domain.response import Response
from shared.clock import LONDON
from shared.errors import Conflict

KEEP = timedelta(days=7)
"""How long a file is kept: it has what people wrote in it."""

LEASE = timedelta(minutes=15)
"""How long one process may be at it before another takes its place."""


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    JSON = "json"
    SPSS = "spss"


class ExportState(StrEnum):
    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Export:
    """`at` is when it was asked for: responses sent before then are in it. `due_at`: when there is work with it."""

    id: str
    consultation: str
    by: str
    format: Format
    at: datetime
    due_at: datetime | None
    state: ExportState = ExportState.WAITING
    rows: int = 0
    size: int = 0
    """Of the file, in bytes."""

    def begin(self, now: datetime) -> "Export":
        return replace(self, state=ExportState.MAKING, due_at=now + LEASE)

    def give_back(self, now: datetime) -> "Export":
        """The process that was at it ends: the next one may begin at once."""
        return replace(self, state=ExportState.WAITING, due_at=now)

    def done(self, rows: int, size: int, now: datetime) -> "Export":
        return replace(self, state=ExportState.READY, rows=rows, size=size, due_at=now + KEEP)

    def forget(self) -> "Export":
        return replace(self, state=ExportState.FORGOTTEN, due_at=None)

    def must_be_ready(self) -> None:
        """Raises Conflict."""
        if self.state is ExportState.FORGOTTEN:
            raise Conflict(f"This file was deleted after {KEEP.days} days. Ask for a new one")
        if self.state is not ExportState.READY:
            raise Conflict("This file is still being made. Wait a moment and load the page again")


OWN = (
    Column("reference", "reference", "The reference that the person was given"),
    Column("submitted_at", "sent at", "When it was sent, in London"),
    Column("changed_at", "changed at", "When it was last changed, in London; empty for most"),
    Column("version", "version", "Which version of the questions it answers"),
    Column("channel", "channel", "How it came: online, paper, face_to_face or phone"),
    Column("language", "language", "The language in which it was answered, such as en"),
    Column("form_number", "form number", "The number on the paper form"),
    Column("received_on", "received on", "The day on which a paper form came"),
)
MANY = "; "
"""Between several answers in one cell."""


def export_columns(consultation: Consultation) -> tuple[Column, ...]:
    """What we know of each response, then every question that was ever asked, those of today first."""
    asked = (question for question in asked_ever(consultation) if question.is_asked)
    return (*OWN, *(column for question in asked for column in _of(question, consultation)))


def _of(question: Question, consultation: Consultation) -> list[Column]:
    number = str(consultation.questionnaire.number_of(question) or "earlier")
    if question.kind is Kind.FILE:
        return [Column(question.id, f"{number}. {question.id}", "How many files were sent", question)]
    return columns_of(question, number)


def row(response: Response, columns: Sequence[Column]) -> list[str | int | float]:
    """The cells of one response in words, as people read them."""
    return [_own(response, column.field) if column.question is None else _cell(response, column) for column in columns]


def _own(response: Response, field: str) -> str | int:
    value = getattr(response, field)
    if isinstance(value, datetime):
        return value.astimezone(LONDON).strftime("%Y-%m-%d %H:%M")
    return value if isinstance(value, int) else str(value or "")


def _cell(response: Response, column: Column) -> str | int | float:
    question, answers = column.question, response.answers
    if question is None:
        return ""
    if question.kind is Kind.RANKING:
        return rank(answers, question, column.field) or ""
    given = answers.get(column.field, ())
    if question.kind is Kind.FILE:
        return len(given)
    if question.kind is Kind.NUMBER and given:
        return number(given[0])
    if not column.options:
        return "".join(given)
    names = _names(column.options)
    return MANY.join(names.get(id, id) for id in given)


def number(text: str) -> int | float | str:
    """As it is where it is none: an earlier version may have asked for words under the same id."""
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def _names(options: Sequence[Option]) -> Mapping[str, str]:
    return {option.id: option.text for option in options}


def rank(answers: Mapping[str, Sequence[str]], question: Question, field: str) -> int:
    """The place that an option was given, 1 for the first; 0 where it was given none."""
    ranked = answers.get(question.id, ())
    option = field.removeprefix(f"{question.id}.")
    return ranked.index(option) + 1 if option in ranked else 0


CODEBOOK = ("Column", "What it is", "Kind of question", "Answers")
NOTES = (
    "A row is one response. Responses that were withdrawn or set aside are left out.",
    "The file has the responses that were sent before it was asked for. An answer that was changed while the file was"
    " made stands in it as it was when its row was written; no row is half of one and half of the other.",
    "In CSV files a ' stands before a text that a spreadsheet would take for a formula. It is not part of the answer.",
    "A question that is no longer asked comes after the others; “earlier” stands in place of its number.",
    "The file holds what people wrote. Keep it where only those who need it can read it, and delete it when done.",
)


def notes(export: Export, consultation: Consultation) -> tuple[str, ...]:
    """What is said of the whole file."""
    at = export.at.astimezone(LONDON).strftime("%Y-%m-%d %H:%M:%S")
    asked = f"Responses to “{consultation.title}”, asked for at {at} (London)."
    return (asked, *((consultation.source,) if consultation.source else ()), *NOTES)


def codebook(export: Export, consultation: Consultation) -> list[Sequence[str]]:
    """As a table: a row for each column, and then the notes."""
    rows = []
    for column in export_columns(consultation):
        what, answers = described(column)
        rows.append((column.name, what, column.question.kind if column.question else "", answers))
    return [CODEBOOK, *rows, *(("Note", note, "", "") for note in notes(export, consultation))]


def described(column: Column) -> tuple[str, str]:
    """What a column holds, and the answers that it can have."""
    if column.question is None:
        return column.help, ""
    question, part = column.question, ""
    if column.field != question.id:
        of = next(
            (each for each in (*question.rows, *question.options) if column.field == f"{question.id}.{each.id}"), None
        )
        part = f": {of.text}" if of else ": other, in their words"
    return f"{question.text}{part}", "\n".join(f"{option.id} = {option.text}" for option in column.options)
