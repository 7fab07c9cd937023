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

Part = tuple[Vector, int]
"""How many places of each type, and in how many groups."""


def halved(pool: Typed, point: Vector, number: int, room: Room, dice: Generator) -> list[Vector] | None:
    """`number` groups, with each type in as many as its share says, rounded; None where a halving does not come out.

    `point`: how many of each type on average. `room`: the face of the polytope on which the point lies.
    """
    share = point * number
    low, high = np.floor(share + HAIR), np.ceil(share - HAIR)
    places = _some(pool, Room(number * room.least, number * room.most, low, high), dice)
    if places is None:
        return None
    groups: list[Vector] = []
    waiting: list[Part] = [(places, number)]
    while waiting:
        held, of = waiting.pop()
        if of == 1:
            groups.append(held)
            continue
        parts = _halves(pool, held, of, room, dice)
        if parts is None:
            return None
        waiting += parts
    return groups


def _halves(pool: Typed, held: Vector, of: int, room: Room, dice: Generator) -> tuple[Part, Part] | None:
    """First with each type halved, then in any way that leaves each group possible as far as single rules tell."""
    one, other = of // 2, of - of // 2
    has = pool.rows @ held
    least = np.maximum(one * room.least, has - other * room.most)
    most = np.minimum(one * room.most, has - other * room.least)
    for low, high in _ways(held, one, other, room):
        part = _some(pool, Room(least, most, low, high), dice)
        if part is not None:
            return (part, one), (held - part, other)
    return None


def _ways(held: Vector, one: int, other: int, room: Room) -> Iterator[tuple[Vector, Vector]]:
    share = held * (one / (one + other))
    yield np.floor(share + HAIR), np.ceil(share - HAIR)
    yield (
        np.maximum(one * room.low, held - other * room.high),
        np.minimum(one * room.high, held - other * room.low),
    )


def _some(pool: Typed, room: Room, dice: Generator) -> Vector | None:
    """Whole numbers here, by lot. Only the types that are not settled go into a program: most often few are left."""
    free = np.nonzero(room.low < room.high)[0]
    settled = pool.rows @ room.low
    part = replace(pool, rows=pool.rows[:, free], counts=pool.counts[free])
    within = Room(room.least - settled, room.most - settled, np.zeros(len(free)), (room.high - room.low)[free])
    if not len(free):
        fits = (within.least <= HAIR).all() and (within.most >= -HAIR).all()
        return room.low.copy() if fits else None
    found = _found(Finder(part, dice), within, len(free), dice)
    if found is None:
        return None
    some = room.low.copy()
    some[free] += found
    return some


def _found(finder: Finder, within: Room, types: int, dice: Generator) -> Vector | None:
    for _ in range(TRIES):
        groups = finder.near_best(dice.random(types), within)
        if groups is None:
            return None
        if groups:
            return groups[0]
    return finder.best(np.zeros(types), within)
