"""Shares from one time to the next, as dots with a letter, joined where they can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.web.charts.frame import LETTERS, LINE_REM, framed, key
from shared.web.words import percent

_HEIGHT_REM = 11.0
_DOT_REM = 0.7
_LEFT, _RIGHT = 16.0, 92.0
"""Percent of the width between which the times stand."""

_FEW = 2
"""Rows up to which each dot has its share beside it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """`share`, `low` and `high` from 0 to 1; `joined` to the one before it, if there is one."""

    share: float
    low: float | None = None
    high: float | None = None
    joined: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One dot for each time, or none."""

    label: str
    dots: tuple[Dot | None, ...]


def line_chart(rows: Sequence[Row], times: Sequence[str], *, title: str, description: str) -> Markup:
    """From 0% to 100%, so that a small change looks small."""
    drawn, top = key([row.label for row in rows])
    drawn += [*_scale(top), *_names(times, top)]
    for letter, row in zip(LETTERS, rows, strict=False):
        drawn += _row(letter, row, top, len(times), with_share=len(rows) <= _FEW)
    return framed(drawn, top + _HEIGHT_REM + 2 * LINE_REM, title=title, description=description, of=(rows, times))


def _x(place: int, of: int) -> float:
    return (_LEFT + _RIGHT) / 2 if of == 1 else _LEFT + (_RIGHT - _LEFT) * place / (of - 1)


def _y(share: float, top: float) -> float:
    return top + _DOT_REM + (1 - share) * (_HEIGHT_REM - 2 * _DOT_REM)


def _scale(top: float) -> list[Markup]:
    text = Markup('<text x="0" y="{:.3f}rem" dy="0.3rem">{}</text>')
    line = Markup('<line class="engage-chart__grid" x1="3.25rem" x2="100%" y1="{0:.3f}rem" y2="{0:.3f}rem"/>')
    steps = [(share, _y(share, top)) for share in (0.0, 0.5, 1.0)]
    return [part for share, y in steps for part in (line.format(y), text.format(y, percent(share)))]


def _names(times: Sequence[str], top: float) -> list[Markup]:
    """Every second one lower, so that neighbours do not touch on a phone."""
    text = Markup('<text text-anchor="middle" x="{:.2f}%" y="{:.3f}rem">{}</text>')
    below = top + _HEIGHT_REM + 0.75 * LINE_REM
    lower = LINE_REM if len(times) > 4 else 0  # noqa: PLR2004 - as many as fit into one line
    return [text.format(_x(at, len(times)), below + lower * (at % 2), name) for at, name in enumerate(times)]


def _row(letter: str, row: Row, top: float, of: int, *, with_share: bool) -> list[Markup]:
    line = Markup('<line class="engage-chart__{}" x1="{:.2f}%" y1="{:.3f}rem" x2="{:.2f}%" y2="{:.3f}rem"/>')
    lines: list[Markup] = []
    dots: list[Markup] = []
    for place, dot in enumerate(row.dots):
        if dot is None:
            continue
        x, y = _x(place, of), _y(dot.share, top)
        before = row.dots[place - 1] if place else None
        if before is not None and dot.joined:
            lines.append(line.format("line", _x(place - 1, of), _y(before.share, top), x, y))
        if dot.low is not None and dot.high is not None:
            lines.append(line.format("interval", x, _y(dot.low, top), x, _y(dot.high, top)))
        dots += _dot(letter, x, y, percent(dot.share) if with_share else "")
    return lines + dots


def _dot(letter: str, x: float, y: float, words: str) -> list[Markup]:
    circle = Markup('<circle class="engage-chart__dot" cx="{:.2f}%" cy="{:.3f}rem" r="{}rem"/>')
    text = Markup(
        '<text class="engage-chart__on-dot" text-anchor="middle" x="{:.2f}%" y="{:.3f}rem" dy="0.3rem">{}</text>'
    )
    beside = Markup('<text class="engage-chart__share" x="{:.2f}%" dx="1rem" y="{:.3f}rem" dy="-0.4rem">{}</text>')
    drawn = [circle.format(x, y, _DOT_REM), text.format(x, y, letter)]
    return [*drawn, beside.format(x, y, words)] if words else drawn
