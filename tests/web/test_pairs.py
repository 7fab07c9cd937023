"""Two bars for each row: what is beside what it is compared with."""

import re
from itertools import pairwise

from shared.web.pairs import Names, Pair, pair_chart

NAMES = Names("of answers", "of everyone")


def drawn(*rows: Pair) -> str:
    return str(pair_chart(rows, NAMES, title="Age", description="Shares"))


def test_each_row_has_both_shares_in_words_and_as_long_as_they_are() -> None:
    chart = drawn(Pair("Under 25", 0.12, 0.36))

    assert "12% of answers" in chart
    assert "36% of everyone" in chart
    assert re.findall(r'chart__(bar|other)" x="0" y="[0-9.]+rem" width="([0-9.]+)%', chart) == [
        ("bar", "12.00"),
        ("other", "36.00"),
    ]


def test_what_is_not_shown_has_no_bar() -> None:
    chart = drawn(Pair("Under 25", None, 0.36))

    assert "not shown" in chart
    assert "engage-chart__bar" not in chart


def test_no_line_is_too_long_for_a_phone_and_nothing_lies_on_another() -> None:
    chart = drawn(Pair("Mixed or Multiple ethnic groups: White and Black Caribbean", 0.1, 0.2), Pair("<b>", 0.1, 0.2))

    lines = re.findall(r'<text[^>]*y="([0-9.]+)rem">([^<]*)', chart)
    assert max(len(text) for _, text in lines) <= 34
    tops = [float(top) for top, _ in lines]
    assert min(below - above for above, below in pairwise(tops)) >= 1.25
    assert "<b>" not in chart
