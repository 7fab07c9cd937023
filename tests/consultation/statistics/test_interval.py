"""Intervals as published tables have them, and when there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation.domain.statistics.interval import interval, why_none


@pytest.mark.parametrize(
    ("share", "answers", "low", "high"),
    [(0.0, 10, 0.0, 0.2775), (0.5, 100, 0.4038, 0.5962), (81 / 263, 263, 0.2553, 0.3662)],
)
def test_an_interval_is_wilsons(share: float, answers: int, low: float, high: float) -> None:
    """The last is an example of Newcombe, Two-sided confidence intervals for the single proportion (1998)."""
    found = interval(share, answers)

    assert [found.low, found.high] == pytest.approx([low, high], abs=1e-4)


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_an_interval_holds_its_share_and_stays_a_share(share: float, answers: float) -> None:
    found = interval(share, answers)

    assert 0 <= found.low <= share + 1e-12
    assert share - 1e-12 <= found.high <= 1


def test_nineteen_in_twenty_intervals_hold_the_true_share() -> None:
    dice, size = np.random.default_rng(3), 400
    asked = [interval(chosen / size, size) for chosen in dice.binomial(size, 0.3, 4_000)]

    assert np.mean([each.low <= 0.3 <= each.high for each in asked]) == pytest.approx(0.95, abs=0.012)


def test_who_asks_everyone_has_no_margin_of_error() -> None:
    assert interval(0.4, 50, population=50).low == 0.4
    assert interval(0.4, 50, population=60).high < interval(0.4, 50).high


def test_an_open_consultation_has_no_interval_and_says_why() -> None:
    assert "no random sample" in why_none(random_sample=False, answers=5_000)
    assert "too few" in why_none(random_sample=True, answers=29)
    assert why_none(random_sample=True, answers=30) == ""
