"""k-means on the plane, and the silhouette that says how many groups there are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.consultation.domain.opinions.space import Matrix

Labels = NDArray[np.intp]

ROUNDS = 300
NEVER = -1.0


@dataclass(frozen=True, slots=True)
class Clusters:
    labels: Labels
    centres: Matrix


def clusters(people: Matrix, number: int) -> Clusters | None:
    """So many groups; None where there are fewer different places.

    It begins, as Polis does, with the first places in order: the same people give the same groups, without any luck.
    """
    places = np.unique(people, axis=0)
    if len(places) < number:
        return None
    centres = places[:number]
    labels = nearest(people, centres)
    for _ in range(ROUNDS):
        sizes = np.bincount(labels, minlength=number)
        sums = np.stack([np.bincount(labels, column, minlength=number) for column in people.T], axis=1)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
        moved = nearest(people, centres)
        if (moved == labels).all():
            break
        labels = moved
    return Clusters(labels, centres)


def nearest(people: Matrix, centres: Matrix) -> Labels:
    """Which centre each is nearest to."""
    return np.asarray(((centres**2).sum(axis=1) - 2 * people @ centres.T).argmin(axis=1))


def distances(people: Matrix) -> Matrix:
    """Between each two of them."""
    lengths = (people**2).sum(axis=1)
    squares = lengths[:, None] + lengths[None, :] - 2 * people @ people.T
    return np.asarray(np.sqrt(np.maximum(squares, 0, out=squares), out=squares))


def silhouette(apart: Matrix, labels: Labels) -> float:
    """How much nearer people are to their own group than to the next, from -1 to 1, as the mean over people.

    `apart`: distances between each two. NEVER where there is one group alone. P. Rousseeuw, Silhouettes (1987).
    """
    names, places = np.unique(labels, return_inverse=True)
    if len(names) < 2:  # noqa: PLR2004
        return NEVER
    everyone, member = np.arange(len(labels)), np.eye(len(names))[places]
    sizes, sums = member.sum(axis=0), apart @ member
    own = sums[everyone, places] / np.maximum(sizes[places] - 1, 1)
    others = sums / sizes
    others[everyone, places] = np.inf
    next_one = others.min(axis=1)
    larger = np.maximum(np.maximum(next_one, own), 1e-12)
    return float(np.where(sizes[places] > 1, (next_one - own) / larger, 0.0).mean())
