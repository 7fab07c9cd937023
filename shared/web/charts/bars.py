"""Bar charts. Labels stand above their bars and break into lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.web.charts.frame import GAP_REM, LINE_REM, framed, lines_of_text
from shared.web.words import percent

_BAR_REM = 1.125


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int
    share: float
    """From 0 to 1."""


def bar_chart(rows: Sequence[Bar], *, title: str, description: str) -> Markup:
    """Horizontal bars; whoever cannot see them has `title` and `description`, and the table beside the chart."""
    drawn: list[Markup] = []
    top = 0.0
    for row in rows:
        part, height = _row(row, top)
        drawn.append(part)
        top += height
    return framed(drawn, top - GAP_REM, title=title, description=description, of=rows)


def _row(row: Bar, top: float) -> tuple[Markup, float]:
    text, height = lines_of_text(row.label, top, "3.5rem")
    bar = top + height + 0.25
    rect = Markup('<rect class="engage-chart__{}" x="0" y="{:.3f}rem" width="{:.2f}%" height="{}rem" rx="4"/>')
    drawn = Markup('<text class="engage-chart__share" x="0" y="{:.3f}rem">{}</text>{}{}{}').format(
        top + 0.75 * LINE_REM,
        percent(row.share),
        text,
        rect.format("track", bar, 100, _BAR_REM),
        rect.format("bar", bar, min(max(row.share, 0), 1) * 100, _BAR_REM),
    )
    return drawn, bar + _BAR_REM + GAP_REM - top
