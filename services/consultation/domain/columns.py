"""The columns of a table of answers: what the template has, and how a row of a filled-in one is read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.consultation.domain.question import Kind, Option, Question
from services.consultation.domain.questionnaire import Questionnaire

FORM_NUMBER = "form number"
RECEIVED = "received on"
HELP = "HELP (we leave this row out):"
OTHER_HELP = "Only where “Other” is chosen: what it is"
DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is its heading; `field` is that of an answer, or one of ours."""

    field: str
    name: str
    help: str
    question: Question | None = None
    options: tuple[Option, ...] = ()

    @property
    def takes_several(self) -> bool:
        return self.question is not None and self.question.kind is Kind.SEVERAL_CHOICES and bool(self.options)


def columns(questionnaire: Questionnaire) -> tuple[Column, ...]:
    """In the order of the form, after the two that say where an answer came from. A file has no column."""
    own = (
        Column(FORM_NUMBER, FORM_NUMBER, f"{HELP} the number on the paper form, if it has one. No two rows share one"),
        Column(RECEIVED, RECEIVED, "The day on which it came, such as 27/3/2026, if it is not the same for all"),
    )
    asked = (columns_of(question, str(questionnaire.number_of(question))) for question in questionnaire.asked)
    return (*own, *(column for each in asked for column in each))


def columns_of(question: Question, number: str) -> list[Column]:
    """Those of one question. `number`: as on the form."""
    start = f"{question.text}{' (must be answered)' if question.required else ''} –"
    names = "; ".join(option.text for option in question.all_options)
    match question.kind:
        case Kind.FILE:
            return []
        case Kind.MATRIX:
            help = f"One of: {names}"
            return [
                _column(question, f"{question.id}.{row.id}", f"{number}{letter(place)}", f"{start} {row.text}. {help}")
                for place, row in enumerate(question.rows)
            ]
        case Kind.RANKING:
            return [
                Column(
                    f"{question.id}.{option.id}",
                    f"{number}{letter(place)}. {question.id}.{option.id}",
                    f"{start} {option.text}. Its place as a number, 1 for the first, or nothing",
                    question,
                )
                for place, option in enumerate(question.options)
            ]
    one = _column(question, question.id, number, f"{start} {_how(question, names)}")
    if not question.other:
        return [one]
    return [one, Column(question.other_field, f"{number}. {question.other_field}", OTHER_HELP, question)]


def _column(question: Question, field: str, number: str, help: str) -> Column:
    return Column(field, f"{number}. {field}", help, question, question.all_options)


def _how(question: Question, names: str) -> str:
    match question.kind:
        case Kind.SEVERAL_CHOICES:
            return f"One or more, with ; between them: {names}"
        case Kind.DATE:
            return "A date, such as 27/3/2026"
        case Kind.NUMBER:
            return "A number"
        case Kind.EMAIL:
            return "An e-mail address"
        case Kind.POSTCODE:
            return "A postcode, such as LU1 2BQ"
    return f"One of: {names}" if question.is_chosen else "Text"


def letter(place: int) -> str:
    """The letter of a row after the number of its question: a for 0, z for 25, aa for 26."""
    ahead, rest = divmod(place, 26)
    return (letter(ahead - 1) if ahead else "") + chr(ord("a") + rest)


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each column stands in a table, by its field; and what is wrong with the headings."""

    places: Mapping[str, int]
    faults: tuple[str, ...] = ()


def read_heading(cells: Sequence[str], wanted: Sequence[Column]) -> Heading:
    """A heading is known by all of it, or by what follows its number."""
    known = {key: column for column in wanted for key in (column.name.casefold(), column.field.casefold())}
    places: dict[str, int] = {}
    faults: list[str] = []
    for place, cell in enumerate(cells):
        plain = " ".join(cell.casefold().split())
        column = known.get(plain) or known.get(plain.rpartition(". ")[2])
        if column is None:
            if cell:
                faults.append(f"“{cell[:80]}” is not a column of this consultation")
        elif column.field in places:
            faults.append(f"The column “{column.name}” is there twice")
        else:
            places[column.field] = place
    faults += [f"The column “{column.name}” is missing" for column in wanted if column.field not in places]
    return Heading(places, tuple(faults))


def is_help(cells: Sequence[str], heading: Heading) -> bool:
    return cell_of(cells, heading, FORM_NUMBER).startswith(HELP)


def cell_of(cells: Sequence[str], heading: Heading, field: str) -> str:
    place = heading.places.get(field, len(cells))
    return cells[place] if place < len(cells) else ""


def read_answers(cells: Sequence[str], heading: Heading, wanted: Sequence[Column]) -> dict[str, tuple[str, ...]]:
    """What a row gives, by field, as a form would: words of options become ids, the rest stays as it is."""
    given: dict[str, tuple[str, ...]] = {}
    for column in wanted:
        cell = cell_of(cells, heading, column.field)
        if column.question is not None and cell:
            given[column.field] = _values(column, cell)
    return given


def _values(column: Column, cell: str) -> tuple[str, ...]:
    if not column.options:
        is_day = column.question is not None and column.question.kind is Kind.DATE
        return (_day_first(cell) if is_day else cell,)
    ids = {key.casefold(): option.id for option in column.options for key in (option.text, option.id)}
    whole = ids.get(" ".join(cell.casefold().split()))
    if whole is not None or not column.takes_several:
        return (whole or cell,)
    parts = (" ".join(part.split()) for part in re.split(r"[;|\n]", cell))
    return tuple(ids.get(part.casefold(), part) for part in parts if part)


def _day_first(cell: str) -> str:
    """27/3/2026 as 2026-3-27; anything else as it is."""
    found = DAY.fullmatch(cell)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else cell


def read_received(cell: str) -> date | None:
    """Raises ValueError for what is no day."""
    if not cell:
        return None
    year, month, day = _day_first(cell).split("-")
    if len(year) != len("2026"):
        raise ValueError(cell)
    return date(int(year), int(month), int(day))


def names_by_field(wanted: Sequence[Column]) -> dict[str, str]:
    """The heading under which a sentence about a field belongs: a field of a date has that of the date."""
    names = {column.field: column.name for column in wanted}
    for column in wanted:
        if column.question is not None:
            names |= {field: column.name for field in column.question.fields if field not in names}
    return names
