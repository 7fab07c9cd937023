"""Themes by group of respondents, as a table that says nothing of a few people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.consultation.domain import Channel, Question
from services.consultation.domain.coding import ThemeCounts
from services.consultation.domain.statistics.disclosure import THRESHOLDS, protect, rounded
from services.consultation.domain.theme import Themes
from services.consultation.queries.themes import NOT_SAID

FEWEST = THRESHOLDS[0]
CHANNELS = {
    Channel.ONLINE: "Online",
    Channel.PAPER: "On paper",
    Channel.FACE_TO_FACE: "Face to face",
    Channel.PHONE: "By phone",
}


@dataclass(frozen=True)
class GroupTable:
    """Columns are groups, rows are themes. Numbers are rounded; one is None where it is hidden."""

    groups: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]
    answers: Sequence[int | None]
    """How many answers of each group were decided on."""

    @property
    def hides(self) -> bool:
        return any(cell is None for _, cells in self.rows for cell in cells) or None in self.answers


def theme_groups(themes: Themes, counts: ThemeCounts, by: Question | None) -> GroupTable:
    """By the options of a question, or else by channel. An answer can have several themes: each is a table alone."""
    names = {option.id: option.text for option in by.all_options} if by else dict(CHANNELS)
    groups = [group for group in (*names, NOT_SAID) if group in counts.decided_by_group]
    decided = [counts.decided_by_group[group] for group in groups]
    rows = []
    for theme in themes.there:
        having = [counts.by_group[group].get(theme.id, 0) for group in groups]
        rows.append((theme.name, _protected(having, decided)))
    shown = [rounded(count) if count >= FEWEST else None for count in decided]
    return GroupTable([names.get(group, "Not said") for group in groups], rows, shown)


def _protected(having: Sequence[int], decided: Sequence[int]) -> list[int | None]:
    """Of each group, how many answers have a theme: the table is of those who have it, and those who have not."""
    if not having:
        return []
    table = np.array([[yes, total - yes] for yes, total in zip(having, decided, strict=True)], np.int64)
    return [row[0] for row in protect(table).cells]
