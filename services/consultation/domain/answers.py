"""Reading what was given to a question into the answer that may be stored.

Given and stored answers are both {field: (value, ...)}. Stored ones have one shape for each kind: choices and rows of a
matrix have the ids of options, a ranking has them in order, dates are 2026-11-22, a file has the ids of uploads.
What was given may be that too, or what a form sends: a rank for each option, a date in three parts.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, date
from decimal import Decimal

from services.consultation.domain.question import (
    DATE_PARTS,
    OTHER,
    TEXT_LIMITS,
    Keep,
    Kind,
    Option,
    Question,
    option_ids,
)
from shared.errors import Invalid

Answers = Mapping[str, tuple[str, ...]]
Given = Mapping[str, Sequence[str]]

OTHER_LIMIT = 200
EMAIL_LIMIT = 254
FILES_LIMIT = 5
TYPED_LIMIT = 400
"""Characters of anything but a text; more is no number, date, address or id."""

EMAIL = re.compile(r"[^\s<>@,;:\"]{1,64}@[\w-]+(\.[\w-]+)+")
POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
UPLOAD = re.compile(r"[0-9a-f]{32}")
NUMBER = re.compile(r"-?([0-9]{1,12}|[0-9]{1,3}([, ][0-9]{3}){1,3})(\.[0-9]{1,4})?")
"""Commas and spaces only between thousands: 1,5 is not 15."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no store and no page can hold: see shared/web/forms.py, which refuses it in forms as a whole."""

PLAIN: Mapping[int, int | str] = {
    **{0xFF01 + place: 0x21 + place for place in range(94)},  # letters and digits as wide as Chinese signs
    **dict.fromkeys((0xA0, 0x2009, 0x202F), " "),
    **dict.fromkeys((0x2212, 0x2013), "-"),
}

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SHORTEST_NAME = 3

WardOf = Callable[[str], str | None]
"""The id of the ward that a postcode lies in."""


def no_ward(_: str) -> str | None:
    return None


def read(question: Question, given: Given, ward_of: WardOf = no_ward) -> Answers:
    """The answer as it may be stored, {} for none. Raises Invalid with a sentence by the field."""
    mine = {field: kept for field in question.fields if (kept := _kept(question, field, given.get(field, ())))}
    if question.kind is Kind.POSTCODE and mine:
        return _read_postcode(question, mine[question.id][0], ward_of)
    answer = READERS[question.kind](question, mine)
    if not answer and question.required and question.is_asked:
        raise Invalid({first_field(question): _missing(question)})
    return answer


def as_given(question: Question, answers: Answers) -> Answers:
    """A stored answer as a form would send it."""
    stored = answers.get(question.id, ())
    if question.kind is Kind.RANKING:
        return {f"{question.id}.{option}": (str(rank),) for rank, option in enumerate(stored, 1)}
    if question.kind is Kind.POSTCODE:
        names = {option.id: option.text for option in question.options}
        return {question.id: tuple(names.get(kept, kept) for kept in stored)} if stored else {}
    if question.kind is Kind.DATE and stored:
        year, month, day = stored[0].split("-")
        return dict(zip((f"{question.id}.{part}" for part in DATE_PARTS), ((day,), (month,), (year,)), strict=True))
    return {field: answers[field] for field in question.fields if field in answers}


def first_field(question: Question) -> str:
    """Where a sentence about the whole answer stands."""
    return question.fields[-3] if question.kind is Kind.DATE else question.id


def _kept(question: Question, field: str, values: Sequence[str]) -> tuple[str, ...]:
    """What is there, without spaces around it. A text in which nothing can be seen is none."""
    if question.is_text or field == question.other_field:
        return tuple(value.strip().replace("\r\n", "\n") for value in values if _can_be_seen(value))
    return tuple(kept for value in values if (kept := _plain(value)))


def _can_be_seen(text: str) -> bool:
    return any(not sign.isspace() and unicodedata.category(sign) != "Cf" for sign in text)


def _plain(typed: str) -> str:
    """As one would type it on a plain keyboard: digits of any script as the usual ones, and no marks of direction.

    Text copied from elsewhere often brings marks that cannot be seen, and people write numbers in their own script.
    """
    if len(typed) > TYPED_LIMIT:
        return typed.strip()
    shown = (sign for sign in typed.translate(PLAIN) if unicodedata.category(sign) != "Cf")
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown).strip()


def _missing(question: Question) -> str:
    words = {
        Kind.SEVERAL_CHOICES: "Choose at least one answer to",
        Kind.RANKING: "Put at least one answer in order under",
        Kind.NUMBER: "Enter a number for",
        Kind.DATE: "Enter a date for",
        Kind.EMAIL: "Enter an e-mail address for",
        Kind.POSTCODE: "Enter a postcode for",
        Kind.FILE: "Choose a file for",
    }
    start = "Write an answer to" if question.is_text else words.get(question.kind, "Choose an answer to")
    return f"{start} “{question.text}”"


