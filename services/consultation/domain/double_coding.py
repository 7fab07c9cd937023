"""Two officers code the same sample of answers without seeing each other's work, to see how far they agree."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.theme import Themes
from shared.errors import Conflict, Invalid

SMALLEST, LARGEST = 5, 300
CODERS = 2
NO_THEME = "none"


@dataclass(frozen=True, slots=True)
class Sampled:
    response: str
    mark: str
    """Of the text as it was drawn."""


@dataclass(frozen=True, slots=True)
class Sample:
    """`seed` is what was drawn by: the same seed draws the same answers from the same."""

    id: str
    consultation: str
    question: str
    seed: str
    by: str
    at: datetime
    answers: tuple[Sampled, ...]
    coders: tuple[str, ...] = ()
    finished: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Both have: from now on the codings of each are shown."""
        return len(self.finished) == CODERS

    def join(self, officer: str) -> "Sample":
        """Raises Conflict where two others code it already."""
        if officer in self.coders:
            return self
        if len(self.coders) == CODERS:
            raise Conflict("Two officers code this sample already. Draw another one")
        return replace(self, coders=(*self.coders, officer))

    def finish(self, officer: str, coded: int) -> "Sample":
        """`coded`: how many answers the officer has coded. Raises Conflict until that is all of them."""
        if officer not in self.coders:
            raise Conflict("You do not code this sample")
        if coded < len(self.answers):
            left = len(self.answers) - coded
            raise Conflict(f"{left} {'answer is' if left == 1 else 'answers are'} not coded yet")
        return self if officer in self.finished else replace(self, finished=(*self.finished, officer))

    def must_be_coded_by(self, officer: str, response: str) -> None:
        """Raises Conflict, Invalid."""
        if officer not in self.coders:
            raise Conflict("You do not code this sample")
        if officer in self.finished:
            raise Conflict("You have finished this sample. What you chose cannot be changed any more")
        if all(each.response != response for each in self.answers):
            raise Invalid({"themes": "This answer is not in the sample"})


@dataclass(frozen=True, slots=True)
class BlindCoding:
    """What one officer made of one answer of a sample; no themes where they found none."""

    id: str
    sample: str
    consultation: str
    response: str
    officer: str
    themes: tuple[str, ...]
    at: datetime


def blind_id(sample: str, officer: str, response: str) -> str:
    return f"{sample}:{officer}:{response}"


def draw(answers: Mapping[str, str], size: int, seed: str) -> tuple[Sampled, ...]:
    """From answers by response, with the marks of their texts. Raises Invalid."""
    if not SMALLEST <= size <= LARGEST:
        raise Invalid({"size": f"Enter a number from {SMALLEST} to {LARGEST}"})
    if len(answers) < size:
        raise Invalid({"size": f"There are only {len(answers):,} answers to this question. Enter a smaller number"})
    ordered = sorted(answers, key=lambda each: hashlib.sha256(f"{seed}:{each}".encode()).digest())
    return tuple(Sampled(id, answers[id]) for id in ordered[:size])


@dataclass(frozen=True, slots=True)
class Compared:
    """What two officers made of one answer, as the themes are now."""

    response: str
    first: frozenset[str]
    second: frozenset[str]

    @property
    def agrees(self) -> bool:
        return self.first == self.second


def compare(sample: Sample, codings: Iterable[BlindCoding], themes: Themes) -> list[Compared]:
    """In the order of the sample; answers that only one of them has coded are left out."""
    found = {(each.officer, each.response): themes.now(each.themes) for each in codings}
    pairs = [[(officer, each.response) for officer in sample.coders] for each in sample.answers]
    return [
        Compared(pair[0][1], found[pair[0]], found[pair[1]])
        for pair in pairs
        if len(pair) == CODERS and all(each in found for each in pair)
    ]
