"""A pool as numbers: people who no rule tells apart are one type with a count, and every rule is a row."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from services.fairness_taskforce.selection.pool import Person, Pool
from services.fairness_taskforce.selection.solver import Matrix, Vector


@dataclass(frozen=True, slots=True)
class Typed:
    """A group is a whole number for each type, from 0 to `counts`, with least <= rows @ group <= most.

    `names` says what each row is about; the first row is the size of the group, the next ones are the quotas.
    """

    members: tuple[tuple[str, ...], ...]
    counts: Vector
    rows: Matrix
    least: Vector
    most: Vector
    names: tuple[str, ...]

    def keeps_to_rules(self, group: Vector) -> bool:
        held = self.rows @ group
        inside = bool((group >= 0).all() and (group <= self.counts).all())
        return inside and bool((held >= self.least - 0.5).all() and (held <= self.most + 0.5).all())


def typed(pool: Pool) -> Typed:
    """Seats already filled are taken off the size and the quotas; who must not sit with them cannot be drawn."""
    clashes = _clashes(pool)
    ties = {
        person.id: tuple(sorted(clash for clash, ids in clashes.items() if person.id in ids)) for person in pool.people
    }
    members: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for person in pool.people:
        members.setdefault((person.features, ties[person.id]), []).append(person.id)
    keys = list(members)
    rows, least, most, names = [np.ones(len(keys))], [pool.to_draw], [pool.to_draw], ["the size of the group"]
    for quota in pool.quotas:
        place = pool.categories.index(quota.category)
        has = Counter(person.features[place] for person in pool.seated)[quota.feature]
        rows.append(np.array([1.0 if features[place] == quota.feature else 0.0 for features, _ in keys]))
        least.append(max(0, quota.least - has))
        most.append(quota.most - has)
        names.append(f"{quota.category}: {quota.feature}")
    seated = {person.id for person in pool.seated}
    for clash, ids in clashes.items():
        rows.append(np.array([1.0 if clash in tied else 0.0 for _, tied in keys]))
        least.append(0)
        most.append(0 if ids & seated else 1)
        names.append(clash)
    counts = np.array([len(members[key]) for key in keys], float)
    return Typed(
        tuple(tuple(members[key]) for key in keys),
        counts,
        np.array(rows),
        np.array(least, float),
        np.array(most, float),
        tuple(names),
    )


def _clashes(pool: Pool) -> dict[str, set[str]]:
    """Sets of people of whom at most one may sit in a group, by name."""
    everyone: list[Person] = [*pool.people, *pool.seated]
    households: dict[str, set[str]] = {}
    for person in everyone:
        if person.household:
            households.setdefault(person.household, set()).add(person.id)
    clashes = {f"household {name}": ids for name, ids in households.items() if len(ids) > 1}
    known = {person.id for person in everyone}
    clashes |= {f"apart {first} {second}": {first, second} for first, second in pool.apart if {first, second} <= known}
    return clashes
