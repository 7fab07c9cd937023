"""What a message said goes after a time; that it was, and what became of it, stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications import usecases
from services.notifications.domain import Lane, Message, State
from shared.due import Due
from shared.mail.port import RefusedForGood
from shared.sqlite_file import SqliteFile
from shared.store.documents import Loaded
from tests.eventually import eventually
from tests.notifications.desk import Answers, Desk
from tests.notifications.stores import in_file
from tests.town import Town, opened_town

KEEP = timedelta(days=90)
A_MOMENT = timedelta(seconds=30)


def process(desk: Desk) -> Due[Loaded[Message]]:
    documents = desk.documents
    return Due(
        lambda now: usecases.to_forget(documents, now - KEEP),
        lambda loaded: usecases.forget_content(loaded, documents),
        desk.clock,
    )


async def sent(desk: Desk) -> Message:
    await desk.know()
    await desk.owe(items=({"title": "The park"},))
    await desk.send_all(Answers())
    return await desk.message()


async def test_what_a_message_said_is_deleted_after_90_days_and_the_rest_stays(desk: Desk) -> None:
    before = await sent(desk)
    desk.clock.forward(KEEP - A_MOMENT)
    assert await process(desk).run_once() == 0
    assert (await desk.message()).values["reference"] == "ABC"

    desk.clock.forward(A_MOMENT)
    assert await process(desk).run_once() == 1

    after = await desk.message()
    assert (after.values, after.items, after.is_forgotten) == ({}, (), True)
    kept = ("id", "template", "person", "state", "created_at", "sent_at", "attempts", "reason")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert await process(desk).run_once() == 0


@pytest.mark.parametrize("state", [State.FAILED, State.SUPPRESSED, State.CANCELLED])
async def test_it_is_the_same_for_one_that_was_never_sent(desk: Desk, state: State) -> None:
    await desk.know(suppressed="it bounced" if state is State.SUPPRESSED else "")
    await desk.owe()
    if state is State.CANCELLED:
        loaded = await desk.documents.messages.get("receipt:1")
        assert loaded is not None
        await desk.documents.messages.save(loaded, loaded.value.cancelled(desk.clock()))
    await desk.send_all(Answers(RefusedForGood("no such person")))
    message = await desk.message()
    assert (message.state, message.is_forgotten) == (state, False)

    desk.clock.forward(KEEP)
    await process(desk).run_once()

    assert (await desk.message()).values == {}


async def test_a_message_that_is_still_owed_keeps_what_it_says(desk: Desk) -> None:
    await desk.owe(lane=Lane.BULK, put_off=desk.clock() + 2 * KEEP)
    desk.clock.forward(KEEP + KEEP / 2)

    assert await process(desk).run_once() == 0

    assert (await desk.message()).values["title"] == "The park"


async def test_what_becomes_of_it_later_makes_it_neither_longer_nor_come_back(desk: Desk) -> None:
    message = (await sent(desk)).delivered(desk.clock())
    assert message.kept_since == message.sent_at

    bounced = message.forgotten().bounced("no such person", desk.clock())

    assert (bounced.state, bounced.is_forgotten, bounced.values) == (State.BOUNCED, True, {})


async def test_two_processes_forget_each_message_once(desk: Desk) -> None:
    await sent(desk)
    desk.clock.forward(KEEP)
    first = await usecases.to_forget(desk.documents, desk.clock() - KEEP)

    both = [await process(desk)._try(each) for each in (*first, *first)]

    assert both == [True, False]


async def test_after_a_restart_what_fell_due_meanwhile_is_forgotten(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "engage.db")
    await sent(Desk(in_file(file)))
    await file.close()
    file = SqliteFile(tmp_path / "engage.db")
    desk = Desk(in_file(file))
    desk.clock.forward(KEEP + timedelta(minutes=1))

    assert await process(desk).run_once() == 1

    assert (await desk.message()).is_forgotten
    await file.close()


async def test_a_running_system_forgets_after_the_days_that_are_set(tmp_path: Path) -> None:
    async with opened_town(tmp_path, mail_keep_days=3) as town:
        await town.resident()
        (loaded,) = await town.notifications.messages.find({"template": "sign_in"})
        town.clock.forward(timedelta(days=2))
        assert (await _message(town, loaded.id)).values["sign_in"]

        town.clock.forward(timedelta(days=1))

        async def forgotten() -> bool:
            return (await _message(town, loaded.id)).is_forgotten

        await eventually(forgotten, "the content to be forgotten")


async def _message(town: Town, id: str) -> Message:
    loaded = await town.notifications.messages.get(id)
    assert loaded is not None
    return loaded.value
