"""Reading a questionnaire from a file: as strict as the staff pages are with what is typed, and in words."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from services.consultation.domain.portable import FILE_LIMIT, AFile, AQuestion, Portable, from_file, is_filled_in
from services.consultation.domain.question import RESPONDENTS, Kind, Option, Question
from services.consultation.domain.question_check import check
from services.consultation.domain.questionnaire import (
    EXITS_LIMIT,
    PAGES_LIMIT,
    QUESTIONS_LIMIT,
    ROUTES_LIMIT,
    Page,
    Questionnaire,
    check_exit,
    check_route,
    check_words,
)
from services.consultation.domain.routing import route_faults
from shared.errors import Invalid, Refusal

NAMED = {"pages": "page", "exits": "exit page", "questions": "question", "routes": "route", "options": "answer"}
SENTENCES_LIMIT = 20
SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here. Take it out",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be a group in curly brackets",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
}


class Unfit(Refusal):
    """A file that cannot be used; `sentences` name what is wrong and where."""

    def __init__(self, sentences: Sequence[str]) -> None:
        many = f"This file cannot be used. {len(sentences)} things are wrong in it"
        super().__init__(sentences[0] if len(sentences) == 1 else many, "file")
        self.sentences = tuple(sentences[:SENTENCES_LIMIT])
        self.more = len(sentences) - len(self.sentences)


def read_file(data: bytes, wards: Sequence[Option]) -> Portable:
    """Raises Unfit."""
    file = _shaped(_text_of(data))
    questionnaire = from_file(file, wards)
    faults = [*_too_many(questionnaire), *_same_ids(file), *_misfits(file, questionnaire)]
    if faults or (faults := list(route_faults(questionnaire))):
        raise Unfit(faults)
    return Portable(file.title, file.about, questionnaire)


def _text_of(data: bytes) -> str:
    if len(data) > FILE_LIMIT:
        raise Unfit([f"The file is larger than {FILE_LIMIT // 1000:,} kB. A questionnaire is much smaller"])
    if not data.strip():
        raise Unfit(["The file is empty"])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unfit(["The file is not in the encoding UTF-8. Save it again as UTF-8"]) from None


def _shaped(text: str) -> AFile:
    try:
        json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise Unfit([f"The file is not JSON: it cannot be read from line {error.lineno}, sign {error.colno}"]) from None
    except (ValueError, RecursionError):
        raise Unfit(["The file is not JSON that can be read: a number is too long, or too much is nested"]) from None
    try:
        return AFile.model_validate_json(text)
    except ValidationError as error:
        raise Unfit([_in_words(each) for each in error.errors(include_url=False)]) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Which of two would count is not for us to guess."""
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise Unfit([f"“{twice[0][:40]}” is in the same group twice"])
    return dict(pairs)


def _in_words(error: Any) -> str:
    where, name = _place(error["loc"])
    if error["type"] == "json_invalid":
        return "The file has a sign in it that no text can have"
    if error["type"] == "value_error":
        return f"{where}{name} {error['ctx']['error']}"
    sentence = SENTENCES.get(error["type"], "does not fit here")
    return f"{where}{name} {sentence.format(**error.get('ctx', {}))}"


def _place(loc: Sequence[int | str]) -> tuple[str, str]:
    """("pages", 1, "questions", 0, "text") is page 2, question 1: “text”."""
    words, last = [], "The file"
    for place, each in enumerate(loc):
        if isinstance(each, int):
            words.append(f"{NAMED.get(str(loc[place - 1]), str(loc[place - 1]))} {each + 1}")
            last = ""
        else:
            last = f"“{each[:40]}”"
    if not last:
        last = words.pop()
    where = ", ".join(words)
    return (where[:1].upper() + where[1:] + ": " if where else ""), last


def _too_many(asked: Questionnaire) -> Iterator[str]:
    if not asked.pages:
        yield "There is no page in the file"
    for name, there, most in (
        ("pages", asked.pages, PAGES_LIMIT),
        ("questions", asked.questions, QUESTIONS_LIMIT),
        ("exit pages", asked.exits, EXITS_LIMIT),
        *((f"routes on {asked.name_of(page)}", page.routes, ROUTES_LIMIT) for page in asked.pages),
    ):
        if len(there) > most:
            yield f"There can be at most {most} {name}. The file has {len(there):,}"
    if sum(question.kind is Kind.RESPONDENT for question in asked.questions) > 1:
        yield "Only one question can ask as whom people answer"


def _same_ids(file: AFile) -> Iterator[str]:
    pages = [page.id for page in file.pages] + [each.id for each in file.exits]
    questions = [question.id for page in file.pages for question in page.questions]
    for what, ids in (("pages", pages), ("questions", questions)):
        yield from (f"Two {what} have the id “{id}”" for id, count in Counter(ids).items() if count > 1)


def _misfits(file: AFile, asked: Questionnaire) -> Iterator[str]:
    for number, (given, page) in enumerate(zip(file.pages, asked.pages, strict=True), 1):
        where = f"Page {number}"
        yield from _said(where, check_words, page)
        for place, (written, question) in enumerate(zip(given.questions, page.questions, strict=True), 1):
            yield from _misfits_of_question(f"{where}, question {place}", written, question)
        yield from _misfits_of_routes(where, asked, page)
    for number, each in enumerate(asked.exits, 1):
        yield from _said(f"Exit page {number}", check_exit, each)


def _misfits_of_question(where: str, written: AQuestion, question: Question) -> Iterator[str]:
    if is_filled_in(written) and written.options:
        yield f"{where}, “options”: leave them out. They are filled in for this kind of question"
    if question.kind is Kind.RESPONDENT and set(question.options) - set(RESPONDENTS):
        known = ", ".join(f"{option.id} ({option.text})" for option in RESPONDENTS)
        yield f"{where}, “options”: only these can be offered: {known}"
    yield from _said(where, check, question)


def _misfits_of_routes(where: str, asked: Questionnaire, page: Page) -> Iterator[str]:
    for place, route in enumerate(page.routes, 1):
        yield from _said(f"{where}, route {place}", lambda each: check_route(asked, each), route)


def _said(where: str, checks: Callable[[Any], None], what: object) -> Iterable[str]:
    try:
        checks(what)
    except Invalid as invalid:
        return [f"{where}, “{field}”: {sentence}" for field, sentence in invalid.errors.items()]
    return ()
