"""Pictures of a selection as SVG: the group against the town, everyone's chance, the draw step by step.

Lengths are in rem and percent, without a viewBox, so that text keeps the size that the reader chose. Nothing is told
by colour alone: bars differ by being full or hollow, lines by their dashes. Who cannot see a picture has its title,
its description, and the table beside it.
"""

import hashlib
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from statistics import median

_LINE_CHARACTERS = 34
_BOX_CHARACTERS = 30
_LINE = 1.5
"""Rem from one line of text to the next."""
_BAR = 0.75
_PLOT = 12.0
"""Rem, the height of the steps of chances."""
_INK = "#0b0c0c"


@dataclass(frozen=True, slots=True)
class Shares:
    """One feature: shares from 0 to 1 of the pool, of the seats by quota, and of the group, if it is drawn."""

    feature: str
    pool: float
    least: float
    most: float
    group: float | None = None


def percent(share: float) -> str:
    """12.3%"""
    return f"{share * 100:.1f}%"


def group_picture(category: str, rows: Sequence[Shares]) -> str:
    """For each feature: a hollow bar for the pool, a line from least to most for the quota, a full bar: the group."""
    parts: list[str] = []
    top = 0.0
    for row in rows:
        lines = textwrap.wrap(row.feature, _LINE_CHARACTERS) or [""]
        parts += [_text(line, top + (at + 0.8) * _LINE) for at, line in enumerate(lines)]
        top += len(lines) * _LINE
        parts.append(_bar(row.pool, top + 0.25, "#ffffff"))
        parts.append(_bracket(row.least, row.most, top + 1.625))
        if row.group is not None:
            parts.append(_bar(row.group, top + 2.25, _INK))
        top += 4.0
    told = "; ".join(_in_words(row) for row in rows)
    key = "Hollow bar: people in the pool. Line between two ends: what the quotas allow. Full bar: the group."
    return _svg(f"{category}: the group against the town", f"{key} {told}.", parts, top)


def _in_words(row: Shares) -> str:
    drawn = "" if row.group is None else f", group {percent(row.group)}"
    return f"{row.feature}: pool {percent(row.pool)}, quota {percent(row.least)} to {percent(row.most)}{drawn}"


def chances_picture(chances: Sequence[float]) -> str:
    """Everyone's chance as steps, from the smallest to the largest; these two and the middle one are named."""
    ordered = sorted(chances)
    marks = [("Smallest", ordered[0], "2 4"), ("Middle", median(ordered), "8 4"), ("Largest", ordered[-1], "16 4")]
    highest = max(ordered[-1], 1e-9)
    parts: list[str] = []
    for at, (name, chance, dashes) in enumerate(marks):
        parts.append(_line((0, 3), (at + 0.55) * _LINE, dashes, unit="rem"))
        parts.append(_text(f"{name}: {percent(chance)}", (at + 0.8) * _LINE, left=3.5))
    top = len(marks) * _LINE + 0.5
    parts.append(_steps([chance / highest for chance in ordered], top))
    for _, chance, dashes in marks:
        parts.append(_line((0, 100), top + _PLOT * (1 - chance / highest), dashes))
    parts.append(_line((0, 100), top + _PLOT, ""))
    told = ", ".join(f"{name.lower()} {percent(chance)}" for name, chance, _ in marks)
    says = f"{len(ordered):,} people from left to right, each as high as their chance: {told}."
    return _svg("Everyone’s chance of being selected", says, parts, top + _PLOT + 0.25)


def _steps(heights: Sequence[float], top: float) -> str:
    path, at = "M0 1", 0
    for height, run in groupby(heights):
        at += len(list(run))
        path += f"V{1 - height:.5f}H{at}"
    return (
        f'<svg x="0" y="{top:.3f}rem" width="100%" height="{_PLOT}rem" viewBox="0 0 {len(heights)} 1" '
        f'preserveAspectRatio="none"><path d="{path}V1Z" fill="#b1b4b6" stroke="{_INK}" stroke-width="2" '
        'vector-effect="non-scaling-stroke"/></svg>'
    )


def draw_picture(steps: Sequence[tuple[str, str]]) -> str:
    """What happened, from top to bottom: boxes with a heading and a text, and an arrow from each to the next."""
    parts: list[str] = []
    top = 0.125
    for at, (heading, text) in enumerate(steps, 1):
        lines = textwrap.wrap(text, _BOX_CHARACTERS) or [""]
        height = (len(lines) + 1) * _LINE + 0.5
        if at > 1:
            parts.append(_text("↓", top - 0.5, left=1.5))
        parts.append(
            f'<rect x="0.125rem" y="{top:.3f}rem" width="17.5rem" height="{height:.3f}rem" fill="#ffffff" '
            f'stroke="{_INK}" stroke-width="2"/>'
        )
        parts.append(_text(f"{at}. {heading}", top + 0.85 * _LINE, left=0.75, bold=True))
        parts += [_text(line, top + (row + 0.85) * _LINE, left=0.75) for row, line in enumerate(lines, 1)]
        top += height + 2.0
    told = " Then: ".join(f"{heading}: {text}" for heading, text in steps)
    return _svg("The draw, step by step", f"{told}.", parts, top - 1.75)


def _svg(title: str, description: str, parts: Sequence[str], height: float) -> str:
    name = "picture-" + hashlib.sha256(repr((title, description)).encode()).hexdigest()[:8]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="{max(height, 0):.3f}rem" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-description" focusable="false" '
        f'font-family="sans-serif" fill="{_INK}"><title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-description">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def _text(text: str, line: float, *, left: float = 0.0, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left}rem" y="{line:.3f}rem" font-size="1rem"{weight}>{escape(text)}</text>'


def _bar(share: float, top: float, fill: str) -> str:
    width = min(max(share, 0.0), 1.0) * 100
    return (
        f'<rect x="0" y="{top:.3f}rem" width="{width:.2f}%" height="{_BAR}rem" fill="{fill}" '
        f'stroke="{_INK}" stroke-width="1.5"/>'
    )


def _bracket(least: float, most: float, line: float) -> str:
    ends = [min(max(share, 0.0), 1.0) * 100 for share in (least, most)]
    ticks = "".join(
        f'<line x1="{end:.2f}%" x2="{end:.2f}%" y1="{line - 0.3:.3f}rem" y2="{line + 0.3:.3f}rem" '
        f'stroke="{_INK}" stroke-width="3"/>'
        for end in ends
    )
    return _line((ends[0], ends[1]), line, "") + ticks


def _line(ends: tuple[float, float], line: float, dashes: str, *, unit: str = "%") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{ends[0]:.2f}{unit}" x2="{ends[1]:.2f}{unit}" y1="{line:.3f}rem" y2="{line:.3f}rem" '
        f'stroke="{_INK}" stroke-width="1.5"{dashed}/>'
    )
