"""Counts of themes as a chart and a table, with small numbers hidden."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from services.consultation.domain import Question
from services.consultation.domain.coding import ThemeCounts
from services.consultation.domain.theme import Themes
from services.consultation.queries.themes import NOT_SAID, ThemeRow
from services.consultation.web.entry_fields import CHANNELS
from shared.web.charts import Bar, bar_chart

FEWEST = 5


@dataclass(frozen=True)
class GroupTable:
    """Columns are groups, rows are themes; a cell is None where it is hidden."""

    groups: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int | None]]]
    answers: Sequence[int | None]

    @property
    def hides(self) -> bool:
        return any(cell is None for _, cells in self.rows for cell in cells) or None in self.answers


def count_chart(rows: Sequence[ThemeRow], title: str) -> Markup:
    bars = [Bar(row.name, row.count, row.share) for row in rows]
    return bar_chart(
        bars,
        title=f"Themes of the answers to: {title}",
        description="Shares of the answers that officers have decided on. The table has the same figures.",
    )


def group_table(themes: Themes, counts: ThemeCounts, by: Question | None) -> GroupTable:
    names = {option.id: option.text for option in by.all_options} if by else {c.value: n for c, n in CHANNELS.items()}
    groups = [group for group in (*names, NOT_SAID) if group in counts.decided_by_group]
    rows = [
        (theme.name, [_shown(counts.by_group[group].get(theme.id, 0)) for group in groups]) for theme in themes.there
    ]
    answers = [_shown(counts.decided_by_group[group]) for group in groups]
    return GroupTable([names.get(group, "Not said") for group in groups], rows, answers)


def _shown(count: int) -> int | None:
    return count if count >= FEWEST else None
