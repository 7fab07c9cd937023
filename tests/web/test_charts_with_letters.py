"""Stacked bars and lines: what they say without colour, and what they leave out."""

from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from shared.web.charts import Dot, Row, Stack, line_chart, stacked_chart

SVG = "{http://www.w3.org/2000/svg}"
LABELS = ["Agree", "Neither", "Disagree"]


def stacked(*rows: Stack) -> ET.Element:
    return ET.fromstring(stacked_chart(rows, LABELS, title="Safe", description="By ward"))  # noqa: S314 - our own output


def lines(*rows: Row, times: tuple[str, ...] = ("2020", "2022", "2024")) -> ET.Element:
    return ET.fromstring(line_chart(rows, times, title="Trust", description="By wave"))  # noqa: S314 - our own output


def words(svg: ET.Element) -> list[str]:
    return [text for part in svg.iter() if (text := (part.text or "").strip())]


def of(svg: ET.Element, kind: str) -> list[ET.Element]:
    return [part for part in svg.iter() if part.get("class") == f"engage-chart__{kind}"]


def test_each_part_of_a_bar_has_the_letter_of_its_answer() -> None:
    svg = stacked(Stack("Biscot", (0.5, 0.3, 0.2)))

    assert [part.get("width") for part in svg.iter(f"{SVG}rect")] == ["50.00%", "30.00%", "20.00%"]
    assert words(svg)[2:] == ["A", "Agree", "B", "Neither", "C", "Disagree", "Biscot", "A 50%", "B 30%", "C 20%"]


def test_neighbouring_parts_are_dark_and_light_in_turns() -> None:
    svg = stacked(Stack("Biscot", (0.5, 0.3, 0.2)))

    assert [part.get("class") for part in svg.iter(f"{SVG}rect")] == [
        "engage-chart__dark",
        "engage-chart__light",
        "engage-chart__dark",
    ]


def test_what_is_hidden_of_a_bar_is_outlined_and_says_so() -> None:
    svg = stacked(Stack("Poets", (0.6, None, None)))

    assert [part.get("width") for part in of(svg, "hidden")] == ["40.00%"]
    assert "not shown" in words(svg)


@given(st.lists(st.tuples(*[st.one_of(st.none(), st.floats(0, 1))] * 3), max_size=5))
def test_parts_never_come_to_more_than_the_bar(shares: list[tuple[float | None, ...]]) -> None:
    svg = stacked(*(Stack("A ward <of> the town", each) for each in shares))
    for part in svg.iter(f"{SVG}rect"):
        assert float(str(part.get("x")).rstrip("%")) + float(str(part.get("width")).rstrip("%")) <= 100.02


def test_dots_are_joined_where_they_can_be_compared() -> None:
    svg = lines(Row("Agree", (Dot(0.5), Dot(0.6), Dot(0.7, joined=False))))

    assert (len(of(svg, "dot")), len(of(svg, "line"))) == (3, 1)


def test_a_wave_that_did_not_ask_leaves_a_gap() -> None:
    svg = lines(Row("Agree", (Dot(0.5), None, Dot(0.7))))

    assert (len(of(svg, "dot")), len(of(svg, "line"))) == (2, 0)


def test_a_higher_share_stands_higher_and_its_interval_around_it() -> None:
    svg = lines(Row("Agree", (Dot(0.2), Dot(0.8, 0.7, 0.9), None)))

    low, high = (float(str(dot.get("cy")).removesuffix("rem")) for dot in of(svg, "dot"))
    (reach,) = of(svg, "interval")
    assert high < low
    assert float(str(reach.get("y2")).removesuffix("rem")) < high < float(str(reach.get("y1")).removesuffix("rem"))


def test_shares_are_written_beside_the_dots_of_few_rows_and_waves_below() -> None:
    svg = lines(Row("Agree", (Dot(0.66), Dot(0.73), None)))

    assert {"66%", "73%", "2020", "2022", "2024"} <= set(words(svg))
