"""Equality monitoring: optional questions after the answers, kept apart from them and shown only as counts."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from services.consultation.domain.statistics.disclosure import rounded
from shared.errors import Invalid, NotFound

FOLDER = Path(__file__).parent.parent / "equality"
PREFER_NOT = "prefer-not-to-say"
REASON_LIMIT = 1_000

FEWEST = 5
"""A count below this is not shown, and counts are rounded to a multiple of it."""


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class EqualityQuestion:
    """`source` is where its wording comes from, as people can look it up."""

    id: str
    name: str
    text: str
    options: tuple[Choice, ...]
    source: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A set never changes once it was used: other words are another set, in a file of its own."""

    id: str
    title: str
    source: str
    questions: tuple[EqualityQuestion, ...]

    def question(self, id: str) -> EqualityQuestion:
        """Raises NotFound."""
        for each in self.questions:
            if each.id == id:
                return each
        raise NotFound("There is no such question on equality")


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What a consultation asks: questions of one set, and the officer's reason, which everyone reads."""

    set: str = ""
    questions: tuple[str, ...] = ()
    reason: str = ""

    @property
    def asked(self) -> tuple[EqualityQuestion, ...]:
        return tuple(question_set(self.set).question(id) for id in self.questions)


NOTHING_ASKED = Monitoring()


@cache
def question_sets() -> tuple[QuestionSet, ...]:
    """The newest last."""
    files = sorted(FOLDER.glob("*.json"))
    return tuple(TypeAdapter(QuestionSet).validate_json(file.read_bytes()) for file in files)


def question_set(id: str) -> QuestionSet:
    """Raises NotFound."""
    for each in question_sets():
        if each.id == id:
            return each
    raise NotFound("There is no such set of questions on equality")


def monitoring_of(set: str, questions: Sequence[str], reason: str) -> Monitoring:
    """In the order of the set. Raises Invalid, NotFound."""
    offered = question_set(set)
    chosen = tuple(question.id for question in offered.questions if question.id in questions)
    faults = {}
    if len(chosen) < len(dict.fromkeys(questions)):
        faults["questions"] = "Choose from the questions that are listed"
    if not chosen:
        return NOTHING_ASKED if not faults else _refused(faults)
    if not reason:
        faults["reason"] = "Say why you ask, and what you will do with it. People read this before the questions"
    elif len(reason) > REASON_LIMIT:
        over = len(reason) - REASON_LIMIT
        faults["reason"] = f"The reason must be {REASON_LIMIT:,} characters or fewer. It is {over:,} over"
    return _refused(faults) if faults else Monitoring(set, chosen, reason)


def _refused(faults: Mapping[str, str]) -> Monitoring:
    raise Invalid(faults)


def read_equality(monitoring: Monitoring, given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Option by question, for those that were answered. Raises Invalid."""
    read, faults = {}, {}
    for question in monitoring.asked:
        chosen = [value for value in given.get(question.id, ()) if value]
        if len(chosen) > 1 or any(value not in {option.id for option in question.options} for value in chosen):
            faults[question.id] = "Choose one of the answers listed, or leave this out"
        elif chosen:
            read[question.id] = chosen[0]
    if faults:
        raise Invalid(faults)
    return read


@dataclass(frozen=True, slots=True)
class Row:
    """`count` is rounded, and None where it is not shown."""

    text: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Table:
    question: EqualityQuestion
    rows: tuple[Row, ...]
    total: int | None
    """Rounded; none where a row is hidden."""


def table(question: EqualityQuestion, answers: Iterable[Mapping[str, str]]) -> Table:
    """How many chose each answer, with small counts hidden."""
    counted = Counter(each.get(question.id) for each in answers)
    counts = [counted[option.id] for option in question.options]
    shown = suppressed(counts)
    rows = tuple(Row(option.text, count) for option, count in zip(question.options, shown, strict=True))
    return Table(question, rows, None if None in shown else rounded(sum(counts)))


def suppressed(counts: Sequence[int]) -> list[int | None]:
    """Counts as they may be shown, rounded, of one question alone: no total of it is known.

    (Tables of two questions, beside exact totals, are what statistics/disclosure.py is for.)
    Those under five are hidden. If they come to less than five together, as one alone always does, the smallest of the
    others are hidden too: who knows from elsewhere how many people there were can then subtract what is shown and
    still learn of nobody. All that is hidden looks the same. No total may stand beside what is hidden: whoever knows
    that the smallest was chosen could work back from it.
    """
    hidden = {place for place, count in enumerate(counts) if count < FEWEST}
    others = sorted((place for place in range(len(counts)) if place not in hidden), key=lambda place: counts[place])
    while hidden and others and sum(counts[place] for place in hidden) < FEWEST:
        hidden.add(others.pop(0))
    return [None if place in hidden else rounded(count) for place, count in enumerate(counts)]


def as_bytes(answers: Mapping[str, str], size: int = 1_024) -> bytes:
    """Always a multiple of `size` long: the length of what is locked says nothing of what it holds."""
    written = json.dumps(answers).encode()
    return written + b" " * (-len(written) % size)


def from_bytes(written: bytes) -> dict[str, str]:
    read: dict[str, str] = json.loads(written)
    return read
