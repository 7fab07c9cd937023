"""From a mixture to so many equal groups, in which everyone is as often as their chance asks for.

The mixture's weights are rounded to whole numbers of each group. Then groups are exchanged, first for others of the
mixture, then for new ones that have somebody in who is too seldom or leave somebody out who is too often, until each
person's number of groups is within one of what their chance asks for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.decompose import Mixture, face
from services.fairness_taskforce.selection.groups import Finder, Room, room_of
from services.fairness_taskforce.selection.solver import Matrix, Vector
from services.fairness_taskforce.selection.typed import Typed

WHOLE = 1e-6
EXCHANGES = 3
"""For each group of the mixture, at the most."""

TRIES = 3000
WEIGHT_OF_THE_REST = 0.02
"""Of how far types are from their share inside the bounds, beside how far they are outside."""

INWARDS = 1.5
"""Groups, in all, by which a type aims at more or less than its share."""

KICK_AFTER = 40
"""Tries in vain after which an exchange is taken that makes things no worse than a little."""


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


class _Hand:
    """The groups held, how many of each, and how often each type is in them."""

    def __init__(self, groups: Matrix, numbers: np.ndarray, within: Bounds, counts: Vector) -> None:
        self.groups = groups
        self.numbers = numbers
        self.totals = numbers @ groups
        self._within = within
        self._weight = WEIGHT_OF_THE_REST / counts

    def badness(self, totals: Vector) -> np.ndarray:
        outside = self._within.outside(totals)
        rest = self._weight * (totals - self._within.aim) ** 2
        return np.asarray((outside * (outside + 1) + rest).sum(axis=-1))

    def astray(self) -> np.ndarray:
        return np.nonzero(self._within.outside(self.totals))[0]

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


def equal_groups(pool: Typed, chances: Vector, mixture: Mixture, number: int, dice: Generator) -> list[Vector]:
    """`number` groups, in no order that says anything."""
    within = bounds(pool, chances, number)
    numbers = _rounded(np.array(mixture.weights), number, dice)
    hand = _Hand(mixture.matrix, numbers, within, pool.counts)
    hand.exchange_within()
    _mend(pool, chances, within, hand, dice)
    groups = [group for group, times in zip(hand.groups, hand.numbers, strict=True) for _ in range(times)]
    return [groups[place] for place in dice.permutation(number)]


def _rounded(weights: Vector, number: int, dice: Generator) -> np.ndarray:
    """Whole numbers that sum to `number`, each rounded up as likely as its fraction (systematic sampling)."""
    shares = number * weights / weights.sum()
    numbers = np.floor(shares + WHOLE)
    order = dice.permutation(len(weights))
    ends = np.cumsum(np.maximum(shares - numbers, 0)[order]) + dice.random()
    numbers[order] += np.diff(np.floor(ends), prepend=0.0)
    while round(numbers.sum()) != number:
        over = numbers.sum() > number
        gap = np.where(numbers > 0, numbers - shares, -np.inf) if over else shares - numbers
        numbers[int(np.argmax(gap))] += -1 if over else 1
    return np.asarray(np.round(numbers).astype(int))


def _mend(pool: Typed, chances: Vector, within: Bounds, hand: _Hand, dice: Generator) -> None:
    """New groups for those in which a type is astray, on the face on which all groups of the mixture lie."""
    finder = Finder(pool, dice)
    room = face(pool, chances * pool.counts, room_of(pool))
    in_vain = 0
    for _ in range(TRIES):
        astray = hand.astray()
        if not len(astray):
            return
        type_ = int(dice.choice(astray))
        too_seldom = hand.totals[type_] < within.least[type_]
        there = hand.groups[:, type_]
        fits = (hand.numbers > 0) & ((there < pool.counts[type_]) if too_seldom else (there > 0))
        if not fits.any():
            in_vain += 1
            continue
        group = hand.groups[int(dice.choice(np.nonzero(fits)[0]))]
        low, high = room.low.copy(), room.high.copy()
        if too_seldom:
            low[type_] = min(group[type_] + 1, high[type_])
        else:
            high[type_] = max(group[type_] - 1, low[type_])
        cost = _near(group, hand.totals, within, pool.counts) + 0.2 * dice.random(len(group))
        found = finder.near_best(cost, Room(room.least, room.most, low, high)) or []
        in_vain = 0 if _take_best(hand, found, in_vain >= KICK_AFTER) else in_vain + 1


def _near(group: Vector, totals: Vector, within: Bounds, counts: Vector) -> Vector:
    """Worth keeping: who is in the group, most of all who must not lose a place. Worth avoiding: who is too often."""
    inside = group > 0
    keep = np.where(totals <= within.least, 3.0, 1.0) * inside
    avoid = np.where(totals >= within.most, 2.0, 0.3) * (~inside & (counts > 0))
    want = 0.4 * ((totals < within.least) & ~inside)
    return np.asarray(keep - avoid + want)


def _take_best(hand: _Hand, found: list[Vector], kick: bool) -> bool:  # noqa: FBT001
    """Exchange if that is better; if nothing was for long, also for a little worse."""
    if not found:
        return False
    after, out = hand.best_exchange(found[0])
    if after >= hand.badness(hand.totals) - WHOLE and not (kick and after < hand.badness(hand.totals) + 3):
        return False
    hand.exchange(out, found[0])
    return True


def name_members(pool: Typed, groups: list[Vector], dice: Generator) -> list[tuple[str, ...]]:
    """The people of each group, by id: of each type those who are in the fewest groups so far, at random among them.

    So people of one type are in equally many groups, give or take one.
    """
    named: list[list[str]] = [[] for _ in groups]
    numbers = np.array(groups).astype(int)
    for type_, members in enumerate(pool.members):
        column = numbers[:, type_]
        turns = _Turns(len(members), int(column.sum()), dice)
        for place in np.nonzero(column)[0].tolist():
            named[place] += [members[each] for each in turns.take(int(column[place]))]
    return [tuple(sorted(names)) for names in named]


class _Turns:
    """Everybody once, in an order by lot, then everybody again."""

    def __init__(self, people: int, wanted: int, dice: Generator) -> None:
        rounds = np.tile(np.arange(people), (wanted // people + 2, 1))
        self._rounds = iter(dice.permuted(rounds, axis=1).tolist() if people > 1 else rounds.tolist())
        self._waiting: list[int] = []

    def take(self, wanted: int) -> list[int]:
        """So many different people: those left of a round first, then others of the next one."""
        taken, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        while len(taken) < wanted:
            fresh = next(self._rounds)
            others = [each for each in fresh if each not in taken]
            more = wanted - len(taken)
            later = [each for each in fresh if each in taken]
            taken += others[:more]
            self._waiting = others[more:] + later
        return taken
