"""Answers on paper come in by the thousand: every fault is named, and nothing is stored before an officer says so."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from services.accounts.domain import Role
from services.consultation.domain import Channel, Exit, Kind, Option, Question, Response, Route
from services.consultation.domain import Page as FormPage
from shared import sheets
from tests.consultation.sheets import HEADING, HERE, Row, csv_bytes, ods_bytes, row, upload
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Page, Visitor

FIRST_OF_JUNE = {"received-day": "1", "received-month": "6", "received-year": "2026"}
TEXT = Question("why", Kind.SHORT_TEXT, "Why?")
SIGNS = "Größe, “quoted”, zoë"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        await town.publish(closes_at=NOON + timedelta(days=10))
        yield town


@pytest.fixture
async def officer(town: Town) -> Visitor:
    return (await town.staff(Role.OFFICER))[0]


async def settled(officer: Visitor, page: Page) -> Page:
    """The page of an import once nothing is at work on it."""

    async def done() -> Page | None:
        shown = await officer.get(page.path)
        return None if "<progress" in shown.html else shown

    assert page.status == 200, page.html
    shown = await eventually(done, "the end of the work")
    assert shown is not None
    return shown


async def checked(officer: Visitor, rows: Sequence[Row], **fields: str) -> Page:
    return await settled(officer, await upload(officer, csv_bytes([HEADING, *rows]), fields=fields))


async def stored(officer: Visitor, page: Page) -> Page:
    return await settled(officer, await officer.submit(page, action="/store"))


async def all_stored(town: Town) -> list[Response]:
    found = await town.consultations.responses.find({"consultation": "park"}, sort="form_number")
    return [each.value for each in found]


async def test_good_rows_become_responses_with_their_channel_day_and_who_entered_them(
    town: Town, officer: Visitor
) -> None:
    rows = [row("A1", received="1/6/2026", when="Mornings; evenings", safe="agree"), row("A2", missing="a café")]

    page = await checked(officer, rows)
    assert "Store the 2 good rows" in page.html
    assert await town.responses() == 0
    page = await stored(officer, page)

    assert "2 rows stored" in page.html
    first, second = await all_stored(town)
    assert dict(first.answers) == {"missing": ("swings",), "when": ("am", "pm"), "safe": ("agree",)}
    assert dict(second.answers) == {"missing": ("cafe",)}
    assert (first.channel, first.form_number, str(first.received_on)) == (Channel.PAPER, "A1", "2026-06-01")
    assert first.entered_by is not None
    assert first.entered_by == second.entered_by
    assert first.resident is None


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(csv_bytes, id="csv"),
        pytest.param(lambda rows: csv_bytes(rows, encoding="utf-8-sig"), id="csv with a mark"),
        pytest.param(lambda rows: csv_bytes(rows, ";", "cp1252"), id="csv from Windows with semicolons"),
        pytest.param(lambda rows: csv_bytes(rows, "\t", "utf-16"), id="text from Excel with tabs"),
        pytest.param(sheets.xlsx, id="xlsx"),
        pytest.param(ods_bytes, id="ods"),
    ],
)
async def test_a_table_is_known_by_its_content_whatever_its_name_and_encoding(
    town: Town, officer: Visitor, written: Callable[[Sequence[Row]], bytes]
) -> None:
    content = written([HEADING, row("A1", who=SIGNS), row("A2", when="Mornings")])

    page = await settled(officer, await upload(officer, content, "holiday.jpg"))
    await stored(officer, page)

    first, second = await all_stored(town)
    assert first.answers["who"] == (SIGNS,)
    assert second.answers["when"] == ("am",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose the file"),
        (b"%PDF-1.4\n\x00\x01", "not a table"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "older kind"),
        (csv_bytes([HEADING]), "no rows"),
        (b"a" * (sheets.LARGEST_FILE + 1), "20 MB or smaller"),
        (csv_bytes([("a",)] * (sheets.MOST_ROWS + 2)), "more than 50,000 rows"),
    ],
    ids=["none", "pdf", "broken", "old", "no rows", "large", "long"],
)
async def test_what_cannot_be_read_is_refused_by_its_field_and_the_rest_of_the_form_is_kept(
    officer: Visitor, content: bytes, sentence: str
) -> None:
    page = await upload(officer, content, "answers.xlsx", {"channel": "phone", **FIRST_OF_JUNE})

    assert page.status == 422
    assert sentence in page.html
    assert page.form(HERE).fields["channel"] == ["phone"]
    assert page.form(HERE).fields["received-day"] == ["1"]


async def test_a_text_of_a_million_characters_is_refused(officer: Visitor) -> None:
    page = await upload(officer, csv_bytes([HEADING, row("A1", **{"else": "x" * 1_000_001})]))

    assert page.status == 422
    assert "Row 2 of this file is too long" in page.html


async def test_each_fault_is_named_by_row_and_column_and_nothing_is_stored(town: Town, officer: Visitor) -> None:
    rows = [
        row("A1"),
        row("A1", missing="Swngs", safe="perhaps"),
        row("A3", received="31/2/2026"),
        row("A4", received="1/6/2025"),
        row("A5", missing=""),
        row("A6", **{"else": "x" * 10_003}),
        ("", "", "", "", "", "", ""),
        row("A8", missing="Swings; A café"),
    ]

    page = await checked(officer, rows)
    faults = (await officer.get(page.path + "/faults.csv")).html

    assert [line.rpartition(",No")[0] for line in faults.splitlines()[1:]] == [
        "3,form number,A1,Row 2 has this form number too",
        "3,1. missing,Swngs,Choose from the answers listed under “What is missing most?”",
        "3,3. safe,perhaps,Choose from the answers listed under “I feel safe there”",
        '4,received on,31/2/2026,"Enter a real date, such as 27/3/2026"',
        "5,received on,1/6/2025,The date received is before the consultation opened on 1 June 2026",
        "6,1. missing,,Choose an answer to “What is missing most?”",
        f'7,5. else,{"x" * 60},"Your answer to “What else?” must be 10,000 characters or fewer. It is 3 over"',
        "9,1. missing,Swings; A café,Choose from the answers listed under “What is missing most?”",
    ]
    assert "1 row can be stored" in page.html
    assert "6 rows have faults" in page.html
    assert await town.responses() == 0


async def test_rows_with_faults_are_left_out_and_can_be_put_right_and_uploaded(town: Town, officer: Visitor) -> None:
    page = await stored(officer, await checked(officer, [row("A1"), row("A2", missing="Swngs", who="=1+1")]))
    assert "1 row left out" in page.html
    left_out = (await officer.get(page.path + "/left-out.csv")).html
    assert "'=1+1" in left_out

    again = await upload(officer, left_out.replace("Swngs", "Swings").encode())
    await stored(officer, await settled(officer, again))

    assert [each.form_number for each in await all_stored(town)] == ["A1", "A2"]
    assert (await all_stored(town))[1].answers["who"] == ("=1+1",)


async def test_what_begins_like_a_formula_stays_text_and_is_never_written_as_one(town: Town, officer: Visitor) -> None:
    cell = '=HYPERLINK("http://x.example")'
    page = await checked(officer, [row("=2+3", missing="+1", who=cell), row("A2", who="@SUM(1)")])

    faults = (await officer.get(page.path + "/faults.csv")).html
    assert "2,1. missing,'+1,Choose" in faults
    left_out = (await officer.get(page.path + "/left-out.csv")).html
    assert not [part for part in left_out.replace('"', "").split(",") if part.startswith(("=", "+", "@"))]
    await stored(officer, page)
    assert (await all_stored(town))[0].answers["who"] == ("@SUM(1)",)


async def test_columns_that_do_not_fit_are_named_and_nothing_can_be_stored(town: Town, officer: Visitor) -> None:
    heading = ("form number", "received on", "1. missing", "missing", "3. safe", "4. who", "5. mood")

    page = await upload(officer, csv_bytes([heading, row("A1")]))
    assert "“5. mood” is not a column of this consultation" in page.html
    assert "The column “1. missing” is there twice" in page.html
    assert "The column “2. when” is missing" in page.html
    assert "The column “5. else” is missing" in page.html
    refused = await officer.post(page.path + "/store", {})

    assert refused.status == 409
    assert await town.responses() == 0


async def test_columns_may_stand_in_any_order_under_the_ids_of_their_questions(town: Town, officer: Visitor) -> None:
    heading = ("Else", "who", "SAFE", "when", "missing", "Received  On", "form number")

    page = await upload(officer, csv_bytes([heading, ("", "my dog", "", "", "cafe", "", "7")]))
    await stored(officer, await settled(officer, page))

    (response,) = await all_stored(town)
    assert (response.form_number, dict(response.answers)) == ("7", {"missing": ("cafe",), "who": ("my dog",)})


async def test_the_template_filled_in_is_taken_and_its_row_of_help_left_out(town: Town, officer: Visitor) -> None:
    template = sheets.read_rows((await officer.get(HERE + "/template.csv")).html.encode())
    assert tuple(template[0][1]) == HEADING
    assert "Swings; A café" in template[1][1][2]

    page = await upload(officer, sheets.csv_lines([*(cells for _, cells in template), row("A1")]).encode())
    await stored(officer, await settled(officer, page))

    assert [each.form_number for each in await all_stored(town)] == ["A1"]


async def test_the_same_file_and_the_same_form_are_stored_once(town: Town, officer: Visitor) -> None:
    await stored(officer, await checked(officer, [row("A1"), row()]))

    same = await upload(officer, csv_bytes([HEADING, row("A1"), row()]))
    assert same.status == 422
    assert "This very file was stored before" in same.html
    page = await checked(officer, [row("A1"), row("A2")])
    assert "This form has been entered already" in page.html
    await stored(officer, page)

    assert [each.form_number for each in await all_stored(town)] == [None, "A1", "A2"]


async def test_an_import_that_is_given_up_stores_nothing_and_cannot_be_taken_up(town: Town, officer: Visitor) -> None:
    page = await checked(officer, [row("A1")])
    await officer.submit(page, action="/cancel")

    refused = await officer.post(page.path + "/store", {})

    assert refused.status == 409
    assert await town.responses() == 0
    assert "Given up" in (await officer.get(HERE)).html


async def test_what_a_row_answers_beside_its_way_is_said_and_left_out(town: Town, officer: Visitor) -> None:
    kinds = (Option("resident", "Resident"), Option("visitor", "Visitor"), Option("robot", "Robot"))
    who = Question("who", Kind.ONE_CHOICE, "Who are you?", required=True, options=kinds, other=True)
    routes = (Route("who", ("visitor",), "end"), Route("who", ("robot",), "bye"))
    exits = (Exit("bye", "Only for people", "Sorry."),)
    pages = (FormPage("one", questions=(who,), routes=routes), FormPage("two", questions=(TEXT,)))
    await town.publish("way", pages=pages, exits=exits)
    heading = ("form number", "received on", "1. who", "1. who.other", "2. why")
    rows = [("", "", "Visitor", "", "Trees"), ("", "", "Robot", "", ""), ("", "", "resident", "a cat", "Trees")]

    page = await settled(officer, await upload(officer, csv_bytes([heading, *rows]), to="way"))
    faults = (await officer.get(page.path + "/faults.csv")).html.splitlines()[1:]
    await stored(officer, page)

    assert faults == [
        "2,2. why,Trees,Left out: the other answers of this row lead past “Why?”,Yes",
        "3,,,These answers lead to “Only for people”: nothing is stored,No",
        "4,1. who.other,a cat,Left out: “Other” is not chosen in this row,Yes",
    ]
    found = await town.consultations.responses.find({"consultation": "way"})
    answers = sorted(str(dict(each.value.answers)) for each in found)
    assert answers == ["{'who': ('resident',), 'why': ('Trees',)}", "{'who': ('visitor',)}"]


async def test_paper_that_came_in_time_can_be_imported_after_the_close_and_no_other(
    town: Town, officer: Visitor
) -> None:
    town.clock.forward(timedelta(days=20))
    (late_officer, _) = await town.staff(Role.OFFICER, email="late@council.example")

    page = await checked(late_officer, [row("A1", received="11/6/2026"), row("A2", received="12/6/2026"), row("A3")])
    assert "It came after the consultation closed on 11 June 2026" in page.html
    assert "Enter the date received" in page.html
    await stored(late_officer, page)
    assert [each.form_number for each in await all_stored(town)] == ["A1"]

    town.clock.forward(timedelta(days=20))
    (later, _) = await town.staff(Role.OFFICER, email="later@council.example")
    refused = await upload(later, csv_bytes([HEADING, row("A9", received="11/6/2026")]))
    assert refused.status == 422
    assert "The time for it is over" in refused.html


async def test_results_say_how_many_came_by_each_channel(town: Town, officer: Visitor) -> None:
    await stored(officer, await checked(officer, [row("A1"), row("A2")]))
    await stored(officer, await checked(officer, [row("B1")], channel="phone"))

    async def counted() -> bool:
        return "on paper: 2, by phone: 1" in (await officer.get("/consultations/park/results")).html

    assert await eventually(counted, "the counts")


async def test_the_rows_of_a_file_are_deleted_some_days_after_and_the_record_stays(
    town: Town, officer: Visitor
) -> None:
    page = await stored(officer, await checked(officer, [row("A1"), row("A2", missing="Swngs", who="my secret")]))
    assert await town.consultations.import_pages.count() == 1

    town.clock.forward(timedelta(days=8))

    async def forgotten() -> bool:
        return (await town.consultations.imports.find())[0].value.forget_at is None

    assert await eventually(forgotten, "the rows to be deleted")
    (kept,) = await town.consultations.imports.find()
    assert await town.consultations.import_pages.count() == 0
    assert (kept.value.stored, kept.value.left_out, kept.value.heading) == (1, 1, ())
    assert kept.value.entered_by is not None
    assert page.path.endswith(kept.id)


async def test_only_officers_may_import(town: Town, officer: Visitor) -> None:
    page = await checked(officer, [row("A1")])
    resident = await town.resident()

    assert (await resident.get(HERE)).status == 403
    assert (await resident.get(page.path)).status == 403
    assert (await resident.post(page.path + "/store", {})).status == 403
    assert (await upload(resident, csv_bytes([HEADING, row("A1")]))).status == 403
    assert await town.responses() == 0
