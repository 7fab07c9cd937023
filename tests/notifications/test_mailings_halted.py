"""Mailings that somebody pauses, takes up again or cancels."""

from dataclasses import replace

import pytest

from services.notifications import usecases
from services.notifications.domain import CLAIM, HOLD, Lane, MailingEnded, MailingState, State
from shared.errors import NotFound
from tests.notifications.desk import Answers, Desk


async def test_a_mailing_that_is_paused_sends_nothing_until_it_goes_on(desk: Desk) -> None:
    await desk.know_many(9)
    await desk.begin()
    (mailing,) = await usecases.mailings_at_work(desk.documents)
    await usecases.take_step(mailing, desk.documents, desk.clock(), 4)
    await usecases.pause_mailing("opened:park", desk.documents)
    mailer = Answers()

    await desk.finish_mailings()
    await desk.send_all(mailer)
    assert mailer.taken == []
    assert (await usecases.progress_of("opened:park", desk.documents)).states == {"owed": 4}

    await usecases.resume_mailing("opened:park", desk.documents)
    await desk.finish_mailings()
    desk.clock.forward(HOLD)
    await desk.send_all(mailer)
    assert len(mailer.taken) == 9


async def test_a_mailing_that_goes_on_after_the_close_calls_nobody_to_answer(desk: Desk) -> None:
    await desk.know_many(2)
    await desk.begin(closes_at=desk.clock() + HOLD)
    await usecases.pause_mailing("opened:park", desk.documents)
    desk.clock.forward(HOLD)
    await usecases.resume_mailing("opened:park", desk.documents)
    mailer = Answers()

    await desk.finish_mailings()
    await desk.send_all(mailer)

    assert mailer.taken == []
    message = await desk.message("opened:park:p0000")
    assert (message.state, message.reason) == (State.FAILED, "it is of no use any more")


async def test_a_mailing_that_is_cancelled_takes_back_what_is_not_sent(desk: Desk) -> None:
    await desk.know_many(9)
    await desk.begin()
    (mailing,) = await usecases.mailings_at_work(desk.documents)
    await usecases.take_step(mailing, desk.documents, desk.clock(), 4)
    mailer = Answers()
    await desk.send_all(mailer)
    (mailing,) = await usecases.mailings_at_work(desk.documents)
    await usecases.take_step(mailing, desk.documents, desk.clock(), 3)

    await usecases.cancel_mailing("opened:park", desk.documents)
    await desk.finish_mailings(page=2)
    await desk.send_all(mailer)

    progress = await usecases.progress_of("opened:park", desk.documents)
    assert progress.mailing.state is MailingState.CANCELLED
    assert progress.states == {State.SENT: 4, State.CANCELLED: 3}
    assert len(mailer.taken) == 4


async def test_a_message_whose_mailing_was_cancelled_while_it_was_sent_is_not_tried_again(desk: Desk) -> None:
    await desk.know_many(1)
    await desk.begin()
    await desk.finish_mailings()
    (due,) = await usecases.due_messages(desk.documents, desk.clock(), 10, Lane.BULK)
    await desk.documents.messages.save(due, due.value.claim(desk.clock()))
    await usecases.cancel_mailing("opened:park", desk.documents)
    await desk.finish_mailings()
    desk.clock.forward(CLAIM)
    mailer = Answers()

    await desk.send_all(mailer)

    assert mailer.taken == []
    assert (await desk.message("opened:park:p0000")).state is State.CANCELLED


async def test_what_has_ended_cannot_be_paused_or_cancelled_twice(desk: Desk) -> None:
    await desk.begin()
    await desk.finish_mailings()
    with pytest.raises(MailingEnded):
        await usecases.pause_mailing("opened:park", desk.documents)
    await usecases.cancel_mailing("opened:park", desk.documents)
    await desk.finish_mailings()
    with pytest.raises(MailingEnded):
        await usecases.cancel_mailing("opened:park", desk.documents)
    with pytest.raises(NotFound):
        await usecases.pause_mailing("none", desk.documents)


async def test_a_mailing_that_is_paused_holds_up_no_other(desk: Desk) -> None:
    await desk.know_many(9)
    await desk.begin()
    await desk.finish_mailings()
    await desk.owe_many([f"paused:{number}" for number in range(2000)], lane=Lane.BULK, mailing="opened:park")
    assert not await usecases.is_room_ahead(desk.documents, desk.clock())
    loaded = await desk.documents.mailings.get("opened:park")
    assert loaded is not None
    await desk.documents.mailings.save(loaded, replace(loaded.value, state=MailingState.PAUSED))

    for _ in range(12):
        await desk.sender(Answers()).send_due()

    assert await usecases.is_room_ahead(desk.documents, desk.clock())
