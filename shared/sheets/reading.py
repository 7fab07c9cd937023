"""Tables in files, read from CSV, XLSX and ODS, whichever the content is.

`read_file` reads in a process of its own, with bounds on its memory and time: a spreadsheet of a few kilobytes can
unfold into more than a machine holds.
"""

import asyncio
import csv
import io
import resource
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineWorkbook

from shared.errors import Invalid
from shared.sheets.writing import SIGNS

Row = tuple[int, list[str]]
"""Its number as a spreadsheet shows it, from 1, and its cells. Rows with nothing in them are left out."""

LARGEST_FILE = 20_000_000
MOST_ROWS = 50_000
LONGEST_ROW = 1_000_000
"""Characters. A page of rows must fit into a document."""

MEMORY = 2_000_000_000
SECONDS = 60
NOT_A_TABLE = "This file is not a table that we can read. Save it as CSV, Excel (.xlsx) or OpenDocument (.ods)"
_BLANKS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), " ")
_SEPARATORS = ",;\t"


async def read_file(content: bytes) -> list[Row]:
    """The rows of its first sheet. Raises Invalid under `file`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.sheets", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    out, _ = await process.communicate(content)
    if process.returncode:
        raise Invalid({"file": "This file is too large or too odd to be read. Save the table alone, as CSV"})
    answer = orjson.loads(out)
    if "refused" in answer:
        raise Invalid({"file": answer["refused"]})
    return [(number, cells) for number, cells in answer["rows"]]


def read_rows(content: bytes) -> list[Row]:
    """Raises Invalid under `file`."""
    rows: list[Row] = []
    for number, values in enumerate(_records(content), 1):
        cells = [_text(value) for value in values]
        if not any(cells):
            continue
        if len(rows) > MOST_ROWS:
            raise Invalid({"file": f"This file has more than {MOST_ROWS:,} rows. Split it into several"})
        if sum(map(len, cells)) > LONGEST_ROW:
            raise Invalid({"file": f"Row {number} of this file is too long. No answer needs so much text"})
        rows.append((number, cells))
    if not rows:
        raise Invalid({"file": "This file is empty"})
    return rows


def _records(content: bytes) -> Iterator[Sequence[Any]]:
    if content.startswith(b"PK\x03\x04"):
        return _sheet(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid({"file": "This file is of an older kind, or has a password. Save it as .xlsx without one"})
    return _csv(content)


def _sheet(content: bytes) -> Iterator[Sequence[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = parts.namelist()
            is_ods = "mimetype" in names and b"opendocument.spreadsheet" in parts.read("mimetype")
        if not is_ods and "xl/workbook.xml" not in names:
            raise Invalid({"file": NOT_A_TABLE})
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return iter(workbook.get_sheet_by_index(0).to_python(skip_empty_area=False))
    except (CalamineError, zipfile.BadZipFile, ValueError, IndexError, NotImplementedError, RuntimeError):
        raise Invalid({"file": "This file is damaged. Save it again, or save it as CSV"}) from None


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    text = _decoded(content)
    csv.field_size_limit(LARGEST_FILE)
    first = text[: text.find("\n")] if "\n" in text else text
    separator = max(_SEPARATORS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        raise Invalid({"file": NOT_A_TABLE}) from None


def _decoded(content: bytes) -> str:
    """UTF-8, what Excel calls Unicode text, or else the encoding of Windows in western Europe."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if b"\x00" in content:
            raise Invalid({"file": NOT_A_TABLE})
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252")
    except UnicodeDecodeError:
        raise Invalid({"file": NOT_A_TABLE}) from None


def _text(value: object) -> str:
    """A cell as text; a number as it is shown, a day as 2026-11-22."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, date | datetime):
        value = value.isoformat()
    text = str(value).replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS).strip()
    # What we wrote with ' before it, so that it is no formula, comes back as it was.
    return text[1:] if text[:1] == "'" and text[1:].startswith(SIGNS) else text


def main() -> None:
    """Reads a file from standard input and writes its rows, or why it is refused, to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    if sys.platform == "linux":  # elsewhere it cannot be set
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        answer: dict[str, Any] = {"rows": read_rows(sys.stdin.buffer.read())}
    except Invalid as invalid:
        answer = {"refused": invalid.sentence}
    sys.stdout.buffer.write(orjson.dumps(answer))
