"""A small pool, with every valid group found by trying all, and its draw frozen."""

from itertools import combinations

from services.fairness_taskforce.selection.pool import Person, Pool, Quota
from services.fairness_taskforce.selection.record import Frozen, Program, freeze
from services.fairness_taskforce.selection.source import Balls, Beacon

SALT = b"a salt that the council keeps"
PROGRAM = Program("engage 0.1.0, selection 1", seed=7)
ROUND = Beacon(27_946_612)
"""Of 2026-04-20 00:00:00 UTC."""
BALLS = Balls("Town Hall, 20 April 2026, 18:00")
RANDOMNESS = "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"

PEOPLE = (
    Person("ana", ("f", "young")),
    Person("ben", ("m", "young"), household="12 High Street"),
    Person("cat", ("f", "old"), household="12 High Street"),
    Person("dan", ("m", "old")),
    Person("eve", ("f", "old")),
    Person("fay", ("f", "young")),
    Person("gus", ("m", "old")),
)
POOL = Pool(
    categories=("gender", "age"),
    quotas=(
        Quota("gender", "f", 2, 3),
        Quota("gender", "m", 1, 2),
        Quota("age", "young", 1, 2),
        Quota("age", "old", 2, 3),
    ),
    people=PEOPLE,
    seats=4,
    apart=(("ana", "dan"),),
)
SEATED = Pool(
    POOL.categories, POOL.quotas, PEOPLE[:-1], POOL.seats, apart=(("ana", "gus"), ("ana", "dan")), seated=PEOPLE[-1:]
)


def valid_groups(pool: Pool) -> list[tuple[str, ...]]:
    """Every group that keeps to every rule, without those already seated."""
    return [
        tuple(person.id for person in drawn)
        for drawn in combinations(pool.people, pool.to_draw)
        if _keeps_to_rules(pool, (*drawn, *pool.seated))
    ]


def _keeps_to_rules(pool: Pool, group: tuple[Person, ...]) -> bool:
    ids = {person.id for person in group}
    homes = [person.household for person in group if person.household]
    counts = {
        (quota.category, quota.feature): sum(
            person.features[pool.categories.index(quota.category)] == quota.feature for person in group
        )
        for quota in pool.quotas
    }
    return (
        len(homes) == len(set(homes))
        and not any(ids.issuperset(pair) for pair in pool.apart)
        and all(quota.least <= counts[quota.category, quota.feature] <= quota.most for quota in pool.quotas)
    )


def lottery(pool: Pool, number: int) -> tuple[list[tuple[str, ...]], dict[str, float]]:
    """So many groups, the valid ones in turn, and the chances that they give."""
    valid = valid_groups(pool)
    groups = [valid[at % len(valid)] for at in range(number)]
    return groups, {person.id: sum(person.id in group for group in groups) / number for person in pool.people}


def frozen(pool: Pool = POOL, number: int = 20, source: Beacon | Balls = ROUND) -> Frozen:
    groups, chances = lottery(pool, number)
    return freeze(pool, groups, chances, PROGRAM, source, salt=SALT)
