"""What rows of weights have in common: X is about W times H, with nothing negative in any of them.

Non-negative matrix factorisation by alternating least squares, one column at a time (HALS; Cichocki and Phan, 2009),
from a start that a seeded, rough singular value decomposition gives (NNDSVD; Boutsidis and Gallopoulos, 2008). Both
are read off the sparse rows, so that scipy is not needed (docs/adr/0014).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from services.consultation.domain.themes.vectors import Numbers, Weights

SEED = 2040
ROUNDS = 50
STILL = 1e-3
"""A round that changes H by less than this share ends the search."""

TINY = 1e-12
MORE = 8
"""Columns beyond those wanted, that make the rough decomposition a good one."""

Tell = Callable[[float], None]
"""Takes how far it is, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Factors:
    """`weights` has a row for each text, `terms` one for each theme, of length 1: a weight is near a cosine."""

    weights: Numbers
    terms: Numbers


def factorise(rows: Weights, themes: int, tell: Tell = lambda _: None) -> Factors:
    """`themes` is at most the number of rows and of terms."""
    columns = rows.turned()
    w, h = _start(rows, columns, themes)
    for number in range(ROUNDS):
        before = h.copy()
        w = _improved(w, rows.times(h.T), h @ h.T)
        h = _improved(h.T, columns.times(w), w.T @ w).T
        tell((number + 1) / ROUNDS)
        if float(np.linalg.norm(h - before)) < STILL * float(np.linalg.norm(h)):
            break
    lengths = np.maximum(np.linalg.norm(h, axis=1), TINY)
    return Factors(w * lengths, h / lengths[:, None])


def _improved(mine: Numbers, crossed: Numbers, other: Numbers) -> Numbers:
    """The best non-negative `mine` column by column, the others held still."""
    mine = mine.copy()
    for k in range(mine.shape[1]):
        step = (crossed[:, k] - mine @ other[:, k]) / max(float(other[k, k]), TINY)
        mine[:, k] = np.maximum(mine[:, k] + step, 0)
    return mine


def _start(rows: Weights, columns: Weights, themes: int) -> tuple[Numbers, Numbers]:
    u, s, v = _decomposed(rows, columns, themes)
    w, h = np.zeros((rows.shape[0], themes)), np.zeros((themes, rows.shape[1]))
    for k in range(themes):
        left, right = u[:, k], v[k]
        a, b = max(((_part(left, sign), _part(right, sign)) for sign in (1, -1)), key=_size)
        size = _size((a, b))
        scale = (s[k] * size) ** 0.5
        w[:, k] = scale * a / max(float(np.linalg.norm(a)), TINY)
        h[k] = scale * b / max(float(np.linalg.norm(b)), TINY)
    # A zero can never grow in some rounds: the mean, small, in its place.
    return np.where(w > 0, w, w.mean() / 100), np.where(h > 0, h, h.mean() / 100)


def _part(vector: Numbers, sign: int) -> Numbers:
    """What is positive of it, or what is negative."""
    part: Numbers = np.maximum(sign * vector, 0)
    return part


def _size(pair: tuple[Numbers, Numbers]) -> float:
    return float(np.linalg.norm(pair[0]) * np.linalg.norm(pair[1]))


def _decomposed(rows: Weights, columns: Weights, themes: int) -> tuple[Numbers, Numbers, Numbers]:
    """The strongest singular values, near enough (Halko, Martinsson and Tropp, 2011)."""
    width = min(themes + MORE, *rows.shape)
    dice = np.random.default_rng(SEED)
    basis = dice.standard_normal((rows.shape[1], width))
    for _ in range(4):
        basis, _ = np.linalg.qr(columns.times(np.linalg.qr(rows.times(basis))[0]))
    u, s, v = np.linalg.svd(rows.times(basis), full_matrices=False)
    return u[:, :themes], s[:themes], (v @ basis.T)[:themes]
