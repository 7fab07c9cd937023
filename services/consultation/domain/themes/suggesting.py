"""Suggested themes: named by their strongest phrases, with the answers that they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from services.consultation.domain.themes.factors import Factors, Tell, factorise
from services.consultation.domain.themes.vectors import Numbers, Weights, weigh

FEWEST, MOST = 2, 20
"""Themes that may be asked for."""

NAMED_BY = 3
STRONG = 0.2
"""An answer has a theme from this weight on, which is near a cosine."""

SHARE = 0.3
"""And from this share of all its weights."""

SMALLEST = 2
"""Answers of a theme."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """`answers` are places among the texts given, the strongest first; `phrases` the strongest first."""

    phrases: tuple[str, ...]
    answers: tuple[int, ...]

    @property
    def name(self) -> str:
        text = ", ".join(self.phrases)
        return text[:1].upper() + text[1:]


def how_many(texts: int) -> int:
    """Themes to look for where nobody has said how many."""
    return min(15, max(3, round(sqrt(texts / 2))))


def suggest(texts: Sequence[str], themes: int | None = None, tell: Tell = lambda _: None) -> list[Suggested]:
    """The same for the same texts. An answer may be in several, or in none; the largest theme comes first."""
    rows = weigh(texts)
    wanted = min(themes or how_many(len(texts)), *rows.shape)
    if wanted < FEWEST:
        return []
    factors = factorise(rows, wanted, tell)
    found = [_suggested(rows, factors, theme) for theme in range(wanted)]
    return sorted((each for each in found if len(each.answers) >= SMALLEST), key=lambda each: -len(each.answers))


def _suggested(rows: Weights, factors: Factors, theme: int) -> Suggested:
    weights = factors.weights[:, theme]
    shares = weights / np.maximum(factors.weights.sum(axis=1), 1e-12)
    strong = np.flatnonzero((weights >= STRONG) & (shares >= SHARE))
    ordered = strong[np.argsort(-weights[strong], kind="stable")]
    return Suggested(_phrases(rows, factors.terms[theme]), tuple(rows.texts[int(row)] for row in ordered))


def _phrases(rows: Weights, weights: Numbers) -> tuple[str, ...]:
    """The strongest that do not repeat each other: of "public transport" and "transport" the phrase alone."""
    ordered = np.argsort(-weights, kind="stable")[: 10 * NAMED_BY]
    keys = [rows.keys[int(place)] for place in ordered if weights[place] > 0]
    chosen: list[str] = []
    for key in keys:
        words = set(key.split())
        phrase = next((each for each in keys if words < set(each.split()) and _near(each, key, rows, weights)), key)
        if not any(words & set(each.split()) or set(phrase.split()) & set(each.split()) for each in chosen):
            chosen.append(phrase)
        if len(chosen) == NAMED_BY:
            break
    return tuple(rows.names[rows.keys.index(key)] for key in chosen)


def _near(phrase: str, word: str, rows: Weights, weights: Numbers) -> bool:
    """Whether a phrase is nearly as strong as a word in it."""
    strength = {key: float(weights[rows.keys.index(key)]) for key in (phrase, word)}
    return strength[phrase] >= strength[word] / 2
