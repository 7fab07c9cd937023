from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from shared.place import load_place
from shared.web.charts import Bar, bar_chart
from shared.web.pages import Pages
from shared.web.viewer import ANONYMOUS

ROWS = [Bar("Strongly agree", 232, 0.609), Bar("Agree <on> the whole & more than that, all told", 149, 0.391)]
SVG = "{http://www.w3.org/2000/svg}"
BARS = st.builds(
    Bar,
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])),
    st.integers(0, 10**6),
    st.floats(0, 1),
)


def drawn(rows: list[Bar]) -> ET.Element:
    return ET.fromstring(bar_chart(rows, title="How far", description="Most agree"))  # noqa: S314 - our own output


def test_a_chart_has_a_name_and_a_description_for_who_cannot_see_it() -> None:
    svg = drawn(ROWS)
    ids = {part.get("id"): part.text for part in svg if part.get("id")}
    assert svg.get("role") == "img"
    assert ids[svg.get("aria-labelledby")] == "How far"
    assert ids[svg.get("aria-describedby")] == "Most agree"


def test_bars_are_as_long_as_their_shares() -> None:
    assert [part.get("width") for part in drawn(ROWS).iter(f"{SVG}rect")] == ["100.00%", "60.90%", "100.00%", "39.10%"]


def test_shares_are_written_out() -> None:
    shares = [part.text for part in drawn([*ROWS, Bar("One", 1, 0.001)]).iter(f"{SVG}text")]
    assert [share for share in shares if share] == ["61%", "39%", "<1%"]


@given(st.lists(BARS, max_size=4))
def test_any_label_keeps_its_words_and_no_line_is_wider_than_a_phone(rows: list[Bar]) -> None:
    svg = drawn(rows)
    lines = [part.text or "" for part in svg.iter(f"{SVG}tspan")]
    assert "".join("".join(lines).split()) == "".join("".join(row.label for row in rows).split())
    assert all(len(line) <= 30 for line in lines)


def test_a_chart_sets_no_style_of_its_own() -> None:
    assert "style" not in bar_chart(ROWS, title="How far", description="Most agree")


def test_two_charts_on_a_page_share_no_id() -> None:
    assert drawn(ROWS).get("aria-labelledby") != drawn(ROWS[:1]).get("aria-labelledby")


def test_the_table_beside_a_chart_gives_every_figure(tmp_path: Path) -> None:
    page = '{% from "charts.html" import results_table %}{{ results_table(rows, "Of 381") }}'
    (tmp_path / "page.html").write_text(page)
    pages = Pages(load_place(Path("places/luton")), [tmp_path], demo=False)
    table = ET.fromstring(pages.render("page.html", ANONYMOUS, rows=[Bar("Agree & more", 1_234, 0.5)]).strip())  # noqa: S314
    assert [cell.text for cell in table.iter() if cell.tag in ("caption", "th", "td")] == [
        *("Of 381", "Answer", "Responses", "Share"),
        *("Agree & more", "1,234", "50%"),
    ]
