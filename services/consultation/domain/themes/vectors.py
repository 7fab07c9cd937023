"""Texts as rows of weights (TF-IDF), kept sparse: twenty thousand of them take a few megabytes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.consultation.domain.themes.words import terms

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]

MOST_TERMS = 5_000
COMMON = 0.5
"""A term in more than this share of the texts tells none of them apart."""

RARE = 2
"""In so many texts a term must be."""

PHRASE_WEIGHT = 1.2
"""Phrases say more than words."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A matrix by rows: row i has `values[starts[i]:starts[i + 1]]` in those `columns`. Each row has length 1.

    `texts` are the places of the rows among the texts given: those without a term that counts have no row.
    """

    texts: tuple[int, ...]
    names: tuple[str, ...]
    """The commonest way in which each column's term was written."""

    keys: tuple[str, ...]
    starts: Places
    columns: Places
    values: Numbers

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.texts), len(self.names)

    def times(self, right: Numbers) -> Numbers:
        """The matrix times another."""
        product: Numbers = np.add.reduceat(self.values[:, None] * right[self.columns], self.starts[:-1], axis=0)
        return product

    def turned(self) -> "Weights":
        """Rows as columns. Every column has something in it, or it would not be there."""
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.columns, kind="stable")
        counts = np.bincount(self.columns, minlength=len(self.names))
        starts = np.concatenate(([0], np.cumsum(counts)))
        return Weights((), self.names, self.keys, starts, rows[order], self.values[order])


def weigh(texts: Sequence[str]) -> Weights:
    """No rows where the texts have nothing in common."""
    counted: list[Counter[str]] = []
    written: dict[str, Counter[str]] = {}
    for text in texts:
        counts: Counter[str] = Counter()
        for key, name in terms(text):
            counts[key] += 1
            written.setdefault(key, Counter())[name] += 1
        counted.append(counts)
    seen_in = Counter(key for counts in counted for key in counts)
    keys = _kept(seen_in, len(texts))
    return _rows(counted, keys, seen_in, tuple(_commonest(written[key]) for key in keys))


def _kept(seen_in: Counter[str], texts: int) -> tuple[str, ...]:
    fitting = [key for key, count in seen_in.items() if RARE <= count <= max(RARE, COMMON * texts)]
    return tuple(sorted(sorted(fitting, key=lambda key: (-seen_in[key], key))[:MOST_TERMS]))


def _commonest(written: Counter[str]) -> str:
    return min(written, key=lambda name: (-written[name], name))


def _rows(
    counted: Sequence[Counter[str]], keys: tuple[str, ...], seen_in: Counter[str], names: tuple[str, ...]
) -> Weights:
    place = {key: number for number, key in enumerate(keys)}
    rare = {key: 1 + np.log((1 + len(counted)) / (1 + seen_in[key])) for key in keys}
    texts, starts, columns, values = [], [0], [], []
    for number, counts in enumerate(counted):
        row = {place[key]: _weight(key, count, rare[key]) for key, count in counts.items() if key in place}
        if not row:
            continue
        length = sum(value * value for value in row.values()) ** 0.5
        texts.append(number)
        columns += sorted(row)
        values += [row[column] / length for column in sorted(row)]
        starts.append(len(columns))
    return Weights(
        tuple(texts), names, keys, np.array(starts, np.int64), np.array(columns, np.int64), np.array(values, np.float64)
    )


def _weight(key: str, count: int, rare: float) -> float:
    return float((1 + np.log(count)) * rare * (PHRASE_WEIGHT if " " in key else 1))
