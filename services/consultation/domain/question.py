"""Questions: what kinds there are, and which answers each takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import Invalid, Refusal

QUESTION_LIMIT = 300
HINT_LIMIT = 400
OPTION_LIMIT = 200
OPTIONS_LIMIT = 60
QUESTIONS_LIMIT = 100
"""Characters, or how many; counted as Python counts them, which is how a person would."""


class Kind(StrEnum):
    ONE_CHOICE = "one_choice"
    SEVERAL_CHOICES = "several_choices"
    AGREE = "agree"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    WARD = "ward"


TEXT_LIMITS = {Kind.SHORT_TEXT: 200, Kind.LONG_TEXT: 10_000}


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str


AGREE_SCALE = (
    Option("strongly_agree", "Strongly agree"),
    Option("agree", "Agree"),
    Option("neither", "Neither agree nor disagree"),
    Option("disagree", "Disagree"),
    Option("strongly_disagree", "Strongly disagree"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `page` is the page of the form that it stands on, from 1 up; gaps between pages do not matter."""

    id: str
    kind: Kind
    text: str
    hint: str = ""
    required: bool = False
    page: int = 1
    options: tuple[Option, ...] = ()

    @property
    def is_text(self) -> bool:
        return self.kind in TEXT_LIMITS

    def read(self, given: Sequence[str]) -> tuple[str, ...]:
        """The answer as it may be stored, () for none. Raises Refusal with a sentence for the person."""
        answer = tuple(value.strip() for value in given if value.strip())
        if not answer:
            if self.required:
                raise Refusal(self._missing())
            return ()
        return (self._read_text(answer),) if self.is_text else self._read_choice(answer)

    def _missing(self) -> str:
        if self.is_text:
            return f"Write an answer to “{self.text}”"
        if self.kind is Kind.SEVERAL_CHOICES:
            return f"Choose at least one answer to “{self.text}”"
        return f"Choose an answer to “{self.text}”"

    def _read_text(self, answer: tuple[str, ...]) -> str:
        limit = TEXT_LIMITS[self.kind]
        if len(answer[0]) > limit:
            over = len(answer[0]) - limit
            raise Refusal(f"Your answer to “{self.text}” must be {limit:,} characters or fewer. It is {over:,} over")
        return answer[0]

    def _read_choice(self, answer: tuple[str, ...]) -> tuple[str, ...]:
        chosen = set(answer)
        kept = tuple(option.id for option in self.options if option.id in chosen)
        if len(kept) != len(chosen):
            raise Refusal(f"Choose from the answers listed under “{self.text}”")
        if len(kept) > 1 and self.kind is not Kind.SEVERAL_CHOICES:
            raise Refusal(f"Choose only one answer to “{self.text}”")
        return kept


def check(question: Question) -> None:
    faults: dict[str, str] = {}
    if not question.text:
        faults["text"] = "Enter the question"
    elif len(question.text) > QUESTION_LIMIT:
        faults["text"] = f"The question must be {QUESTION_LIMIT} characters or fewer"
    if len(question.hint) > HINT_LIMIT:
        faults["hint"] = f"The hint must be {HINT_LIMIT} characters or fewer"
    if question.page not in range(1, QUESTIONS_LIMIT + 1):
        faults["page"] = f"The page must be a number from 1 to {QUESTIONS_LIMIT}"
    if not question.is_text and (fault := _fault_in_options(question.options)):
        faults["options"] = fault
    if faults:
        raise Invalid(faults)


def _fault_in_options(options: Sequence[Option]) -> str | None:
    texts = [option.text.casefold() for option in options]
    if len(options) < 2:  # noqa: PLR2004
        return "Enter at least two answers to choose from, one on each line"
    if len(options) > OPTIONS_LIMIT:
        return f"Enter at most {OPTIONS_LIMIT} answers to choose from"
    if len(set(texts)) != len(texts):
        return "Two of the answers are the same. Each must differ"
    if any(len(option.text) > OPTION_LIMIT for option in options):
        return f"Each answer must be {OPTION_LIMIT} characters or fewer"
    return None
