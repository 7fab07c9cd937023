"""A postcode is kept as no more than people were told: by whichever way it came, and also while it waits."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.consultation.domain import Keep, Kind, Question
from services.consultation.usecases import ward_options
from shared.place import load_place
from tests.consultation.sending import SAVE, SEND, START, text_in
from tests.consultation.sheets import csv_bytes, upload
from tests.eventually import eventually
from tests.town import Town, opened_town
from tests.world import ROOT

LUTON = ROOT / "places" / "luton"
WHERE = Question(
    "where", Kind.POSTCODE, "What is your postcode?", keep=Keep.WARD, options=ward_options(load_place(LUTON))
)
HALF = Question("half", Kind.POSTCODE, "And that of your work?")
TYPED = {"q-where": "lu3 1aa", "q-half": "LU2 9ZZ"}
KEPT = {"where": ("high-town",), "half": ("LU2",)}


@pytest.fixture
async def listed(tmp_path: Path) -> AsyncIterator[Town]:
    """A town with a list of postcodes, and a consultation that asks for two of them."""
    place = shutil.copytree(LUTON, tmp_path / "place")
    (place / "postcodes.csv").write_text("postcode,ward\nLU3 1AA,High Town\nLU3 1AB,Biscot\n")
    async with opened_town(tmp_path / "listed", place=place) as town:
        await town.publish(questions=(WHERE, HALF))
        yield town


def all_that_is_stored(town: Town) -> str:
    """Every document and event, as text."""
    with sqlite3.connect(town.host.parts.settings.data / "engage.db") as database:
        return "\n".join(database.iterdump())


async def test_the_check_page_says_what_is_kept_and_no_more_of_it_is(listed: Town) -> None:
    visitor = listed.visitor()
    page = await visitor.get(START)
    assert "We only keep the ward that it is in, or its first half where we do not know the ward." in text_in(page)
    check = await visitor.submit(page, TYPED, action="/answer")
    assert "High Town" in text_in(check)

    await visitor.submit(check, button=SEND)

    (stored,) = await listed.consultations.responses.find()
    assert stored.value.answers == KEPT
    assert "1AA" not in all_that_is_stored(listed).upper()
    assert "9ZZ" not in all_that_is_stored(listed)


async def test_a_postcode_that_is_not_listed_is_kept_as_its_first_half(listed: Town) -> None:
    visitor = listed.visitor()
    check = await visitor.submit(await visitor.get(START), {"q-where": "SW1A 1AA"}, action="/answer")
    await visitor.submit(check, button=SEND)

    (stored,) = await listed.consultations.responses.find()
    assert stored.value.answers == {"where": ("SW1A",)}


async def test_answers_that_wait_hold_no_more_of_it_either_and_go_on_as_they_were(listed: Town) -> None:
    resident = await listed.resident()
    saved = await resident.submit(await resident.get(START), TYPED, action="/answer", button=SAVE)
    (draft,) = await listed.consultations.drafts.find()
    assert dict(draft.value.given) == {"where": ("High Town",), "half": ("LU2",)}
    assert "1AA" not in all_that_is_stored(listed).upper()

    page = await resident.get(saved.path + "/answer")
    assert 'value="High Town"' in page.html
    await resident.submit(await resident.submit(page, action="/answer"), button=SEND)

    (stored,) = await listed.consultations.responses.find()
    assert stored.value.answers == KEPT


async def test_what_is_no_postcode_waits_as_it_was_typed(listed: Town) -> None:
    resident = await listed.resident()
    await resident.submit(await resident.get(START), {"q-where": "near LU3"}, action="/answer", button=SAVE)
    (draft,) = await listed.consultations.drafts.find()
    assert dict(draft.value.given) == {"where": ("near LU3",)}


async def test_answers_that_are_changed_keep_the_ward(listed: Town) -> None:
    resident = await listed.resident()
    check = await resident.submit(await resident.get(START), TYPED, action="/answer")
    receipt = await resident.submit(check, button=SEND)
    page = await resident.get(f"/my-answers/{receipt.path.rpartition('/')[2]}/change")
    assert 'value="High Town"' in page.html
    check = await resident.submit(page, {"q-half": "LU4 8AA"}, action="/answer")
    await resident.submit(check, button=SEND)

    (stored,) = await listed.consultations.responses.find()
    assert stored.value.answers == {"where": ("high-town",), "half": ("LU4",)}
    check = await resident.submit(page, {"q-where": "LU3 1AB"}, action="/answer")
    assert "Biscot" in text_in(check)


async def test_programs_officers_and_tables_bring_the_ward_too(listed: Town) -> None:
    given = {field.removeprefix("q-"): [typed] for field, typed in TYPED.items()}
    status, _ = await listed.visitor().post_json("/api/consultations/park/responses", {"answers": given})
    assert status == 201
    officer, _ = await listed.staff()
    enter = "/staff/consultations/park/enter"
    page = await officer.submit(await officer.get(enter), {"channel": "phone"}, action="/enter")
    check = await officer.submit(page, TYPED, action="/enter")
    assert "High Town" in text_in(check)
    await officer.submit(check, action="/enter", button=SEND)
    table = csv_bytes([["form number", "received on", "1. where", "2. half"], ["F1", "", "LU3 1AA", "LU2 9ZZ"]])
    begun = await upload(officer, table)

    async def checked() -> bool:
        return "Store the 1 good row" in (await officer.get(begun.path)).html

    await eventually(checked, "a checked row")
    await officer.submit(await officer.get(begun.path), action="/store")

    async def all_three() -> bool:
        return await listed.responses() == 3

    await eventually(all_three, "three responses")
    assert [each.value.answers for each in await listed.consultations.responses.find()] == [KEPT] * 3


async def test_a_ward_is_offered_only_where_postcodes_are_listed(listed: Town, town: Town) -> None:
    for each, offered in ((listed, True), (town, False)):
        officer, _ = await each.staff()
        begun = await officer.submit(
            await officer.get("/staff/consultations/new"), {"title": "Buses", "decision_open": "yes"}
        )
        form = await officer.get(f"{begun.path}/questions/new/postcode")
        assert ('value="ward"' in form.html) is offered
        saved = await officer.submit(form, {"text": "Which postcode?", "keep": "ward"})
        assert ("Nothing says in which ward of Luton a postcode is" in text_in(saved)) is not offered
