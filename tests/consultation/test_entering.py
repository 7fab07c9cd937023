"""An officer enters what someone answered on paper, in the form that everyone answers."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.accounts.domain import Role
from services.consultation.domain import Channel, Response
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Page, Visitor

ENTER = "/staff/consultations/park/enter"
FIRST_OF_JUNE = {"received-day": "1", "received-month": "6", "received-year": "2026"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened_town(tmp_path) as town:
        await town.publish(closes_at=NOON + timedelta(days=10))
        yield town


@pytest.fixture
async def officer(town: Town) -> Visitor:
    return (await town.staff(Role.OFFICER))[0]


async def begun(officer: Visitor, **typed: str) -> Page:
    return await officer.submit(await officer.get(ENTER), {"channel": "paper", **typed}, action="/enter")


async def entered(officer: Visitor, typed: Mapping[str, str], **about: str) -> Page:
    page = await officer.submit(await begun(officer, **about), typed, button=("go", "next"), action="/enter")
    return await officer.submit(page, button=("go", "send"), action="/enter")


async def only(town: Town) -> Response:
    (loaded,) = await town.consultations.responses.find({"consultation": "park"})
    return loaded.value


async def test_an_answer_is_stored_under_its_channel_with_who_entered_it_and_counts(
    town: Town, officer: Visitor
) -> None:
    typed = {"q-missing": "cafe", "q-who": "=my dog"}
    page = await entered(officer, typed, **FIRST_OF_JUNE, form_number="A1", channel="face_to_face")

    response = await only(town)
    assert response.reference in page.html
    assert dict(response.answers) == {"missing": ("cafe",), "who": ("=my dog",)}
    assert (response.channel, response.form_number) == (Channel.FACE_TO_FACE, "A1")
    assert response.received_on == date(2026, 6, 1)
    assert response.entered_by is not None
    assert response.resident is None

    async def counted() -> bool:
        return "face to face: 1" in (await officer.get("/consultations/park/results")).html

    assert await eventually(counted, "the count by channel")


async def test_the_next_one_begins_with_the_channel_and_the_day_of_the_last(town: Town, officer: Visitor) -> None:
    page = await entered(officer, {"q-missing": "cafe"}, **FIRST_OF_JUNE, form_number="A1")
    address = page.html.partition('href="/staff/consultations/park/enter?')[2].partition('"')[0]

    following = (await officer.get(f"{ENTER}?{address.replace('&amp;', '&')}")).form("/enter").fields

    assert {name: following[name] for name in ("channel", *FIRST_OF_JUNE)} == {
        "channel": ["paper"],
        **{name: [value] for name, value in FIRST_OF_JUNE.items()},
    }
    assert following["form_number"] == [""]


async def test_a_fault_is_told_by_its_field_and_the_rest_is_kept(town: Town, officer: Visitor) -> None:
    page = await officer.submit(
        await begun(officer, form_number="A1"), {"q-who": "my dog"}, button=("go", "next"), action="/enter"
    )

    assert page.status == 422
    assert "Choose an answer to “What is missing most?”" in page.html
    kept = page.form("/enter").fields
    assert (kept["q-who"], kept["form_number"], kept["channel"]) == (["my dog"], ["A1"], ["paper"])
    assert await town.responses() == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"channel": ""}, "Choose how the answers came"),
        ({"channel": "online"}, "Choose how the answers came"),
        ({"received-day": "31", "received-month": "2", "received-year": "2026"}, "Enter a real date"),
        ({"received-day": "3"}, "Enter the month and the year as well"),
        ({"received-day": "2", "received-month": "6", "received-year": "2026"}, "in the future"),
        ({"received-day": "31", "received-month": "5", "received-year": "2026"}, "before the consultation opened"),
        ({"form_number": "x" * 41}, "40 characters or fewer"),
    ],
)
async def test_what_is_said_about_a_form_must_fit_the_consultation(
    officer: Visitor, typed: Mapping[str, str], sentence: str
) -> None:
    page = await begun(officer, **typed)

    assert page.status == 422
    assert sentence in page.html


async def test_a_form_is_entered_once_also_by_two_officers_at_the_same_time(town: Town, officer: Visitor) -> None:
    other, _ = await town.staff(Role.OFFICER, email="other@council.example")
    mine, theirs = await begun(officer, form_number="A1"), await begun(other, form_number="A1")
    mine = await officer.submit(mine, {"q-missing": "cafe"}, button=("go", "next"), action="/enter")
    theirs = await other.submit(theirs, {"q-missing": "swings"}, button=("go", "next"), action="/enter")

    first = await officer.submit(mine, button=("go", "send"), action="/enter")
    second = await other.submit(theirs, button=("go", "send"), action="/enter")

    assert (first.status, second.status) == (200, 422)
    assert "the number A1 has been entered already" in second.html
    assert second.form("/enter").fields["q-missing"] == ["swings"]
    assert (await only(town)).answers["missing"] == ("cafe",)
    assert "entered already" in (await begun(officer, form_number="A1")).html


async def test_what_is_sent_twice_is_stored_once(town: Town, officer: Visitor) -> None:
    page = await officer.submit(await begun(officer), {"q-missing": "cafe"}, button=("go", "next"), action="/enter")

    first = await officer.submit(page, button=("go", "send"), action="/enter")
    second = await officer.submit(page, button=("go", "send"), action="/enter")

    assert first.path == second.path
    assert await town.responses() == 1


async def test_paper_that_came_in_time_is_entered_after_the_close_until_four_weeks_are_over(town: Town) -> None:
    town.clock.forward(timedelta(days=20))
    officer, _ = await town.staff(Role.OFFICER)
    last_day = {"received-day": "11", "received-month": "6", "received-year": "2026"}

    late = await begun(officer, **{**last_day, "received-day": "12"})
    assert late.status == 422
    assert "It came after the consultation closed on 11 June 2026" in late.html
    assert "Enter the date received" in (await begun(officer)).html
    await entered(officer, {"q-missing": "cafe"}, **last_day)
    assert (await only(town)).received_on == date(2026, 6, 11)

    town.clock.forward(timedelta(days=20))
    later, _ = await town.staff(Role.OFFICER, email="later@council.example")
    assert "The time for it is over" in (await later.get(ENTER)).html


async def test_residents_cannot_enter_answers_for_others(town: Town) -> None:
    resident = await town.resident()

    assert (await resident.get(ENTER)).status == 403
    typed = {"channel": ["paper"], "response": ["0" * 32], "go": ["send"], "q-missing": ["cafe"]}
    assert (await resident.post(ENTER, typed)).status == 403
    assert await town.responses() == 0
