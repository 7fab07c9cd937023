"""Writing a point as a mixture of groups, which shows that the chances it stands for can be had.

The point is peeled: a group on the smallest face of the polytope that the point lies on is taken off it with as much
weight as leaves a point of the polytope. Each time one more rule becomes tight, so that it ends (Carathéodory;
Grötschel, Lovász, Schrijver). Where no group is found on a face, a linear program mixes those found so far, and asks
for the group that would help most, until none does (column generation).
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.groups import Finder, Room, room_of
from services.fairness_taskforce.selection.solver import INFINITY, Matrix, Program, Vector, sparse
from services.fairness_taskforce.selection.typed import Typed

TIGHT = 1e-7
NOTHING = 1e-9
"""Weight left that no longer matters."""

NEAR = 2e-7
"""Weight left over that changes no chance by more than this, which is the error of the many steps before."""

ATTEMPTS = 12
NOISE = 0.005
"""Beside chances, so that ties are broken by lot; doubled with each attempt. Groups of those who have the most left to
give leave the most behind at once: with much noise it takes twice as many groups."""

GOOD = 1e-8
"""How far the chances of a mixture may be from those asked for."""

MIXTURES = 2000


@dataclass(slots=True)
class Mixture:
    """Groups with weights that sum to one; `short` is by how much someone's chance is missed at the most."""

    groups: list[Vector] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    short: float = 0.0

    @property
    def matrix(self) -> Matrix:
        return np.array(self.groups)


def decompose(pool: Typed, point: Vector, dice: Generator) -> Mixture:
    """A mixture whose mean is `point` (how many of each type on average); or, if there is none, the nearest to it."""
    finder = Finder(pool, dice)
    mixture, left = peel(pool, point, finder, dice)
    if left <= NEAR:
        return mixture
    if not mixture.groups:
        group = finder.best(np.zeros(len(point)), room_of(pool))
        if group is None:
            return Mixture(short=1.0)
        mixture.groups.append(group)
    return mix(pool, point, mixture.groups, finder)


def peel(pool: Typed, point: Vector, finder: Finder, dice: Generator) -> tuple[Mixture, float]:
    """The mixture so far, and the weight that is left over where no group was found."""
    mixture, left, here = Mixture(), 1.0, point.copy()
    room = room_of(pool)
    while left > NOTHING:
        room = face(pool, here, room)
        found = _group_on(room, here, pool, finder, dice)
        if found is None:
            break
        group, weight = found
        mixture.groups.append(group)
        mixture.weights.append(left * weight)
        if weight >= 1 - NOTHING:
            return mixture, 0.0
        here = np.clip((here - weight * group) / (1 - weight), 0, pool.counts)
        left *= 1 - weight
    if left <= NEAR:
        total = sum(mixture.weights)
        mixture.weights = [weight / total for weight in mixture.weights]
        missed = point - np.array(mixture.weights) @ mixture.matrix
        mixture.short = float(max(0.0, (missed / pool.counts).max()))
    return mixture, left


def face(pool: Typed, point: Vector, room: Room) -> Room:
    """As tight as the point is: every group of a mixture with this mean lies here."""
    held = pool.rows @ point
    return Room(
        np.where(held > pool.most - TIGHT, pool.most, room.least),
        np.where(held < pool.least + TIGHT, pool.least, room.most),
        np.where(point > pool.counts - TIGHT, pool.counts, room.low),
        np.where(point < TIGHT, 0.0, room.high),
    )


def _group_on(room: Room, point: Vector, pool: Typed, finder: Finder, dice: Generator) -> tuple[Vector, float] | None:
    """A group here, and the weight with which it can be taken off."""
    for attempt in range(ATTEMPTS):
        cost = point / pool.counts + NOISE * 2**attempt * dice.random(len(point))
        groups = finder.near_best(cost, room)
        if groups is None:
            return None
        weighed = [(_weight(group, point, pool), place) for place, group in enumerate(groups)]
        if weighed:
            weight, place = max(weighed)
            return (groups[place], weight) if weight > 0 else None
    return None


def _weight(group: Vector, point: Vector, pool: Typed) -> float:
    """The most that can be taken off: what is left, made whole again, must keep to the rules."""
    held, has = pool.rows @ point, pool.rows @ group
    with np.errstate(divide="ignore", invalid="ignore"):
        limits = (
            np.where(group > 0, point / group, np.inf),
            np.where(group < pool.counts, (pool.counts - point) / (pool.counts - group), np.inf),
            np.where(has > pool.least + TIGHT, (held - pool.least) / (has - pool.least), np.inf),
            np.where(has < pool.most - TIGHT, (pool.most - held) / (pool.most - has), np.inf),
        )
    return float(min(1.0, *(np.min(limit, initial=np.inf) for limit in limits)))


def mix(pool: Typed, point: Vector, groups: list[Vector], finder: Finder) -> Mixture:
    """The mixture of these groups, and of more where more are needed, that misses `point` by the least.

    By how much is certain: at the end no group at all would bring it nearer.
    """
    types = len(point)
    rows = np.zeros((types + 1, 1 + len(groups)))
    rows[:types, 0] = pool.counts
    rows[:types, 1:] = np.array(groups).T
    rows[types, 1:] = 1.0
    least, most = np.append(point, 1.0), np.append(np.full(types, INFINITY), 1.0)
    width = 1 + len(groups)
    cost = np.zeros(width)
    cost[0] = -1.0
    program = Program(sparse(rows), least, most, np.zeros(width), np.full(width, INFINITY), cost)
    groups = list(groups)
    for _ in range(MIXTURES):
        program.solve()
        short = -program.value
        if short <= GOOD:
            break
        prices = -program.prices
        group = finder.worth_more_than(-prices[types], prices[:types])
        if group is None:
            break
        groups.append(group)
        entries = np.append(np.nonzero(group)[0], types)
        program.add_column(entries, np.append(group[group > 0], 1.0))
    weights = np.maximum(program.answer[1:], 0)
    kept = np.nonzero(weights > NOTHING)[0]
    return Mixture(
        [groups[each] for each in kept], (weights[kept] / weights[kept].sum()).tolist(), max(0.0, -program.value)
    )
