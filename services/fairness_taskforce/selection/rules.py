"""Other rules for who gets which chance, to compare leximin with."""

import numpy as np
from numpy.random import Generator

from services.fairness_taskforce.selection.leximin import Impossible, leximin_bound
from services.fairness_taskforce.selection.solver import INFINITY, Program, Vector, sparse
from services.fairness_taskforce.selection.typed import Typed

NASH_ROUNDS = 40
NASH_GAP = 1e-5
LEAST = 1e-6
AT_ONCE = 2_000
GROUPS_TRIED = 200_000


class TooRare(Exception):  # noqa: N818
    """Drawing at random and throwing away what breaks a rule does not come to an end."""


def maximin_bound(pool: Typed) -> Vector:
    """Only the smallest chance is made as large as it can be; the others are whatever comes."""
    smallest = float(leximin_bound(pool).min())
    dice = np.random.default_rng(0)
    low = np.maximum(0.0, pool.counts * smallest - 1e-8)
    program = Program(sparse(pool.rows), pool.least, pool.most, low, pool.counts, dice.random(len(pool.counts)))
    if not program.solve():
        raise Impossible
    return np.clip(program.answer / pool.counts, 0.0, 1.0)


def nash_bound(pool: Typed) -> Vector:
    """The product of all chances is made as large as it can be, by lines that touch its logarithm from above.

    Over the polytope, as leximin_bound; the sum of logarithms is within 1e-5 of the best, a head.
    """
    types, height = len(pool.counts), len(pool.least)
    touching = [np.maximum(leximin_bound(pool), LEAST)]
    chances = touching[0]
    for _ in range(NASH_ROUNDS):
        lines = len(touching) * types
        rows = np.zeros((height + lines, 2 * types))
        rows[:height, :types] = pool.rows
        for number, at in enumerate(touching):
            own = height + number * types + np.arange(types)
            rows[own, types + np.arange(types)] = 1.0
            rows[own, np.arange(types)] = -1.0 / (at * pool.counts)
        least = np.concatenate([pool.least, np.full(lines, -INFINITY)])
        most = np.concatenate([pool.most, *(np.log(at) - 1.0 for at in touching)])
        low = np.concatenate([np.zeros(types), np.full(types, -INFINITY)])
        high = np.concatenate([pool.counts, np.zeros(types)])
        program = Program(sparse(rows), least, most, low, high, np.concatenate([np.zeros(types), pool.counts]))
        if not program.solve():
            raise Impossible
        chances = np.clip(program.answer[:types] / pool.counts, LEAST, 1.0)
        if program.value - float(pool.counts @ np.log(chances)) <= NASH_GAP * pool.counts.sum():
            break
        touching.append(chances)
    return chances


def uniform_groups(pool: Typed, number: int, dice: Generator) -> list[tuple[str, ...]]:
    """Groups of which each that keeps to the rules is as likely as any other. Raises TooRare."""
    people = [(id, type_) for type_, members in enumerate(pool.members) for id in members]
    types = np.array([type_ for _, type_ in people])
    size, groups = int(pool.least[0]), list[tuple[str, ...]]()
    for _ in range(0, GROUPS_TRIED, AT_ONCE):
        drawn = np.argsort(dice.random((AT_ONCE, len(people))), axis=1)[:, :size]
        held = np.zeros((AT_ONCE, len(pool.least)))
        for seat in range(size):
            held += pool.rows[:, types[drawn[:, seat]]].T
        fits = ((held >= pool.least - 0.5) & (held <= pool.most + 0.5)).all(axis=1)
        groups += [tuple(sorted(people[each][0] for each in row)) for row in drawn[fits]]
        if len(groups) >= number:
            return groups[:number]
    raise TooRare(f"only {len(groups)} of {GROUPS_TRIED:,} groups drawn at random kept to the rules")
