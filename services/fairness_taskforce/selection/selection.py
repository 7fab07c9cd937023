"""The selection as a whole: from a pool to numbered groups, one of which a number from outside will choose."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from services.fairness_taskforce.selection.decompose import Mixture, decompose
from services.fairness_taskforce.selection.groups import Finder
from services.fairness_taskforce.selection.hull import leximin_of_groups
from services.fairness_taskforce.selection.leximin import Impossible, leximin_bound
from services.fairness_taskforce.selection.lottery import equal_groups, name_members
from services.fairness_taskforce.selection.pool import Pool
from services.fairness_taskforce.selection.relax import Clash, clash_of
from services.fairness_taskforce.selection.rules import maximin_bound, nash_bound, uniform_groups
from services.fairness_taskforce.selection.solver import Vector
from services.fairness_taskforce.selection.typed import Typed, typed

VERSION = "3"
"""Counts changes after which the same seed gives other groups."""

MET = 1e-6
"""A bound on chances that a mixture comes so near to is met."""

RULES = ("leximin", "maximin", "nash", "uniform")
Tell = Callable[[str], None]


class NoGroup(Exception):  # noqa: N818
    """The rules cannot be met."""

    def __init__(self, clash: Clash) -> None:
        super().__init__(clash.sentence)
        self.clash = clash


@dataclass(frozen=True, slots=True)
class Selection:
    """`chances` are what the rule asks for, `groups` the numbered groups from 0 on, by ids in order.

    `upper_bound` is what no lottery can beat as smallest chance; equal to the smallest of `chances` it shows these to
    be best. For "uniform" chances are counted among the groups, and there is no bound.
    """

    pool: Pool
    rule: str
    seed: int
    types: int
    chances: Mapping[str, float]
    groups: tuple[tuple[str, ...], ...]
    upper_bound: float | None

    @property
    def counts(self) -> Mapping[str, int]:
        """In how many of the groups each person is."""
        counted = Counter(id for group in self.groups for id in group)
        return {person.id: counted[person.id] for person in self.pool.people}

    @property
    def max_deviation(self) -> float:
        """By how much someone's share of the groups is off their chance at the most."""
        number, counts = len(self.groups), self.counts
        return max((abs(counts[id] / number - chance) for id, chance in self.chances.items()), default=0.0)

    @property
    def gini(self) -> float:
        """0 when all chances are equal, near 1 when one person has them all."""
        ordered = np.sort(np.array(list(self.chances.values())))
        total, people = ordered.sum(), len(ordered)
        if not total:
            return 0.0
        return float((2 * np.arange(1, people + 1) - people - 1) @ ordered / (people * total))

    @property
    def geometric_mean(self) -> float:
        ordered = np.array(list(self.chances.values()))
        return float(np.exp(np.log(ordered).mean())) if len(ordered) and ordered.min() > 0 else 0.0


def select(
    pool: Pool, *, number: int = 1000, seed: int = 0, rule: str = "leximin", tell: Tell = lambda _: None
) -> Selection:
    """`number` groups. The same pool, number, seed, rule and version give the same. Raises NoGroup, TooRare."""
    numbers, dice = typed(pool), np.random.default_rng(seed)
    if rule == "uniform":
        return _uniform(pool, numbers, number, seed, tell)
    try:
        tell("Finding everyone’s chance")
        bound = {"leximin": leximin_bound, "maximin": maximin_bound, "nash": nash_bound}[rule](numbers)
        tell("Mixing groups that give these chances")
        chances, mixture = _exact(numbers, bound, rule, dice, tell)
    except Impossible:
        tell("The quotas cannot be met; looking for the least changes")
        raise NoGroup(clash_of(pool)) from None
    tell(f"Making {number:,} equal groups")
    groups = equal_groups(numbers, chances, mixture, number, dice)
    named = name_members(numbers, groups, dice)
    by_person = {id: float(chance) for members, chance in zip(numbers.members, chances, strict=True) for id in members}
    ordered = {person.id: by_person[person.id] for person in pool.people}
    return Selection(pool, rule, seed, len(numbers.counts), ordered, tuple(named), float(bound.min()))


def _exact(numbers: Typed, bound: Vector, rule: str, dice: np.random.Generator, tell: Tell) -> tuple[Vector, Mixture]:
    """The chances that can be had, and a mixture with them. Where the bound is out of reach, leximin goes by groups."""
    mixture = decompose(numbers, bound * numbers.counts, dice)
    if not mixture.groups:
        raise Impossible
    if mixture.short <= MET:
        return bound, mixture
    if rule != "leximin":  # as near to it as groups come
        return np.clip(np.array(mixture.weights) @ mixture.matrix / numbers.counts, 0.0, 1.0), mixture
    tell("The bound is out of reach; asking for the best groups one by one")
    return leximin_of_groups(numbers, mixture.groups, Finder(numbers, dice))


def _uniform(pool: Pool, numbers: Typed, number: int, seed: int, tell: Tell) -> Selection:
    tell("Drawing groups at random, and keeping those that meet every quota")
    groups = uniform_groups(numbers, number, np.random.default_rng(seed))
    counted = Counter(id for group in groups for id in group)
    chances = {person.id: counted[person.id] / number for person in pool.people}
    return Selection(pool, "uniform", seed, len(numbers.counts), chances, tuple(groups), None)


def vacancies(pool: Pool, group: Collection[str], declined: Collection[str]) -> Pool:
    """The pool from which to replace those of a group who declined: the others keep their seats.

    A selection from it meets all quotas with those who stay, and gives who is left the chances that are fairest.
    """
    staying = set(group) - set(declined)
    return replace(
        pool,
        people=tuple(person for person in pool.people if person.id not in set(group) | set(declined)),
        seated=(*pool.seated, *(person for person in pool.people if person.id in staying)),
    )
