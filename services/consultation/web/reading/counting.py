"""Counts of themes as a chart."""

from collections.abc import Sequence

from markupsafe import Markup

from services.consultation.queries.themes import ThemeRow
from shared.web.charts import Bar, bar_chart


def count_chart(rows: Sequence[ThemeRow], title: str) -> Markup:
    bars = [Bar(row.name, row.count, row.share) for row in rows]
    return bar_chart(
        bars,
        title=f"Themes of the answers to: {title}",
        description="Shares of the answers that officers have decided on. The table has the same figures.",
    )
