"""A chart of charts.py for a document on paper, which knows neither rem nor style sheets."""

import re

REM = 16
_LENGTH = re.compile(r"(?<=\")(\d+(?:\.\d+)?)rem(?=\")")
_HEIGHT = re.compile(r'height="([\d.]+)"')
_STYLE = (
    "<style>text{{font-family:'{font}';font-size:15px;font-weight:500;fill:#000}}.engage-chart__share{{font-weight:700}}"
    ".engage-chart__track{{fill:{tint}}}.engage-chart__bar{{fill:{bar}}}</style>"
)


def on_paper(svg: str, *, font: str, bar: str, tint: str, width: int = 480) -> str:
    """The same drawing, `width` pixels wide and as high as it was, with its colours and its font in it."""
    # As plain text: a Markup would escape the quotes that are put in.
    wide = str(svg).replace('width="100%"', f'width="{width}"', 1)
    opening, end, inside = _LENGTH.sub(lambda length: f"{float(length[1]) * REM:g}", wide).partition(">")
    return opening + end + _STYLE.format(font=font, bar=bar, tint=tint) + inside


def height_of(svg: str) -> float:
    """In pixels, of a chart on paper."""
    found = _HEIGHT.search(svg)
    return float(found[1]) if found else 0.0
