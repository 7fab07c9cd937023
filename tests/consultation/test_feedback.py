"""When people hear what came of a consultation: what is promised, put off and overdue, and what the pages say of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from services.consultation.domain import Consultation, Details, publishing
from services.consultation.domain.feedback import days_over, feedback_due, is_overdue, is_owed, put_off, told
from services.consultation.domain.promise import feedback_after
from shared.clock import LONDON
from shared.errors import Conflict, Invalid
from tests.consultation.reports import ASKED, PARK, day
from tests.eventually import eventually
from tests.town import NOON, details_of, opened_town

DRAFT = Consultation("park", Details(**details_of(NOON)), "author", questionnaire=ASKED)
DUE = date(2026, 8, 25)
"""Twelve weeks after the close on 2 June."""


def at(when: date, hour: int = 12) -> datetime:
    return datetime(when.year, when.month, when.day, hour, tzinfo=LONDON)


def test_a_consultation_promises_feedback_twelve_weeks_after_its_close_unless_an_officer_says_otherwise() -> None:
    published, _ = DRAFT.publish("author", NOON)
    assert published.details.feedback_on == DUE

    sooner = replace(DRAFT.details, feedback_on=date(2026, 6, 30))
    assert DRAFT.edit(sooner).publish("author", NOON)[0].details.feedback_on == date(2026, 6, 30)
    with pytest.raises(Invalid, match="Choose a day after the close"):
        DRAFT.edit(replace(DRAFT.details, feedback_on=date(2026, 6, 2)))


def test_it_is_overdue_from_the_day_after_by_the_clock_in_london() -> None:
    assert not is_overdue(PARK, at(DUE, 23))
    assert is_overdue(PARK, at(DUE + timedelta(days=1), 0))
    assert days_over(PARK, at(DUE + timedelta(days=9))) == 9
    assert is_owed(PARK, at(DUE))
    assert not is_owed(PARK, NOON)


def test_a_survey_owes_nothing_that_it_did_not_promise() -> None:
    survey, _ = DRAFT.edit(replace(DRAFT.details, formal=False)).publish("author", NOON)
    assert not is_owed(survey, at(DUE + timedelta(days=99)))

    promised = replace(survey, details=replace(survey.details, feedback_on=DUE))
    assert is_overdue(promised, at(DUE + timedelta(days=1)))


def test_what_was_published_before_there_were_promises_owes_feedback_twelve_weeks_after_its_close() -> None:
    before = replace(PARK, details=replace(PARK.details, feedback_on=None))

    assert feedback_due(before) == DUE
    assert is_overdue(before, at(DUE + timedelta(days=1)))


def test_who_was_told_is_owed_nothing_more_and_the_first_time_counts() -> None:
    reported = told(PARK, at(DUE))

    assert not is_owed(reported, at(DUE + timedelta(days=99)))
    assert told(reported, at(DUE + timedelta(days=5))).reported_at == at(DUE)


def test_a_later_day_is_promised_in_public_with_a_reason() -> None:
    later = put_off(PARK, DUE + timedelta(days=14), "The count takes longer", "officer", NOON)

    assert feedback_due(later) == DUE + timedelta(days=14)
    assert [(each.before, each.until, each.reason) for each in later.delays] == [
        (DUE, DUE + timedelta(days=14), "The count takes longer")
    ]
    assert put_off(later, DUE + timedelta(days=14), "The count takes longer", "officer", NOON) is later


def test_it_is_never_put_off_to_an_earlier_day_to_the_past_or_without_a_reason() -> None:
    late = at(DUE + timedelta(days=30))
    with pytest.raises(Invalid, match="after the one that was promised"):
        put_off(PARK, DUE, "Because", "officer", NOON)
    with pytest.raises(Invalid, match="still to come"):
        put_off(PARK, DUE + timedelta(days=10), "Because", "officer", late)
    with pytest.raises(Invalid, match="Say why"):
        put_off(PARK, DUE + timedelta(days=40), "", "officer", late)
    with pytest.raises(Conflict, match="not published yet"):
        put_off(DRAFT, DUE + timedelta(days=40), "Because", "officer", NOON)
    with pytest.raises(Conflict, match="published already"):
        put_off(told(PARK, late), DUE + timedelta(days=40), "Because", "officer", late)


def test_an_extension_moves_the_promise_as_far_as_the_close() -> None:
    extended, _ = publishing.extend(PARK, PARK.details.closes_at + timedelta(days=10), "Rain", "officer", NOON)

    assert extended.details.feedback_on == DUE + timedelta(days=10)


def test_the_usual_day_is_counted_in_london() -> None:
    assert feedback_after(datetime(2026, 6, 1, 23, 30, tzinfo=NOON.tzinfo)) == date(2026, 8, 25)


async def test_everyone_reads_when_they_hear_and_that_it_is_late(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish(feedback_on=day(30))
        visitor = town.visitor()
        assert (
            "You can read here what came of it by Wednesday 1 July 2026"
            in (await visitor.get("/consultations/park")).html
        )

        town.clock.forward(timedelta(days=31))
        page = (await visitor.get("/consultations/park")).html

        assert "We are late." in page
        assert "by Wednesday 1 July 2026 what came of this consultation" in page


async def test_an_officer_puts_it_off_and_everyone_reads_why(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish(feedback_on=day(30))
        town.clock.forward(timedelta(days=32))
        officer, _ = await town.staff()
        form = await officer.get("/staff/consultations/park/feedback")
        wrong = await officer.submit(form, {"reason": "The count takes longer"})
        assert (wrong.status, "Enter a day" in wrong.html) == (422, True)

        typed = {"feedback_on-day": "1", "feedback_on-month": "9", "feedback_on-year": "2026"}
        await officer.submit(form, typed | {"reason": "The count takes <b>longer</b>"})
        page = (await town.visitor().get("/consultations/park")).html

        assert "from Wednesday 1 July 2026 to Tuesday 1 September 2026" in page
        assert "The count takes &lt;b&gt;longer&lt;/b&gt;" in page
        assert "We are late." not in page


async def test_the_form_suggests_twelve_weeks_and_takes_what_an_officer_chooses(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        officer, _ = await town.staff()
        page = await officer.get("/staff/consultations/new")
        fields = page.form("new").fields
        closes, due = (
            [int(fields[f"{name}-{part}"][0]) for part in ("year", "month", "day")]
            for name in ("closes_at", "feedback_on")
        )
        assert date(*due) - date(*closes) == timedelta(weeks=12)

        typed = {"title": "Bins", "decision_open": "yes", "audience": "anyone", "feedback_on-year": "26"}
        wrong = await officer.submit(page, typed, action="new")
        assert "Enter the year with 4 numbers" in wrong.html
        saved = await officer.submit(page, {**typed, "feedback_on-year": "2027"}, action="new")
        assert saved.path.startswith("/staff/consultations/bins-")
        assert "2027" in saved.html


async def test_a_stored_consultation_without_a_day_is_read_as_before(tmp_path: Path) -> None:
    async with opened_town(tmp_path) as town:
        await town.publish()
        stored = await town.consultations.store.get("consultations", "park")
        assert stored is not None
        body = {name: value for name, value in stored.body.items() if name not in {"delays", "reported_at"}}
        body["details"] = {name: value for name, value in body["details"].items() if name != "feedback_on"}
        await town.consultations.store.replace("consultations", "park", stored.version, body)
        town.clock.forward(timedelta(days=200))

        page = await town.visitor().get("/consultations/park")
        officer, _ = await town.staff()
        start = await eventually(lambda: officer.get("/staff"))

        assert page.status == 200
        assert "We are late" not in page.html
        assert "Feedback is overdue" in start.html
