"""Raking meets the town's shares, agrees with a published library, and says what it costs."""

import csv
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipfn.ipfn import ipfn

from services.consultation.domain.statistics.weighting import rake
from shared.errors import Refusal
from tests.selection.pools import FOLDER

People = Sequence[Mapping[str, str]]
Town = Mapping[str, Mapping[str, float]]


def pool(name: str, characteristics: Sequence[str]) -> People:
    with (FOLDER / name / "respondents.csv").open(newline="") as file:
        return [{each: row[each] for each in characteristics} for row in csv.DictReader(file)]


def even(people: People, lean: float = 0.0) -> Town:
    """Shares of a made-up town: groups as large as each other, but for a lean towards those that come first."""
    town = {}
    for characteristic in people[0]:
        groups = sorted({each[characteristic] for each in people})
        sizes = np.linspace(1 + lean, 1, len(groups))
        town[characteristic] = dict(zip(groups, sizes / sizes.sum(), strict=True))
    return town


def made_up() -> People:
    dice = np.random.default_rng(4)
    return [
        {"age": str(dice.choice(["young", "old"], p=[0.2, 0.8])), "ward": f"ward {dice.integers(6)}"}
        for _ in range(800)
    ]


def first_columns(name: str) -> People:
    with (FOLDER / name / "respondents.csv").open(newline="") as file:
        names = [each for each in next(csv.reader(file)) if each != "id"]
    return pool(name, names[:3])


DATA = {
    "syn_n500_k40": first_columns("syn_n500_k40"),
    "syn_n2000_k30": first_columns("syn_n2000_k30"),
    "made up": made_up(),
}


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # the library has not caught up with pandas
@pytest.mark.parametrize("name", DATA)
def test_weights_are_those_of_a_published_library(name: str) -> None:
    people = DATA[name]
    town = even(people, 0.5)

    ours = rake(people, town, cap=1_000).weights

    frame = pd.DataFrame(people).assign(total=1.0)
    aggregates = [pd.Series(shares) * len(people) for shares in town.values()]
    for each, characteristic in zip(aggregates, town, strict=True):
        each.index.name = characteristic
    theirs = ipfn(
        frame, aggregates, [[each] for each in town], weight_col="total", convergence_rate=1e-10, max_iteration=500
    ).iteration()
    assert ours == pytest.approx(theirs["total"].to_numpy(), rel=1e-5)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_weighted_shares_are_those_of_the_town(seed: int) -> None:
    dice = np.random.default_rng(seed)
    groups = {"age": ["a", "b", "c"], "ward": ["x", "y"]}
    everyone = [{"age": age, "ward": ward} for age in groups["age"] for ward in groups["ward"]]
    people = [*everyone, *({name: str(dice.choice(of)) for name, of in groups.items()} for _ in range(200))]
    town = {name: dict(zip(of, dice.dirichlet(np.full(len(of), 8.0)), strict=True)) for name, of in groups.items()}

    weighting = rake(people, town, cap=1_000)

    assert weighting.weights.mean() == pytest.approx(1)
    for name, shares in town.items():
        for group, share in shares.items():
            held = sum(w for w, each in zip(weighting.weights, people, strict=True) if each[name] == group)
            assert held / len(people) == pytest.approx(share, abs=1e-6)
    assert 0 < weighting.effective <= len(people) + 1e-6


def test_nobody_speaks_for_more_than_five() -> None:
    people = [{"age": "young"}] * 1 + [{"age": "old"}] * 99

    weighting = rake(people, {"age": {"young": 0.4, "old": 0.6}})

    assert weighting.largest == pytest.approx(40)
    assert weighting.capped == 1
    assert weighting.weights.max() == pytest.approx(5)
    assert weighting.off == pytest.approx(0.35, abs=0.01)


def test_equal_weights_cost_nothing() -> None:
    weighting = rake([{"age": "young"}, {"age": "old"}] * 10, {"age": {"young": 0.5, "old": 0.5}})

    assert weighting.effective == pytest.approx(20)
    assert weighting.design_effect == pytest.approx(1)
    assert weighting.capped == 0
    assert weighting.off == pytest.approx(0, abs=1e-9)


def test_who_did_not_say_keeps_their_share() -> None:
    people = [{"age": "young"}] * 20 + [{"age": "old"}] * 60 + [{}] * 20

    weighting = rake(people, {"age": {"young": 0.5, "old": 0.5}})

    assert weighting.weights[80:].sum() == pytest.approx(20)
    assert weighting.weights[:20].sum() == pytest.approx(40)


def test_a_group_that_nobody_is_in_is_named() -> None:
    with pytest.raises(Refusal, match="“young”"):
        rake([{"age": "old"}], {"age": {"young": 0.4, "old": 0.6}})


def test_shares_that_cannot_be_met_together_are_refused() -> None:
    people = [{"age": "young", "ward": "north"}] * 50 + [{"age": "old", "ward": "south"}] * 50

    with pytest.raises(Refusal, match="at once"):
        rake(people, {"age": {"young": 0.5, "old": 0.5}, "ward": {"north": 0.2, "south": 0.8}})


def test_people_may_be_counted_by_kind_and_weigh_the_same() -> None:
    kinds = [{"age": "young", "ward": "x"}, {"age": "old", "ward": "x"}, {"age": "old", "ward": "y"}, {"ward": "y"}]
    numbers = [3, 40, 30, 10]
    town = {"age": {"young": 0.4, "old": 0.6}, "ward": {"x": 0.5, "y": 0.5}}

    by_kind = rake(kinds, town, numbers=numbers)
    one_by_one = rake([kind for kind, number in zip(kinds, numbers, strict=True) for _ in range(number)], town)

    assert np.repeat(by_kind.weights, numbers) == pytest.approx(one_by_one.weights)
    assert by_kind.effective == pytest.approx(one_by_one.effective)
    assert (by_kind.people, by_kind.capped) == (83, one_by_one.capped) == (83, 3)


def test_nobody_at_all_is_refused() -> None:
    with pytest.raises(Refusal, match="Nobody has answered"):
        rake([], {"age": {"young": 1.0}})
