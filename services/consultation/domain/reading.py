"""Who has read which response, and what of it people wrote in their own words."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.ever import asked_ever
from services.consultation.domain.question import Kind, Question
from services.consultation.domain.response import Response

MARK = 16
"""Hexadecimal digits that tell one text, or one set of answers, from another."""


@dataclass(frozen=True, slots=True)
class ReadMark:
    """That an officer has opened a response as its answers were then. It is inserted once, and never changed."""

    id: str
    consultation: str
    response: str
    edition: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ToRead:
    """What reading needs to know of a response, under the response's id; none of what people wrote.

    `unread_in` is the consultation while nobody has read the answers as they are now, and nothing otherwise.
    """

    id: str
    consultation: str
    edition: str
    counts: bool
    unread_in: str | None
    touched: datetime
    """When this was last made anew, by the clock of who made it."""


@dataclass(frozen=True, slots=True)
class TextField:
    """A field in which people write in their own words: `question` is what they were asked."""

    id: str
    question: str


def edition_of(response: Response) -> str:
    """The same for the same answers: what was read once need not be read again."""
    return digest(repr(sorted(response.answers.items())))


def mark_of_text(text: str) -> str:
    """By which it is known that what was coded, or checked, is still what stands there."""
    return digest(text)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:MARK]


def read(response: Response, officer: str, now: datetime) -> ReadMark:
    edition = edition_of(response)
    return ReadMark(f"{response.id}:{edition}:{officer}", response.consultation, response.id, edition, officer, now)


def to_read(response: Response, editions_read: Sequence[str], now: datetime) -> ToRead:
    """`editions_read`: those that somebody has read."""
    edition = edition_of(response)
    unread = response.counts and edition not in editions_read
    return ToRead(
        response.id, response.consultation, edition, response.counts, response.consultation if unread else None, now
    )


def text_fields(consultation: Consultation) -> tuple[TextField, ...]:
    """Of all versions of the questionnaire, in the order of the form."""
    return tuple(field for question in asked_ever(consultation) for field in _fields(question))


def _fields(question: Question) -> tuple[TextField, ...]:
    if question.is_text:
        return (TextField(question.id, question.text),)
    if question.other:
        return (TextField(question.other_field, f"{question.text} ({question.other_text})"),)
    return ()


def texts_in(answers: Mapping[str, Sequence[str]], fields: Sequence[TextField]) -> dict[str, str]:
    """What was written, by field; nothing for who wrote nothing."""
    return {field.id: answers[field.id][0] for field in fields if answers.get(field.id) and answers[field.id][0]}


GROUPED = (Kind.RESPONDENT, Kind.WARD, Kind.ONE_CHOICE, Kind.AGREE)
"""Kinds of question by whose answers respondents are grouped: one answer each."""


def group_questions(consultation: Consultation) -> tuple[Question, ...]:
    """As whom people answer and where they live first."""
    asked = [question for question in asked_ever(consultation) if question.kind in GROUPED]
    return tuple(sorted(asked, key=lambda question: GROUPED.index(question.kind)))
