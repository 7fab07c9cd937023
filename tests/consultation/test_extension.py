"""Moving the close to a later time, in public."""

import asyncio
from datetime import datetime, timedelta

import pytest

from services.consultation import usecases
from services.consultation.domain import Consultation, Details, Page, Questionnaire, publishing
from services.notifications import usecases as notices
from services.notifications.domain import Occasion, occasions_of
from shared.contracts.consultation import ConsultationExtendedV1, ConsultationPublishedV1
from shared.errors import Conflict, Invalid
from shared.run import Run
from tests.eventually import eventually
from tests.town import NOON, QUESTIONS, Town, details_of

A_DAY = timedelta(days=1)
DETAILS = Details(**details_of(NOON))
ASKED = Questionnaire((Page("page-1", questions=QUESTIONS),))
OPEN, _ = Consultation("park", DETAILS, "officer", questionnaire=ASKED).publish("officer", NOON)
LATER = DETAILS.closes_at + 7 * A_DAY


def extended(until: datetime = LATER, reason: str = "Many asked for it.", now: datetime = NOON) -> Consultation:
    consultation, event = publishing.extend(OPEN, until, reason, "officer", now)
    assert event is not None
    return consultation


def test_an_extension_moves_the_close_and_is_noted_with_its_date_and_reason() -> None:
    consultation, event = publishing.extend(OPEN, LATER, "Many asked for it.", "officer", NOON)

    assert consultation.details.closes_at == LATER
    (noted,) = consultation.extensions
    assert (noted.before, noted.until, noted.reason, noted.at, noted.by) == (
        DETAILS.closes_at, LATER, "Many asked for it.", NOON, "officer",
    )  # fmt: skip
    assert event is not None
    assert (event.closes_at, event.opens_at, event.wards) == (LATER, DETAILS.opens_at, DETAILS.wards)
    assert consultation.is_open(LATER - A_DAY)


@pytest.mark.parametrize("until", [DETAILS.closes_at, DETAILS.closes_at - timedelta(hours=1)])
def test_a_close_never_moves_to_an_earlier_time(until: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        publishing.extend(OPEN, until, "Why not", "officer", NOON)

    assert list(refused.value.errors) == ["closes_at"]


def test_an_extension_needs_a_reason_that_is_not_too_long() -> None:
    for reason, sentence in (("", "Say why"), ("x" * 601, "600 characters or fewer. It is 1 over")):
        with pytest.raises(Invalid) as refused:
            publishing.extend(OPEN, LATER, reason, "officer", NOON)
        assert sentence in refused.value.errors["reason"]


def test_what_has_closed_is_not_extended_not_even_a_moment_after() -> None:
    extended(now=DETAILS.closes_at - timedelta(microseconds=1))

    with pytest.raises(Conflict, match="has closed"):
        publishing.extend(OPEN, LATER, "Many asked for it.", "officer", DETAILS.closes_at)


def test_a_draft_is_not_extended() -> None:
    draft = Consultation("park", DETAILS, "officer", questionnaire=ASKED)

    with pytest.raises(Conflict, match="not published yet"):
        publishing.extend(draft, LATER, "Why", "officer", NOON)


def test_the_same_extension_sent_twice_is_one_also_after_the_old_close() -> None:
    once = extended()

    assert publishing.extend(once, LATER, "Many asked for it.", "officer", DETAILS.closes_at + A_DAY) == (once, None)


def occasions(closes_at: datetime) -> tuple[Occasion, Occasion]:
    return occasions_of(
        ConsultationExtendedV1(
            consultation="park", title="The park", opens_at=NOON, closes_at=closes_at, extended_by="officer"
        )
    )


def test_a_close_that_was_announced_as_near_is_announced_again_for_the_later_one_and_not_twice() -> None:
    opened, closing = occasions(NOON + 10 * A_DAY)
    later_opened, later_closing = occasions(NOON + 20 * A_DAY)

    waiting = closing.moved_to(later_closing)
    assert (waiting.due_at, waiting.announced_as) == (NOON + 17 * A_DAY, "closing:park")
    announced = closing.done().moved_to(later_closing)
    assert (announced.due_at, announced.announced_as) == (NOON + 17 * A_DAY, "closing:park:1")
    assert announced.done().moved_to(later_closing) == announced.done()
    assert announced.moved_to(closing) == announced
    assert opened.done().moved_to(later_opened).due_at is None


async def test_an_extension_is_shown_to_everyone_and_moves_the_announcement(town: Town) -> None:
    await town.publish(closes_at=town.clock() + 10 * A_DAY)
    officer, _ = await town.staff()
    page = await officer.get("/staff/consultations/park/extend")

    early = await officer.submit(page, {"reason": "A mistake", "closes_at-day": "2"})
    assert early.status == 422
    assert "never shorter" in early.html
    assert "A mistake" in early.html
    done = await officer.submit(page, {"reason": "The papers came late.", "closes_at-day": "30"})

    assert done.path == "/staff/consultations/park#time"
    public = (await town.visitor().get("/consultations/park")).html
    assert "Extended on Monday 1 June 2026" in public
    assert "The reason: The papers came late." in public
    assert "Thursday 11 June 2026" in public
    assert "Tuesday 30 June 2026" in public

    closes_at = (await town.consultations.consultations.find())[0].value.details.closes_at

    async def has_moved() -> bool:
        occasion = await town.notifications.occasions.get("closing:park")
        return occasion is not None and occasion.value.due_at == closes_at - 3 * A_DAY

    await eventually(has_moved, "the occasion to move")


async def test_an_extension_that_comes_before_the_publication_is_heard_of_is_kept(town: Town) -> None:
    documents = town.notifications
    for occasion in occasions(NOON + 20 * A_DAY):
        await notices.move_occasion(occasion, documents)
    published = ConsultationPublishedV1(
        consultation="park", title="The park", opens_at=NOON, closes_at=NOON + 10 * A_DAY, published_by="officer"
    )
    for occasion in occasions_of(published):
        await notices.keep_occasion(occasion, documents)

    kept = await documents.occasions.get("closing:park")
    assert kept is not None
    assert kept.value.until == NOON + 20 * A_DAY


async def test_two_officers_who_extend_at_once_leave_one_close_that_is_the_later_of_them(town: Town) -> None:
    await town.publish()
    run, documents = Run(lambda: None), town.consultations
    close = (await documents.consultations.find())[0].value.details.closes_at

    async def extend(days: int, by: str) -> None:
        command = usecases.ExtendConsultation("park", close + days * A_DAY, "More time.", by)
        await run(lambda: usecases.extend_consultation(command, documents, town.clock()))

    await asyncio.gather(extend(1, "one"), extend(9, "two"), return_exceptions=True)

    stored = (await documents.consultations.find())[0].value
    assert stored.details.closes_at == close + 9 * A_DAY
    assert [each.until for each in stored.extensions][-1] == stored.details.closes_at


async def test_the_clock_passes_the_close_between_the_page_and_the_button(town: Town) -> None:
    await town.publish()
    officer, _ = await town.staff()
    page = await officer.get("/staff/consultations/park/extend")
    town.clock.forward(2 * A_DAY)
    officer, _ = await town.staff(email="other@council.example")

    refused = await officer.submit(page, {"reason": "Too late", "closes_at-day": "30"})

    assert refused.status == 422
    assert "It cannot be opened again" in refused.html
    assert (await town.consultations.consultations.find())[0].value.extensions == ()
