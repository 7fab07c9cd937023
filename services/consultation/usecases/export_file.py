"""Writes the file of an export, in a process of its own: no request waits for it, and its memory is its own.

It is given the export, the consultation and then the responses, a line of JSON each, on standard input, and writes
the file to the path that it is called with.
"""

import io
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import orjson
from pydantic import TypeAdapter

from services.consultation.domain import Consultation, Response
from services.consultation.domain.exporting import Export, Format, codebook, described, export_columns, notes, row
from services.consultation.domain.spss import coded, syntax, variables
from shared.sheets import Cell, csv_lines, no_formula, write_csv, write_ods, write_xlsx

DATA, SYNTAX, CODES = "answers.csv", "read-answers.sps", "codebook.csv"
ENDINGS = {Format.CSV: "csv", Format.XLSX: "xlsx", Format.ODS: "ods", Format.JSON: "json", Format.SPSS: "zip"}

_RESPONSE = TypeAdapter(Response)


def write_file(export: Export, consultation: Consultation, responses: Iterable[Response], out: BinaryIO) -> None:
    """Responses are taken one after the other, and none is kept."""
    match export.format:
        case Format.JSON:
            _write_json(export, consultation, responses, out)
        case Format.SPSS:
            _write_spss(export, consultation, responses, out)
        case _:
            _write_table(export, consultation, responses, out)


def _write_table(export: Export, consultation: Consultation, responses: Iterable[Response], out: BinaryIO) -> None:
    columns = export_columns(consultation)

    def rows() -> Iterator[Sequence[Cell]]:
        yield [column.name for column in columns]
        for response in responses:
            yield row(response, columns)

    if export.format is Format.CSV:
        write_csv(out, rows())
        return
    write = write_xlsx if export.format is Format.XLSX else write_ods
    write(out, [("Answers", rows()), ("Codebook", codebook(export, consultation))])


def _write_json(export: Export, consultation: Consultation, responses: Iterable[Response], out: BinaryIO) -> None:
    """Answers by field with the ids of options, as the API takes them; the columns say what the ids mean."""
    columns = export_columns(consultation)
    head = {
        "consultation": consultation.id,
        "title": consultation.title,
        "notes": notes(export, consultation),
        "columns": [_json_column(column.field, *described(column)) for column in columns],
    }
    out.write(orjson.dumps(head)[:-1] + b',"responses":[')
    own = [column.field for column in columns if column.question is None]
    for number, response in enumerate(responses):
        cells = dict(zip(own, row(response, columns[: len(own)]), strict=True))
        out.write((b",\n" if number else b"\n") + orjson.dumps({**cells, "answers": response.answers}))
    out.write(b"\n]}\n")


def _json_column(field: str, what: str, answers: str) -> Mapping[str, object]:
    options = dict(line.split(" = ", 1) for line in answers.split("\n")) if answers else {}
    return {"field": field, "text": what, "answers": options}


def _write_spss(export: Export, consultation: Consultation, responses: Iterable[Response], out: BinaryIO) -> None:
    """The widest text of each variable is known only once all are written, so the syntax comes after the data."""
    wanted = variables(consultation)
    texts = [place for place, each in enumerate(wanted) if each.is_text]
    widths: dict[str, int] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        with parts.open(DATA, "w", force_zip64=True) as data:
            data.write(csv_lines([[each.name for each in wanted]]).encode())
            for response in responses:
                cells = coded(response, wanted)
                for place in texts:
                    width = len(no_formula(str(cells[place])).encode(errors="replace"))
                    widths[wanted[place].name] = max(widths.get(wanted[place].name, 1), width)
                data.write(csv_lines([cells]).encode(errors="replace"))
        parts.writestr(SYNTAX, syntax(wanted, widths, DATA))
        book = io.BytesIO()
        write_csv(book, _variables_book(export, consultation))
        parts.writestr(CODES, book.getvalue())


def _variables_book(export: Export, consultation: Consultation) -> Iterator[Sequence[Cell]]:
    yield ("Variable", "Column of other exports", "What it is", "Codes")
    for each in variables(consultation):
        codes = enumerate(each.codes, 0 if each.option else 1)
        listed = "\n".join(f"{code} = {option.text}" for code, option in codes)
        yield (each.name, each.column.name, each.label, listed)
    for note in notes(export, consultation):
        yield ("Note", "", note, "")


def main(path: Path) -> None:
    read = sys.stdin.buffer
    export = TypeAdapter(Export).validate_json(read.readline())
    consultation = TypeAdapter(Consultation).validate_json(read.readline())
    responses = (_RESPONSE.validate_json(line) for line in read)
    with path.open("wb") as out:
        write_file(export, consultation, responses, out)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
