"""A whole questionnaire as one file, to keep, to hand on and to bring in. The format: docs/questionnaire-file.md."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from services.consultation.domain.question import AGREE_SCALE, Keep, Kind, Option, Question
from services.consultation.domain.questionnaire import Exit, Page, Questionnaire, Route

FORMAT = "engage-questionnaire"
FORMAT_VERSION = 1
FILE_LIMIT = 1_000_000
"""Bytes: several times the longest questionnaire that there can be in plain words."""

ID = re.compile(r"(?!(?:new|end)$)[a-z0-9][a-z0-9_-]{0,59}")
"""Of questions and pages; two words have a meaning in addresses and routes."""

OPTION_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")


def _text(value: str) -> str:
    if CONTROL.search(value):
        raise ValueError("holds an invisible character that cannot be kept")
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _line(value: str) -> str:
    if "\n" in (kept := _text(value)):
        raise ValueError("must be one line")
    return kept


def _id(value: str) -> str:
    if not ID.fullmatch(value):
        raise ValueError("must be up to 60 small letters, digits, hyphens or underscores, and not “new” or “end”")
    return value


def _option_id(value: str) -> str:
    if not OPTION_ID.fullmatch(value):
        raise ValueError("must be up to 60 small letters, digits, hyphens or underscores")
    return value


Text = Annotated[str, AfterValidator(_text)]
Line = Annotated[str, AfterValidator(_line)]
Id = Annotated[str, AfterValidator(_id)]
OptionId = Annotated[str, AfterValidator(_option_id)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AnOption(_Part):
    id: OptionId
    text: Line


class AQuestion(_Part):
    """Its fields mean what they mean in question.py, and an officer's own settings are all there."""

    id: Id
    kind: Kind
    text: Line
    hint: Text = ""
    required: bool = False
    options: tuple[AnOption, ...] = ()
    rows: tuple[AnOption, ...] = ()
    least: int | None = None
    most: int | None = None
    other: bool = False
    shuffled: bool = False
    keep: Keep = Keep.OUTWARD
    keep_why: Text = ""
    file_types: tuple[Line, ...] = ()
    facts_title: Line = ""
    facts: Text = ""


class ARoute(_Part):
    question: Id
    options: tuple[OptionId, ...]
    to: Line


class APage(_Part):
    id: Id
    title: Line = ""
    section: Line = ""
    intro: Text = ""
    questions: tuple[AQuestion, ...] = ()
    routes: tuple[ARoute, ...] = ()


class AnExit(_Part):
    id: Id
    title: Line
    text: Text


class AFile(_Part):
    """`title` and `about` say what the questionnaire is for; they are in no question."""

    format: Literal["engage-questionnaire"]
    version: Literal[1]
    title: Line = ""
    about: Text = ""
    pages: tuple[APage, ...]
    exits: tuple[AnExit, ...] = ()


@dataclass(frozen=True, slots=True)
class Portable:
    title: str
    about: str
    questionnaire: Questionnaire


def is_filled_in(question: Question | AQuestion) -> bool:
    """Whether its options are not in the file: everywhere the same, or the wards of the town."""
    by_ward = question.kind is Kind.POSTCODE and question.keep is Keep.WARD
    return by_ward or question.kind in {Kind.AGREE, Kind.WARD}


def write_file(questionnaire: Questionnaire, title: str = "") -> bytes:
    """What read_file reads as an equal questionnaire, in a town with the same wards."""
    body = AFile(
        format="engage-questionnaire",
        version=1,
        title=title,
        pages=tuple(_page_out(page) for page in questionnaire.pages),
        exits=tuple(AnExit(id=each.id, title=each.title, text=each.text) for each in questionnaire.exits),
    )
    kept = {"format", "version"} | body.model_dump(exclude_defaults=True).keys()
    dumped = body.model_dump(mode="json", exclude_defaults=True, include=kept)
    return (json.dumps(dumped, ensure_ascii=False, indent=2) + "\n").encode()


def _page_out(page: Page) -> APage:
    return APage(
        id=page.id,
        title=page.title,
        section=page.section,
        intro=page.intro,
        questions=tuple(_question_out(question) for question in page.questions),
        routes=tuple(ARoute(question=each.question, options=each.options, to=each.to) for each in page.routes),
    )


def _question_out(question: Question) -> AQuestion:
    same: dict[str, Any] = {name: getattr(question, name) for name in AQuestion.model_fields}
    same["rows"] = tuple(AnOption(id=row.id, text=row.text) for row in question.rows)
    listed = () if is_filled_in(question) else question.options
    same["options"] = tuple(AnOption(id=option.id, text=option.text) for option in listed)
    return AQuestion(**same)


def from_file(file: AFile, wards: Sequence[Option]) -> Questionnaire:
    """As it is in the file: what is wrong with it is for portable_check.py to say."""
    pages = tuple(
        Page(
            page.id,
            page.title,
            page.intro,
            page.section,
            tuple(_question_in(question, wards) for question in page.questions),
            tuple(Route(route.question, route.options, route.to) for route in page.routes),
        )
        for page in file.pages
    )
    return Questionnaire(pages, tuple(Exit(each.id, each.title, each.text) for each in file.exits))


def _question_in(question: AQuestion, wards: Sequence[Option]) -> Question:
    same = {field.name: getattr(question, field.name) for field in fields(Question) if hasattr(question, field.name)}
    same["rows"] = tuple(Option(row.id, row.text) for row in question.rows)
    same["options"] = tuple(Option(option.id, option.text) for option in question.options)
    if is_filled_in(question):
        same["options"] = AGREE_SCALE if question.kind is Kind.AGREE else tuple(wards)
    return Question(**same)
