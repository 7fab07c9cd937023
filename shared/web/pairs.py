"""Two bars for each row, as SVG drawn on the server: what is beside what it is compared with.

Like shared/web/charts: lengths in rem and percent, so that text keeps the size the reader chose.
"""

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.web.words import percent

_LINE_CHARACTERS = 34
"""What fits, 16 CSS pixels high, in the 290 that a phone of 320 leaves."""
_LINE_REM = 1.25
_BAR_REM = 0.75
_GAP_REM = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Shares from 0 to 1; `first` is None where it is not shown."""

    label: str
    first: float | None
    second: float


@dataclass(frozen=True, slots=True)
class Names:
    """What the bars are: "of those who answered", "of everyone"."""

    first: str
    second: str


def pair_chart(rows: Sequence[Pair], names: Names, *, title: str, description: str) -> Markup:
    """Whoever cannot see it has `title` and `description`, and the table beside the chart."""
    drawn: list[Markup] = []
    top = 0.0
    for row in rows:
        part, height = _row(row, names, top)
        drawn.append(part)
        top += height
    name = "pairs-" + hashlib.sha256(repr((title, rows)).encode()).hexdigest()[:8]
    return Markup(
        '<svg class="engage-chart" xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="{height:.3f}rem" '
        'aria-labelledby="{name}-title" aria-describedby="{name}-description" focusable="false">'
        '<title id="{name}-title">{title}</title><desc id="{name}-description">{description}</desc>{rows}</svg>'
    ).format(
        name=name, height=max(top - _GAP_REM, 0), title=title, description=description, rows=Markup("").join(drawn)
    )


def _row(row: Pair, names: Names, top: float) -> tuple[Markup, float]:
    parts = []
    for line in textwrap.wrap(row.label, _LINE_CHARACTERS) or [""]:
        parts.append(_text(line, top, "engage-chart__share"))
        top += _LINE_REM
        height = len(parts) * _LINE_REM
    for share, name, bar in ((row.first, names.first, "bar"), (row.second, names.second, "other")):
        words = "not shown" if share is None else f"{percent(share)} {name}"
        parts += [_text(words, top), _bar("track", top + _LINE_REM, 1.0)]
        if share is not None:
            parts.append(_bar(bar, top + _LINE_REM, min(max(share, 0.0), 1.0)))
        top += _LINE_REM + _BAR_REM + 0.25
        height += _LINE_REM + _BAR_REM + 0.25
    return Markup("").join(parts), height + _GAP_REM


def _text(words: str, top: float, css: str = "engage-chart__label") -> Markup:
    return Markup('<text class="{}" x="0" y="{:.3f}rem">{}</text>').format(css, top + 0.75 * _LINE_REM, words)


def _bar(css: str, top: float, share: float) -> Markup:
    return Markup('<rect class="engage-chart__{}" x="0" y="{:.3f}rem" width="{:.2f}%" height="{}rem" rx="3"/>').format(
        css, top, share * 100, _BAR_REM
    )
