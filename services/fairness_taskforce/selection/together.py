"""Several groups of those held changed at once, so that the types that are astray come nearer to their bounds.

Where no single group can be exchanged for a better one, one group can still give up somebody while another takes
somebody in. A whole-number program finds which changes to a few groups, chosen by lot, help most; then to a few others.
Such a search in a neighbourhood of what there is has no proof that it ends where it should: what is left is measured.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.groups import Room
from services.fairness_taskforce.selection.hand import WHOLE, Bounds, Hand
from services.fairness_taskforce.selection.solver import INFINITY, Matrix, Program, Sparse, from_entries
from services.fairness_taskforce.selection.typed import Typed

GROUPS = 4
MOST_GROUPS = 12
"""Each two turns in vain take one more group in."""

CHANGES = 3_000
"""Types times groups at the most, so that a program takes about a second."""

FIRST_ASTRAY = 40
"""Of the types that are astray, so many come into a program that cannot hold all types."""

TURNS_IN_VAIN = 12
NODES = 20
"""Of the search tree. A count, not a time: the same seed must give the same groups on every machine."""


@dataclass(frozen=True, slots=True)
class _Some:
    """Which types and groups are in play, and what the groups hold of each rule that is about these types."""

    types: np.ndarray
    groups: np.ndarray
    rules: np.ndarray
    held: Matrix


def together(pool: Typed, room: Room, within: Bounds, hand: Hand, dice: Generator) -> None:
    """Until no type is astray, or no change was found for some turns."""
    in_vain = 0
    while len(hand.astray()) and in_vain < TURNS_IN_VAIN:
        some = _some(pool, room, hand, dice, min(GROUPS + in_vain // 2, MOST_GROUPS))
        changes = _best_changes(pool, room, within, hand, some)
        in_vain = 0 if changes is not None and _take(hand, within, some, changes) else in_vain + 1


def _some(pool: Typed, room: Room, hand: Hand, dice: Generator, number: int) -> _Some:
    astray, free = hand.astray(), np.nonzero(room.low < room.high)[0]
    if len(free) * number > CHANGES:
        first = dice.permutation(astray)[:FIRST_ASTRAY]
        rest = dice.permutation(np.setdiff1d(free, first))[: CHANGES // number - len(first)]
        free = np.concatenate([first, rest])
    holding = [hand.that_could_change(int(type_), room) for type_ in dice.permutation(astray)]
    useful = [int(dice.choice(each)) for each in holding if len(each)]
    others = dice.permutation(np.nonzero(hand.numbers > 0)[0]).tolist()
    groups = np.array(list(dict.fromkeys([*useful, *others]))[:number])
    rules = np.nonzero(pool.rows[:, free].any(axis=1))[0]
    return _Some(free, groups, rules, pool.rows[rules] @ hand.groups[groups].T)


def _best_changes(pool: Typed, room: Room, within: Bounds, hand: Hand, some: _Some) -> Matrix | None:
    """One more, one fewer or as before: a row for each group, a column for each type; None if none was found.

    Variables: these changes, then for each type by how much it is too often, then by how much it is too seldom.
    """
    types, groups = len(some.types), len(some.groups)
    changes, width = types * groups, types * groups + 2 * types
    own = hand.groups[np.ix_(some.groups, some.types)]
    low = np.concatenate([np.maximum(room.low[some.types] - own, -1).ravel(), np.zeros(2 * types)])
    high = np.concatenate([np.minimum(room.high[some.types] - own, 1).ravel(), np.full(2 * types, INFINITY)])
    totals, open_end = hand.totals[some.types], np.full(types, INFINITY)
    least = np.concatenate(
        [(room.least[some.rules, None] - some.held).T.ravel(), -open_end, within.least[some.types] - totals]
    )
    most = np.concatenate(
        [(room.most[some.rules, None] - some.held).T.ravel(), within.most[some.types] - totals, open_end]
    )
    cost = np.append(np.zeros(changes), np.full(2 * types, -1.0))
    program = Program(_rows(pool, some, width), least, most, low, high, cost)
    program.make_whole(np.arange(changes))
    if not program.solve_roughly(nodes=NODES, gap=1 - WHOLE):
        return None
    return np.asarray(np.round(program.answer[:changes]).reshape(groups, types))


def _rows(pool: Typed, some: _Some, width: int) -> Sparse:
    """The rules for each group, then that each type is not too often, then that it is not too seldom."""
    types, groups, rules = len(some.types), len(some.groups), len(some.rules)
    part = pool.rows[np.ix_(some.rules, some.types)]
    at, of = np.nonzero(part)
    each, own = np.arange(groups), np.arange(types)
    rules_at = (each[:, None] * rules + at).ravel()
    rules_of = (each[:, None] * types + of).ravel()
    all_types, all_changes = np.tile(own, groups), np.arange(groups * types)
    often, seldom = groups * rules, groups * rules + types
    rows = [rules_at, often + all_types, seldom + all_types, often + own, seldom + own]
    columns = [rules_of, all_changes, all_changes, groups * types + own, groups * types + types + own]
    ones = np.ones(groups * types)
    values = [np.tile(part[at, of], groups), ones, ones, -np.ones(types), np.ones(types)]
    return from_entries(seldom + types, width, np.concatenate(rows), np.concatenate(columns), np.concatenate(values))


def _take(hand: Hand, within: Bounds, some: _Some, changes: Matrix) -> bool:
    """Make them, if that brings the totals nearer."""
    totals = hand.totals.copy()
    totals[some.types] += changes.sum(axis=0)
    if within.outside(totals).sum() >= within.outside(hand.totals).sum() - WHOLE:
        return False
    for place, change in zip(some.groups.tolist(), changes, strict=True):
        if change.any():
            group = hand.groups[place].copy()
            group[some.types] += change
            hand.exchange(place, group)
    return True
