"""Questions: what kinds there are, and what an officer sets for each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    ONE_CHOICE = "one_choice"
    SEVERAL_CHOICES = "several_choices"
    AGREE = "agree"
    MATRIX = "matrix"
    RANKING = "ranking"
    NUMBER = "number"
    DATE = "date"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    POSTCODE = "postcode"
    WARD = "ward"
    RESPONDENT = "respondent"
    FILE = "file"
    INFORMATION = "information"


TEXT_LIMITS = {Kind.SHORT_TEXT: 200, Kind.LONG_TEXT: 10_000}
"""Characters; counted as Python counts them, which is how a person would."""

LISTED = frozenset({Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES, Kind.MATRIX, Kind.RANKING})
"""Kinds whose options an officer lists."""

CHOSEN = LISTED | {Kind.AGREE, Kind.WARD, Kind.RESPONDENT}
"""Kinds that are answered by options."""

ROUTING = frozenset({Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES, Kind.AGREE, Kind.WARD, Kind.RESPONDENT})
"""Kinds on whose answers a route can depend."""

WITH_OTHER = frozenset({Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES})
SHUFFLED = frozenset({Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES, Kind.RANKING})


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str


OTHER = Option("other", "Other")
"""Always the last one, with a text beside it."""

AGREE_SCALE = (
    Option("strongly_agree", "Strongly agree"),
    Option("agree", "Agree"),
    Option("neither", "Neither agree nor disagree"),
    Option("disagree", "Disagree"),
    Option("strongly_disagree", "Strongly disagree"),
)

RESPONDENTS = (
    Option("resident", "A resident"),
    Option("young_person", "A young person"),
    Option("organisation", "An organisation"),
    Option("staff", "A member of council staff"),
    Option("partner", "A partner of the council"),
)
"""As whom people answer; an officer offers some of them."""


class Keep(StrEnum):
    """What is kept of a postcode."""

    OUTWARD = "outward"
    WARD = "ward"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Question:
    """One question. An answer's fields are its id, or its id, a full stop and a part: see `fields`.

    `least` and `most` bound how many are chosen or ranked, a number's value, or a file's size in megabytes (`most`).
    """

    id: str
    kind: Kind
    text: str
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    rows: tuple[Option, ...] = ()
    """What a matrix asks about, a line for each."""

    least: int | None = None
    most: int | None = None
    other: bool = False
    shuffled: bool = False
    keep: Keep = Keep.OUTWARD
    keep_why: str = ""
    """Why more of a postcode is needed than its first half. Shown to who is asked for it."""

    file_types: tuple[str, ...] = ()
    facts_title: str = ""
    facts: str = ""
    """A fact bank: background in Markdown that opens under the question."""

    other_text: str = OTHER.text
    """Differs from it only in a translation."""

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_LIMITS

    @property
    def is_asked(self) -> bool:
        return self.kind is not Kind.INFORMATION

    @property
    def is_chosen(self) -> bool:
        """Whether its answer is options, which may travel in events."""
        return self.kind in CHOSEN

    @property
    def takes_several(self) -> bool:
        return self.kind in {Kind.SEVERAL_CHOICES, Kind.RANKING, Kind.FILE}

    @property
    def all_options(self) -> tuple[Option, ...]:
        return (*self.options, self.other_option) if self.other else self.options

    @property
    def other_option(self) -> Option:
        return Option(OTHER.id, self.other_text)

    @property
    def other_field(self) -> str:
        return f"{self.id}.{OTHER.id}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that an answer may come in."""
        match self.kind:
            case Kind.INFORMATION:
                return ()
            case Kind.MATRIX:
                return tuple(f"{self.id}.{row.id}" for row in self.rows)
            case Kind.RANKING:
                return (self.id, *(f"{self.id}.{option.id}" for option in self.options))
            case Kind.DATE:
                return (self.id, *(f"{self.id}.{part}" for part in DATE_PARTS))
        return (self.id, self.other_field) if self.other else (self.id,)

    def shown_options(self, seed: str) -> tuple[Option, ...]:
        """In an order of its own for each response, the same each time it is shown; "Other" last."""
        if not self.shuffled:
            return self.all_options
        order = list(self.options)
        Random(hashlib.sha256(f"{seed}:{self.id}".encode()).digest()).shuffle(order)  # noqa: S311 - no secret
        return (*order, self.other_option) if self.other else tuple(order)

    def pairs(self, seed: str = "") -> list[tuple[str, str]]:
        """The options as form fields take them."""
        return [(option.id, option.text) for option in self.shown_options(seed)]


DATE_PARTS = ("day", "month", "year")


def option_ids(options: Sequence[Option]) -> frozenset[str]:
    return frozenset(option.id for option in options)
