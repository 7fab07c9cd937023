"""What a question lacks or has too much of, as sentences for the officer who writes it."""

from collections.abc import Sequence

from services.consultation.domain.question import (
    CHOSEN,
    LISTED,
    OTHER,
    RESPONDENTS,
    SHUFFLED,
    WITH_OTHER,
    Keep,
    Kind,
    Option,
    Question,
    option_ids,
)
from shared.errors import Invalid

QUESTION_LIMIT = 300
HINT_LIMIT = 400
OPTION_LIMIT = 200
OPTIONS_LIMIT = 60
ROWS_LIMIT = 30
FACTS_LIMIT = 10_000
FACTS_TITLE_LIMIT = 120
LARGEST_FILE_MB = 20
LARGEST_BOUND = 10**12
BOUNDED = frozenset({Kind.NUMBER, Kind.SEVERAL_CHOICES, Kind.RANKING})
FILE_TYPES = ("pdf", "png", "jpeg", "docx", "xlsx", "odt", "ods", "txt")


def check(question: Question) -> None:
    """Raises Invalid."""
    faults: dict[str, str] = {}
    if not question.text:
        faults["text"] = "Enter a heading" if question.kind is Kind.INFORMATION else "Enter the question"
    limits = (("text", QUESTION_LIMIT), ("hint", HINT_LIMIT), ("keep_why", HINT_LIMIT), ("facts", FACTS_LIMIT))
    for field, limit in limits:
        if len(getattr(question, field)) > limit:
            faults[field] = f"This must be {limit:,} characters or fewer"
    faults |= _faults_of_kind(question)
    if faults:
        raise Invalid(faults)


def _faults_of_kind(question: Question) -> dict[str, str]:
    found = {
        "options": _fault_in_options(question),
        "rows": _fault_in_rows(question),
        **_faults_in_bounds(question),
        "other": "“Other” is not there for this kind of question" if _has(question.other, question, WITH_OTHER) else "",
        "shuffled": "This kind has an order of its own" if _has(question.shuffled, question, SHUFFLED) else "",
        "keep_why": _fault_in_keeping(question),
        "facts_title": _fault_in_facts(question),
        **_faults_in_file(question),
        "required": "Nobody can be made to answer it" if question.required and not question.is_asked else "",
    }
    return {field: sentence for field, sentence in found.items() if sentence}


def _has(flag: bool, question: Question, kinds: frozenset[Kind]) -> bool:  # noqa: FBT001
    return flag and question.kind not in kinds


def _fault_in_options(question: Question) -> str:
    ids = option_ids(question.options)
    if question.kind is Kind.RESPONDENT:
        fits = len(ids) > 1 and ids <= option_ids(RESPONDENTS)
        return "" if fits else "Choose at least two of these"
    if question.options and question.kind not in CHOSEN | {Kind.POSTCODE}:
        return "This kind of question has no answers to choose from"
    if question.other and OTHER.id in ids:
        return "“Other” is added by itself. Take it out of the list"
    if question.kind in LISTED or question.options:
        return _fault_in_list(question.options, 1 if question.other else 2, OPTIONS_LIMIT, "answers to choose from")
    return ""


def _fault_in_rows(question: Question) -> str:
    if question.kind is not Kind.MATRIX:
        return "Only a matrix has rows" if question.rows else ""
    return _fault_in_list(question.rows, 1, ROWS_LIMIT, "rows")


def _fault_in_list(options: Sequence[Option], least: int, most: int, what: str) -> str:
    texts = [option.text.casefold() for option in options]
    if not all(texts):
        return f"Each of the {what} needs words"
    if len(options) < least:
        return f"Enter at least {('one', 'two')[least - 1]} of the {what}, one on each line"
    if len(options) > most:
        return f"Enter at most {most} {what}"
    if len(set(texts)) != len(texts) or len(option_ids(options)) != len(texts):
        return f"Two of the {what} are the same. Each must differ"
    if any(len(option.text) > OPTION_LIMIT for option in options):
        return f"Each of the {what} must be {OPTION_LIMIT} characters or fewer"
    return ""


def _faults_in_bounds(question: Question) -> dict[str, str]:
    bounds = {"least": question.least, "most": question.most}
    given = {field: bound for field, bound in bounds.items() if bound is not None}
    if question.kind not in BOUNDED:
        mine = {"most"} if question.kind is Kind.FILE else set()
        return dict.fromkeys(given.keys() - mine, "This kind of question has no least or most")
    low, high = (-LARGEST_BOUND, LARGEST_BOUND) if question.kind is Kind.NUMBER else (1, len(question.all_options))
    there = "" if question.kind is Kind.NUMBER else ", which is how many answers there are"
    outside = [field for field, bound in given.items() if not low <= bound <= high]
    if outside:
        return dict.fromkeys(outside, f"Enter a number from {low:,} to {high:,}{there}")
    if question.least is not None and question.most is not None and question.least > question.most:
        return {"least": "The least must not be above the most"}
    return {}


def _fault_in_keeping(question: Question) -> str:
    if question.kind is not Kind.POSTCODE and (question.keep_why or question.keep is not Keep.OUTWARD):
        return "Only a postcode has this"
    if question.keep is Keep.WHOLE and not question.keep_why:
        return "Say why you need the whole postcode. People see the reason"
    return ""


def _fault_in_facts(question: Question) -> str:
    if question.facts and not question.facts_title:
        return "Enter the words under which the background opens"
    if question.facts_title and not question.facts:
        return "Write the background that opens under these words, or take them out"
    if len(question.facts_title) > FACTS_TITLE_LIMIT:
        return f"This must be {FACTS_TITLE_LIMIT} characters or fewer"
    return ""


def _faults_in_file(question: Question) -> dict[str, str]:
    if question.kind is not Kind.FILE:
        return {"file_types": "Only a file has this"} if question.file_types else {}
    faults = {}
    if not question.file_types or set(question.file_types) - set(FILE_TYPES):
        faults["file_types"] = "Choose at least one kind of file"
    if question.most is None or not 1 <= question.most <= LARGEST_FILE_MB:
        faults["most"] = f"Enter the largest size of a file in megabytes, from 1 to {LARGEST_FILE_MB}"
    return faults
