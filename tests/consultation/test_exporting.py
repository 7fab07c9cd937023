"""Exports: the whole of what was answered, in the order of the form, whatever was written and whatever comes in."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from services.consultation import usecases
from services.consultation.domain import Origin, Questionnaire, Response
from services.consultation.domain import Page as FormPage
from services.consultation.domain.exporting import Export, ExportState, Format, export_columns
from services.consultation.domain.spss import variables
from services.consultation.usecases.export_file import write_file
from services.consultation.web import file_folder
from shared.files import FileFolder
from shared.store.documents import Loaded
from tests.consultation.every_kind import PAGES
from tests.consultation.lives import published
from tests.eventually import eventually
from tests.town import NOON, QUESTIONS, Town
from tests.visitor import Visitor

EXPORTS = "/staff/consultations/park/exports"
NASTY = "=SUM(A1)", "<b>bold</b> & more", "\N{RIGHT-TO-LEFT OVERRIDE}txt.exe", "two\nlines, and  spaces"


def answered(number: int, text: str, **answers: Sequence[str]) -> Response:
    given = {"missing": ["swings"], "when": ["pm"], "who": [text], **answers}
    return published().respond(f"{number:032x}", given, Origin(), NOON)[0]


def export(format: Format) -> Export:
    return Export("e" * 32, "park", "officer", format, NOON, None)


def written(format: Format, responses: Sequence[Response]) -> bytes:
    out = io.BytesIO()
    write_file(export(format), published(), iter(responses), out)
    return out.getvalue()


def rows_of(format: Format, content: bytes) -> list[list[Any]]:
    if format is Format.CSV:
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Answers")
    return [list(row) for row in sheet.to_python(skip_empty_area=False)]


@pytest.mark.parametrize("format", [Format.CSV, Format.XLSX, Format.ODS])
def test_columns_are_in_the_order_of_the_form_and_answers_in_words(format: Format) -> None:
    heading, only = rows_of(format, written(format, [answered(1, "My dog", safe=["agree"])]))

    assert heading[8:] == ["1. missing", "2. when", "3. safe", "4. who", "5. else"]
    assert only[8:] == ["Swings", "Evenings", "Agree", "My dog", ""]


@pytest.mark.parametrize("format", [Format.XLSX, Format.ODS])
@pytest.mark.parametrize("text", NASTY)
def test_what_people_wrote_is_text_in_a_spreadsheet_whatever_it_looks_like(format: Format, text: str) -> None:
    stored = answered(1, text).answers["who"][0]

    _, only = rows_of(format, written(format, [answered(1, text)]))

    assert only[11] == stored


def test_a_formula_in_a_csv_file_has_a_sign_before_it_that_makes_it_text() -> None:
    _, only = rows_of(Format.CSV, written(Format.CSV, [answered(1, "=SUM(A1)")]))

    assert only[11] == "'=SUM(A1)"


def test_json_has_ids_as_the_api_takes_them_and_says_what_they_mean() -> None:
    read = json.loads(written(Format.JSON, [answered(1, "<b>"), answered(2, "x")]))

    assert [each["answers"]["who"] for each in read["responses"]] == [["<b>"], ["x"]]
    assert {"field": "missing", "text": "What is missing most?", "answers": {"swings": "Swings", "cafe": "A café"}} in (
        read["columns"]
    )


def spss(responses: Sequence[Response]) -> tuple[list[list[str]], str]:
    with zipfile.ZipFile(io.BytesIO(written(Format.SPSS, responses))) as parts:
        table = list(csv.reader(io.StringIO(parts.read("answers.csv").decode())))
        return table, parts.read("read-answers.sps").decode()


def test_spss_has_a_variable_of_0_and_1_for_each_of_several_answers_with_labels() -> None:
    table, syntax = spss([answered(1, "x"), answered(2, "y", when=[])])

    heading, first, second = table
    assert heading[8:12] == ["q1", "q2_1", "q2_2", "q3"]
    assert (first[8:12], second[8:12]) == (["1", "0", "1", ""], ["1", "", "", ""])
    assert "VALUE LABELS q1 1 'Swings' 2 'A café'." in syntax
    assert "q2_2 'When do you go?: Evenings'" in syntax
    assert "MRSETS /MDGROUP NAME=$q2" in syntax


def test_the_columns_are_the_same_whatever_version_was_answered() -> None:
    """A question that is gone comes last, one that is new stands where the form has it."""
    missing, when, *rest = QUESTIONS
    new = replace(missing, id="newer", text="And now?")
    park = replace(
        published(),
        questionnaire=Questionnaire((FormPage("page-1", questions=(new, when, *rest)),), version=2),
        earlier=(published().questionnaire,),
    )

    names = [column.name for column in export_columns(park)[8:]]

    assert names == ["1. newer", "2. when", "3. safe", "4. who", "5. else", "earlier. missing"]
    assert [each.name for each in variables(park)[8:]] == ["q1", "q2_1", "q2_2", "q3", "q4", "q5", "e1"]


def test_every_kind_of_question_has_columns_with_names_of_their_own() -> None:
    park = replace(published(), questionnaire=Questionnaire(PAGES))

    for names in ([each.name for each in export_columns(park)], [each.name for each in variables(park)]):
        assert len(set(names)) == len(names)


async def ask(officer: Visitor, format: str) -> str:
    """Returns the address of the file once it is made."""
    await officer.submit(await officer.get(EXPORTS), {"format": format}, action="/exports")

    async def made() -> str:
        html = (await officer.get(EXPORTS)).html
        found = html.partition(f'href="{EXPORTS}/')[2].partition('"')[0]
        return f"{EXPORTS}/{found}" if found else ""

    return await eventually(made, "a file to download")


async def test_an_officer_asks_for_a_file_and_downloads_it(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    for number in range(3):
        await town.consultations.responses.add(answered(number, f"dog {number}"))

    file = await officer.get(await ask(officer, "csv"))

    heading, *rows = rows_of(Format.CSV, file.html.encode())
    assert sorted(each[heading.index("4. who")] for each in rows) == ["dog 0", "dog 1", "dog 2"]
    assert "deleted after 7 days" in (await officer.get(EXPORTS)).html
    assert (await (await town.resident()).get(file.path)).status == 403


async def test_a_kind_of_file_that_there_is_not_is_refused_by_the_field(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()

    page = await officer.submit(await officer.get(EXPORTS), {"format": []}, action="/exports")

    assert (page.status, "Choose a kind of file" in page.html) == (422, True)


async def made_from(
    town: Town, folder: Path, responses: Sequence[Response], meanwhile: Sequence[Response] = ()
) -> list[list[str]]:
    """The rows of an export of these; `meanwhile` is stored between the asking and the making."""
    documents, files = town.consultations, FileFolder(folder)
    for each in responses:
        await documents.responses.add(each)
    await town.publish()
    asked = await documents_ask(town)
    for each in meanwhile:
        await documents.responses.add(replace(each, submitted_at=town.clock() + timedelta(seconds=1)))
    await usecases.take_export_further(asked, documents, files, town.clock)
    return rows_of(Format.CSV, files.path(asked.id).read_bytes())[1:]


async def documents_ask(town: Town) -> Loaded[Export]:
    """An export that the service's own background work leaves alone: it falls due only later."""
    asked = replace(export(Format.CSV), at=town.clock(), due_at=town.clock() + timedelta(hours=1))
    await town.consultations.exports.add(asked)
    return await usecases.load_export(asked.id, "park", town.consultations)


