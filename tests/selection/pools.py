"""Pools for the tests: those in the folder, and small ones whose groups can all be listed."""

from itertools import combinations
from pathlib import Path

from services.fairness_taskforce.selection.pool import Pool
from services.fairness_taskforce.selection.reading import Sheets, read_pool
from services.fairness_taskforce.selection.tables import Sheet

FOLDER = Path(__file__).parent / "data"

SMALLEST_CHANCE_AND_GINI = {
    "example_small_20": (0.100000, 0.0000),
    "example_large_200": (0.100000, 0.0000),
    "opendlp_mon_28": (0.250000, 0.0566),
    "sf_fixture_22": (0.090909, 0.1404),
    "syn_n50_k20": (0.190476, 0.3655),
    "syn_n200_k30": (0.092105, 0.2213),
    "syn_n500_k40": (0.038095, 0.4273),
    "syn_n2000_k30": (0.008728, 0.2538),
}
"""As the Sortition Foundation's library and a second program found them."""


def pool_of(name: str) -> Pool:
    folder = FOLDER / name
    sheets = Sheets(Sheet.open(folder / "categories.csv"), Sheet.open(folder / "respondents.csv"))
    return read_pool(sheets, int(name.rpartition("_")[2].lstrip("k")))


def keeps_to_rules(pool: Pool, group: tuple[str, ...]) -> bool:
    """By counting people one by one, as somebody would who checks it by hand."""
    members = [person for person in pool.people if person.id in set(group)] + list(pool.seated)
    if len(set(group)) != len(group) or len(members) != pool.seats:
        return False
    for quota in pool.quotas:
        place = pool.categories.index(quota.category)
        if not quota.least <= sum(person.features[place] == quota.feature for person in members) <= quota.most:
            return False
    households = [person.household for person in members if person.household]
    ids = {person.id for person in members}
    return len(set(households)) == len(households) and not any(ids >= set(pair) for pair in pool.apart)


def all_groups(pool: Pool) -> list[tuple[str, ...]]:
    """Every group that keeps to the rules."""
    ids = [person.id for person in pool.people]
    return [group for group in combinations(ids, pool.to_draw) if keeps_to_rules(pool, group)]
