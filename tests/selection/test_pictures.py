"""The pictures of a selection, and the page with them."""

import re
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from services.fairness_taskforce.selection.page import page
from services.fairness_taskforce.selection.pictures import Shares, chances_picture, draw_picture, group_picture
from services.fairness_taskforce.selection.record import Drawn, draw
from tests.selection.small import BALLS, POOL, RANDOMNESS, SEATED, frozen

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [Shares("f & <m>", 0.5, 0.4, 0.6, 0.55), Shares("x", 0.0, 0.0, 2.0)]
STEPS = [("Groups", "1,000 groups"), ("Number 417", "from a public event, where the numbered balls were drawn")]
PICTURES = [
    group_picture("Gender <&>", ROWS),
    chances_picture([0.1, 0.3, 0.2, 0.2]),
    chances_picture([0.0]),
    draw_picture(STEPS),
]


def inside(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(SVG + tag))  # noqa: S314


@pytest.mark.parametrize("svg", PICTURES)
def test_a_picture_is_well_formed_and_told_to_who_cannot_see_it(svg: str) -> None:
    root = ET.fromstring(svg)  # noqa: S314
    title, description = root.find(SVG + "title"), root.find(SVG + "desc")

    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert title.text
    assert description.text
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == (title.get("id"), description.get("id"))


@pytest.mark.parametrize("svg", PICTURES)
def test_a_picture_needs_no_colour_no_script_and_nothing_from_elsewhere(svg: str) -> None:
    for colour in re.findall(r"#[0-9a-f]{6}", svg):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) <= 5, colour
    assert not re.findall(r"<script|href|url\(|on\w+=", svg)


def test_the_group_is_drawn_beside_the_pool_and_between_the_ends_of_the_quota() -> None:
    svg = group_picture("Gender", [Shares("f", 0.5, 0.4, 0.6, 0.55)])

    bars = [(bar.get("width"), bar.get("fill")) for bar in inside(svg, "rect")]
    line, *ends = inside(svg, "line")
    assert bars == [("50.00%", "#ffffff"), ("55.00%", "#0b0c0c")]
    assert (line.get("x1"), line.get("x2")) == ("40.00%", "60.00%")
    assert [end.get("x1") for end in ends] == ["40.00%", "60.00%"]
    assert "f: pool 50.0%, quota 40.0% to 60.0%, group 55.0%." in svg


def test_before_the_draw_there_is_no_bar_of_the_group() -> None:
    svg = group_picture("Gender", [Shares("f", 0.5, 0.4, 0.6)])

    assert len(inside(svg, "rect")) == 1
    assert "group 5" not in svg


def test_a_share_above_the_whole_ends_at_the_edge() -> None:
    assert [line.get("x2") for line in inside(group_picture("Gender", ROWS[1:]), "line")] == [
        "100.00%",
        "0.00%",
        "100.00%",
    ]


def test_names_are_text_and_never_markup() -> None:
    svg = group_picture("Gender <&>", ROWS)

    assert inside(svg, "title")[0].text == "Gender <&>: the group against the town"
    assert inside(svg, "text")[0].text == "f & <m>"


def test_chances_are_steps_from_the_smallest_to_the_largest() -> None:
    svg = chances_picture([0.1, 0.3, 0.2, 0.2])

    assert inside(svg, "path")[0].get("d") == "M0 1V0.66667H1V0.33333H3V0.00000H4V1Z"
    assert [text.text for text in inside(svg, "text")] == ["Smallest: 10.0%", "Middle: 20.0%", "Largest: 30.0%"]
    assert "4 people from left to right" in svg


def test_the_lines_of_smallest_middle_and_largest_differ_by_their_dashes() -> None:
    dashes = [line.get("stroke-dasharray") for line in inside(chances_picture([0.1, 0.3, 0.2]), "line")]

    assert dashes == ["2 4", "8 4", "16 4", "2 4", "8 4", "16 4", None]


def test_many_people_of_one_chance_are_one_step() -> None:
    assert inside(chances_picture([0.1] * 5000), "path")[0].get("d") == "M0 1V0.00000H5000V1Z"


def test_the_draw_has_a_box_for_each_step_in_order() -> None:
    svg = draw_picture(STEPS)

    texts = [text.text for text in inside(svg, "text")]
    assert len(inside(svg, "rect")) == 2
    assert texts[:4] == ["1. Groups", "1,000 groups", "↓", "2. Number 417"]
    assert " ".join(str(text) for text in texts[4:]) == STEPS[1][1]


class Tags(HTMLParser):
    """The tags of a page in order, seen to be closed as they were opened."""

    EMPTY = frozenset({"meta"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


RECORDS = [draw(frozen(), RANDOMNESS), draw(frozen(SEATED, source=BALLS), "07")]


@pytest.mark.parametrize("drawn", RECORDS, ids=["beacon", "balls"])
def test_the_page_stands_by_itself(drawn: Drawn) -> None:
    text = page(drawn.content)
    tags = Tags(text)

    assert tags.open == []
    assert not {"script", "link", "img", "iframe", "form"} & set(tags.seen)
    assert "src=" not in text
    assert [tag for tag in tags.seen if re.fullmatch(r"h\d", tag)][:3] == ["h1", "h2", "h3"]
    assert tags.seen.count("svg") == tags.seen.count("desc") + 1, "each told in words; the steps are within a picture"


def test_the_page_has_the_hashes_the_number_and_how_to_check_them() -> None:
    made = frozen()
    text = unescape(page(draw(made, RANDOMNESS).content))

    assert f"python verify.py FILE --hash {made.sha256}" in text
    assert "One group was drawn: number 10." in text
    assert "/public/27946612" in text


def test_the_page_counts_pool_quotas_group_and_chances_in_tables() -> None:
    made = frozen()
    drawn = draw(made, RANDOMNESS)
    women = sum(POOL.people[at].features[0] == "f" for at in range(7) if POOL.people[at].id in drawn.winner)

    text = page(drawn.content)

    assert f'<th scope="row">f</th><td>4</td><td>2 to 3</td><td>{women}</td>' in text
    assert text.count(">yes</td>") == len(drawn.winner)
    assert sum(int(cell) for cell in re.findall(r"of 20</td><td>(\d+)</td>", text)) == 7


def test_the_seated_count_for_the_group_on_the_page() -> None:
    drawn = draw(frozen(SEATED, source=BALLS), "07")
    people = [*(each for each in SEATED.people if each.id in drawn.winner), *SEATED.seated]

    text = page(drawn.content)

    old = sum(person.features[1] == "old" for person in people)
    assert f'<th scope="row">old</th><td>3</td><td>2 to 3</td><td>{old}</td>' in text
    assert "4 seats, 1 of them filled before." in text


def test_the_page_before_the_draw_names_no_group() -> None:
    text = page(frozen().content)

    assert "<h1>Before the draw</h1>" in text
    assert "One of them will be drawn." in text
    assert "People in the group" not in text
    assert "Who was drawn" not in text


@pytest.mark.parametrize("content", [RECORDS[0].content, frozen().content], ids=["after", "before"])
def test_the_page_names_nobody(content: bytes) -> None:
    text = page(content)

    assert not [id for id in ("ana", "ben", "cat", "dan", "eve", "fay", "gus") if f">{id}<" in text]
    assert "High Street" not in text
