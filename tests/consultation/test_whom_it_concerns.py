"""Interests and wards that an officer chooses: whom a consultation concerns, and so who is told of it."""

from dataclasses import replace

import pytest

from services.consultation.domain import Consultation, Details, Questionnaire
from shared.contracts.consultation import ConsultationPublishedV1
from shared.event import read_envelope
from tests.town import NOON, QUESTIONS, Town, details_of
from tests.visitor import Page, Visitor

DETAILS: dict[str, str | list[str]] = {
    "title": "Trees",
    "summary": "Where should they stand?",
    "decision_open": "yes",
    "opens_at-time": "9am",
    "closes_at-time": "5pm",
}


async def draft(officer: Visitor, **typed: list[str]) -> Page:
    return await officer.submit(await officer.get("/staff/consultations/new"), {**DETAILS, **typed})


async def stored(town: Town) -> list[Details]:
    return [each.value.details for each in await town.consultations.consultations.find()]


def test_the_event_says_whom_it_concerns_and_what_it_is_about() -> None:
    details = replace(Details(**details_of(NOON)), interests=("net-zero",), wards=("Biscot",))

    asked = Questionnaire().put_question(QUESTIONS[0], "page-1")
    _, published = Consultation("park", details, "officer", questionnaire=asked).publish("officer", NOON)

    assert (published.interests, published.wards) == (("net-zero",), ("Biscot",))
    assert published.summary == "What should it have?"


def test_an_event_from_before_these_fields_concerns_everyone() -> None:
    old = '{"id": "1", "name": "x", "at": "2026-06-01T12:00:00Z", "key": "park", "data": {"consultation": "park",'
    old += '"title": "The park", "opens_at": "2026-06-01T12:00:00Z", "closes_at": "2026-06-02T12:00:00Z",'
    old += '"published_by": "p2"}}'

    fact = ConsultationPublishedV1.model_validate(read_envelope(old.encode()).data)

    assert (fact.interests, fact.wards, fact.summary) == ((), (), "")


async def test_an_officer_chooses_interests_and_wards_and_sees_them(town: Town) -> None:
    officer, _ = await town.staff()

    overview = await draft(officer, interests=["net-zero", "economy"], wards=["Biscot"])

    (details,) = await stored(town)
    assert (details.interests, details.wards) == (("economy", "net-zero"), ("Biscot",))
    assert "Inclusive economy, Net zero town" in overview.html
    assert "Biscot" in overview.html
    form = (await officer.get(f"{overview.path}/details")).form().fields
    assert (form["interests"], form["wards"]) == (["economy", "net-zero"], ["Biscot"])


async def test_where_none_is_chosen_it_concerns_the_whole_town(town: Town) -> None:
    officer, _ = await town.staff()

    overview = await draft(officer)

    (details,) = await stored(town)
    assert (details.interests, details.wards) == ((), ())
    assert "The whole town" in overview.html


async def test_a_choice_can_be_taken_back(town: Town) -> None:
    officer, _ = await town.staff()
    overview = await draft(officer, interests=["net-zero"], wards=["Biscot"])

    await officer.submit(await officer.get(f"{overview.path}/details"), {"interests": [], "wards": ["Lewsey"]})

    (details,) = await stored(town)
    assert (details.interests, details.wards) == ((), ("Lewsey",))


@pytest.mark.parametrize("field", ["interests", "wards"])
async def test_what_is_not_listed_is_refused_by_its_field(town: Town, field: str) -> None:
    officer, _ = await town.staff()

    page = await draft(officer, **{field: ["Atlantis"]})

    assert page.status == 422
    assert page.html.count(f"Choose from the {field} that are listed") == 2
    assert f'href="#{field}"' in page.html
    assert await stored(town) == []
