"""Exports for SPSS: codes instead of words, and the syntax that reads them with their labels.

A question with several answers is a variable of 0 and 1 for each answer, and one set together. A variable is named
after the number of its question, since ids may hold what SPSS does not take. Its own .sav is not written: what can
write one brings a data frame library with it, and holds the whole table in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.consultation.domain.columns import Column, letter
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.exporting import OWN, export_columns, number, rank, row
from services.consultation.domain.question import Kind, Option
from services.consultation.domain.response import Response

Cell = str | int | float

LABEL, VALUE_LABEL = 255, 120
"""Bytes that SPSS takes of the label of a variable, and of a value."""

WIDEST = 32_767
"""Bytes of the widest text."""


@dataclass(frozen=True, slots=True)
class Variable:
    """`option` is the one that it says 0 or 1 of, and empty for all others."""

    name: str
    label: str
    column: Column
    option: str = ""
    codes: tuple[Option, ...] = ()
    is_text: bool = False
    set: str = ""
    """The variables of one question with several answers have this in common."""


def variables(consultation: Consultation) -> tuple[Variable, ...]:
    """In the order of the columns of every other export."""
    made: list[Variable] = []
    places: dict[str, str] = {}
    for column in export_columns(consultation):
        stem = _stem(column, places)
        made += _of(column, stem) if column.question else [_own(column)]
    return tuple(made)


def _own(column: Column) -> Variable:
    return Variable(column.field, column.help, column, is_text=column.field != "version")


def _stem(column: Column, places: dict[str, str]) -> str:
    """q3 for the third question; for one that is no longer asked, e and its place among those."""
    if column.question is None:
        return ""
    if column.question.id not in places:
        given = column.name.partition(". ")[0].rstrip("abcdefghijklmnopqrstuvwxyz")
        gone = sum(stem.startswith("e") for stem in places.values()) + 1
        places[column.question.id] = f"q{given}" if given.isdigit() else f"e{gone}"
    return places[column.question.id]


def _of(column: Column, stem: str) -> list[Variable]:
    question = column.question
    if question is None:
        return []
    label = question.text
    match question.kind:
        case Kind.SEVERAL_CHOICES if column.options:
            return [
                Variable(f"{stem}_{place}", f"{label}: {option.text}", column, option.id, YES_NO, set=stem)
                for place, option in enumerate(column.options, 1)
            ]
        case Kind.MATRIX | Kind.RANKING:
            part = column.field.removeprefix(f"{question.id}.")
            parts = question.rows if question.kind is Kind.MATRIX else question.options
            place = next(place for place, each in enumerate(parts) if each.id == part)
            name, label = f"{stem}{letter(place)}", f"{label}: {parts[place].text}"
            return [Variable(name, label, column, codes=column.options)]
    if column.field == question.other_field:
        return [Variable(f"{stem}_other", f"{label}: other, in their words", column, is_text=True)]
    is_text = not column.options and question.kind not in {Kind.NUMBER, Kind.FILE}
    return [Variable(stem, label, column, codes=column.options, is_text=is_text)]


YES_NO = (Option("0", "No"), Option("1", "Yes"))


def coded(response: Response, wanted: Sequence[Variable]) -> list[Cell]:
    """The cells of one response: codes from 1, empty where nothing was answered, texts on one line."""
    own = dict(zip((column.field for column in OWN), row(response, OWN), strict=True))
    return [_cell(response, each, own) for each in wanted]


def _cell(response: Response, variable: Variable, own: Mapping[str, Cell]) -> Cell:
    column, question = variable.column, variable.column.question
    if question is None:
        return own[column.field]
    if question.kind is Kind.RANKING:
        return rank(response.answers, question, column.field) or ""
    given = response.answers.get(column.field, ())
    if question.kind is Kind.FILE:
        return len(given)
    return _code(variable, given) if given else ""


def _code(variable: Variable, given: Sequence[str]) -> Cell:
    if variable.option:
        return int(variable.option in given)
    if variable.codes:
        return next((code for code, option in enumerate(variable.codes, 1) if option.id == given[0]), "")
    if not variable.is_text:
        found = number(given[0])
        return "" if isinstance(found, str) else found
    return " / ".join("".join(given).splitlines())


def syntax(wanted: Sequence[Variable], widths: Mapping[str, int], data: str) -> str:
    """What reads the table `data`. `widths`: bytes of the longest text of each variable that holds text."""
    kinds = "\n".join(f"  {each.name} {_kind(each, widths)}" for each in wanted)
    labels = "\n".join(f"  {each.name} {quoted(each.label, LABEL)}" for each in wanted)
    parts = [
        "* Put this file and the table beside it into one folder, and make that the working folder (CD) first.",
        f"GET DATA /TYPE=TXT /FILE='{data}' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /DELCASE=LINE",
        f"  /FIRSTCASE=2 /DELIMITERS=',' /QUALIFIER='\"' /VARIABLES=\n{kinds}.",
        f"VARIABLE LABELS\n{labels}.",
        *(_value_labels(each) for each in wanted if each.codes),
        *_sets(wanted),
        "EXECUTE.",
    ]
    return "\n".join(parts) + "\n"


def _kind(variable: Variable, widths: Mapping[str, int]) -> str:
    if variable.is_text:
        return f"A{min(max(widths.get(variable.name, 1), 1), WIDEST)}"
    return "F8.0" if variable.codes or variable.column.question is None else "F12.4"


def _value_labels(variable: Variable) -> str:
    first = 0 if variable.option else 1
    listed = " ".join(f"{code} {quoted(option.text, VALUE_LABEL)}" for code, option in enumerate(variable.codes, first))
    return f"VALUE LABELS {variable.name} {listed}."


def _sets(wanted: Sequence[Variable]) -> list[str]:
    names = list(dict.fromkeys(each.set for each in wanted if each.set))
    made = []
    for name in names:
        of = [each for each in wanted if each.set == name]
        text = of[0].column.question.text if of[0].column.question else ""
        members = " ".join(each.name for each in of)
        made.append(f"MRSETS /MDGROUP NAME=${name} LABEL={quoted(text, LABEL)} VARIABLES={members} VALUE=1.")
    return made


def quoted(text: str, limit: int) -> str:
    """On one line, cut to `limit` bytes, in quotation marks."""
    plain = " ".join(text.split()).encode()[:limit].decode(errors="ignore")
    return "'" + plain.replace("'", "''") + "'"
