"""When the quotas cannot be met: which of them clash, and the least changes that make it possible."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.fairness_taskforce.selection.pool import Pool, Quota
from services.fairness_taskforce.selection.solver import INFINITY, Program, sparse
from services.fairness_taskforce.selection.typed import Typed, typed

CHOICES = 5
COSTLIER = 3
"""Choices that change so many times as much as the least are not offered."""


@dataclass(frozen=True, slots=True)
class Change:
    """One bound of a quota, as it is and as it would be. `bound` is "min" or "max"."""

    category: str
    feature: str
    bound: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Changes that together make a group possible. `cost`: by how many seats the quotas are moved in all."""

    cost: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """`bounds` cannot all be met; without any one of them the others can. `choices`: the least changes first."""

    bounds: tuple[tuple[Quota, str], ...]
    choices: tuple[Choice, ...]

    @property
    def sentence(self) -> str:
        if not self.bounds:
            return "No group of this size can be drawn, whatever the quotas: too many people must not sit together."
        wishes = [
            f"{'at least' if bound == 'min' else 'at most'} {quota.least if bound == 'min' else quota.most}"
            f" of {quota.category} {quota.feature}"
            for quota, bound in self.bounds
        ]
        return f"Nobody can draw a group with {_listed(wishes)} from these people."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def clash_of(pool: Pool) -> Clash:
    """For a pool from which no group can be drawn."""
    numbers = typed(pool)
    loose = _Loose(pool, numbers)
    bounds = [(place, bound) for place in range(len(pool.quotas)) for bound in ("min", "max")]
    if not loose.possible(()):
        return Clash((), ())
    held = list(bounds)
    for each in bounds:
        without = [other for other in held if other != each]
        if not loose.possible(without):
            held = without
    return Clash(tuple((pool.quotas[place], bound) for place, bound in held), tuple(loose.choices()))


def changed(pool: Pool, choice: Choice) -> Pool:
    """The pool with the quotas of a choice."""
    after = {(change.category, change.feature, change.bound): change.after for change in choice.changes}
    quotas = tuple(
        replace(
            quota,
            least=after.get((quota.category, quota.feature, "min"), quota.least),
            most=after.get((quota.category, quota.feature, "max"), quota.most),
        )
        for quota in pool.quotas
    )
    return replace(pool, quotas=quotas)


class _Loose:
    """A whole-number program: a group, and by how much each quota's ends are moved out for it.

    Variables: how many of each type, then for each quota how far down its minimum goes, how far up its maximum, and
    for each of these ends whether it is moved at all.
    """

    def __init__(self, pool: Pool, numbers: Typed) -> None:
        self._pool = pool
        self._types = len(numbers.counts)
        self._quotas = len(pool.quotas)
        self._ends = 2 * self._quotas
        self._numbers = numbers
        self._barred: list[np.ndarray] = []

    def possible(self, held: Sequence[tuple[int, str]]) -> bool:
        """Whether there is a group when only these bounds hold."""
        numbers = self._numbers
        least, most = numbers.least.copy(), numbers.most.copy()
        for place in range(self._quotas):
            if (place, "min") not in held:
                least[1 + place] = 0
            if (place, "max") not in held:
                most[1 + place] = INFINITY
        program = Program(sparse(numbers.rows), least, most, np.zeros(self._types), numbers.counts)
        program.make_whole()
        return program.solve()

    def choices(self) -> list[Choice]:
        found: list[Choice] = []
        while len(found) < CHOICES:
            choice = self._next()
            if choice is None or (found and choice.cost > COSTLIER * found[0].cost):
                break
            found.append(choice)
        return found

    def _next(self) -> Choice | None:
        """The least changes that are not those of an earlier choice with or without more."""
        types, ends, numbers = self._types, self._ends, self._numbers
        height = len(numbers.least)
        width = types + 2 * ends
        rows = np.zeros((height + self._quotas + ends + len(self._barred), width))
        rows[:height, :types] = numbers.rows
        quotas = np.arange(self._quotas)
        rows[1 + quotas, types + quotas] = 1.0  # the minimum, with how far down it goes
        rows[height + quotas, :types] = numbers.rows[1 + quotas]
        rows[height + quotas, types + self._quotas + quotas] = -1.0
        links = height + self._quotas + np.arange(ends)
        rows[links, types + np.arange(ends)] = 1.0
        rows[links, types + ends + np.arange(ends)] = -float(self._pool.seats)
        for number, barred in enumerate(self._barred):
            rows[height + self._quotas + ends + number, types + ends + barred] = 1.0
        least, most = numbers.least.copy(), numbers.most.copy()
        most[1 + quotas] = INFINITY
        low = np.concatenate([least, np.full(self._quotas + ends + len(self._barred), -INFINITY)])
        high = np.concatenate(
            [most, numbers.most[1 + quotas], np.zeros(ends), [len(barred) - 1.0 for barred in self._barred]]
        )
        upper = np.concatenate([numbers.counts, np.full(ends, float(self._pool.seats)), np.ones(ends)])
        cost = np.concatenate([np.zeros(types), np.full(ends, -1.0), np.full(ends, -1e-4)])
        program = Program(sparse(rows), low, high, np.zeros(width), upper, cost)
        program.make_whole()
        if not program.solve():
            return None
        moved = np.round(program.answer[types : types + ends]).astype(int)
        self._barred.append(np.nonzero(moved)[0])
        return self._choice(moved)

    def _choice(self, moved: np.ndarray) -> Choice:
        changes = []
        for place, quota in enumerate(self._pool.quotas):
            down, up = int(moved[place]), int(moved[self._quotas + place])
            if down:
                changes.append(Change(quota.category, quota.feature, "min", quota.least, quota.least - down))
            if up:
                changes.append(Change(quota.category, quota.feature, "max", quota.most, quota.most + up))
        return Choice(int(moved.sum()), tuple(changes))
