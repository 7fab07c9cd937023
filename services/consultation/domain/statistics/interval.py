"""How far a share of those who answered may be from that of all whom they stand for, and when nobody can say."""

import math
from dataclasses import dataclass

Z = 1.959964
"""95 in 100 intervals made in this way hold the true share."""

NO_SAMPLE = (
    "Anyone could answer, and those who did chose to. They are no random sample of the town, so there is no margin of"
    " error that could be stated: the figures say what those who answered think."
)
FEWEST = 30
TOO_FEW = f"Fewer than {FEWEST} answers are too few to say how far the figures may be from those of everyone."


@dataclass(frozen=True, slots=True)
class Interval:
    """Shares from 0 to 1."""

    low: float
    high: float


def interval(share: float, answers: float, population: int | None = None) -> Interval:
    """Wilson's score interval for a share of a random sample, at 95%.

    `share` from 0 to 1; `answers` is how many answered, or the effective sample size of weighted answers, above 0.
    With `population` it is narrowed by the finite population correction: who asks everyone has no margin of error.
    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not 0 <= share <= 1 or answers <= 0:
        raise ValueError("a share is from 0 to 1, of more than no answers")
    size = answers
    if population is not None and population > 1:
        if answers >= population:
            return Interval(share, share)
        size = answers * (population - 1) / (population - answers)
    square = Z * Z / size
    middle = (share + square / 2) / (1 + square)
    reach = math.sqrt(share * (1 - share) * square + square * square / 4) / (1 + square)
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach))


def why_none(*, random_sample: bool, answers: float) -> str:
    """Why no interval applies, as a sentence for who reads the figures; empty where one does."""
    if not random_sample:
        return NO_SAMPLE
    return TOO_FEW if answers < FEWEST else ""
