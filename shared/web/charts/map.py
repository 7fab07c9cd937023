"""A map of people as dots, SVG drawn on the server. Groups differ in shape as well as in colour."""

from collections.abc import Sequence

from markupsafe import Markup

from shared.web.charts.frame import framed

HEIGHT_REM = 20.0
MARGIN = 4.0
"""Per cent at each side, so that no dot is cut off."""

SHAPES = ("●", "■", "▲", "◆", "✚")
"""By group, also beside its name in the key."""

Point = tuple[float, float, int]
"""Where somebody is, from left to right and from bottom to top, and their group from 0 on."""


def dot_map(points: Sequence[Point], *, title: str, description: str) -> Markup:
    """`points` in any unit; the map is stretched to hold all but the furthest in a hundred, who stand at its edge."""
    across = _ends([x for x, _, _ in points])
    upwards = _ends([y for _, y, _ in points])
    drawn = [
        Markup(
            '<text class="engage-chart__person engage-chart__person--{}" x="{:.2f}%" y="{:.2f}rem">{}</text>'
        ).format(group, _place(x, across), HEIGHT_REM * (1 - _place(y, upwards) / 100), SHAPES[group % len(SHAPES)])
        for x, y, group in points
    ]
    return framed(drawn, HEIGHT_REM, title=title, description=description, of=points)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(values)
    cut = len(ordered) // 100
    return ordered[cut], ordered[len(ordered) - 1 - cut]


def _place(value: float, ends: tuple[float, float]) -> float:
    """In per cent of the map."""
    low, high = ends
    if high == low:
        return 50.0
    return MARGIN + min(max((value - low) / (high - low), 0.0), 1.0) * (100 - 2 * MARGIN)
