"""The selection: exact chances, groups that keep to every rule, and least changes where there is none."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.fairness_taskforce.selection.pool import Person, Pool, Quota
from services.fairness_taskforce.selection.relax import Change, Choice, Clash, changed
from services.fairness_taskforce.selection.rules import TooRare
from services.fairness_taskforce.selection.selection import NoGroup, select, vacancies
from tests.selection.pools import SMALLEST_CHANCE_AND_GINI, all_groups, keeps_to_rules, pool_of
from tests.selection.slow_leximin import slow_leximin

NAMES = tuple(SMALLEST_CHANCE_AND_GINI)
SMALL = ("opendlp_mon_28", "sf_fixture_22", "syn_n50_k20", "syn_n200_k30")


@pytest.mark.parametrize("name", NAMES)
def test_a_pool_has_its_known_chances_and_a_lottery_that_keeps_to_them(name: str) -> None:
    pool = pool_of(name)
    smallest, gini = SMALLEST_CHANCE_AND_GINI[name]

    selection = select(pool, seed=7)

    assert min(selection.chances.values()) == pytest.approx(smallest, abs=2e-6)
    assert selection.upper_bound == pytest.approx(smallest, abs=2e-6)
    assert selection.gini == pytest.approx(gini, abs=1e-4)
    assert sum(selection.chances.values()) == pytest.approx(pool.seats)
    assert len(selection.groups) == 1000
    assert all(keeps_to_rules(pool, group) for group in set(selection.groups))
    assert selection.max_deviation <= 0.001 + 1e-9


def test_the_same_seed_gives_the_same_lottery_and_another_another() -> None:
    pool = pool_of("syn_n50_k20")

    assert select(pool, seed=3) == select(pool, seed=3)
    assert select(pool, seed=3).groups != select(pool, seed=4).groups
    assert select(pool, seed=3).chances == pytest.approx(select(pool, seed=4).chances, abs=1e-6)


@st.composite
def small_pools(draw: st.DrawFn) -> Pool:
    """Up to ten people, some of whom live together or must be kept apart, one of whom may have a seat already."""
    features = draw(st.lists(st.integers(2, 3), min_size=1, max_size=3))
    people = [
        Person(
            f"p{number}",
            tuple(f"f{draw(st.integers(0, count - 1))}" for count in features),
            draw(st.sampled_from(["", "", "", "h1", "h2"])),
        )
        for number in range(draw(st.integers(2, 10)))
    ]
    seats = draw(st.integers(1, max(1, len(people) // 2)))
    quotas = []
    for place, count in enumerate(features):
        for feature in range(count):
            least = draw(st.integers(0, max(0, seats // count)))
            quotas.append(Quota(f"c{place}", f"f{feature}", least, draw(st.integers(max(1, least), seats))))
    apart = draw(st.sampled_from([(), (("p0", "p1"),)]))
    categories = tuple(f"c{place}" for place in range(len(features)))
    seated: tuple[Person, ...] = ()
    if seats > 1 and draw(st.booleans()):
        seated = (replace(people.pop(), household=draw(st.sampled_from(["", "h1"]))),)
    return Pool(categories, tuple(quotas), tuple(people), seats, apart, seated)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(small_pools(), st.integers(0, 2**16))
def test_chances_are_those_of_an_independent_program_over_every_group(pool: Pool, seed: int) -> None:
    groups = all_groups(pool)
    assume(groups)

    selection = select(pool, seed=seed, number=100)

    expected = slow_leximin([person.id for person in pool.people], groups)
    assert selection.chances == pytest.approx(expected, abs=1e-5)
    assert set(selection.groups) <= set(groups)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(small_pools())
def test_where_no_group_can_be_drawn_the_least_changes_make_one_possible(pool: Pool) -> None:
    assume(not all_groups(pool))

    with pytest.raises(NoGroup) as none:
        select(pool)

    clash = none.value.clash
    assert clash.sentence
    loose = replace(pool, quotas=tuple(Quota(q.category, q.feature, 0, pool.seats) for q in pool.quotas))
    assert bool(clash.choices) == bool(all_groups(loose))
    for choice in clash.choices:
        assert all_groups(changed(pool, choice))
    if clash.choices:
        assert not any(all_groups(smaller) for smaller in _changed_by(pool, clash.choices[0].cost - 1))


def _changed_by(pool: Pool, cost: int) -> list[Pool]:
    """The pool with every change of quotas of this cost or, since a further one never hurts, less."""
    pools = [pool]
    for _ in range(min(cost, 2)):
        pools = [changed(each, Choice(1, (one,))) for each in pools for one in _single(each)]
    return pools if cost > 0 else [pool]


def _single(pool: Pool) -> list[Change]:
    down = [Change(q.category, q.feature, "min", q.least, q.least - 1) for q in pool.quotas if q.least]
    return down + [Change(q.category, q.feature, "max", q.most, q.most + 1) for q in pool.quotas]


@pytest.mark.parametrize("name", ["syn_n50_k20", "sf_fixture_22"])
def test_each_quota_tightened_until_nothing_fits_is_told_with_a_way_out(name: str) -> None:
    pool = pool_of(name)
    for place, quota in enumerate(pool.quotas):
        tight = replace(quota, least=0, most=0) if quota.least else replace(quota, least=pool.seats, most=pool.seats)
        tightened = replace(pool, quotas=(*pool.quotas[:place], tight, *pool.quotas[place + 1 :]))
        clash = clash_in(tightened)
        if clash is not None:
            assert all(choice.changes for choice in clash.choices)
            assert clash_in(changed(tightened, clash.choices[0])) is None


def clash_in(pool: Pool) -> Clash | None:
    try:
        select(pool, number=1)
    except NoGroup as none:
        return none.clash
    return None


def test_a_clash_names_only_what_clashes() -> None:
    pool = pool_of("syn_n50_k20")
    first, second, *rest = pool.quotas
    assert first.category == second.category
    impossible = replace(pool, quotas=(replace(first, most=3), replace(second, most=3), *rest))

    with pytest.raises(NoGroup) as none:
        select(impossible)

    named = [(quota.category, quota.feature, bound) for quota, bound in none.value.clash.bounds]
    assert clash_in(with_only(impossible, named)) is not None
    for each in named:
        assert clash_in(with_only(impossible, [other for other in named if other != each])) is None
    for category, feature, _ in named:
        assert f"of {category} {feature}" in none.value.clash.sentence


def with_only(pool: Pool, bounds: list[tuple[str, str, str]]) -> Pool:
    """The pool with these bounds of its quotas, and no others."""
    return replace(
        pool,
        quotas=tuple(
            Quota(
                quota.category,
                quota.feature,
                quota.least if (quota.category, quota.feature, "min") in bounds else 0,
                quota.most if (quota.category, quota.feature, "max") in bounds else pool.seats,
            )
            for quota in pool.quotas
        ),
    )


def test_ten_thousand_draws_are_as_frequent_as_published() -> None:
    """The number of draws in which someone is chosen is within five standard deviations, for all 200."""
    selection = select(pool_of("syn_n200_k30"), seed=1)
    dice, draws = np.random.default_rng(2040), 10_000
    drawn = Counter(id for number in dice.integers(0, 1000, draws) for id in selection.groups[number])

    for id, count in selection.counts.items():
        share = count / 1000
        assert abs(drawn[id] - draws * share) <= 5 * (draws * share * (1 - share)) ** 0.5 + 1e-9


@pytest.mark.parametrize("name", SMALL)
def test_who_declines_is_replaced_so_that_all_quotas_still_hold(name: str) -> None:
    pool = pool_of(name)
    group = select(pool, seed=5).groups[0]
    declined = group[:1]

    left = vacancies(pool, group, declined)
    if (clash := clash_in(left)) is not None:  # nobody else has what they had; it says how to go on
        assert clash.choices
        return
    again = select(left, seed=5)
    assert all(len(each) == len(declined) for each in again.groups)
    assert not {id for each in again.groups for id in each} & set(group)
    assert all(keeps_to_rules(left, each) for each in set(again.groups))


def test_one_person_and_one_group_are_no_special_cases() -> None:
    alone = Pool(("c",), (Quota("c", "f", 0, 1),), (Person("a", ("f",)),), 1)
    assert select(alone).chances == pytest.approx({"a": 1.0})
    assert set(select(alone).groups) == {("a",)}

    two = tuple(Person(id, (feature,)) for id, feature in (("a", "f"), ("b", "g"), ("c", "g")))
    only = Pool(("c",), (Quota("c", "f", 0, 0), Quota("c", "g", 2, 2)), two, 2)
    selection = select(only)
    assert selection.chances == pytest.approx({"a": 0.0, "b": 1.0, "c": 1.0})
    assert set(selection.groups) == {("b", "c")}


def test_where_linear_programs_promise_too_much_the_groups_decide() -> None:
    """Three people of whom each pair clashes in one category: half of each is allowed, two of them are not."""
    people = tuple(
        Person(id, features)
        for id, features in (("a", ("x", "x", "-")), ("b", ("x", "-", "x")), ("c", ("-", "x", "x")))
    )
    others = tuple(Person(id, ("-", "-", "-")) for id in "defgh")
    quotas = tuple(Quota(f"c{place}", feature, 0, most) for place in range(3) for feature, most in (("x", 1), ("-", 9)))
    pool = Pool(("c0", "c1", "c2"), quotas, (*people, *others), 3)

    selection = select(pool)

    expected = slow_leximin([person.id for person in pool.people], all_groups(pool))
    assert selection.chances == pytest.approx(expected, abs=1e-5)
    assert selection.upper_bound is not None
    assert selection.upper_bound > min(selection.chances.values()) + 0.01


def test_other_rules_give_what_they_are_named_for() -> None:
    pool = pool_of("syn_n50_k20")
    fair, maximin, nash = (select(pool, rule=rule, seed=1) for rule in ("leximin", "maximin", "nash"))

    assert min(maximin.chances.values()) == pytest.approx(min(fair.chances.values()), abs=1e-5)
    assert nash.geometric_mean >= max(fair.geometric_mean, maximin.geometric_mean)
    for selection in (maximin, nash):
        assert all(keeps_to_rules(pool, group) for group in set(selection.groups))
        assert selection.max_deviation <= 0.001 + 1e-9


def test_uniform_draws_every_group_alike_or_says_that_it_cannot() -> None:
    people = tuple(Person(str(number), ("f" if number < 3 else "g",)) for number in range(6))
    pool = Pool(("c",), (Quota("c", "f", 1, 1), Quota("c", "g", 1, 1)), people, 2)
    counted = Counter(select(pool, rule="uniform", seed=2, number=9000).groups)

    assert len(counted) == 9
    assert all(abs(count - 1000) < 5 * 1000**0.5 for count in counted.values())
    with pytest.raises(TooRare, match="kept to the rules"):
        select(pool_of("syn_n500_k40"), rule="uniform")
