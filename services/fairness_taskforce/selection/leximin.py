"""Leximin chances over all mixtures that keep to the rules on average: an upper bound, and most often the answer.

The smallest chance is made as large as it can be; whoever cannot have more than that is fixed there; then the next.
Flanigan, Gölz, Gupta, Hennig, Procaccia: Fair algorithms for selecting citizens' assemblies, Nature 596 (2021).
Theirs runs over all groups; this runs over the polytope around them, with a variable for each type of person, which
is small enough to be solved in milliseconds. Whether it is the same is found out afterwards (decompose.py).
"""

import numpy as np

from services.fairness_taskforce.selection.solver import INFINITY, Program, SolverFailed, Sparse, Vector
from services.fairness_taskforce.selection.typed import Typed

PRICE = 1e-9
"""A row whose price is above this holds the smallest chance down in every best answer."""

SLACK = 1e-8


class Impossible(Exception):  # noqa: N818
    """No group, and no mixture of groups, keeps to the rules."""


def leximin_bound(pool: Typed) -> Vector:
    """The chance of one person of each type, from 0 to 1. Raises Impossible."""
    types, height = len(pool.counts), len(pool.least)
    program = _program(pool)
    free = np.ones(types, bool)
    point = np.zeros(types)
    while free.any():
        if not program.solve():
            if free.all():
                raise Impossible
            raise SolverFailed("what was possible a moment ago no longer is")
        point = program.answer[:types]
        smallest = max(program.value, 0.0)
        held = free & (np.abs(program.prices[height:]) > PRICE)
        if not held.any():  # numbers have blurred the prices: then all that are as low as can be
            held = free & (point / pool.counts <= smallest + PRICE)
        free &= ~held
        _fix(program, pool, np.nonzero(held)[0], smallest)
    return np.clip(point / pool.counts, 0.0, 1.0) + 0.0  # no -0.0, which people would read as a fault


def _program(pool: Typed) -> Program:
    """Variables: how many of each type there are on average, and the smallest chance of those not fixed yet.

    Rows: the rules, then for each type that its people have at least the smallest chance.
    """
    types, height = len(pool.counts), len(pool.least)
    columns, entries = np.nonzero(pool.rows.T)
    starts = np.searchsorted(columns, np.arange(types + 1))
    rows: list[int] = []
    values: list[float] = []
    begins = [0]
    for each in range(types):
        own = entries[starts[each] : starts[each + 1]]
        rows += [*own.tolist(), height + each]
        values += [*pool.rows[own, each].tolist(), 1.0]
        begins.append(len(rows))
    rows += range(height, height + types)
    values += (-pool.counts).tolist()
    begins.append(len(rows))
    matrix = Sparse(height + types, np.array(begins, np.int32), np.array(rows, np.int32), np.array(values))
    least = np.concatenate([pool.least, np.zeros(types)])
    most = np.concatenate([pool.most, np.full(types, INFINITY)])
    cost = np.append(np.zeros(types), 1.0)
    return Program(matrix, least, most, np.zeros(types + 1), np.append(pool.counts, INFINITY), cost)


def _fix(program: Program, pool: Typed, held: np.ndarray, smallest: float) -> None:
    """These types keep what they have; a hair less, or rounding would leave the next program without an answer."""
    types, height = len(pool.counts), len(pool.least)
    for each in held:
        program.set_entry(height + int(each), types, 0.0)
    low = np.maximum(0.0, pool.counts[held] * smallest - SLACK)
    program.set_some_bounds(held, low, pool.counts[held])
