"""A translation as a file for translators, who work in a spreadsheet."""

from collections.abc import Iterable, Sequence

from services.consultation.domain.language import Language, Row
from services.consultation.usecases.languages import FromTranslator
from shared.errors import Invalid
from shared.sheets import BOM, csv_lines, read_file

HEADINGS = ("key", "where", "english", "translation", "note")

CODE_PAGES = {
    "cp1250": {"cs", "hu", "pl", "ro", "sk", "sq"},
    "cp1251": {"bg", "ru", "uk"},
    "cp1253": {"el"},
    "cp1254": {"tr"},
    "cp1255": {"he"},
    "cp1256": {"ar", "fa", "ur"},
    "cp1257": {"lt", "lv"},
    "cp1258": {"vi"},
}
"""How Windows writes the languages that it had before Unicode; all others as in western Europe."""


def write_csv(rows: Iterable[Row]) -> str:
    lines = [HEADINGS, *(_line(row) for row in rows)]
    return BOM + csv_lines(lines)


def _line(row: Row) -> Sequence[str]:
    note = f"The English has changed. Before, this was: {row.outdated}" if row.outdated else ""
    return (row.phrase.key, f"{row.phrase.group}: {row.phrase.name}", row.phrase.text, row.text, note)


async def read_csv(content: bytes, spoken: Language) -> Sequence[FromTranslator]:
    """The lines of a CSV file, or of another table. Raises Invalid where it is no such file."""
    (_, headings), *lines = await read_file(_in_unicode(content, spoken))
    names = [heading.casefold() for heading in headings]
    if missing := [name for name in ("key", "english", "translation") if name not in names]:
        raise Invalid({"file": f"The file has no column “{missing[0]}”. Use the file that you downloaded here"})
    places = [names.index(name) for name in ("key", "english", "translation")]
    return [
        FromTranslator(number, *(cells[place] if place < len(cells) else "" for place in places))
        for number, cells in lines
    ]


def _in_unicode(content: bytes, spoken: Language) -> bytes:
    """Text in the encoding that Windows has for this language; all else stays as it is."""
    page = next((page for page, ids in CODE_PAGES.items() if spoken.id in ids), None)
    if page is None or b"\x00" in content:
        return content
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(page, errors="replace").encode()
    return content
