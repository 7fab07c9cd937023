"""Pages on how groups answered: protected, refused where a group is small, and shown when they may be."""

import asyncio
import csv
import io
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation import queries
from services.consultation.domain import AGREE_SCALE, Kind, Option, Question
from services.consultation.domain.crossing import NOT_ANSWERED, responses_between
from services.consultation.usecases import showing
from shared.contracts.consultation import ResponseSubmittedV1
from shared.errors import NotFound, Refusal
from shared.event import Outgoing, record
from tests.consultation.lives import deliveries
from tests.consultation.sending import text_in
from tests.town import NOON, Town

BY = "/consultations/park/results/by/ward"
WARDS = tuple(Option(id, id.capitalize()) for id in ("biscot", "dallow", "farley", "poets"))
QUESTIONS = (
    Question("ward", Kind.WARD, "Which ward do you live in?", options=WARDS),
    Question("safe", Kind.AGREE, "I feel safe there", options=AGREE_SCALE),
    Question(
        "when", Kind.SEVERAL_CHOICES, "When do you go?", options=(Option("am", "Mornings"), Option("pm", "Evenings"))
    ),
    Question("who", Kind.SHORT_TEXT, "Who do you go with?"),
)
ANSWERS = (
    *[("biscot", "agree", ("am",))] * 23,
    *[("biscot", "disagree", ("am", "pm"))] * 12,
    *[("dallow", "agree", ("pm",))] * 31,
    *[("dallow", "disagree", ())] * 14,
    *[("farley", "agree", ("am",))] * 17,
    *[("farley", "disagree", ("pm",))] * 2,
    *[("poets", "disagree", ("pm",))] * 3,
)
"""Three people live in Poets, and two in Farley disagree."""

HELD = "These tables are as they were on"


def submitted(number: int, ward: str, safe: str, when: Sequence[str]) -> Outgoing:
    choices = {"ward": (ward,), "safe": (safe,), **({"when": tuple(when)} if when else {})}
    fact = ResponseSubmittedV1(
        response=str(number), consultation="park", title="", reference="", choices=choices, texts=("who",)
    )
    return record(fact, key=str(number), at=NOON)


@pytest.fixture
async def answered(town: Town) -> Town:
    """A consultation that 102 people have answered and that has closed."""
    await town.publish(questions=QUESTIONS)
    events = [submitted(number, *each) for number, each in enumerate(ANSWERS)]
    await town.host.service("consultation").consumer.take(deliveries(events))
    town.clock.forward(timedelta(days=2))
    return town


async def tables(town: Town, by: str = "ward", threshold: int = 5) -> queries.CrossTables:
    return await worked_out(queries.CrossTablesKept(), town, by, threshold)


async def worked_out(
    kept: queries.CrossTablesKept, town: Town, by: str = "ward", threshold: int = 5
) -> queries.CrossTables:
    loaded = await town.consultations.consultations.get("park")
    assert loaded is not None
    crossing = await showing.crossing_now("park", by, town.consultations)
    breakdown = queries.breakdown(loaded.value, by)
    return await kept.cross_tables(loaded.value, breakdown, crossing.parts, crossing.mark, threshold)


async def test_counts_are_rounded_and_small_ones_hidden(answered: Town) -> None:
    found = await tables(answered)

    safe = next(table for table in found.tables if table.id == "safe")
    cells = {row.group.id: dict(zip(safe.columns, row.cells, strict=True)) for row in safe.rows}
    assert cells["dallow"]["Agree"] == 30
    assert cells["farley"]["Disagree"] is None
    assert cells["poets"]["Disagree"] is None
    assert all(cell is None or cell % 5 == 0 for row in safe.rows for cell in row.cells)


async def test_the_groups_have_the_exact_totals_of_the_results(answered: Town) -> None:
    found = await tables(answered)

    sizes = {group.id: group.responses for group in found.groups}
    assert sizes == {"biscot": 35, "dallow": 45, "farley": 19, "poets": 3, NOT_ANSWERED: 0}
    assert found.responses == len(ANSWERS)


async def test_a_question_with_several_answers_shows_who_chose_each(answered: Town) -> None:
    found = await tables(answered)

    when = next(table for table in found.tables if table.id == "when")
    row = next(row for row in when.rows if row.group.id == "dallow")
    assert (when.columns, when.several) == (("Mornings", "Evenings"), True)
    assert row.cells[1] in {30, None}


async def test_a_filter_is_one_row_of_the_tables_and_nothing_else(answered: Town) -> None:
    found = await tables(answered)

    dallow = found.only("dallow")

    for whole, one in zip(found.tables, dallow.tables, strict=True):
        assert one.rows == tuple(row for row in whole.rows if row.group.id == "dallow")


async def test_a_filter_that_would_show_three_people_is_refused(answered: Town) -> None:
    found = await tables(answered)

    with pytest.raises(Refusal, match="Fewer than 5 people are in this group"):
        found.only("poets")
    with pytest.raises(NotFound):
        found.only("atlantis")


async def test_the_page_says_why_a_group_of_three_is_not_shown_and_shows_no_figure(answered: Town) -> None:
    page = await answered.visitor().get(f"{BY}?only=poets")

    assert page.status == 422
    assert "Fewer than 5 people are in this group" in text_in(page)
    assert "<td" not in page.html


async def test_a_place_may_hide_groups_of_fewer_than_ten(answered: Town) -> None:
    found = await tables(answered, threshold=10)

    assert all(cell in {None, 0} or cell >= 10 for table in found.tables for row in table.rows for cell in row.cells)