async def test_responses_that_come_in_after_the_asking_are_not_in_the_file(town: Town, tmp_path: Path) -> None:
    many = [answered(number, str(number)) for number in range(600)]
    later = [answered(number, str(number)) for number in range(600, 700)]

    rows = await made_from(town, tmp_path, many, later)

    assert sorted(int(each[11]) for each in rows) == list(range(600))


async def test_what_was_withdrawn_or_set_aside_is_not_in_the_file(town: Town, tmp_path: Path) -> None:
    gone = replace(answered(1, "gone"), answers={}, withdrawn_at=NOON)
    aside = replace(answered(2, "aside"), set_aside="copies")

    rows = await made_from(town, tmp_path, [gone, aside, answered(3, "there")])

    assert [each[11] for each in rows] == ["there"]


async def test_an_export_whose_maker_has_died_is_made_by_the_next(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    begun = replace(export(Format.CSV), at=town.clock(), due_at=town.clock()).begin(town.clock())
    await town.consultations.exports.add(begun)
    assert "Being made" in (await officer.get(EXPORTS)).html

    town.clock.forward(timedelta(minutes=16))

    async def ready() -> bool:
        return (await usecases.load_export(begun.id, "park", town.consultations)).value.state is ExportState.READY

    assert await eventually(ready, "the export made")


async def test_a_maker_that_is_stopped_leaves_the_export_to_the_next(town: Town, tmp_path: Path) -> None:
    await town.publish()
    await town.consultations.responses.add(answered(1, "x"))
    asked = await documents_ask(town)

    await usecases.take_export_further(asked, town.consultations, FileFolder(tmp_path), town.clock, lambda: True)

    left = await usecases.load_export(asked.id, "park", town.consultations)
    assert left.value.state is not ExportState.MAKING


async def test_a_file_is_deleted_after_seven_days_and_the_page_says_so(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    address = await ask(officer, "json")
    folder = file_folder(town.host.parts.settings)
    id = address.split("/")[-2]
    assert folder.has(id)

    town.clock.forward(timedelta(days=7, minutes=1))
    await eventually(lambda: not folder.has(id), "the file deleted")

    loaded = await eventually(lambda: forgotten(town, id), "the export forgotten")
    assert loaded


async def forgotten(town: Town, id: str) -> bool:
    return (await usecases.load_export(id, "park", town.consultations)).value.state is ExportState.FORGOTTEN
