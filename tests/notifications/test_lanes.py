"""Which mail goes first, how fast, and which does not go at all."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications.domain import FINAL, Lane, State
from services.notifications.usecases import Turns
from shared.mail.port import Mail
from tests.eventually import eventually
from tests.notifications.desk import Answers, Desk
from tests.town import opened_town


async def test_what_somebody_waits_for_goes_before_a_mailing(desk: Desk) -> None:
    await desk.know()
    await desk.owe("bulk", lane=Lane.BULK)
    await desk.owe("normal")
    await desk.owe("urgent", lane=Lane.URGENT)
    mailer = Answers()

    await desk.sender(mailer).send_due()

    assert [desk.id_of(mail) for mail in mailer.taken] == ["urgent", "normal", "bulk"]


class Stuck(Answers):
    """Keeps all that is not urgent waiting, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        if not urgent:
            await self.let_go.wait()
        await super().send(mail)


async def test_a_mailing_that_hangs_holds_up_no_sign_in_link(desk: Desk) -> None:
    await desk.know()
    for number in range(50):
        await desk.owe(f"bulk:{number}", lane=Lane.BULK)
    mailer = Stuck()
    sender = desk.sender(mailer)
    sender.start()
    await eventually_sending(desk)

    await desk.owe("urgent", lane=Lane.URGENT)
    sender.wake()
    async with asyncio.timeout(5):
        while not mailer.taken:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert desk.id_of(mailer.taken[0]) == "urgent"
    mailer.let_go.set()
    await sender.stop()


async def eventually_sending(desk: Desk) -> None:
    async with asyncio.timeout(5):
        while not await desk.documents.messages.count({"state": State.SENDING}):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_sender_at_work_sends_more_than_a_batch_and_leaves_nothing(desk: Desk) -> None:
    await desk.know()
    for number in range(450):
        await desk.owe(f"bulk:{number}", lane=Lane.BULK)
    mailer = Answers()
    sender = desk.sender(mailer)
    sender.start()

    async with asyncio.timeout(20):
        while await desk.documents.messages.count({"state": State.SENT}) < 450:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await sender.stop()

    assert len({mail["Message-ID"] for mail in mailer.taken}) == len(mailer.taken) == 450


async def test_an_address_that_bounced_gets_nothing_more_and_it_is_shown_why(desk: Desk) -> None:
    await desk.know(suppressed="the address does not exist")
    await desk.owe()
    mailer = Answers()

    await desk.sender(mailer).send_due()

    message = await desk.message()
    assert (message.state, message.reason, message.due) == (State.SUPPRESSED, "the address does not exist", None)
    assert mailer.taken == []


@pytest.mark.parametrize(
    ("email", "state"),
    [
        ("tester@example.org", State.SENT),
        ("Anyone@Council.Example", State.SENT),
        ("person@example.org", State.SUPPRESSED),
        ("person@sub.council.example", State.SUPPRESSED),
    ],
)
async def test_outside_production_only_listed_addresses_get_mail(desk: Desk, email: str, state: State) -> None:
    await desk.know(email)
    await desk.owe()
    listed = frozenset({"tester@example.org", "@council.example"})

    await desk.sender(Answers(), only_to=listed).send_due()

    assert (await desk.message()).state is state


@pytest.mark.parametrize(
    ("listed", "state"),
    [("", State.SUPPRESSED), ("elsewhere@example.org", State.SUPPRESSED), ("@example.org", State.SENT)],
)
async def test_a_demonstration_with_a_real_mail_server_mails_only_who_is_listed(
    tmp_path: Path, listed: str, state: State
) -> None:
    async with opened_town(tmp_path, demo=True, mail_only_to=listed) as town:  # its server is no catcher of ours
        visitor = town.visitor()
        await visitor.submit(await visitor.get("/sign-up"), {"email": "person@example.org", "ward": "Biscot"})

        async def became() -> list[State]:
            found = [each.value.state for each in await town.notifications.messages.find()]
            return found if found and set(found) <= FINAL else []

        assert await eventually(became, "the end of the link") == [state]
        assert len(town.inbox) == (state is State.SENT)


async def test_rates_hold_in_all_and_for_each_domain_and_links_wait_for_none(desk: Desk) -> None:
    for number in range(40):
        await desk.know(f"n{number}@{'slow' if number % 2 else 'fast'}.example", person=f"p{number}")
        await desk.owe(f"bulk:{number}", person=f"p{number}", lane=Lane.BULK)
    await desk.know()
    await desk.owe("urgent", lane=Lane.URGENT)
    mailer, turns = Answers(), Turns(per_second=8, per_domain_per_second=4)
    sender = desk.sender(mailer, turns=turns)
    began = desk.clock()
    await sender.send_due()
    at_once = len(mailer.taken)
    while len(mailer.taken) < 41:
        await sender.send_due()
        seconds = (desk.clock() - began).total_seconds()  # the clock runs on while a slow machine sends
        assert len(mailer.taken) <= 1 + 6 + 6 * seconds
        desk.clock.forward(timedelta(seconds=1))

    assert at_once >= 1 + 6  # the link, and three quarters of eight
    assert seconds >= (40 - 6) / 6


async def test_the_same_event_ten_times_is_one_mail(desk: Desk) -> None:
    await desk.know()
    mailer = Answers()
    sender = desk.sender(mailer)
    for _ in range(10):
        await desk.owe()
        await sender.send_due()
        desk.clock.forward(timedelta(hours=1))

    assert len(mailer.taken) == 1
