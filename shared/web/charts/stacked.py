"""Stacked bars: how each of several groups divides, a letter for each part."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.web.charts.frame import GAP_REM, LETTERS, LINE_REM, framed, key, lines_of_text
from shared.web.words import percent

_BAR_REM = 1.75
_WITH_LETTER, _WITH_PERCENT, _WITH_WORDS = 0.05, 0.15, 0.34
"""Shares from which a part is wide enough for these, on a phone."""


@dataclass(frozen=True, slots=True)
class Stack:
    """`shares`, from 0 to 1, one for each label; None for what is not shown."""

    label: str
    shares: tuple[float | None, ...]


def stacked_chart(rows: Sequence[Stack], labels: Sequence[str], *, title: str, description: str) -> Markup:
    """Neighbouring parts are light and dark in turns. What is hidden of a row is one part, outlined, at its end."""
    drawn, top = key(labels)
    for row in rows:
        text, height = lines_of_text(row.label, top)
        drawn += [text, *_bar(row, top + height + 0.25)]
        top += height + 0.25 + _BAR_REM + GAP_REM
    return framed(drawn, top - GAP_REM, title=title, description=description, of=(rows, labels))


def _bar(row: Stack, top: float) -> list[Markup]:
    shown = [(place, share) for place, share in enumerate(row.shares) if share]
    whole = max(1.0, sum(share for _, share in shown))  # rounded figures can come to more than all
    drawn: list[Markup] = []
    left = 0.0
    for place, share in shown:
        width = share / whole
        words = LETTERS[place] if width >= _WITH_LETTER else ""
        words += f" {percent(share)}" if width >= _WITH_PERCENT else ""
        drawn += _part(("dark", "light")[place % 2], left, width, top, words)
        left += width
    if None in row.shares and left < 1:
        drawn += _part("hidden", left, 1 - left, top, "not shown" if 1 - left >= _WITH_WORDS else "")
    return drawn


def _part(kind: str, left: float, width: float, top: float, words: str) -> list[Markup]:
    rect = Markup('<rect class="engage-chart__{}" x="{:.2f}%" y="{:.3f}rem" width="{:.2f}%" height="{}rem"/>')
    text = Markup('<text class="engage-chart__on-{}" x="{:.2f}%" dx="0.25rem" y="{:.3f}rem">{}</text>')
    drawn = [rect.format(kind, left * 100, top, width * 100, _BAR_REM)]
    return [*drawn, text.format(kind, left * 100, top + 0.95 * LINE_REM, words)] if words else drawn
