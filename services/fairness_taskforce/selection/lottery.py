"""From a mixture to so many equal groups, in which everyone is as often as their chance asks for.

The mixture's weights are rounded to whole numbers of each group. Then groups are exchanged, first for others of the
mixture, then for new ones (exchange.py), until each person's number of groups is within one of what their chance asks
for. Where that takes long, all groups are made anew (halving.py); and where that does not come out, exchanging goes on,
and several of those held are changed at once (together.py).
"""

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.decompose import Mixture, face
from services.fairness_taskforce.selection.exchange import one_by_one
from services.fairness_taskforce.selection.groups import Finder, Room, room_of
from services.fairness_taskforce.selection.halving import halved
from services.fairness_taskforce.selection.hand import WHOLE, Bounds, Hand, bounds
from services.fairness_taskforce.selection.solver import Vector
from services.fairness_taskforce.selection.together import together
from services.fairness_taskforce.selection.typed import Typed

FIRST_TRIES = 300
"""Of one by one. Most pools need fewer; where its pace does not promise that, halving is quicker."""

ROUNDS = 10
"""Of one by one and together. Two have been enough for every pool that was tried."""


def equal_groups(pool: Typed, chances: Vector, mixture: Mixture, number: int, dice: Generator) -> list[Vector]:
    """`number` groups, in no order that says anything."""
    point = chances * pool.counts
    room = face(pool, point, room_of(pool))  # all groups of the mixture lie here
    finder, within = Finder(pool, dice), bounds(pool, chances, number)
    hand = Hand(mixture.matrix, _rounded(np.array(mixture.weights), number, dice), within, pool.counts)
    hand.exchange_within()
    one_by_one(pool, room, within, hand, finder, dice, FIRST_TRIES)
    if len(hand.astray()):
        groups = halved(pool, point, number, room, dice) or _mended(pool, room, within, hand, finder, dice)
    else:
        groups = hand.all()
    return [groups[place] for place in dice.permutation(number)]


def _mended(  # noqa: PLR0913
    pool: Typed, room: Room, within: Bounds, hand: Hand, finder: Finder, dice: Generator
) -> list[Vector]:
    """As near as it comes."""
    for _ in range(ROUNDS):
        one_by_one(pool, room, within, hand, finder, dice)
        together(pool, room, within, hand, dice)
        if not len(hand.astray()):
            break
    return hand.all()


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


def name_members(pool: Typed, groups: list[Vector], dice: Generator) -> list[tuple[str, ...]]:
    """The people of each group, by id: of each type those who are in the fewest groups so far, at random among them.

    So people of one type are in equally many groups, give or take one.
    """
    named: list[list[str]] = [[] for _ in groups]
    numbers = np.array(groups).astype(int)
    for type_, members in enumerate(pool.members):
        column = numbers[:, type_]
        if len(members) == 1:
            for place in np.nonzero(column)[0].tolist():
                named[place].append(members[0])
            continue
        turns = _Turns(len(members), int(column.sum()), dice)
        for place in np.nonzero(column)[0].tolist():
            named[place] += [members[each] for each in turns.take(int(column[place]))]
    return [tuple(sorted(names)) for names in named]


class _Turns:
    """Everybody once, in an order by lot, then everybody again."""

    def __init__(self, people: int, wanted: int, dice: Generator) -> None:
        rounds = np.tile(np.arange(people), (wanted // people + 2, 1))
        self._rounds = iter(dice.permuted(rounds, axis=1).tolist())
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
