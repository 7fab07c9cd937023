"""Opinion groups on real conversations: the same as an independent program finds; stable, or said not to be."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from deploy.demo.housing import FOLDER as HOUSING
from services.consultation.domain.opinions.groups import NOBODY, adjusted_rand, opinion_groups
from services.consultation.domain.opinions.space import Matrix, space
from services.consultation.domain.opinions.telling import agreed_on, dividing, shares

HERE = Path(__file__).parent / "polis"
FOLDERS = {"affordable-housing": HOUSING, "london-youth-policing": HERE / "london-youth-policing"}


def votes_of(name: str) -> tuple[list[str], Matrix]:
    with (FOLDERS[name] / "participants-votes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    statements = [column for column in rows[0] if column.isdigit()]
    table = [[float(row[each]) if row[each] else np.nan for each in statements] for row in rows]
    return [row["participant"] for row in rows], np.array(table)


@pytest.mark.parametrize("name", FOLDERS)
def test_groups_are_those_of_an_independent_implementation(name: str) -> None:
    """red-dwarf 0.4; ids of people who voted on seven statements or more."""
    theirs = json.loads((HERE / "red-dwarf.json").read_text())["groups"][name]
    people, votes = votes_of(name)

    ours = opinion_groups(votes, resamples=0)

    both = [(ours.labels[row], theirs[id]) for row, id in enumerate(people) if id in theirs]
    assert len(both) == ours.shaping.sum()
    table = np.zeros((6, 6))
    for mine, other in both:
        table[mine, other] += 1
    assert adjusted_rand(table) >= 0.85


def test_two_clear_camps_are_found_and_stable() -> None:
    dice = np.random.default_rng(2)
    side = np.repeat([1.0, -1.0], 40)[:, None]
    votes = np.where(dice.random((80, 20)) < 0.9, side, -side)
    votes[:, 10:] = np.where(dice.random((80, 10)) < 0.9, 1.0, -1.0)
    votes[dice.random(votes.shape) < 0.3] = np.nan

    groups = opinion_groups(votes)

    assert len(groups.sizes) == 2
    assert min(groups.sizes) >= 38
    assert groups.stability is not None
    assert groups.stability > 0.9
    told = shares(votes, groups.labels, groups.number)
    assert {each.column for each in dividing(told)} == set(range(10))
    assert {each.column for each in agreed_on(told, most=20)} == set(range(10, 20))


def test_noise_has_no_stable_groups() -> None:
    votes = np.random.default_rng(3).integers(-1, 2, (120, 40)).astype(float)

    groups = opinion_groups(votes)

    assert groups.stability is not None
    assert groups.stability < 0.6


def test_a_handful_is_never_a_group() -> None:
    """Four people who stand far from two camps: they go to the next one."""
    dice = np.random.default_rng(4)
    votes = np.where(dice.random((60, 12)) < 0.9, np.repeat([1.0, -1.0], 30)[:, None] * np.repeat([1, -1], 6), 1.0)
    votes[:4] = -np.ones(12)

    sizes = opinion_groups(votes).sizes

    assert len(sizes) >= 2
    assert min(sizes) >= 5
    assert sum(sizes) == 60


def test_too_few_people_form_no_groups() -> None:
    groups = opinion_groups(np.ones((9, 10)))

    assert groups.sizes == ()
    assert set(groups.labels) == {NOBODY}
    assert groups.stability is None


def test_what_fewer_than_five_of_a_group_said_is_not_shown() -> None:
    votes = np.array([[1.0, np.nan]] * 6 + [[1.0, -1.0]] * 4)

    told = shares(votes, np.zeros(10, int), 1)

    assert told[0].agree == (1.0,)
    assert told[1].agree == (None,)


def test_who_voted_little_is_placed_and_shapes_nothing() -> None:
    dice = np.random.default_rng(6)
    votes = np.where(dice.random((40, 15)) < 0.9, np.repeat([1.0, -1.0], 20)[:, None], 0.0)
    few = np.full((3, 15), np.nan)
    few[:, 0] = 1

    groups = opinion_groups(np.vstack([votes, few]), resamples=0)

    assert not groups.shaping[-3:].any()
    assert sum(groups.sizes) == 40
    assert set(groups.labels[-3:]) <= {0, 1}


def test_many_statements_are_placed_as_the_whole_decomposition_would() -> None:
    """Beyond 300 statements only the two largest axes are sought."""
    dice = np.random.default_rng(7)
    taste = dice.normal(size=(500, 3)) * [3, 2, 1]
    votes = np.sign(taste @ dice.normal(size=(3, 400)) + dice.normal(size=(500, 400)))

    found = space(votes)

    centred = votes - votes.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    for axis in range(2):
        expected = centred @ axes[axis]
        assert abs(np.corrcoef(found.people[:, axis], expected)[0, 1]) == pytest.approx(1, abs=1e-6)


def test_people_who_swap_places_swap_groups_and_nothing_else() -> None:
    _, votes = votes_of("london-youth-policing")
    order = np.random.default_rng(8).permutation(len(votes))

    assert sorted(opinion_groups(votes, resamples=0).sizes) == sorted(opinion_groups(votes[order], resamples=0).sizes)
