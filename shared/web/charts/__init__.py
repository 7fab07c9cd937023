"""Charts as SVG, drawn on the server, each with a table of the same figures beside it.

Lengths are in rem and percent, without a viewBox: text keeps the size the reader chose, on a phone and at 400% zoom,
and only the bars stretch. Nothing is told by colour alone: what needs a key has a letter.
"""

from shared.web.charts.bars import Bar, bar_chart
from shared.web.charts.lines import Dot, Row, line_chart
from shared.web.charts.map import SHAPES, Point, dot_map
from shared.web.charts.stacked import Stack, stacked_chart

__all__ = [
    "SHAPES",
    "Bar",
    "Dot",
    "Point",
    "Row",
    "Stack",
    "bar_chart",
    "dot_map",
    "line_chart",
    "stacked_chart",
]
