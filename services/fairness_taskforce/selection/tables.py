"""The rows of a CSV file, whichever program wrote it: its encoding, its separator and its line ends."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from services.fairness_taskforce.selection.faults import BadPool, Fault

LARGEST_FILE = 20_000_000
"""Bytes. Five thousand people with twenty answers each take two million."""

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """As a spreadsheet shows it, from 1."""
    cells: tuple[str, ...]
    """Without the blanks around them."""

    def cell(self, at: int) -> str:
        return self.cells[at] if at < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file by its name and its bytes, so that a command and an upload are read alike."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def open(cls, path: Path) -> "Sheet":
        """Raises BadPool for a file that is not there, or is larger than LARGEST_FILE; that is seen before reading."""
        try:
            with path.open("rb") as file:
                return cls(path.name, file.read(LARGEST_FILE + 1))
        except OSError as error:
            raise BadPool([Fault(path.name, None, None, f"This file cannot be opened: {error.strerror}.")]) from error


def rows_of(sheet: Sheet) -> list[Row]:
    """Its rows that have something in them. Raises BadPool for what is not a table."""
    rows: list[Row] = []
    number = 0
    text = _text(sheet)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        for number, cells in enumerate(reader, 1):
            row = Row(number, tuple(cell.strip() for cell in cells))
            if any(row.cells):
                rows.append(row)
    except csv.Error as error:
        says = "A quotation mark is not closed, or has text behind it, or a cell is far too long."
        raise BadPool([Fault(sheet.name, number + 1, None, says)]) from error
    if not rows:
        raise BadPool([Fault(sheet.name, None, None, "This file is empty.")])
    return rows


def _text(sheet: Sheet) -> str:
    if len(sheet.content) > LARGEST_FILE:
        says = f"This file is larger than {LARGEST_FILE // 1_000_000} MB. Keep only the columns that are needed."
        raise BadPool([Fault(sheet.name, None, None, says)])
    if sheet.content.startswith(b"PK\x03\x04"):
        says = "This is a file of a spreadsheet program. Save the table as CSV."
        raise BadPool([Fault(sheet.name, None, None, says)])
    try:
        text = sheet.content.decode(_encoding(sheet.content))
    except UnicodeDecodeError as error:
        row = sheet.content.count(b"\n", 0, error.start) + 1
        says = "The letters of this file cannot be read. Save it as CSV in UTF-8."
        raise BadPool([Fault(sheet.name, row, None, says)]) from error
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise BadPool([Fault(sheet.name, row, None, "There is a byte of value 0 here. Save the table as CSV.")])
    return text


def _encoding(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return encoding
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if content[start:200:2] and not any(content[start:200:2]):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _separator(text: str) -> str:
    """What the first line that is not blank has most of, outside of quotation marks."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)
