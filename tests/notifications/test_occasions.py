"""What is announced by the clock: that a consultation opens, and that its close is near."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.notifications import usecases
from services.notifications.domain import Announced, Occasion, Topic, occasions_of
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from shared.contracts.consultation import ConsultationPublishedV1
from shared.due import Due
from shared.sqlite_file import SqliteFile
from shared.store.documents import Loaded
from shared.store.sqlite import SqliteStore
from tests.eventually import eventually
from tests.town import NOON, Town, text_of

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
OPENED, CLOSING = "opened:park", "closing:park"


class Desk:
    """Occasions, and the clock of the processes that announce them."""

    def __init__(self, file: SqliteFile) -> None:
        self.documents = NotificationDocuments(SqliteStore(file, "notifications", COLLECTIONS))
        self.now = NOON

    def process(self) -> Due[Loaded[Occasion]]:
        return Due(
            lambda now: usecases.due_occasions(self.documents, now),
            lambda loaded: usecases.announce_occasion(loaded, self.documents, self.now),
            lambda: self.now,
        )

    async def published(self, opens_at: datetime, closes_at: datetime) -> None:
        fact = ConsultationPublishedV1(
            consultation="park", title="The park", opens_at=opens_at, closes_at=closes_at, published_by="officer",
            summary="What should it have?", interests=("net-zero",), wards=("Biscot",),
        )  # fmt: skip
        for occasion in occasions_of(fact):
            await usecases.keep_occasion(occasion, self.documents)

    async def announced(self, at: datetime | None = None) -> dict[str, datetime]:
        """When each was announced, once all that is due at a time is done."""
        self.now = at or self.now
        await self.process().run_once()
        announcements = {each.id: each.value.announcement for each in await self.documents.announcements.find()}
        mailings = {each.id: each.value.announcement for each in await self.documents.mailings.find()}
        assert mailings == announcements
        return {id: announcement.at for id, announcement in announcements.items()}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    file = SqliteFile(tmp_path / "engage.db")
    yield Desk(file)
    await file.close()


async def test_it_is_announced_as_it_opens_and_three_days_before_it_closes(desk: Desk) -> None:
    opens_at, closes_at = NOON + A_DAY, NOON + 15 * A_DAY
    await desk.published(opens_at, closes_at)

    assert await desk.announced(opens_at - timedelta(seconds=1)) == {}
    assert await desk.announced(opens_at) == {OPENED: opens_at}
    assert await desk.announced(closes_at - 3 * A_DAY - timedelta(seconds=1)) == {OPENED: opens_at}
    assert await desk.announced(closes_at - 3 * A_DAY) == {OPENED: opens_at, CLOSING: closes_at - 3 * A_DAY}


async def test_an_announcement_says_what_it_is_about_and_whom_it_concerns(desk: Desk) -> None:
    await desk.published(NOON, NOON + 15 * A_DAY)
    await desk.announced()

    announced = await desk.documents.announcements.get(OPENED)

    assert announced is not None
    announcement = announced.value.announcement
    assert announcement.topic is Topic.CONSULTATION_OPENED
    assert (announcement.interests, announcement.wards) == (("net-zero",), ("Biscot",))
    assert announcement.values == {
        "title": "The park",
        "consultation": "park",
        "summary": "What should it have?",
        "closes_at": (NOON + 15 * A_DAY).isoformat(),
    }


async def test_what_is_published_after_it_opened_is_announced_at_once(desk: Desk) -> None:
    await desk.published(NOON - A_DAY, NOON + 15 * A_DAY)

    assert await desk.announced() == {OPENED: NOON}


async def test_the_close_of_what_is_open_for_a_day_is_announced_as_it_opens(desk: Desk) -> None:
    await desk.published(NOON + AN_HOUR, NOON + A_DAY)

    assert await desk.announced() == {}
    assert set(await desk.announced(NOON + AN_HOUR)) == {OPENED, CLOSING}


async def test_what_has_closed_is_not_announced(desk: Desk) -> None:
    await desk.published(NOON - 2 * A_DAY, NOON)

    assert await desk.announced() == {}
    assert await usecases.due_occasions(desk.documents, NOON + 9 * A_DAY) == []


async def test_the_same_event_ten_times_is_announced_once(desk: Desk) -> None:
    for _ in range(10):
        await desk.published(NOON, NOON + 15 * A_DAY)
        assert await desk.announced() == {OPENED: NOON}
        desk.now += AN_HOUR


async def test_many_processes_announce_it_once_with_one_time(desk: Desk) -> None:
    await desk.published(NOON, NOON + A_DAY)

    done = await asyncio.gather(*(desk.process().run_once() for _ in range(5)))

    assert sum(done) == 2
    assert await desk.announced() == {OPENED: NOON, CLOSING: NOON}


async def test_a_kill_before_the_mailing_begins_leaves_its_time_as_it_was(desk: Desk) -> None:
    await desk.published(NOON, NOON + 15 * A_DAY)
    (due,) = await usecases.due_occasions(desk.documents, NOON)
    announcement = due.value.announcement(NOON)
    assert announcement is not None
    await desk.documents.announcements.add(Announced(OPENED, announcement))  # killed before the mailing

    assert await desk.announced(NOON + AN_HOUR) == {OPENED: NOON}


async def test_a_clock_that_jumps_announces_each_once(desk: Desk) -> None:
    await desk.published(NOON + A_DAY, NOON + 15 * A_DAY)
    late = NOON + 13 * A_DAY

    assert await desk.announced(late) == {OPENED: late, CLOSING: late}
    assert await desk.announced(NOON + A_DAY) == {OPENED: late, CLOSING: late}
    assert await desk.announced(NOON + 13 * A_DAY) == {OPENED: late, CLOSING: late}


async def test_a_resident_who_chose_an_interest_at_sign_up_is_told_when_it_opens(town: Town) -> None:
    for email, interest in (("parks@example.org", "net-zero"), ("jobs@example.org", "economy")):
        visitor = town.visitor()
        await visitor.submit(await visitor.get("/sign-up"), {"email": email, "ward": "Biscot", "interests": [interest]})
        await visitor.submit(await visitor.get(await town.link(email)))
    now = town.clock()
    await town.publish(opens_at=now + AN_HOUR, closes_at=now + 15 * A_DAY, interests=("net-zero",))
    await eventually(lambda: town.notifications.occasions.get(OPENED), "the occasion")
    assert town.mails("parks@example.org", "The park") == []

    town.clock.forward(AN_HOUR)

    (mail,) = await eventually(lambda: town.mails("parks@example.org", "The park"), "the mail")
    assert "/consultations/park" in text_of(mail)
    assert "List-Unsubscribe" in mail
    assert town.mails("jobs@example.org", "The park") == []
