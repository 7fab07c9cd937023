"""Cohen's kappa, worked out by hand."""

import pytest

from services.consultation.domain.statistics.agreement import UNDEFINED, agreement, kappa


def test_kappa_is_that_of_a_worked_example() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.7 alike, 0.5 by chance."""
    pairs = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15

    found = kappa(pairs)

    assert found.kappa == pytest.approx(0.4)
    assert found.alike == pytest.approx(0.7)
    assert found.words == "moderate"


def test_opposite_decisions_are_less_than_chance() -> None:
    found = kappa([(True, False), (False, True)])

    assert found.kappa == pytest.approx(-1)
    assert found.words == "less than chance"


def test_kappa_of_decisions_that_are_all_the_same_is_undefined() -> None:
    found = kappa([(False, False)] * 5)

    assert found.kappa is None
    assert found.words == UNDEFINED


def test_themes_are_compared_together_and_one_by_one() -> None:
    first = [{"parks"}, {"parks", "roads"}, set(), {"roads"}]
    second = [{"parks"}, {"roads"}, set(), {"roads"}]

    overall, by_theme = agreement(first, second, ["parks", "roads"])

    assert overall.kappa == pytest.approx(0.75)
    assert by_theme["roads"].kappa == pytest.approx(1)
    assert by_theme["parks"].kappa == pytest.approx(0.5)


def test_nothing_to_compare_is_refused() -> None:
    with pytest.raises(ValueError, match="no decisions"):
        kappa([])
