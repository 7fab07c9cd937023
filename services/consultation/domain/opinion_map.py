"""The map of opinions as stored: what the pages show of groups, computed from votes in the background."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services.consultation.domain.opinions.groups import NOBODY, ROUGH, STABLE, Groups, opinion_groups
from services.consultation.domain.opinions.space import Matrix
from services.consultation.domain.opinions.telling import Told, agreed_on, dividing, shares

PLACES = 3
"""Digits of a place on the map: more would tell one person's votes from another's."""


@dataclass(frozen=True, slots=True)
class Line:
    """A statement that tells something. Shares from 0 to 1, one for each group; None where too few of it voted."""

    statement: str
    agree: tuple[float | None, ...]
    disagree: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class OpinionMap:
    """`points`: each person's place and group, in no order that says who."""

    id: str
    drawn_at: datetime
    people: int
    votes: int
    sizes: tuple[int, ...]
    stability: float | None
    kept: tuple[float, ...]
    points: tuple[tuple[float, float, int], ...]
    agreed: tuple[Line, ...]
    divided: tuple[Line, ...]

    @property
    def has_groups(self) -> bool:
        return len(self.sizes) > 1

    @property
    def trust(self) -> str:
        """How far the groups can be relied on, as people can use it."""
        if self.stability is None or not self.has_groups:
            return ""
        if self.stability >= STABLE:
            return "stable"
        return "rough" if self.stability >= ROUGH else "unstable"


def draw_map(id: str, votes: Matrix, statements: Sequence[str], now: datetime) -> OpinionMap:
    """`votes`: a row for each person, a column for each of the statements (opinions/space.py)."""
    voted = votes[~np.isnan(votes).all(axis=1)] if votes.size else votes
    cast = int((~np.isnan(voted)).sum())
    if len(voted) < 2 or voted.shape[1] < 2:  # noqa: PLR2004
        return OpinionMap(id, now, len(voted), cast, (), None, (), (), (), ())
    groups = opinion_groups(voted)
    told = shares(voted[groups.shaping], groups.labels[groups.shaping], groups.number) if groups.number else []
    return OpinionMap(
        id,
        now,
        len(voted),
        cast,
        groups.sizes,
        groups.stability,
        groups.kept,
        _points(groups) if groups.number else (),
        tuple(_line(each, statements) for each in agreed_on(told)),
        tuple(_line(each, statements) for each in dividing(told)),
    )


def _points(groups: Groups) -> tuple[tuple[float, float, int], ...]:
    """Sorted by place, so that their order does not say whose they are."""
    placed: NDArray[np.float64] = np.round(groups.space.people, PLACES)
    return tuple(
        sorted(
            (float(x), float(y), int(label))
            for (x, y), label in zip(placed, groups.labels, strict=True)
            if label != NOBODY
        )
    )


def _line(told: Told, statements: Sequence[str]) -> Line:
    return Line(statements[told.column], told.agree, told.disagree)