def _read_nothing(_: Question, __: Answers) -> Answers:
    return {}


def _read_text(question: Question, mine: Answers) -> Answers:
    if not mine:
        return {}
    text, limit = mine[question.id][0], TEXT_LIMITS[question.kind]
    _can_be_kept(question.id, text, limit, f"Your answer to “{question.text}”")
    return {question.id: (text,)}


def _can_be_kept(field: str, text: str, limit: int, what: str) -> None:
    if len(text) > limit:
        raise Invalid({field: f"{what} must be {limit:,} characters or fewer. It is {len(text) - limit:,} over"})
    if CONTROL.search(text):
        raise Invalid({field: f"{what} holds an invisible character that cannot be kept. Type that part by hand"})


def _read_choice(question: Question, mine: Answers) -> Answers:
    kept = _chosen(question.id, question, question.all_options, mine.get(question.id, ()))
    if len(kept) > 1 and question.kind is not Kind.SEVERAL_CHOICES:
        raise Invalid({question.id: f"Choose only one answer to “{question.text}”"})
    _count(question, len(kept), "Choose")
    if OTHER.id not in kept or not question.other:
        return {question.id: kept} if kept else {}
    text = mine.get(question.other_field, ("",))[0]
    if not text:
        raise Invalid({question.other_field: f"Say what “{OTHER.text}” is under “{question.text}”"})
    _can_be_kept(question.other_field, text, OTHER_LIMIT, f"What you wrote under “{question.text}”")
    return {question.id: kept, question.other_field: (text,)}


def _chosen(field: str, question: Question, options: Sequence[Option], values: Sequence[str]) -> tuple[str, ...]:
    """In the order of the options."""
    wanted = set(values)
    kept = tuple(option.id for option in options if option.id in wanted)
    if len(kept) != len(wanted):
        raise Invalid({field: f"Choose from the answers listed under “{question.text}”"})
    return kept


def _count(question: Question, number: int, verb: str) -> None:
    if not number or question.kind not in {Kind.SEVERAL_CHOICES, Kind.RANKING}:
        return
    if question.least and number < question.least:
        raise Invalid({question.id: f"{verb} at least {question.least} under “{question.text}”"})
    if question.most and number > question.most:
        raise Invalid({question.id: f"{verb} no more than {question.most} under “{question.text}”"})


def _read_matrix(question: Question, mine: Answers) -> Answers:
    answers: dict[str, tuple[str, ...]] = {}
    faults: dict[str, str] = {}
    for row in question.rows:
        field = f"{question.id}.{row.id}"
        try:
            kept = _chosen(field, question, question.options, mine.get(field, ()))
        except Invalid as invalid:
            faults |= invalid.errors
            continue
        if len(kept) > 1:
            faults[field] = f"Choose only one answer to “{row.text}”"
        elif kept:
            answers[field] = kept
        elif question.required:
            faults[field] = f"Choose an answer to “{row.text}”"
    if faults:
        raise Invalid(faults)
    return answers


def _read_ranking(question: Question, mine: Answers) -> Answers:
    ranked = mine.get(question.id) or _by_rank(question, mine)
    if len(set(ranked)) != len(ranked) or set(ranked) - {option.id for option in question.options}:
        raise Invalid({question.id: f"Put each of the answers listed under “{question.text}” in one place only"})
    _count(question, len(ranked), "Put in order")
    return {question.id: ranked} if ranked else {}


def _by_rank(question: Question, mine: Answers) -> tuple[str, ...]:
    """A number for each option: 1 for the first, with no gap and none twice."""
    ranks: dict[int, str] = {}
    last = len(question.options)
    for option in question.options:
        field = f"{question.id}.{option.id}"
        if field not in mine:
            continue
        typed = mine[field][0]
        if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(last)) and 1 <= int(typed) <= last):
            raise Invalid({field: f"Enter a whole number from 1 to {last} for “{option.text}”, or leave it empty"})
        if int(typed) in ranks:
            raise Invalid({field: f"You gave number {int(typed)} twice. Give each answer a number of its own"})
        ranks[int(typed)] = option.id
    for place, rank in enumerate(sorted(ranks), 1):
        if place != rank:
            field = f"{question.id}.{ranks[rank]}"
            raise Invalid({field: f"No answer under “{question.text}” has number {place}. Leave out no number"})
    return tuple(ranks[rank] for rank in sorted(ranks))


def _read_number(question: Question, mine: Answers) -> Answers:
    if not mine:
        return {}
    typed = mine[question.id][0].removeprefix("£")
    if not NUMBER.fullmatch(typed):
        raise Invalid({question.id: f"Enter a number for “{question.text}”, such as 12 or 12.5"})
    number = Decimal(typed.replace(",", "").replace(" ", ""))
    if question.least is not None and number < question.least:
        raise Invalid({question.id: f"Enter {question.least:,} or more for “{question.text}”"})
    if question.most is not None and number > question.most:
        raise Invalid({question.id: f"Enter {question.most:,} or less for “{question.text}”"})
    return {question.id: (f"{number.normalize():f}" if number else "0",)}  # and not -0


