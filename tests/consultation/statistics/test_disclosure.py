"""Protected tables under attack: every table that fits what is published is listed, or sought by linear programs."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation.domain.statistics.disclosure import (
    Protected,
    may_renew,
    protect,
    protect_several,
)
from tests.consultation.statistics.attack import Attack

Table = tuple[tuple[int, ...], ...]


def by_totals(counts: np.ndarray, row: int, column: int) -> int:
    """How wide the totals leave the range of a count, by Fréchet's bounds."""
    one, other, total = counts[row].sum(), counts[:, column].sum(), counts.sum()
    return int(min(one, other) - max(0, one + other - total))


def all_tables(rows: Sequence[int], columns: Sequence[int]) -> Iterator[Table]:
    """Every table of whole people with these totals."""
    if len(rows) == 1:
        yield (tuple(columns),)
        return
    for first in product(*(range(min(rows[0], most) + 1) for most in columns[:-1])):
        row = (*first, rows[0] - sum(first))
        if 0 <= row[-1] <= columns[-1]:
            for rest in all_tables(rows[1:], [total - count for total, count in zip(columns, row, strict=True)]):
                yield (row, *rest)


def looks_the_same(table: Table, published: Protected) -> bool:
    """As far as somebody sees who knows of rounding and the threshold."""
    return all(
        cell is None or (count >= published.threshold and abs(count - cell) <= 2) or (count == cell == 0)
        for row, cells in zip(table, published.cells, strict=True)
        for count, cell in zip(row, cells, strict=True)
    )


small_tables = st.integers(2, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 4), st.integers(0, 11)), min_size=width, max_size=width),
        min_size=2,
        max_size=3,
    ).filter(lambda rows: 0 < sum(map(sum, rows)) < 36)
)


@settings(max_examples=150, deadline=None)
@given(small_tables)
def test_of_every_hidden_count_as_much_stays_possible_as_the_threshold_or_as_the_totals_leave(
    rows: list[list[int]],
) -> None:
    counts = np.array(rows)
    published = protect(counts)
    every = list(all_tables(counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()))
    possible = np.array([table for table in every if looks_the_same(table, published)])

    assert (possible == counts).all(axis=(1, 2)).any()
    for row, column in np.ndindex(counts.shape):
        if published.cells[row][column] is None:
            assert np.ptp(possible[:, row, column]) >= min(5, by_totals(counts, row, column))


@settings(max_examples=150, deadline=None)
@given(small_tables)
def test_no_sum_of_a_few_people_in_a_row_or_a_column_can_be_worked_out(rows: list[list[int]]) -> None:
    """Nor what is left of a total when what is shown is subtracted: that is such a sum."""
    counts = np.array(rows)
    published = protect(counts)
    every = np.array(list(all_tables(counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist())))
    possible = np.array([table for table in every if looks_the_same(table, published)])
    for turned in (False, True):
        mine, all_, now = (
            (possible.swapaxes(1, 2), every.swapaxes(1, 2), counts.T) if turned else (possible, every, counts)
        )
        for row, line in enumerate(now):
            for several in (which for size in range(1, len(line)) for which in combinations(range(len(line)), size)):
                if line[list(several)].sum() < 5 and np.ptp(all_[:, row, several].sum(axis=1)):
                    assert np.ptp(mine[:, row, several].sum(axis=1))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=2),
    st.integers(0, 1),
)
def test_that_everyone_gives_one_of_several_answers_at_least_gives_away_no_more(
    kinds: list[tuple[int, int, int]], threshold: int
) -> None:
    """Of each group: how many chose the first option alone, the second alone, or both."""
    limit = (5, 10)[threshold]
    counts = tuple((one + both, other + both) for one, other, both in kinds)
    answered = [sum(kind) for kind in kinds]
    totals = [sum(column) for column in zip(*counts, strict=True)]
    published = protect_several(counts, answered, limit)
    every = []
    for first in product(*(range(min(people, totals[at]) + 1) for people in answered[:1] for at in (0, 1))):
        second = tuple(total - count for total, count in zip(totals, first, strict=True))
        if all(
            max(row) <= people <= sum(row) and min(row) >= 0
            for row, people in zip((first, second), answered, strict=True)
        ):
            every.append((first, second))
    possible = np.array([table for table in every if looks_the_same(table, published)])

    assert (possible == np.array(counts)).all(axis=(1, 2)).any()
    for row, column in product(range(2), range(2)):
        if published.cells[row][column] is None:
            left = np.ptp(np.array(every)[:, row, column])
            assert np.ptp(possible[:, row, column]) >= min(limit, left)
        else:
            assert answered[row] - counts[row][column] >= limit or not counts[row][column]


