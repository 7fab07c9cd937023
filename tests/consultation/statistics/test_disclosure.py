"""Protected tables under attack: every table that fits what is published is listed, or sought by linear programs."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.consultation.domain.statistics.disclosure import Protected, protect
from services.consultation.domain.statistics.ranges import Counts
from tests.consultation.statistics.attack import Attack

ROOM = 4
"""How wide a range must be for the threshold of five."""


def by_totals(counts: Counts, row: int, columns: list[int]) -> int:
    one, others, total = counts[row].sum(), counts[:, columns].sum(), counts.sum()
    return int(min(one, others) - max(0, one + others - total))


def fits(cell: int | None, count: int) -> bool:
    """Whether somebody who sees the cell would think the count possible."""
    return count >= 0 if cell is None else count >= 5 and abs(count - cell) <= 2


def tables_that_fit(published: Protected, counts: Counts) -> list[tuple[tuple[int, ...], ...]]:
    """Every table with these totals that would look the same, by trying all rows."""
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    choices = []
    for cells, total in zip(published.cells, rows, strict=True):
        spans = [range(int(total) + 1) if cell is None else range(max(cell - 2, 0), cell + 3) for cell in cells]
        choices.append(
            [
                row
                for row in product(*spans)
                if sum(row) == total
                and all(
                    fits(c, n) or not (total and columns[j]) for j, (c, n) in enumerate(zip(cells, row, strict=True))
                )
            ]
        )
    return [
        each
        for each in product(*choices)
        if all(sum(col) == t for col, t in zip(zip(*each, strict=True), columns, strict=True))
    ]


small_tables = st.integers(2, 3).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 9), min_size=width, max_size=width), min_size=2, max_size=3).filter(
        lambda rows: 0 < sum(map(sum, rows)) < 32
    )
)


@settings(max_examples=150, deadline=None)
@given(small_tables)
def test_no_small_count_can_be_worked_out_from_a_table_and_its_totals(rows: list[list[int]]) -> None:
    counts = np.array(rows)
    published = protect(counts)
    possible = np.array(tables_that_fit(published, counts))

    assert (possible == counts).all(axis=(1, 2)).any()
    for row in range(len(counts)):
        hidden = [column for column, cell in enumerate(published.cells[row]) if cell is None]
        targets = [[column] for column in hidden] + ([hidden] if len(hidden) > 1 else [])
        for columns in targets:
            if counts[row, columns].sum() < 5:
                sums = possible[:, row, columns].sum(axis=1)
                assert np.ptp(sums) >= min(ROOM, by_totals(counts, row, columns))


def tables(rows: int, columns: int) -> st.SearchStrategy[Counts]:
    return st.integers(0, 2**32 - 1).map(
        lambda seed: (np.random.default_rng(seed).gamma(0.6, 30, (rows, columns))).astype(np.int64)
    )


@pytest.mark.parametrize("threshold", [5, 10])
@settings(max_examples=15, deadline=None)
@given(counts=tables(12, 6))
def test_a_linear_program_learns_no_more(counts: Counts, threshold: int) -> None:
    published = protect(counts, threshold)
    attack = Attack(counts.shape)
    attack.totals(counts)
    attack.table((0, 1), published, counts)
    for row, column in zip(*np.nonzero(counts < threshold), strict=True):
        if counts[row].sum() and counts[:, column].sum():
            low, high = attack.range_of((int(row), int(column)))
            assert high - low >= min(threshold - 1, by_totals(counts, int(row), [int(column)])) - 1e-6


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
    assert published.cells[0][0] == 50


def test_a_row_with_nobody_in_it_hides_nothing() -> None:
    published = protect(np.array([[0, 0], [50, 60], [70, 80]]))

    assert published.cells == ((0, 0), (50, 60), (70, 80))


def test_a_higher_threshold_hides_more() -> None:
    counts = np.array([[52, 8, 48], [71, 33, 44], [38, 57, 63]])

    assert protect(counts, 5).hidden == 0
    assert protect(counts, 10).hidden > 0
