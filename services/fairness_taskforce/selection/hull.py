"""Leximin chances over mixtures of groups, by column generation: for pools where the polytope promises too much.

Each stage makes the smallest chance as large as mixtures of the groups known so far allow, then asks for the group that
would help most, by a whole-number program where rounding finds none. When there is none, the stage is exact.
"""

import numpy as np

from services.fairness_taskforce.selection.decompose import Mixture
from services.fairness_taskforce.selection.groups import Finder
from services.fairness_taskforce.selection.solver import INFINITY, Program, SolverFailed, Vector, sparse
from services.fairness_taskforce.selection.typed import Typed

GOOD = 1e-8
PRICE = 1e-8
COLUMNS = 20_000


def leximin_of_groups(pool: Typed, groups: list[Vector], finder: Finder) -> tuple[Vector, Mixture]:
    """The chance of one person of each type, and a mixture that gives it. `groups`: one or more to begin with."""
    stage = _Stages(pool, groups)
    free = np.ones(len(pool.counts), bool)
    while free.any():
        stage.improve(finder)
        held = free & (stage.prices > PRICE)
        if not held.any():
            held = free & (stage.chances <= stage.smallest + PRICE)
        stage.fix(np.nonzero(held)[0])
        free &= ~held
    return stage.chances, stage.mixture()


class _Stages:
    """One program for all stages. Rows: each type's chance, then that the weights sum to one."""

    def __init__(self, pool: Typed, groups: list[Vector]) -> None:
        self._pool = pool
        self._groups = list(groups)
        types = len(pool.counts)
        rows = np.zeros((types + 1, 1 + len(groups)))
        rows[:types, 0] = -1.0
        rows[:types, 1:] = (np.array(groups) / pool.counts).T
        rows[types, 1:] = 1.0
        least, most = np.append(np.zeros(types), 1.0), np.append(np.full(types, INFINITY), 1.0)
        width = 1 + len(groups)
        cost = np.zeros(width)
        cost[0] = 1.0
        self._program = Program(sparse(rows), least, most, np.zeros(width), np.full(width, INFINITY), cost)

    def improve(self, finder: Finder) -> None:
        for _ in range(COLUMNS):
            if not self._program.solve():
                raise SolverFailed("what was possible a moment ago no longer is")
            prices = -self._program.prices
            group = finder.worth_more_than(-prices[-1], prices[:-1] / self._pool.counts)
            if group is None:
                return
            self._groups.append(group)
            chosen = np.nonzero(group)[0]
            values = np.append(group[chosen] / self._pool.counts[chosen], 1.0)
            self._program.add_column(np.append(chosen, len(self._pool.counts)), values)
        raise SolverFailed("too many groups were needed")

    @property
    def smallest(self) -> float:
        return max(0.0, self._program.value)

    @property
    def prices(self) -> Vector:
        return np.abs(self._program.prices[:-1])

    @property
    def chances(self) -> Vector:
        weights = np.maximum(self._program.answer[1:], 0)
        mean = weights @ np.array(self._groups) / weights.sum()
        return np.asarray(np.clip(mean / self._pool.counts, 0.0, 1.0) + 0.0)

    def fix(self, held: np.ndarray) -> None:
        smallest = self.smallest
        for each in held:
            self._program.set_entry(int(each), 0, 0.0)
        least = np.full(len(held), max(0.0, smallest - GOOD))
        self._program.set_some_rows(held, least, np.full(len(held), INFINITY))

    def mixture(self) -> Mixture:
        weights = np.maximum(self._program.answer[1:], 0)
        kept = np.nonzero(weights > GOOD)[0]
        return Mixture([self._groups[each] for each in kept], (weights[kept] / weights[kept].sum()).tolist())
