"""People and statements on a plane: those who vote alike lie near each other.

A principal component analysis of the votes, as Polis does it (C. Small and others, Polis: Scaling deliberation by
mapping high dimensional opinion spaces, 2021): a vote that is missing counts as the mean of its statement, and whoever
voted on few statements is moved outwards by the root of the share they voted on, or they would all lie in the middle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
"""Votes: a row for each person, a column for each statement; 1 agree, -1 disagree, 0 pass, nan no vote."""

SMALL = 300
BLOCK = 12
ITERATIONS = 60
CONVERGED = 1e-10


@dataclass(frozen=True, slots=True)
class Space:
    """`people` and `statements` are places on the plane, a row each."""

    people: Matrix
    statements: Matrix
    share: tuple[float, float]
    """Of all variance that each axis carries, from 0 to 1."""


def space(votes: Matrix) -> Space:
    """At least two people and two statements. The same votes give the same plane."""
    given = ~np.isnan(votes)
    number = given.sum(axis=0)
    means = np.divide(np.nansum(votes, axis=0), number, out=np.zeros(votes.shape[1]), where=number > 0)
    centred = np.where(given, votes, means) - means
    axes, sizes = _axes(centred)
    few = np.sqrt(votes.shape[1] / np.maximum(1, given.sum(axis=1)))
    statements = ((np.eye(votes.shape[1]) - means) @ axes.T) * np.sqrt(votes.shape[1])
    total = float((centred**2).sum()) or 1.0
    return Space(
        (centred @ axes.T) * few[:, None], statements, (float(sizes[0]) ** 2 / total, float(sizes[1]) ** 2 / total)
    )


def _axes(centred: Matrix) -> tuple[Matrix, Matrix]:
    """The two directions of most variance, and its root. Which end of an axis is which, its largest entry settles."""
    if centred.shape[0] >= centred.shape[1]:
        values, vectors = _largest_two(centred.T @ centred)
        axes = vectors.T
    else:
        values, vectors = _largest_two(centred @ centred.T)
        axes = vectors.T @ centred
        lengths = np.linalg.norm(axes, axis=1, keepdims=True)
        axes = np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 0)
    largest = np.abs(axes).argmax(axis=1)
    signs = np.where(axes[np.arange(2), largest] < 0, -1.0, 1.0)
    return axes * signs[:, None], np.sqrt(np.maximum(values, 0))


def _largest_two(square: Matrix) -> tuple[Matrix, Matrix]:
    """The two largest eigenvalues of a symmetric matrix, and their vectors as columns.

    All of them where the matrix is small; else by subspace iteration, which need not look for the rest.
    """
    if len(square) <= SMALL:
        values, vectors = np.linalg.eigh(square)
        return values[::-1][:2], vectors[:, ::-1][:, :2]
    block = np.linalg.qr(np.random.default_rng(0).standard_normal((len(square), BLOCK)))[0]
    values = np.zeros(2)
    for _ in range(ITERATIONS):
        block = np.linalg.qr(square @ (square @ block))[0]
        before, (values, turn) = values, _ritz(square, block)
        if np.abs(values - before).max() <= CONVERGED * values.max():
            break
    return values, block @ turn


def _ritz(square: Matrix, block: Matrix) -> tuple[Matrix, Matrix]:
    values, turn = np.linalg.eigh(block.T @ square @ block)
    return values[::-1][:2], turn[:, ::-1][:, :2]
