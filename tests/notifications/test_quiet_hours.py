"""Quiet hours: what nobody waits for stays where it is at night, whatever the clocks do, and then all of it goes."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notifications import usecases
from services.notifications.domain import (
    NEVER_QUIET,
    Announced,
    Announcement,
    Frequency,
    Lane,
    MailingState,
    QuietHours,
    State,
    Topic,
    read_quiet_hours,
)
from shared.mail.port import RefusedForNow
from shared.settings import BadSetting, read_settings
from tests.notifications.desk import Answers, Desk

NIGHT = QuietHours(21, 8)
LONDON_9PM = datetime(2026, 6, 1, 20, tzinfo=UTC)
LONDON_8AM = datetime(2026, 6, 2, 7, tzinfo=UTC)


async def until(desk: Desk, moment: datetime) -> None:
    desk.clock.forward(moment - desk.clock())


@pytest.mark.parametrize(
    ("text", "moment", "goes"),
    [
        ("21-8", (2026, 6, 1, 19, 59, 59), (2026, 6, 1, 19, 59, 59)),
        ("21-8", (2026, 6, 1, 20), (2026, 6, 2, 7)),
        ("21-8", (2026, 6, 2, 6, 59, 59), (2026, 6, 2, 7)),
        ("21-8", (2026, 6, 2, 7), (2026, 6, 2, 7)),
        ("21-8", (2026, 3, 28, 21), (2026, 3, 29, 7)),  # clocks go forward in this night
        ("21-8", (2026, 3, 28, 20, 59), (2026, 3, 28, 20, 59)),
        ("21-8", (2026, 10, 24, 20), (2026, 10, 25, 8)),  # clocks go back in this night
        ("21-8", (2026, 10, 25, 7, 59), (2026, 10, 25, 8)),
        ("22-1", (2026, 10, 24, 23, 30), (2026, 10, 25, 0)),
        ("22-1", (2026, 10, 25, 1), (2026, 10, 25, 1)),  # the second 1am of that night is 1am as well
        ("22-1", (2026, 3, 29, 0, 30), (2026, 3, 29, 1)),  # there is no 1am in that night: 2am instead
        ("0-6", (2026, 6, 1, 23), (2026, 6, 2, 5)),
        ("0-6", (2026, 6, 1, 22, 59), (2026, 6, 1, 22, 59)),
        ("9-17", (2026, 6, 1, 12), (2026, 6, 1, 16)),
        ("", (2026, 6, 1, 22), (2026, 6, 1, 22)),
    ],
)
def test_in_quiet_hours_it_waits_for_their_end_by_the_clock_in_london(
    text: str, moment: tuple[int, ...], goes: tuple[int, ...]
) -> None:
    hours = read_quiet_hours(read_settings({"ENGAGE_MAIL_QUIET_HOURS": text}).mail_quiet_hours)

    assert hours.after(datetime(*moment, tzinfo=UTC)) == datetime(*goes, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize("text", ["21", "8-8", "21-24", "-8", "21-8-9", "nine to five", " 21-8", "021-8", "²-8", "21-"])
def test_quiet_hours_that_are_none_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_settings({"ENGAGE_MAIL_QUIET_HOURS": text})

    assert str(refused.value) == (
        f"ENGAGE_MAIL_QUIET_HOURS must be two different hours from 0 to 23, such as 21-8, or empty, not {text!r}"
    )


async def test_a_mailing_stands_still_at_night_and_goes_on_in_the_morning(desk: Desk) -> None:
    await desk.know_many(9)
    await desk.begin()
    mailings, mailer = desk.mailings(NIGHT), Answers()
    await until(desk, LONDON_9PM)

    await mailings.step()
    assert (await desk.mailing()).looked_at == 0
    assert await desk.documents.messages.count() == 0

    await until(desk, LONDON_8AM)
    await mailings.step()
    await desk.sender(mailer, quiet=NIGHT).send_due()
    assert len(mailer.taken) == 9


async def test_what_was_owed_in_the_evening_and_not_sent_by_nine_waits_for_the_morning(desk: Desk) -> None:
    await desk.know_many(9)
    await until(desk, LONDON_9PM - timedelta(minutes=1))
    await desk.begin()
    await desk.finish_mailings()
    mailer = Answers()
    sender = desk.sender(mailer, quiet=NIGHT)

    for moment in (LONDON_9PM, LONDON_9PM + timedelta(hours=3), LONDON_8AM - timedelta(minutes=1)):
        await until(desk, moment)
        await sender.send_due()
        assert (mailer.taken, (await usecases.progress_of("opened:park", desk.documents)).states) == ([], {"owed": 9})

    await until(desk, LONDON_8AM)
    await sender.send_due()
    assert len({mail["To"] for mail in mailer.taken}) == len(mailer.taken) == 9


async def test_a_message_that_failed_before_nine_is_not_tried_again_at_night(desk: Desk) -> None:
    await desk.know_many(1)
    await until(desk, LONDON_9PM - timedelta(seconds=1))
    await desk.begin()
    await desk.finish_mailings()
    mailer = Answers(RefusedForNow("the mail server is busy"))
    sender = desk.sender(mailer, quiet=NIGHT)
    await sender.send_due()

    await until(desk, LONDON_9PM + timedelta(hours=1))
    await sender.send_due()

    message = await desk.message("opened:park:p0000")
    assert (message.state, message.attempts, message.next_try) == (State.OWED, 1, LONDON_8AM)
    assert message.reason == "the mail server is busy"
    await until(desk, LONDON_8AM)
    await sender.send_due()
    assert len(mailer.taken) == 1


async def test_a_mailing_can_be_cancelled_at_night(desk: Desk) -> None:
    await desk.know_many(3)
    await desk.begin()
    await desk.finish_mailings()
    await until(desk, LONDON_9PM)
    await usecases.cancel_mailing("opened:park", desk.documents)

    await desk.mailings(NIGHT).step()
    await desk.mailings(NIGHT).step()

    assert (await desk.mailing()).state is MailingState.CANCELLED
    assert (await usecases.progress_of("opened:park", desk.documents)).states == {"cancelled": 3}


async def test_what_is_held_back_over_night_leaves_no_more_room_ahead_than_by_day(desk: Desk) -> None:
    await desk.know_many(3)
    await desk.owe_many([f"bulk:{number}" for number in range(2000)], lane=Lane.BULK)
    await desk.begin()
    await until(desk, LONDON_9PM)
    while await _still_due(desk):
        await desk.sender(Answers(), quiet=NIGHT).send_due()
    await until(desk, LONDON_8AM)

    await desk.mailings(NIGHT).step()

    assert (await desk.mailing()).looked_at == 0


async def test_a_digest_that_comes_late_at_night_waits_for_the_morning(desk: Desk) -> None:
    await desk.know_many(2, Frequency.DAILY)
    values = {"title": "The park", "consultation": "park", "closes_at": "", "summary": ""}
    announcement = Announcement("opened:park", Topic.CONSULTATION_OPENED, values, desk.clock())
    await desk.documents.announcements.add(Announced(announcement.id, announcement))
    await until(desk, LONDON_9PM + timedelta(hours=3))
    while digests := await usecases.due_digests(desk.documents, desk.clock()):
        for digest in digests:
            await usecases.continue_digest(digest, desk.documents, desk.clock())
    mailer = Answers()
    sender = desk.sender(mailer, quiet=NIGHT)

    await sender.send_due()
    messages = await desk.documents.messages.find()
    assert [(each.value.state, each.value.next_try) for each in messages] == [(State.OWED, LONDON_8AM)] * 2
    assert mailer.taken == []

    await until(desk, LONDON_8AM)
    await sender.send_due()
    assert [str(mail["Subject"]) for mail in mailer.taken] == ["Today on Engage Luton: The park"] * 2


async def _still_due(desk: Desk) -> bool:
    return bool(await usecases.due_messages(desk.documents, desk.clock(), 1, Lane.BULK))


@pytest.mark.parametrize("lane", [Lane.URGENT, Lane.NORMAL])
async def test_what_somebody_waits_for_goes_at_any_hour(desk: Desk, lane: Lane) -> None:
    await desk.know()
    await until(desk, LONDON_9PM + timedelta(hours=5))
    await desk.owe(lane=lane)
    mailer = Answers()

    await desk.sender(mailer, quiet=NIGHT).send_due()

    assert (await desk.message()).state is State.SENT
    assert len(mailer.taken) == 1


async def test_without_quiet_hours_a_mailing_goes_at_night(desk: Desk) -> None:
    await desk.know_many(2)
    await desk.begin()
    await until(desk, LONDON_9PM)
    mailer = Answers()

    await desk.mailings(NEVER_QUIET).step()
    await desk.sender(mailer).send_due()

    assert len(mailer.taken) == 2
