"""Digests: at their time, with all that they must hold, nothing twice and nothing lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.notifications import usecases
from services.notifications.domain import Contact, Frequency, Lane, Occasion, Topic, begin_digest
from tests.eventually import eventually
from tests.notifications.digest_desk import A_DAY, A_WEEK, AN_HOUR, THURSDAY_8, Desk, KilledError, opened_desk
from tests.town import Town


@pytest.fixture
async def desk(tmp_path: Path, engine: str) -> AsyncIterator[Desk]:
    async with opened_desk(engine, tmp_path) as desk:
        yield desk


async def test_a_digest_comes_at_its_time_and_again_the_next_week(desk: Desk) -> None:
    await desk.know("anna")
    await desk.look()
    for week in range(3):
        await desk.look(THURSDAY_8 + week * A_WEEK - timedelta(minutes=1))
        await desk.announce(f"news-{week}")
        await desk.look()
        assert len(await desk.digests()) == week
        await desk.look(THURSDAY_8 + week * A_WEEK)
        await desk.look()

    assert await desk.digests() == {
        "weekly 2026-06-04": ["news-0"],
        "weekly 2026-06-11": ["news-1"],
        "weekly 2026-06-18": ["news-2"],
    }
    (first, *_) = await desk.messages()
    assert (first.id, first.lane, first.next_try) == ("digest:weekly:2026-06-04:anna", Lane.BULK, THURSDAY_8)


async def test_where_there_is_nothing_to_tell_there_is_no_digest(desk: Desk) -> None:
    await desk.know("anna", Topic.CLOSING_SOON)
    await desk.announce("opened")
    await desk.look(THURSDAY_8)
    await desk.look(THURSDAY_8 + A_WEEK)

    assert await desk.digests() == {}


async def test_a_digest_is_grouped_by_topic_in_the_order_of_announcing(desk: Desk) -> None:
    await desk.know("anna")
    for number, topic in enumerate((Topic.REPORT_PUBLISHED, Topic.CLOSING_SOON, Topic.CONSULTATION_OPENED) * 2):
        desk.now += AN_HOUR
        await desk.announce(f"{9 - number}-{topic}", topic)

    await desk.look(THURSDAY_8)

    (message,) = await desk.messages()
    assert [item["announcement"] for item in message.items] == [
        "8-closing_soon", "5-closing_soon", "7-consultation_opened", "4-consultation_opened",
        "9-report_published", "6-report_published",
    ]  # fmt: skip
    assert (message.values["frequency"], message.values["count"], message.topic) == ("weekly", "6", "digest_weekly")


async def test_it_holds_what_concerns_them_by_interest_and_ward(desk: Desk) -> None:
    contact = Contact("anna", "a@example.org", "Biscot", ("housing",))
    chosen = contact.choose({Topic.CONSULTATION_OPENED: Frequency.DAILY}, desk.now, "preferences")
    await usecases.keep_contact(chosen, desk.documents)
    await desk.announce("for all")
    await desk.announce("housing", interests=("housing", "parks"))
    await desk.announce("parks", interests=("parks",))
    await desk.announce("here", wards=("Biscot",))
    await desk.announce("elsewhere", wards=("Lewsey",))

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {"daily 2026-06-03": ["for all", "here", "housing"]}


async def test_a_call_to_answer_what_has_closed_since_is_left_out_and_a_report_is_not(desk: Desk) -> None:
    await desk.know("anna")
    for topic in Topic:
        await desk.announce(f"{topic} over", topic, AN_HOUR)
        await desk.announce(f"{topic} open", topic)

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {
        "weekly 2026-06-04": [
            "closing_soon open", "consultation_opened open", "report_published open", "report_published over",
        ]
    }  # fmt: skip


async def test_what_is_open_for_longer_since_is_told_with_its_close_as_it_is_now(desk: Desk) -> None:
    await desk.know("anna")
    await desk.announce("park", open_for=A_DAY)
    occasion = Occasion("opened:park", Topic.CONSULTATION_OPENED, {}, None, desk.now + A_DAY)
    await usecases.keep_occasion(occasion, desk.documents)
    await usecases.move_occasion(replace(occasion, until=THURSDAY_8 + A_DAY), desk.documents)

    await desk.look(THURSDAY_8)

    (message,) = await desk.messages()
    assert [item["closes"] for item in message.items] == ["9am UK time on Friday 5 June 2026"]


async def test_who_named_no_interest_hears_of_all_of_a_topic_that_they_asked_for(desk: Desk) -> None:
    await desk.know("anna")
    await desk.announce("parks", interests=("parks",))

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {"weekly 2026-06-04": ["parks"]}


async def test_the_choice_that_counted_when_it_was_announced_decides(desk: Desk) -> None:
    await desk.know("anna", Topic.CONSULTATION_OPENED, Frequency.WEEKLY)
    await desk.look()
    desk.now += A_DAY
    await desk.announce("while weekly")
    desk.now += AN_HOUR
    await desk.choose("anna", Frequency.DAILY)
    desk.now += AN_HOUR
    await desk.announce("while daily")
    desk.now += AN_HOUR
    await desk.choose("anna", Frequency.WEEKLY)
    await desk.look(desk.now + A_DAY)
    await desk.look(THURSDAY_8)

    assert await desk.digests() == {"daily 2026-05-29": ["while daily"], "weekly 2026-06-04": ["while weekly"]}


async def test_a_change_of_mind_before_a_mailing_comes_to_them_neither_doubles_nor_loses_it(desk: Desk) -> None:
    await desk.know("anna", Topic.CONSULTATION_OPENED, Frequency.NOW)
    await desk.announce("while now")
    desk.now += AN_HOUR
    await desk.choose("anna", Frequency.DAILY)
    await desk.look(desk.now + A_DAY)

    announced = await desk.documents.announcements.get("while now")
    anna = await desk.documents.contacts.get("anna")
    assert announced is not None
    assert anna is not None
    assert announced.value.announcement.goes_now_to(anna.value)
    assert await desk.digests() == {}


async def test_never_counts_at_once(desk: Desk) -> None:
    await desk.know("anna", Topic.CONSULTATION_OPENED, Frequency.WEEKLY)
    await desk.announce("opened")
    desk.now += AN_HOUR
    await desk.choose("anna", Frequency.NEVER)

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {}


async def test_weeks_that_a_clock_jumped_over_are_in_one_digest(desk: Desk) -> None:
    await desk.know("anna")
    await desk.look()
    await desk.announce("before the jump")

    await desk.look(THURSDAY_8 + 3 * A_WEEK + AN_HOUR)
    await desk.announce("after the jump")
    await desk.look(THURSDAY_8 + 4 * A_WEEK)

    assert await desk.digests() == {"weekly 2026-06-25": ["before the jump"], "weekly 2026-07-02": ["after the jump"]}


async def test_a_clock_that_goes_back_an_hour_sends_nothing_twice_and_loses_nothing(desk: Desk) -> None:
    await desk.know("anna")
    await desk.announce("before")
    await desk.look(THURSDAY_8)
    await desk.look(THURSDAY_8 - AN_HOUR)
    await desk.announce("in the hour that came twice")
    await desk.look(THURSDAY_8)
    assert await desk.digests() == {"weekly 2026-06-04": ["before"]}

    await desk.look(THURSDAY_8 + A_WEEK)

    assert (await desk.digests())["weekly 2026-06-11"] == ["in the hour that came twice"]


async def test_a_clock_that_went_a_month_ahead_and_back_loses_nothing(desk: Desk) -> None:
    await desk.know("anna")
    await desk.look(THURSDAY_8 + 4 * A_WEEK)
    desk.now = THURSDAY_8 - A_DAY
    await desk.announce("opened")

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {"weekly 2026-06-04": ["opened"]}


async def test_who_was_erased_a_moment_ago_gets_no_digest_and_the_others_do(desk: Desk) -> None:
    for person in ("anna", "bola"):
        await desk.know(person)
    await desk.announce("opened")
    desk.now = THURSDAY_8
    await desk.process().run_once()  # the announcements are taken, nobody was seen to yet
    await desk.store.delete("contacts", "anna")

    await desk.look()

    assert await desk.digests("anna") == {}
    assert await desk.digests("bola") == {"weekly 2026-06-04": ["opened"]}


async def test_two_processes_whose_clocks_disagree_by_a_week_tell_it_once(desk: Desk) -> None:
    await desk.know("anna")
    await desk.announce("opened")
    await usecases.due_digests(desk.documents, THURSDAY_8)
    await desk.documents.digests.add(begin_digest(Frequency.WEEKLY, THURSDAY_8 + A_WEEK, ["opened"]))

    await desk.look(THURSDAY_8)

    assert await desk.digests() == {"weekly 2026-06-04": ["opened"]}


async def test_two_processes_send_one_digest(desk: Desk) -> None:
    await desk.know("anna")
    await desk.announce("opened")
    desk.now = THURSDAY_8
    one, other = desk.process(), desk.process()

    for _ in range(3):
        found = [await usecases.due_digests(desk.documents, desk.now) for _ in (one, other)]
        for digests in found:
            for each in digests:
                await one._try(each)

    assert await desk.digests() == {"weekly 2026-06-04": ["opened"]}
    assert await usecases.due_digests(desk.documents, desk.now) == []


@pytest.mark.parametrize("after", [False, True], ids=["before a write", "after a write"])
async def test_a_kill_at_each_step_of_a_digest_loses_nobody_and_doubles_nothing(desk: Desk, after: bool) -> None:
    people = [f"person-{number:03}" for number in range(205)]  # three pages
    for person in people:
        await desk.know(person)
    await desk.look()
    step, week = 0, 0
    desk.store.after = after
    while True:
        step, week = step + (1 if step < 8 else 40), week + 1
        await desk.announce(f"one-{step}")
        await desk.announce(f"two-{step}")
        desk.store.be_born(dies_at=step)
        try:
            await desk.look(THURSDAY_8 + (week - 1) * A_WEEK)
        except KilledError:
            desk.store.be_born()
            await desk.look()  # another process takes over
        else:
            break
    owed = {message.id: [item["announcement"] for item in message.items] for message in await desk.messages()}
    assert step > 205  # it was killed in each of the pages
    last = {id: items for id, items in owed.items() if items == [f"one-{step}", f"two-{step}"]}
    assert len(owed) == week * len(people)
    assert len(last) == len(people)
    assert {len(items) for items in owed.values()} == {2}


async def test_a_digest_is_mailed_with_a_link_to_each_item_and_a_way_to_stop_it(town: Town) -> None:
    await town.resident()
    (contact,) = await eventually(town.notifications.contacts.find, "the contact")
    daily = dict.fromkeys(Topic, Frequency.DAILY)
    await usecases.choose_frequencies(contact.id, daily, town.notifications, town.clock())
    await town.publish("park", closes_at=town.clock() + 15 * A_DAY)
    await town.publish("pool", title="<The pool>", closes_at=town.clock() + A_DAY)
    await eventually(lambda: town.notifications.announcements.get("closing:pool"), "the announcements")
    await eventually(lambda: town.notifications.announcements.get("opened:park"), "the announcements")

    town.clock.forward(timedelta(hours=5))

    (mail,) = await eventually(lambda: town.mails("resident@example.org", "Today on Engage"), "the digest")
    text, html = (part.get_content() for part in mail.iter_parts())
    assert mail["Subject"] == "Today on Engage Luton: <The pool> and 2 more"
    assert text.index("CLOSING SOON") < text.index("NEW: HAVE YOUR SAY")
    assert text.count("/consultations/pool") == 2
    assert text.count("/consultations/park") == 1
    assert "UK time on Tuesday 16 June 2026" in text
    assert html.count("&lt;The pool&gt;") == 2
    assert "/unsubscribe/" in mail["List-Unsubscribe"]
    stop = urlsplit(mail["List-Unsubscribe"].strip("<>")).path
    assert "the daily summary" in (await town.visitor().get(stop)).html
