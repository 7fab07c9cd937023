"""Bar charts as SVG, drawn on the server.

Lengths are in rem and percent, without a viewBox: text keeps the size the reader chose, on a phone and at 400% zoom,
and only the bars stretch. Labels stand above their bars and break into lines, which SVG does not do by itself.
"""

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.web.words import percent

_LINE_CHARACTERS = 30
"""What fits beside the percentage, 16 CSS pixels high, in the 290 that a phone of 320 leaves."""
_LINE_REM = 1.25
_BAR_REM = 1.125
_GAP_REM = 1.0


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
    name = "chart-" + hashlib.sha256(repr((title, rows)).encode()).hexdigest()[:8]
    return Markup(
        '<svg class="engage-chart" xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="{height:.3f}rem" '
        'aria-labelledby="{name}-title" aria-describedby="{name}-description" focusable="false">'
        '<title id="{name}-title">{title}</title><desc id="{name}-description">{description}</desc>{rows}</svg>'
    ).format(
        name=name, height=max(top - _GAP_REM, 0), title=title, description=description, rows=Markup("").join(drawn)
    )


def _row(row: Bar, top: float) -> tuple[Markup, float]:
    lines = textwrap.wrap(row.label, _LINE_CHARACTERS) or [""]
    bar = top + len(lines) * _LINE_REM + 0.25
    text = Markup("").join(
        Markup('<tspan x="3.5rem" y="{:.3f}rem">{}</tspan>').format(top + (at + 0.75) * _LINE_REM, line)
        for at, line in enumerate(lines)
    )
    rect = Markup('<rect class="engage-chart__{}" x="0" y="{:.3f}rem" width="{:.2f}%" height="{}rem" rx="4"/>')
    drawn = Markup('<text class="engage-chart__share" x="0" y="{:.3f}rem">{}</text><text>{}</text>{}{}').format(
        top + 0.75 * _LINE_REM,
        percent(row.share),
        text,
        rect.format("track", bar, 100, _BAR_REM),
        rect.format("bar", bar, min(max(row.share, 0), 1) * 100, _BAR_REM),
    )
    return drawn, bar + _BAR_REM + _GAP_REM - top
