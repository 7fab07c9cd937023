"""What all charts have in common: their name for who cannot see them, and the key of letters."""

import hashlib
import string
import textwrap
from collections.abc import Sequence

from markupsafe import Markup

LINE_CHARACTERS = 30
"""What fits beside a percentage, 16 CSS pixels high, in the 290 that a phone of 320 leaves."""
LINE_REM = 1.25
GAP_REM = 1.0
LETTERS = string.ascii_uppercase


def framed(drawn: Sequence[Markup], height: float, *, title: str, description: str, of: object) -> Markup:
    """`of`: what it is drawn from, so that two charts of one page have names of their own."""
    name = "chart-" + hashlib.sha256(repr((title, of)).encode()).hexdigest()[:8]
    return Markup(
        '<svg class="engage-chart" xmlns="http://www.w3.org/2000/svg" role="img" width="100%" height="{height:.3f}rem" '
        'aria-labelledby="{name}-title" aria-describedby="{name}-description" focusable="false">'
        '<title id="{name}-title">{title}</title><desc id="{name}-description">{description}</desc>{rows}</svg>'
    ).format(name=name, height=max(height, 0), title=title, description=description, rows=Markup("").join(drawn))


def lines_of_text(text: str, top: float, x: str = "0") -> tuple[Markup, float]:
    """A text broken into lines, which SVG does not do by itself; and how high it is."""
    lines = textwrap.wrap(text, LINE_CHARACTERS) or [""]
    spans = Markup("").join(
        Markup('<tspan x="{}" y="{:.3f}rem">{}</tspan>').format(x, top + (at + 0.75) * LINE_REM, line)
        for at, line in enumerate(lines)
    )
    return Markup("<text>{}</text>").format(spans), len(lines) * LINE_REM


def key(labels: Sequence[str]) -> tuple[list[Markup], float]:
    """A letter and its words on a line each."""
    drawn: list[Markup] = []
    top = 0.0
    for letter, label in zip(LETTERS, labels, strict=False):
        text, height = lines_of_text(label, top, "2rem")
        place = top + 0.75 * LINE_REM
        drawn += [Markup('<text class="engage-chart__share" x="0" y="{:.3f}rem">{}</text>').format(place, letter), text]
        top += height
    return drawn, top + GAP_REM