def _read_date(question: Question, mine: Answers) -> Answers:
    if question.id in mine:
        typed = mine[question.id][0].split("-")
        parts = dict(zip(DATE_PARTS, reversed(typed), strict=False))
    else:
        parts = {part: mine[f"{question.id}.{part}"][0] for part in DATE_PARTS if f"{question.id}.{part}" in mine}
        if not parts:
            return {}
    lacking = [part for part in DATE_PARTS if part not in parts]
    if lacking:
        raise Invalid({f"{question.id}.{lacking[0]}": f"Enter the {lacking[0]} too for “{question.text}”"})
    return {question.id: (_day(question, parts).isoformat(),)}


def _day(question: Question, parts: Mapping[str, str]) -> date:
    """Raises Invalid by the part that is wrong."""
    year, month, day = parts["year"], _month(parts["month"]), parts["day"]
    if not re.fullmatch("[0-9]{4}", year) or not MINYEAR <= int(year) <= MAXYEAR:
        field = f"{question.id}.year"
        raise Invalid({field: f"Enter the year with 4 numbers for “{question.text}”, such as 1985"})
    if not month:
        raise Invalid({f"{question.id}.month": f"Enter a month from 1 to 12 for “{question.text}”"})
    try:
        return date(int(year), month, int(day) if re.fullmatch("[0-9]{1,2}", day) else 0)
    except ValueError:
        sentence = f"Enter a real date for “{question.text}”: this month has no such day"
        raise Invalid({f"{question.id}.day": sentence}) from None


def _month(typed: str) -> int:
    """By its number or its name; 0 for neither."""
    if re.fullmatch("[0-9]{1,2}", typed):
        return int(typed) if int(typed) <= len(MONTHS) else 0
    name = typed.lower().rstrip(".")
    fits = (number for number, month in enumerate(MONTHS, 1) if month.startswith(name))
    return next(fits, 0) if len(name) >= SHORTEST_NAME else 0


def _read_email(question: Question, mine: Answers) -> Answers:
    if not mine:
        return {}
    typed = mine[question.id][0]
    if len(typed) > EMAIL_LIMIT or not EMAIL.fullmatch(typed):
        raise Invalid({question.id: "Enter an e-mail address in the correct format, such as name@example.com"})
    return {question.id: (typed,)}


def _read_postcode(question: Question, typed: str, ward_of: WardOf) -> Answers:
    """Only as much of it as is needed. What was kept of it already is taken as it is."""
    code = "".join(typed.upper().split())
    if question.keep is not Keep.WHOLE:
        wards = {name.casefold(): option.id for option in question.options for name in (option.id, option.text)}
        if kept := wards.get(typed.casefold()) or (code if OUTWARD.fullmatch(code) else ""):
            return {question.id: (kept,)}
    found = POSTCODE.fullmatch(code)
    if found is None:
        raise Invalid({question.id: "Enter a full UK postcode, such as LU1 2BQ"})
    if question.keep is Keep.WHOLE:
        return {question.id: (f"{found[1]} {found[2]}",)}
    ward = ward_of(f"{found[1]} {found[2]}") if question.keep is Keep.WARD else None
    return {question.id: (ward if ward is not None and ward in option_ids(question.options) else found[1],)}


def _read_file(question: Question, mine: Answers) -> Answers:
    uploads = tuple(dict.fromkeys(mine.get(question.id, ())))
    if any(not UPLOAD.fullmatch(upload) for upload in uploads):
        raise Invalid({question.id: f"Choose the file for “{question.text}” again"})
    if len(uploads) > FILES_LIMIT:
        raise Invalid({question.id: f"Choose at most {FILES_LIMIT} files for “{question.text}”"})
    return {question.id: uploads} if uploads else {}


READERS: Mapping[Kind, Callable[[Question, Answers], Answers]] = {
    Kind.ONE_CHOICE: _read_choice,
    Kind.SEVERAL_CHOICES: _read_choice,
    Kind.AGREE: _read_choice,
    Kind.WARD: _read_choice,
    Kind.RESPONDENT: _read_choice,
    Kind.MATRIX: _read_matrix,
    Kind.RANKING: _read_ranking,
    Kind.NUMBER: _read_number,
    Kind.DATE: _read_date,
    Kind.SHORT_TEXT: _read_text,
    Kind.LONG_TEXT: _read_text,
    Kind.EMAIL: _read_email,
    Kind.POSTCODE: _read_nothing,
    Kind.FILE: _read_file,
    Kind.INFORMATION: _read_nothing,
}
