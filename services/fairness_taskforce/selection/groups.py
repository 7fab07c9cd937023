"""Finding one group: whole numbers of each type that keep to the rules, good by a given measure.

A linear program's best corner is often a group already. Where it is not, the few fractions in it are tried both ways,
or rounded a few at a time with the program solved anew in between. Only where that fails, and only if asked to be
sure, is a whole-number program solved.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.solver import Program, Vector, sparse
from services.fairness_taskforce.selection.typed import Typed

FRACTION = 1e-6
TRIED_BOTH_WAYS = 8
"""Fractions at the most: 256 ways to round them, which is quicker than another linear program."""

KEPT = 4
ROUNDED_AT_ONCE = 2
"""One in so many of the fractions."""

TURNS = 60
WORTH_IT = 1e-8
"""By how much at the least: what is nearer is the solver's own error."""

DEAD_ENDS = 4


@dataclass(frozen=True, slots=True)
class Room:
    """Where groups are looked for: the rules, or some of them drawn tighter."""

    least: Vector
    most: Vector
    low: Vector
    high: Vector


def room_of(pool: Typed) -> Room:
    return Room(pool.least, pool.most, np.zeros(len(pool.counts)), pool.counts)


class Finder:
    def __init__(self, pool: Typed, dice: Generator) -> None:
        self._pool = pool
        self._dice = dice
        self._rows = sparse(pool.rows)
        everywhere = room_of(pool)
        self._program = Program(
            self._rows, everywhere.least, everywhere.most, everywhere.low, everywhere.high, np.zeros(len(pool.counts))
        )

    def near_best(self, cost: Vector, room: Room) -> list[Vector] | None:
        """Some groups, the best first; [] when the search was in vain, None when there can be none."""
        program = self._program
        program.set_rows(room.least, room.most)
        program.set_bounds(room.low, room.high)
        program.set_cost(cost)
        if not program.solve():
            return None
        low, high, dead_ends = room.low.copy(), room.high.copy(), 0
        for _ in range(TURNS):
            point = program.answer
            fractions = np.nonzero(np.abs(point - np.round(point)) > FRACTION)[0]
            if groups := self._rounded(point, fractions, cost, room):
                return groups
            if not len(fractions):
                return []
            some = self._nearly_whole(point, fractions)
            if not self._round(point, some, low, high):
                dead_ends += 1
                if dead_ends > DEAD_ENDS or not self._round(point, some[:1], low, high):
                    return []
        return []

    def best(self, cost: Vector, room: Room) -> Vector | None:
        """The best group of all, for certain; None when there is none."""
        program = self._whole
        program.set_rows(room.least, room.most)
        program.set_bounds(room.low, room.high)
        program.set_cost(cost)
        return np.round(program.answer) if program.solve() else None

    def worth_more_than(self, price: float, worth: Vector) -> Vector | None:
        """A group whose members' worth sums to more than the price; None if there is none, for certain."""
        room = room_of(self._pool)
        for group in self.near_best(worth, room) or []:
            if worth @ group - price > WORTH_IT:
                return group
        best = self.best(worth, room)
        return best if best is not None and worth @ best - price > WORTH_IT else None

    @cached_property
    def _whole(self) -> Program:
        everywhere = room_of(self._pool)
        program = Program(self._rows, everywhere.least, everywhere.most, everywhere.low, everywhere.high)
        program.make_whole()
        return program

    def _nearly_whole(self, point: Vector, fractions: np.ndarray) -> np.ndarray:
        distance = np.abs(point[fractions] - np.round(point[fractions]))
        order = np.argsort(distance + 1e-3 * self._dice.random(len(fractions)))
        return fractions[order][: max(1, len(fractions) // ROUNDED_AT_ONCE)]

    def _round(self, point: Vector, some: np.ndarray, low: Vector, high: Vector) -> bool:
        """Fix these at the whole number next to them, if an answer remains; if not, they are free again."""
        before = low[some].copy(), high[some].copy()
        low[some] = high[some] = np.round(point[some])
        self._program.set_some_bounds(some, low[some], high[some])
        if self._program.solve():
            return True
        low[some], high[some] = before
        self._program.set_some_bounds(some, *before)
        self._program.solve()
        return False

    def _rounded(self, point: Vector, fractions: np.ndarray, cost: Vector, room: Room) -> list[Vector]:
        """The point with its fractions rounded in every way that keeps to the rules; the best few."""
        if len(fractions) > TRIED_BOTH_WAYS:
            return []
        whole = np.round(point)
        whole[fractions] = np.floor(point[fractions])
        ways = ((np.arange(2 ** len(fractions))[:, None] >> np.arange(len(fractions))) & 1).astype(float)
        rows = self._pool.rows
        held = ways @ rows[:, fractions].T + rows @ whole
        fits = ((held >= room.least - 0.5) & (held <= room.most + 0.5)).all(axis=1)
        fitting = ways[fits]
        groups = []
        for way in fitting[np.argsort(-(fitting @ cost[fractions]), kind="stable")][:KEPT]:
            group = whole.copy()
            group[fractions] += way
            groups.append(group)
        return groups
