"""Who forms an opinion group with whom: the pipeline from votes to groups, and how stable they are."""

from dataclasses import dataclass

import numpy as np

from services.consultation.domain.opinions.clusters import Clusters, Labels, clusters, distances, nearest, silhouette
from services.consultation.domain.opinions.space import Matrix, Space, space

VOTES_TO_SHAPE = 7
"""Whoever has voted on fewer statements is placed, but shapes no group."""

MOST_GROUPS = 5
FEWEST_PEOPLE = 10
"""Who shape groups; with fewer there are none to speak of."""

SMALLEST_GROUP = 5
"""A group of fewer is never shown: it would tell of single people."""

RESAMPLES = 50
STABLE, ROUGH = 0.8, 0.6
"""From which stability on groups are called stable, and from which on rough."""

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Groups:
    """`labels`: each person's group from 0 on, the largest first, NOBODY for all where there are no groups.

    `shaping` says who shaped them. `stability` from 0 to 1: how alike the groups are that other people like these
    would have formed (the mean adjusted Rand index over resamples), None where there are no groups.
    `kept`: for each group how much of it is found again in resamples (mean of the largest Jaccard index).
    """

    space: Space
    labels: Labels
    shaping: np.ndarray
    sizes: tuple[int, ...]
    silhouette: float
    stability: float | None
    kept: tuple[float, ...]

    @property
    def number(self) -> int:
        return len(self.sizes)


def opinion_groups(votes: Matrix, *, seed: int = 0, resamples: int = RESAMPLES) -> Groups:
    """From votes (space.py). The same votes and seed give the same groups."""
    plane = space(votes)
    shaping = (~np.isnan(votes)).sum(axis=1) >= VOTES_TO_SHAPE
    found = _best(plane.people[shaping]) if shaping.sum() >= FEWEST_PEOPLE else None
    if found is None:
        return Groups(plane, np.full(len(votes), NOBODY), shaping, (), 0.0, None, ())
    score, best = found
    centres = best.centres[np.argsort(-np.bincount(best.labels), kind="stable")]
    labels = nearest(plane.people, centres)
    sizes = np.bincount(labels[shaping], minlength=len(centres))
    stability, kept = _stability(votes[shaping], labels[shaping], len(centres), seed, resamples)
    return Groups(plane, labels, shaping, tuple(sizes.tolist()), score, stability, kept)


def _best(people: Matrix) -> tuple[float, Clusters] | None:
    """As many groups as set people apart best, none of them of a handful; with their silhouette."""
    apart = distances(people)
    found = [clusters(people, number) for number in range(2, MOST_GROUPS + 1)]
    fit = [large for each in found if each is not None and (large := _without_handfuls(people, each)) is not None]
    return max(((silhouette(apart, each.labels), each) for each in fit), key=lambda scored: scored[0], default=None)


def _without_handfuls(people: Matrix, found: Clusters) -> Clusters | None:
    """Who is in a group of a handful goes to the next one; None where that leaves fewer than two groups."""
    while len(found.centres) > 1:
        large = np.bincount(found.labels, minlength=len(found.centres)) >= SMALLEST_GROUP
        if large.all():
            return found
        centres = found.centres[large]
        if not len(centres):
            return None
        found = Clusters(nearest(people, centres), centres)
    return None


def _stability(
    votes: Matrix, labels: Labels, number: int, seed: int, resamples: int
) -> tuple[float | None, tuple[float, ...]]:
    """The whole pipeline again for people drawn from these with replacement, each time compared for those drawn."""
    if not resamples:
        return None, ()
    dice = np.random.default_rng(seed)
    alike, kept = [], []
    for _ in range(resamples):
        drawn = np.unique(dice.integers(len(votes), size=len(votes)))
        again = clusters(space(votes[drawn]).people, number)
        if again is None:
            alike.append(0.0)
            kept.append(np.zeros(number))
            continue
        table = _table(labels[drawn], again.labels, number)
        alike.append(adjusted_rand(table))
        union = table.sum(axis=1)[:, None] + table.sum(axis=0)[None, :] - table
        kept.append((table / np.maximum(union, 1)).max(axis=1))
    return float(np.mean(alike)), tuple(float(each) for each in np.mean(kept, axis=0))


def _table(first: Labels, second: Labels, number: int) -> Matrix:
    table = np.zeros((number, number))
    np.add.at(table, (first, second), 1)
    return table


def adjusted_rand(table: Matrix) -> float:
    """How far two divisions of the same people agree: 1 wholly, about 0 by chance (Hubert, Arabie, 1985).

    `table`: how many are in each group of the one and each of the other.
    """
    pairs = (table * (table - 1) / 2).sum()
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    by_rows, by_columns = (rows * (rows - 1) / 2).sum(), (columns * (columns - 1) / 2).sum()
    total = table.sum() * (table.sum() - 1) / 2
    if not total:
        return 1.0
    expected = by_rows * by_columns / total
    most = (by_rows + by_columns) / 2
    return 1.0 if most == expected else float((pairs - expected) / (most - expected))
