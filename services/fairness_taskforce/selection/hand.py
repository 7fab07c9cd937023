"""The numbered groups while they are being made: how many of each group, and how often each type may be in them."""

from dataclasses import dataclass

import numpy as np

from services.fairness_taskforce.selection.decompose import face
from services.fairness_taskforce.selection.groups import Room, room_of
from services.fairness_taskforce.selection.solver import Matrix, Vector
from services.fairness_taskforce.selection.typed import Typed

WHOLE = 1e-6
EXCHANGES = 3
"""For each group of the mixture, at the most."""

WEIGHT_OF_THE_REST = 0.02
"""Of how far types are from their share inside the bounds, beside how far they are outside."""

INWARDS = 1.25
"""Groups, in all, by which a type aims at more or less than its share."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often people of a type may be in groups, all of them together."""

    least: Vector
    most: Vector
    aim: Vector
    """Near the share, and away from the bounds as far as the rules that are tight let it be."""

    def outside(self, totals: Vector) -> Vector:
        return np.maximum(0, totals - self.most) + np.maximum(0, self.least - totals)


def bounds(pool: Typed, chances: Vector, number: int) -> Bounds:
    """Each person's count is within one of number times chance; which is whole, so rounded down or up."""
    share = number * chances
    whole = np.abs(share - np.round(share)) < WHOLE
    least = pool.counts * np.maximum(np.where(whole, np.round(share), np.floor(share)), 0)
    most = pool.counts * np.minimum(np.where(whole, np.round(share), np.ceil(share)), number)
    shares = pool.counts * share
    return Bounds(least, most, shares + _inwards(pool, chances, (least + most) / 2 - shares))


def _inwards(pool: Typed, chances: Vector, way: Vector) -> Vector:
    """As much of the way to the middle as changes no total of a rule that is tight."""
    point = chances * pool.counts
    room = face(pool, point, room_of(pool))
    free = room.low < room.high
    tight = pool.rows[room.least == room.most] * free
    step = np.clip(way, -INWARDS, INWARDS) * free
    return np.asarray(step - np.linalg.pinv(tight) @ (tight @ step))


class Hand:
    """The groups held, how many of each, and how often each type is in them."""

    def __init__(self, groups: Matrix, numbers: np.ndarray, within: Bounds, counts: Vector) -> None:
        self.groups = groups
        self.numbers = numbers
        self.totals = numbers @ groups
        self._within = within
        self._weight = WEIGHT_OF_THE_REST / counts

    def all(self) -> list[Vector]:
        """Each as often as it is held."""
        return [group for group, times in zip(self.groups, self.numbers, strict=True) for _ in range(times)]

    def badness(self, totals: Vector) -> np.ndarray:
        outside = self._within.outside(totals)
        rest = self._weight * (totals - self._within.aim) ** 2
        return np.asarray((outside * (outside + 1) + rest).sum(axis=-1))

    def astray(self) -> np.ndarray:
        return np.nonzero(self._within.outside(self.totals))[0]

    def is_too_seldom(self, type_: int) -> bool:
        return bool(self.totals[type_] < self._within.least[type_])

    def that_could_change(self, type_: int, room: Room) -> np.ndarray:
        """Which groups that are held could have one more of this type, or one fewer where it is too often."""
        there = self.groups[:, type_]
        fits = there < room.high[type_] if self.is_too_seldom(type_) else there > room.low[type_]
        return np.nonzero((self.numbers > 0) & fits)[0]

    def exchange_within(self) -> None:
        """One group for another of those there are, while that brings the totals nearer to the shares."""
        scaled = self.groups * np.sqrt(self._weight)
        products = scaled @ scaled.T
        own = np.diag(products)
        for _ in range(EXCHANGES * len(self.groups)):
            pull = self.groups @ ((self.totals - self._within.aim) * self._weight)
            change = 2 * (pull[None, :] - pull[:, None]) + own[:, None] + own[None, :] - 2 * products
            change[self.numbers == 0, :] = np.inf
            out, into = divmod(int(np.argmin(change)), len(self.groups))
            if change[out, into] > -WHOLE:
                return
            self.numbers[out] -= 1
            self.numbers[into] += 1
            self.totals = self.totals - self.groups[out] + self.groups[into]

    def best_exchange(self, group: Vector) -> tuple[float, int]:
        """What taking this group in would lead to, and for which one."""
        after = self.badness((self.totals + group)[None] - self.groups)
        after[self.numbers == 0] = np.inf
        out = int(np.argmin(after))
        return float(after[out]), out

    def exchange(self, out: int, group: Vector) -> None:
        self.numbers[out] -= 1
        self.totals = self.totals - self.groups[out] + group
        same = np.nonzero((self.groups == group).all(axis=1))[0]
        if len(same):
            self.numbers[same[0]] += 1
        else:
            self.groups = np.vstack([self.groups, group])
            self.numbers = np.append(self.numbers, 1)
