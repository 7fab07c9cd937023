"""Equal groups: what is astray after rounding is mended, also where no single exchange helps."""

import numpy as np
import pytest

from bench.pools import Around, around_a_group, made_up
from services.fairness_taskforce.selection.decompose import decompose, face
from services.fairness_taskforce.selection.groups import room_of
from services.fairness_taskforce.selection.halving import halved
from services.fairness_taskforce.selection.hand import Hand, bounds
from services.fairness_taskforce.selection.leximin import leximin_bound
from services.fairness_taskforce.selection.lottery import _rounded
from services.fairness_taskforce.selection.pool import Pool
from services.fairness_taskforce.selection.selection import select
from services.fairness_taskforce.selection.together import together
from services.fairness_taskforce.selection.typed import Typed, typed
from tests.selection.pools import keeps_to_rules, pool_of

NUMBER = 1000


def test_changes_to_several_groups_at_once_bring_every_type_within_its_bounds() -> None:
    numbers, dice = typed(pool_of("syn_n200_k30")), np.random.default_rng(5)
    chances = leximin_bound(numbers)
    mixture = decompose(numbers, chances * numbers.counts, dice)
    within = bounds(numbers, chances, NUMBER)
    hand = Hand(mixture.matrix, _rounded(np.array(mixture.weights), NUMBER, dice), within, numbers.counts)
    assert len(hand.astray()) > 1, "there is nothing to mend"

    together(numbers, face(numbers, chances * numbers.counts, room_of(numbers)), within, hand, dice)

    assert not len(hand.astray())
    assert hand.numbers.sum() == NUMBER
    assert np.array_equal(hand.totals, hand.numbers @ hand.groups)
    assert all(numbers.keeps_to_rules(group) for group in hand.groups)


@pytest.mark.parametrize("number", [1, 2, 7, 1000])
def test_halving_gives_every_type_its_places_and_every_group_keeps_to_the_rules(number: int) -> None:
    numbers, dice = typed(pool_of("syn_n200_k30")), np.random.default_rng(5)
    chances = leximin_bound(numbers)
    point = chances * numbers.counts
    within = bounds(numbers, chances, number)

    groups = halved(numbers, point, number, face(numbers, point, room_of(numbers)), dice)

    assert groups is not None
    assert len(groups) == number
    assert all(numbers.keeps_to_rules(group) for group in groups)
    assert not within.outside(np.sum(groups, axis=0)).any()


def test_halving_says_so_where_there_are_no_groups_to_halve_into() -> None:
    """One of each two of three people: on average half of each, but no group has them."""
    rows = np.array([[1.0, 1, 0], [0, 1, 1], [1, 0, 1]])
    ones = np.ones(3)
    pool = Typed((("a",), ("b",), ("c",)), ones, rows, ones, ones, ("ab", "bc", "ac"))

    assert halved(pool, ones / 2, 2, room_of(pool), np.random.default_rng(1)) is None


@pytest.mark.parametrize(
    "pool",
    [
        around_a_group(Around(400, 170, (2, 4, 5, 3, 4), slack=1, rare=0.01), seed=7),
        around_a_group(Around(300, 40, (2, 4, 5, 3), slack=1, households=0.5, pairs=3), seed=1),
        made_up(300, 40, (2, 5, 5, 4, 3, 6), slack=1, seed=2),
        made_up(400, 25, (2, 3, 4, 5, 6, 2, 3), slack=2, seed=3),
        made_up(350, 120, (2, 4, 5, 4), slack=2, seed=16),
        made_up(600, 45, (2,) * 9, slack=1, seed=19),
    ],
    ids=[
        "halved",
        "households",
        "six-categories",
        "seven-categories",
        "a-third-is-drawn",
        "nine-categories-of-two",
    ],
)
def test_a_pool_with_many_categories_has_a_lottery_within_a_thousandth(pool: Pool) -> None:
    selection = select(pool, seed=7)

    assert selection.upper_bound is not None
    assert min(selection.chances.values()) <= selection.upper_bound + 1e-6
    assert sum(selection.chances.values()) == pytest.approx(pool.seats)
    assert all(keeps_to_rules(pool, group) for group in set(selection.groups))
    assert selection.max_deviation <= 0.001 + 1e-9
