"""Tables written as CSV, XLSX and ODS, row by row: memory stays flat however many there are.

Nothing in them is a formula. In a CSV file a ' goes before what a spreadsheet would take for one; in the two others
a cell says of itself whether it is text or a number.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""With one of these at its start a spreadsheet takes a cell for a formula."""

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""At the start of a CSV file, so that Excel takes it as UTF-8."""

MOST_ROWS_OF_A_SHEET = 1_048_576
"""What Excel and LibreOffice show of a sheet; the heading is one of them."""

Cell = str | int | float
Sheet = tuple[str, Iterable[Sequence[Cell]]]
"""Its name, and its rows."""

AT_ONCE = 500
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""What XML cannot say."""

_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_SPACES = re.compile("^ | {2,}|\t")


def no_formula(text: str) -> str:
    """As a spreadsheet will take for text, whatever it begins with."""
    return f"'{text}" if text.startswith(SIGNS) else text


def csv_lines(rows: Iterable[Sequence[Cell]]) -> str:
    """Rows as CSV, with nothing in them that a spreadsheet takes for a formula."""
    out = io.StringIO()
    csv.writer(out).writerows([no_formula(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def write_csv(out: BinaryIO, rows: Iterable[Sequence[Cell]]) -> None:
    out.write(BOM.encode())
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        out.write(csv_lines(some).encode(errors="replace"))


def xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet."""
    out = io.BytesIO()
    write_xlsx(out, [("Answers", rows)])
    return out.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_xlsx(out: BinaryIO, sheets: Sequence[Sheet]) -> None:
    numbered = [(number, name) for number, (name, _) in enumerate(sheets, 1)]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _package(numbered).items():
            parts.writestr(name, _XML + content)
        for number, (_, rows) in enumerate(sheets, 1):
            with parts.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as part:
                part.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                for row in rows:
                    part.write(f"<row>{''.join(map(_xlsx_cell, row))}</row>".encode())
                part.write(b"</sheetData></worksheet>")


def _package(sheets: Sequence[tuple[int, str]]) -> dict[str, str]:
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for number, _ in sheets
    )
    listed = "".join(f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}"/>' for number, name in sheets)
    related = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _ in sheets
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}"><Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>{types}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1"'
            f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{related}</Relationships>',
    }


def _xlsx_cell(cell: Cell) -> str:
    if not isinstance(cell, str):
        return f"<c><v>{cell}</v></c>"
    # Excel reads _x0041_ as the letter A, unless its first line is written out itself.
    text = _LOOKS_ESCAPED.sub("_x005F_", _ILLEGAL.sub(" ", cell))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else "<c/>"


_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    f'<manifest:manifest xmlns:manifest="{_SPACE}:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_CONTENT = (
    f'<office:document-content xmlns:office="{_SPACE}:office:1.0" xmlns:table="{_SPACE}:table:1.0"'
    f' xmlns:text="{_SPACE}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
)


def write_ods(out: BinaryIO, sheets: Sequence[Sheet]) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", _ODS, zipfile.ZIP_STORED)  # first and as it is: so the kind of file is known
        parts.writestr("META-INF/manifest.xml", _XML + _MANIFEST)
        with parts.open("content.xml", "w", force_zip64=True) as part:
            part.write((_XML + _CONTENT).encode())
            for name, rows in sheets:
                for piece in _ods_table(name, rows):
                    part.write(piece.encode())
            part.write(b"</office:spreadsheet></office:body></office:document-content>")


def _ods_table(name: str, rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    yield f"<table:table table:name={quoteattr(name)}>"
    for row in rows:
        yield f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"
    yield "</table:table>"


def _ods_cell(cell: Cell) -> str:
    if not isinstance(cell, str):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}"><text:p>{cell}</text:p>'
            "</table:table-cell>"
        )
    if not cell:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in _ILLEGAL.sub(" ", cell).splitlines())
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _ods_text(line: str) -> str:
    """Spaces and tabs that XML would join into one are elements there."""
    return _SPACES.sub(
        lambda found: "<text:tab/>" if found[0] == "\t" else f'<text:s text:c="{len(found[0])}"/>', escape(line)
    )
