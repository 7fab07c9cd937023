"""Which statements tell most: those that groups agree on across, and those that divide them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.consultation.domain.opinions.space import Matrix

FEWEST_VOTES = 5
"""Of a group on a statement: what fewer people said is not shown, and does not count."""

MOSTLY = 0.6
"""From this share on a group is for a statement, or against it."""

SURE = 1.2816
"""Standard errors that a share must be away from one half: 90 in 100, one-sided, as in Polis."""

APART = 0.25
"""Of the share who agree, between the two groups that are furthest apart: with less a statement does not divide."""


@dataclass(frozen=True, slots=True)
class Told:
    """A statement by its column. `agree`: for each group the share of votes that agree, None where too few voted."""

    column: int
    agree: tuple[float | None, ...]
    disagree: tuple[float | None, ...]
    votes: tuple[int, ...]
    score: float


def shares(votes: Matrix, labels: NDArray[np.intp], number: int) -> list[Told]:
    """Of every statement, how each group voted on it."""
    member = np.eye(number)[labels]
    given = ~np.isnan(votes)
    counts = member.T @ given
    agree, disagree = member.T @ (votes == 1), member.T @ (votes == -1)
    told = []
    for column in range(votes.shape[1]):
        n = counts[:, column].astype(int)
        told.append(
            Told(
                column,
                tuple(float(a / c) if c >= FEWEST_VOTES else None for a, c in zip(agree[:, column], n, strict=True)),
                tuple(float(d / c) if c >= FEWEST_VOTES else None for d, c in zip(disagree[:, column], n, strict=True)),
                tuple(n.tolist()),
                0.0,
            )
        )
    return told


def agreed_on(told: list[Told], most: int = 10) -> list[Told]:
    """What every group is for, or every group is against, the surest first.

    The score is the product over groups of the share that is on that side, with one vote added to each side, so that
    it is high only where no group stands apart (group-aware consensus, as in Polis).
    """
    found = []
    for each in told:
        for side in (each.agree, each.disagree):
            known = [share for share in side if share is not None]
            if len(known) == len(side) and all(
                share >= MOSTLY and _sure(share, n) for share, n in zip(known, each.votes, strict=True)
            ):
                smoothed = [(share * n + 1) / (n + 2) for share, n in zip(known, each.votes, strict=True)]
                found.append(Told(each.column, each.agree, each.disagree, each.votes, float(np.prod(smoothed))))
    return sorted(found, key=lambda each: (-each.score, each.column))[:most]


def dividing(told: list[Told], most: int = 10) -> list[Told]:
    """What groups differ on, the most first: by how many standard errors the two furthest groups are apart."""
    found = []
    for each in told:
        known = [(share, n) for share, n in zip(each.agree, each.votes, strict=True) if share is not None]
        if len(known) < 2:  # noqa: PLR2004
            continue
        (high, many), (low, few) = max(known), min(known)
        both = (high * many + low * few + 1) / (many + few + 2)
        error = np.sqrt(both * (1 - both) * (1 / many + 1 / few))
        if high - low >= APART and error > 0 and (high - low) / error > SURE * 2:
            found.append(Told(each.column, each.agree, each.disagree, each.votes, float((high - low) / error)))
    return sorted(found, key=lambda each: (-each.score, each.column))[:most]


def _sure(share: float, votes: int) -> bool:
    """Whether more than half is more than luck."""
    return bool(2 * np.sqrt(votes) * (share - 0.5) > SURE)