def tables(rows: int, columns: int) -> st.SearchStrategy[np.ndarray]:
    return st.integers(0, 2**32 - 1).map(
        lambda seed: (np.random.default_rng(seed).gamma(0.6, 30, (rows, columns))).astype(np.int64)
    )


@pytest.mark.parametrize("threshold", [5, 10])
@settings(max_examples=15, deadline=None)
@given(counts=tables(12, 6))
def test_a_linear_program_learns_no_more(counts: np.ndarray, threshold: int) -> None:
    published = protect(counts, threshold)
    attack = Attack(counts.shape)
    attack.totals(counts)
    attack.table((0, 1), published, counts)
    for row, column in np.ndindex(counts.shape):
        if published.cells[row][column] is None:
            low, high = attack.range_of((row, column))
            assert high - low >= min(threshold, by_totals(counts, row, column)) - 1e-6


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_one_breakdown_of_two_questions_is_as_safe_as_each_alone(seed: int) -> None:
    """Ward by one answer, and ward by another, of the same people, with every answer that goes with them."""
    dice = np.random.default_rng(seed)
    people = dice.multinomial(300, dice.dirichlet(np.full(5 * 4 * 4, 0.4))).reshape(5, 4, 4)
    attack = Attack(people.shape)
    attack.totals(people)
    crossed = {(0, 1): people.sum(axis=2), (0, 2): people.sum(axis=1)}
    published = {axes: protect(counts) for axes, counts in crossed.items()}
    for axes, counts in crossed.items():
        attack.table(axes, published[axes], counts)
    for axes, counts in crossed.items():
        for at in np.ndindex(counts.shape):
            if published[axes].cells[at[0]][at[1]] is None:
                low, high = attack.range_of_pair(axes, at)
                assert high - low >= min(5, by_totals(counts, *at)) - 1e-6


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_three_tables_of_the_same_people_together_pin_no_small_count(seed: int) -> None:
    """Ward by answer, ward by age, and age by answer: a circle, for which nothing is proved."""
    dice = np.random.default_rng(seed)
    people = dice.multinomial(400, dice.dirichlet(np.full(6 * 4 * 3, 0.5))).reshape(6, 4, 3)
    attack = Attack(people.shape)
    for first, second, third in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        counts = people.sum(axis=third)
        attack.totals_of(first, people.sum(axis=(second, third)))
        attack.totals_of(second, people.sum(axis=(first, third)))
        attack.table((first, second), protect(counts), counts)
    for first, second, third in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        counts = people.sum(axis=third)
        for row, column in zip(*np.nonzero((counts < 5) & (counts > 0)), strict=True):
            low, high = attack.range_of_pair((first, second), (int(row), int(column)))
            assert high - low >= 1, "a count is known for certain"


def test_the_same_counts_give_the_same_table() -> None:
    counts = np.array([[3, 20, 31], [40, 22, 18], [7, 9, 100]])

    assert protect(counts) == protect(counts.copy())


def test_what_is_shown_is_rounded_and_what_is_small_is_hidden() -> None:
    published = protect(np.array([[52, 61, 48], [71, 3, 44], [38, 57, 63]]))

    assert published.cells[1][1] is None
    assert all(cell is None or cell % 5 == 0 for row in published.cells for cell in row)
    assert published.cells[0] == (50, 60, 50)


def test_a_row_with_nobody_in_it_hides_nothing() -> None:
    published = protect(np.array([[0, 0], [50, 60], [70, 80]]))

    assert published.cells == ((0, 0), (50, 60), (70, 80))


def test_a_higher_threshold_hides_more() -> None:
    counts = np.array([[52, 8, 48], [71, 33, 44], [38, 57, 63]])

    assert protect(counts, 5).hidden == 0
    assert protect(counts, 10).hidden > 0


def test_a_table_is_hidden_in_the_same_places_whichever_way_round_it_is_shown() -> None:
    counts = np.array([[3, 20, 31, 5], [40, 22, 18, 9], [7, 9, 100, 12]])

    assert protect(counts.T).cells == tuple(zip(*protect(counts).cells, strict=True))


def test_counts_that_cannot_be_are_hidden_and_stop_nothing() -> None:
    assert protect([[12, -1], [30, 40]]).cells == ((None, None), (None, None))
    assert protect_several([[12, 8], [30, 40]], [10, 45]).cells == ((None, None), (None, None))
    assert protect([]).cells == ()


def test_another_threshold_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        protect([[1, 2]], 3)


def test_tables_are_renewed_for_ten_responses_and_not_for_nine() -> None:
    assert may_renew(10)
    assert not may_renew(9)
