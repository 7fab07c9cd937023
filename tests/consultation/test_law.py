"""What a consultation must say before it is published, and what its time is warned of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.consultation.domain import Consultation, Details, Page, Questionnaire, law
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict
from tests.town import INFORMATION, NOON, QUESTIONS, Town, details_of

DETAILS = Details(**details_of(NOON))
ASKED = Questionnaire((Page("page-1", questions=QUESTIONS),))


def at(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def sentences(opens_at: datetime, closes_at: datetime, *, formal: bool = True) -> str:
    details = replace(DETAILS, opens_at=opens_at, closes_at=closes_at, formal=formal)
    return "\n".join(note.sentence for note in law.warnings(details))


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("summary", "Write a summary"),
        ("background", "Write the background"),
        ("proposal", "Say what is proposed"),
        ("alternatives", "which other options were considered"),
        ("reasons", "Give the reasons"),
        ("impact", "Say what the impact on people is"),
        ("decision", "Say which decision"),
        ("next_steps", "Say who will consider the answers"),
        ("contact_team", "Name the team"),
        ("formats", "in another format"),
    ],
)
def test_a_consultation_on_a_proposal_without_what_the_law_asks_for_is_not_published(field: str, sentence: str) -> None:
    empty: dict[str, Any] = {field: "  "}
    bare = Consultation("park", replace(DETAILS, **empty), "officer", questionnaire=ASKED)

    (note,) = law.lacking(bare.details, NOON)
    assert note.field == field
    assert sentence in note.sentence
    with pytest.raises(Conflict, match=sentence):
        bare.publish("officer", NOON)


def test_a_survey_needs_no_proposal_but_a_contact_and_other_formats() -> None:
    nothing: dict[str, Any] = dict.fromkeys(INFORMATION, "")
    survey = replace(DETAILS, formal=False, background="", **nothing)

    assert [note.field for note in law.lacking(survey, NOON)] == ["contact_team", "formats", "contact_email"]
    full = replace(survey, contact_team="Parks", formats="On paper.", contact_phone="01582 546000")
    assert law.lacking(full, NOON) == ()


@pytest.mark.parametrize("formal", [True, False])
def test_once_the_decision_is_taken_nothing_of_any_kind_is_published(formal: bool) -> None:
    taken = Consultation("park", replace(DETAILS, decision_open=False, formal=formal), "officer", questionnaire=ASKED)

    with pytest.raises(Conflict, match="recorded as taken"):
        taken.publish("officer", NOON)


def test_a_phone_number_is_as_good_as_an_address() -> None:
    assert law.lacking(replace(DETAILS, contact_email="", contact_phone="01582 546000"), NOON) == ()
    assert [note.field for note in law.lacking(replace(DETAILS, contact_email=""), NOON)] == ["contact_email"]


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("contact_email", "the parks team", "Enter an e-mail address"),
        ("contact_phone", "ask Ann", "Enter a phone number"),
        ("proposal", "x" * 5_001, "5,000 characters or fewer. It is 1 over"),
        ("contact_team", "x" * 121, "120 characters or fewer"),
    ],
)
def test_what_cannot_be_a_contact_or_is_too_long_is_refused_by_its_field(field: str, typed: str, sentence: str) -> None:
    assert sentence in replace(DETAILS, **{field: typed}).faults()[field]  # type: ignore[arg-type]


def test_six_weeks_are_enough_for_a_proposal_and_a_day_less_is_short() -> None:
    opens_at = at(2026, 9, 7)

    assert sentences(opens_at, opens_at + timedelta(days=42)) == ""
    assert "open for 41 days. That is short" in sentences(opens_at, opens_at + timedelta(days=41))


def test_two_weeks_are_enough_for_a_survey_and_a_day_less_is_short() -> None:
    opens_at = at(2026, 9, 7)

    assert sentences(opens_at, opens_at + timedelta(days=14), formal=False) == ""
    assert "13 days. That is short for a survey" in sentences(opens_at, opens_at + timedelta(days=13), formal=False)
    assert "less than a day" in sentences(opens_at, opens_at + timedelta(hours=5), formal=False)


def test_bank_holidays_and_school_holidays_within_it_are_named() -> None:
    over_christmas = sentences(at(2026, 11, 30), at(2027, 1, 29))
    assert "Christmas Day (25 December 2026)" in over_christmas
    assert "New Year's Day (1 January 2027)" in over_christmas
    assert "the Christmas weeks" in over_christmas
    assert "summer" not in over_christmas

    over_summer = sentences(at(2026, 7, 1), at(2026, 9, 30))
    assert "Late Summer Bank Holiday (31 August 2026)" in over_summer
    assert "the summer school holidays" in over_summer
    assert "Christmas" not in over_summer


def test_in_the_first_days_of_january_it_is_still_christmas() -> None:
    assert "the Christmas weeks" in sentences(at(2027, 1, 2), at(2027, 2, 26))
    assert sentences(at(2027, 1, 5), at(2027, 2, 26)) == ""


def test_a_close_on_a_bank_holiday_is_warned_of() -> None:
    assert "It closes on a bank holiday, May Day" in sentences(at(2026, 4, 7), at(2026, 5, 4))
    assert "It closes on" not in sentences(at(2026, 4, 7), at(2026, 5, 5))


def test_a_close_at_midnight_in_london_is_the_end_of_the_day_before() -> None:
    """23:00 UTC in summer is midnight in London, at the start of the bank holiday."""
    assert "May Day (" not in sentences(at(2026, 3, 9), at(2026, 5, 3, 23))


async def test_the_overview_links_to_the_field_that_is_lacking_and_the_field_is_there(town: Town) -> None:
    officer, _ = await town.staff()
    typed = {"title": "The park", "decision_open": "yes", "formal": "yes"}
    overview = await officer.submit(await officer.get("/staff/consultations/new"), typed)

    details = await officer.get(f"{overview.path}/details")
    for field in ("summary", *INFORMATION):
        if field != "contact_phone":
            assert f'href="{overview.path}/details#{field}"' in overview.html
            assert f'id="{field}"' in details.html
    assert "Publish</button>" not in overview.html


async def test_what_was_typed_about_the_law_is_kept_shown_to_everyone_and_can_be_changed(town: Town) -> None:
    officer, _ = await town.staff()
    typed = {
        **{field: f"About {field}." for field in INFORMATION},
        "title": "The park",
        "decision_open": "yes",
        "contact_email": "none",
        "contact_phone": "01582 546000",
    }
    refused = await officer.submit(await officer.get("/staff/consultations/new"), typed)
    assert refused.status == 422
    assert "Enter an e-mail address such as" in refused.html
    assert "About impact." in refused.html

    overview = await officer.submit(refused, {"contact_email": "parks@council.example"})
    details = (await officer.get(f"{overview.path}/details")).form("/details")
    for field in ("proposal", "alternatives", "reasons", "impact", "next_steps", "contact_team", "formats"):
        assert details.fields[field][0].strip() == f"About {field}."
    assert details.fields["contact_email"] == ["parks@council.example"]


async def test_everyone_reads_what_is_proposed_whom_to_ask_and_how_long_it_is_open(town: Town) -> None:
    await town.publish(contact_phone="01582 546000")

    page = await town.visitor().get("/consultations/park")

    for words in (*INFORMATION.values(), "01582 546000", "It is open for 1 day."):
        assert words in page.html
    for heading in ("What is proposed", "Other options that were considered", "Why this is proposed"):
        assert f">{heading}</h2>" in page.html


async def test_a_consultation_that_was_stored_before_still_loads_and_shows(town: Town) -> None:
    documents: ConsultationDocuments = town.consultations
    await town.publish()
    stored = await documents.store.get("consultations", "park")
    assert stored is not None
    old = {**stored.body, "details": {k: v for k, v in stored.body["details"].items() if k not in INFORMATION}}
    for added in ("history", "extensions", "monitoring"):
        del old[added]
    del old["details"]["formal"]
    await documents.store.replace("consultations", "park", stored.version, old)
    officer, _ = await town.staff()

    assert (await town.visitor().get("/consultations/park")).status == 200
    assert (await officer.get("/staff/consultations/park")).status == 200
