"""One group of those held for a new one: it has somebody in who is too seldom, or leaves out who is too often."""

from itertools import count

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.groups import Finder, Room
from services.fairness_taskforce.selection.hand import WHOLE, Bounds, Hand
from services.fairness_taskforce.selection.solver import Vector
from services.fairness_taskforce.selection.typed import Typed

LOOK_BACK = 75
"""Tries after which it must have come nearer, or it is no longer worth its time."""

RUN_UP = 30
"""Tries before its pace is judged."""

KICK_AFTER = 40
"""Tries in vain after which an exchange is taken that makes things no worse than a little."""


def one_by_one(  # noqa: PLR0913
    pool: Typed, room: Room, within: Bounds, hand: Hand, finder: Finder, dice: Generator, tries: int | None = None
) -> None:
    """Until no type is astray, or it comes no nearer; or comes nearer too slowly to be there after so many tries."""
    nearest, tries_since, in_vain = np.inf, 0, 0
    start = float(within.outside(hand.totals).sum())
    for number in count():
        astray, outside = hand.astray(), float(within.outside(hand.totals).sum())
        if not len(astray) or tries_since >= LOOK_BACK:
            return
        if tries is not None and number >= RUN_UP and outside > start * (1 - number / tries):
            return
        tries_since = 0 if outside < nearest - WHOLE else tries_since + 1
        nearest = min(nearest, outside)
        found = _new_group(pool, room, within, hand, finder, dice, int(dice.choice(astray)))
        in_vain = 0 if _take_best(hand, found, in_vain >= KICK_AFTER) else in_vain + 1


def _new_group(  # noqa: PLR0913
    pool: Typed, room: Room, within: Bounds, hand: Hand, finder: Finder, dice: Generator, type_: int
) -> list[Vector]:
    """Like one of those held, but with one more of this type, or one fewer."""
    holding = hand.that_could_change(type_, room)
    if not len(holding):
        return []
    group = hand.groups[int(dice.choice(holding))]
    low, high = room.low.copy(), room.high.copy()
    if hand.is_too_seldom(type_):
        low[type_] = group[type_] + 1
    else:
        high[type_] = group[type_] - 1
    cost = _near(group, hand.totals, within, pool.counts) + 0.2 * dice.random(len(group))
    return finder.near_best(cost, Room(room.least, room.most, low, high)) or []


def _near(group: Vector, totals: Vector, within: Bounds, counts: Vector) -> Vector:
    """Worth keeping: who is in the group, most of all who must not lose a place. Worth avoiding: who is too often."""
    inside = group > 0
    keep = np.where(totals <= within.least, 3.0, 1.0) * inside
    avoid = np.where(totals >= within.most, 2.0, 0.3) * (~inside & (counts > 0))
    want = 0.4 * ((totals < within.least) & ~inside)
    return np.asarray(keep - avoid + want)


def _take_best(hand: Hand, found: list[Vector], kick: bool) -> bool:  # noqa: FBT001
    """Exchange if that is better; if nothing was for long, also for a little worse."""
    if not found:
        return False
    after, out = hand.best_exchange(found[0])
    if after >= hand.badness(hand.totals) - WHOLE and not (kick and after < hand.badness(hand.totals) + 3):
        return False
    hand.exchange(out, found[0])
    return True
