"""So many equal groups at once: what all of them hold together is halved until each part is one group.

First each type is given a whole number of places in all groups together, which is its share rounded down or up. Then
these are shared out to two halves of the groups, so that each half has half of every type's places, rounded, and keeps
to every rule on average; and so on. No error can build up: where every halving comes out, each type has its places.

One does not always come out: what two groups hold together may keep to the rules, and still not be two groups.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.groups import Finder, Room
from services.fairness_taskforce.selection.solver import Vector
from services.fairness_taskforce.selection.typed import Typed

HAIR = 1e-6
TRIES = 4
SEARCHES = 30
"""Whole-number programs at the most, of which most pools need none: one that needs more is better off exchanging."""

Part = tuple[Vector, int]
"""How many places of each type, and in how many groups."""


def halved(pool: Typed, point: Vector, number: int, room: Room, dice: Generator) -> list[Vector] | None:
    """`number` groups, with each type in as many as its share says, rounded; None where a halving does not come out.

    `point`: how many of each type on average. `room`: the face of the polytope on which the point lies.
    """
    share, halving = point * number, _Halving(pool, room, dice)
    low, high = np.floor(share + HAIR), np.ceil(share - HAIR)
    places = halving.some(Room(number * room.least, number * room.most, low, high))
    if places is None:
        return None
    groups: list[Vector] = []
    waiting: list[Part] = [(places, number)]
    while waiting:
        held, of = waiting.pop()
        if of == 1:
            groups.append(held)
            continue
        parts = halving.halves(held, of)
        if parts is None:
            return None
        waiting += parts
    return groups


class _Halving:
    def __init__(self, pool: Typed, room: Room, dice: Generator) -> None:
        self._pool, self._room, self._dice = pool, room, dice
        self._searches = SEARCHES

    def halves(self, held: Vector, of: int) -> tuple[Part, Part] | None:
        """First with each type halved, then in any way that leaves each group possible as far as single rules tell."""
        one, other, room = of // 2, of - of // 2, self._room
        has = self._pool.rows @ held
        least = np.maximum(one * room.least, has - other * room.most)
        most = np.minimum(one * room.most, has - other * room.least)
        for low, high in self._ways(held, one, other):
            part = self.some(Room(least, most, low, high))
            if part is not None:
                return (part, one), (held - part, other)
        return None

    def _ways(self, held: Vector, one: int, other: int) -> Iterator[tuple[Vector, Vector]]:
        share, room = held * (one / (one + other)), self._room
        yield np.floor(share + HAIR), np.ceil(share - HAIR)
        yield (
            np.maximum(one * room.low, held - other * room.high),
            np.minimum(one * room.high, held - other * room.low),
        )

    def some(self, room: Room) -> Vector | None:
        """Whole numbers here, by lot. Only the types that are not settled go into a program: most often few are not."""
        pool, free = self._pool, np.nonzero(room.low < room.high)[0]
        settled = pool.rows @ room.low
        least, most = room.least - settled, room.most - settled
        if not len(free):
            return room.low.copy() if (least <= HAIR).all() and (most >= -HAIR).all() else None
        part = replace(pool, rows=pool.rows[:, free], counts=pool.counts[free])
        within = Room(least, most, np.zeros(len(free)), (room.high - room.low)[free])
        found = self._found(Finder(part, self._dice), within)
        if found is None:
            return None
        some = room.low.copy()
        some[free] += found
        return some

    def _found(self, finder: Finder, within: Room) -> Vector | None:
        types = len(within.low)
        for _ in range(TRIES):
            groups = finder.near_best(self._dice.random(types), within)
            if groups is None:
                return None
            if groups:
                return groups[0]
        self._searches -= 1
        return finder.best(np.zeros(types), within) if self._searches >= 0 else None