async def test_the_page_has_the_table_beside_the_chart_and_says_how_figures_are_protected(answered: Town) -> None:
    page = await answered.visitor().get(BY)

    assert page.status == 200
    assert "Counts are rounded to 5" in text_in(page)
    assert "30 (67%)" in page.html
    assert page.html.count('<svg class="engage-chart"') == 1  # several answers do not stack
    assert "– not shown" in text_in(page)


async def test_everyone_sees_groups_once_it_has_closed_and_officers_before(town: Town) -> None:
    await town.publish(questions=QUESTIONS)
    officer, _ = await town.staff()

    waiting = await town.visitor().get(BY)

    assert "How groups answered comes when it has closed" in waiting.html
    assert "Counts are rounded to 5" in text_in(await officer.get(BY))
    assert "/results/by/" not in (await town.visitor().get("/consultations/park/results")).html


async def test_there_is_no_breakdown_by_what_people_wrote(answered: Town) -> None:
    assert (await answered.visitor().get(BY.replace("ward", "who"))).status == 404


async def test_open_data_has_what_the_pages_show_and_nothing_of_single_people(answered: Town) -> None:
    found = await tables(answered)

    file = await answered.visitor().get("/consultations/park/results/open-data.csv")

    rows = list(csv.DictReader(io.StringIO(file.html.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))
    assert next(row for row in rows if row["question_text"] == "All responses")["count"] == "102"
    grouped = {
        (row["question"], row["group"], row["answer"]): row for row in rows if row["group_by"] == found.breakdown.name
    }
    for table in found.tables:
        for line in table.rows:
            for label, cell in zip(table.columns, line.cells, strict=True):
                row = grouped[table.id, line.group.name, label]
                assert row["count"] == ("" if cell is None else str(cell))
                assert row["hidden"] == ("yes" if cell is None else "")
    assert not re.search(r"\d\d:\d\d|20\d\d-", file.html)


async def test_open_data_has_no_groups_before_the_close(town: Town) -> None:
    await town.publish(questions=QUESTIONS)

    file = await town.visitor().get("/consultations/park/results/open-data.json")

    assert '"group_by":""' in file.html
    assert "Biscot" in file.html  # an answer, and no group
    assert not re.search(r'"group_by":"[^"]', file.html)


async def test_tables_are_worked_out_anew_once_another_answer_is_counted(answered: Town) -> None:
    kept = queries.CrossTablesKept()
    first = await worked_out(kept, answered)
    assert await worked_out(kept, answered) is first

    await come_late(answered, range(7))

    again = await worked_out(kept, answered)
    assert {group.id: group.responses for group in again.groups}["poets"] == 10


def rows_of(html: str) -> list[str]:
    return re.findall(r"<tbody.*?</tbody>", html, re.DOTALL)


async def come_late(town: Town, numbers: range) -> None:
    more = [submitted(900 + number, "poets", "agree", ("am",)) for number in numbers]
    await town.host.service("consultation").consumer.take(deliveries(more))


@pytest.mark.parametrize("as_officer", [False, True])
async def test_tables_that_were_public_are_renewed_for_ten_responses_together(answered: Town, as_officer: bool) -> None:
    visitor = (await answered.staff())[0] if as_officer else answered.visitor()
    before = (await visitor.get(BY)).html
    assert HELD not in before

    await come_late(answered, range(9))
    held = (await visitor.get(BY)).html
    assert HELD in held
    assert rows_of(held) == rows_of(before)

    await come_late(answered, range(9, 10))
    renewed = (await visitor.get(BY)).html
    assert HELD not in renewed
    assert ("102 responses are counted here" in held, "112 responses are counted here" in renewed) == (True, True)


async def test_an_officer_sees_tables_grow_while_answers_come_in(town: Town) -> None:
    await town.publish(questions=QUESTIONS)
    officer, _ = await town.staff()
    await come_late(town, range(8))
    before = (await officer.get(BY)).html
    await come_late(town, range(8, 9))

    after = (await officer.get(BY)).html

    assert "8 responses are counted here" in before
    assert "9 responses are counted here" in after
    assert HELD not in after


async def test_two_who_look_first_at_once_are_shown_the_same(answered: Town) -> None:
    now = answered.clock()
    looks = [showing.crossing_to_show("park", "ward", answered.consultations, now) for _ in range(2)]
    first, second = await asyncio.gather(*looks)

    assert first == second


def counted(*given: tuple[str, str]) -> dict[str, Any]:
    """So many responses, each with its group and its answer."""
    groups: dict[str, Any] = {}
    for group, answer in given:
        into = groups.setdefault(group, {"responses": 0, "answered": {}, "choices": {"safe": {}}})
        into["responses"] += 1
        into["choices"]["safe"][answer] = into["choices"]["safe"].get(answer, 0) + 1
    return groups


ANSWERED = st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"))


@given(st.lists(ANSWERED, max_size=12), st.lists(ANSWERED, max_size=12))
def test_responses_that_came_are_counted_one_by_one(before: list[tuple[str, str]], came: list[tuple[str, str]]) -> None:
    assert responses_between(counted(*before), counted(*before, *came)) == len(came)
    assert responses_between(counted(*before, *came), counted(*before)) == len(came)


@given(st.lists(st.tuples(ANSWERED, ANSWERED), max_size=12), st.lists(ANSWERED, max_size=5))
def test_responses_that_changed_are_never_counted_for_more_than_they_are(
    changed: list[tuple[tuple[str, str], tuple[str, str]]], same: list[tuple[str, str]]
) -> None:
    before, after = [was for was, _ in changed], [is_ for _, is_ in changed]
    assert responses_between(counted(*before, *same), counted(*after, *same)) <= len(changed)
