"""Ballots for sessions: the same selection, with quotas that follow from who asked for a place."""

from collections import Counter

import pytest

from services.fairness_taskforce.selection.ballot import stratified
from services.fairness_taskforce.selection.pool import Person, Quota
from services.fairness_taskforce.selection.selection import select
from tests.selection.pools import keeps_to_rules, pool_of


def test_everyone_who_asks_has_the_same_chance_and_every_group_is_like_those_who_asked() -> None:
    asked = pool_of("syn_n200_k30")

    ballot = stratified(asked.categories[:2], [Person(each.id, each.features[:2]) for each in asked.people], 12)
    selection = select(ballot, seed=4)

    assert list(selection.chances.values()) == pytest.approx([12 / 200] * 200)
    assert selection.max_deviation <= 0.001 + 1e-9
    assert all(keeps_to_rules(ballot, group) for group in set(selection.groups))
    for place in range(2):
        held = Counter(person.features[place] for person in asked.people)
        for group in selection.groups[:20]:
            drawn = Counter(person.features[place] for person in ballot.people if person.id in group)
            assert all(abs(drawn[feature] - 12 * count / 200) < 1 for feature, count in held.items())


def test_a_share_that_is_whole_is_kept_and_another_is_rounded_down_or_up() -> None:
    people = [Person(str(number), ("f" if number < 4 else "g", "x" if number < 3 else "y")) for number in range(12)]

    assert stratified(("c", "d"), people, 6).quotas == (
        Quota("c", "f", 2, 2),
        Quota("c", "g", 4, 4),
        Quota("d", "x", 1, 2),
        Quota("d", "y", 4, 5),
    )
