"""Mail that is owed: sent once, tried again when the server is away, given up when it refuses for good."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications import usecases
from services.notifications.domain import CLAIM, GIVE_UP_AFTER, State, owe
from shared.mail.port import RefusedForGood, RefusedForNow
from shared.store.port import Store
from tests.notifications.desk import Answers, Desk
from tests.town import text_of


async def test_a_message_owed_twice_is_sent_once(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    await desk.owe()
    mailer = Answers()
    sender = desk.sender(mailer)

    assert await sender.send_due() == 1
    assert await sender.send_due() == 0

    assert [mail["To"] for mail in mailer.taken] == ["person@example.org"]
    sent = await desk.message()
    assert (sent.state, sent.attempts, sent.next_try) == (State.SENT, 1, None)


async def test_what_is_refused_for_now_is_tried_later_and_later(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    sender = desk.sender(Answers(*[RefusedForNow("the mail server answered 451")] * 3))

    waits = []
    for _ in range(3):
        assert await sender.send_due() == 0
        message = await desk.message()
        assert message.state is State.OWED
        assert message.next_try is not None
        waits.append(round((message.next_try - desk.clock()).total_seconds()))
        desk.clock.forward(message.next_try - desk.clock())

    assert waits == [2, 4, 8]
    assert await sender.send_due() == 1


async def test_what_is_refused_for_good_is_not_tried_again(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    sender = desk.sender(Answers(RefusedForGood("the mail server answered 550")))

    await sender.send_due()
    desk.clock.forward(timedelta(days=1))

    assert await sender.send_due() == 0
    failed = await desk.message()
    assert (failed.state, failed.reason) == (State.FAILED, "the mail server answered 550")


async def test_a_server_away_for_a_day_gets_everything_when_it_is_back(desk: Desk) -> None:
    await desk.know()
    for number in range(20):
        await desk.owe(f"receipt:{number}")
    away, back = desk.sender(Answers(*[RefusedForNow("ConnectionRefusedError")] * 10_000)), Answers()

    for _ in range(24):
        await away.send_due()
        desk.clock.forward(timedelta(hours=1))
    desk.clock.forward(timedelta(hours=4))
    await desk.sender(back).send_due()

    assert len(back.taken) == 20


async def test_a_message_is_given_up_after_days(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    sender = desk.sender(Answers(*[RefusedForNow("away")] * 10_000))

    for _ in range(int(GIVE_UP_AFTER / timedelta(hours=3)) + 2):
        await sender.send_due()
        desk.clock.forward(timedelta(hours=3))

    assert (await desk.message()).state is State.FAILED


async def test_a_sender_that_died_midway_is_followed_by_another(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    (due,) = await usecases.due_messages(desk.documents, desk.clock(), 10)
    await desk.documents.messages.save(due, due.value.claim(desk.clock()))
    mailer = Answers()
    sender = desk.sender(mailer)

    assert await sender.send_due() == 0
    desk.clock.forward(CLAIM)
    assert await sender.send_due() == 1


async def test_two_senders_do_not_send_the_same_message(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    mailer = Answers()
    (due,) = await usecases.due_messages(desk.documents, desk.clock(), 10)
    sending = desk.sending(mailer)

    states = [await usecases.send_message(due, sending), await usecases.send_message(due, sending)]

    assert states == [State.SENT, None]
    assert len(mailer.taken) == 1


async def test_a_message_waits_for_an_address_that_comes_later(desk: Desk) -> None:
    await desk.owe()
    mailer = Answers()
    sender = desk.sender(mailer)
    assert await sender.send_due() == 0

    await desk.know()
    await usecases.try_again("person", desk.documents, desk.clock())

    assert await sender.send_due() == 1


async def test_what_is_owed_to_someone_who_was_erased_a_second_ago_reaches_nobody_and_ends(
    desk: Desk, store: Store
) -> None:
    await desk.know()
    await store.delete("contacts", "person")
    await desk.owe()
    mailer = Answers()
    sender = desk.sender(mailer)

    while (await desk.message()).state is State.OWED:
        await sender.send_due()
        desk.clock.forward(timedelta(hours=4))

    assert mailer.taken == []
    message = await desk.message()
    assert (message.state, message.reason) == (State.FAILED, "no address is known yet")
    assert desk.clock() - message.created_at < GIVE_UP_AFTER + timedelta(hours=5)


async def test_a_message_for_the_morning_is_not_sent_at_night_because_an_address_came(desk: Desk) -> None:
    await desk.know()
    await desk.owe(put_off=desk.clock() + timedelta(hours=8))
    await usecases.try_again("person", desk.documents, desk.clock())
    sender = desk.sender(Answers())

    assert await sender.send_due() == 0
    desk.clock.forward(timedelta(hours=8))
    assert await sender.send_due() == 1


async def test_a_template_with_a_missing_value_fails_and_says_so(desk: Desk) -> None:
    await desk.know()
    message = owe("receipt:9", "receipt", "person", {"title": "The park"}, desk.clock())
    await usecases.owe_message(message, desk.documents)

    await desk.sender(Answers()).send_due()

    failed = await desk.message("receipt:9")
    assert failed.state is State.FAILED
    assert "receipt cannot be filled" in failed.reason


async def test_a_link_that_is_too_old_is_not_sent(desk: Desk) -> None:
    await desk.know()
    late = desk.clock() + timedelta(minutes=30)
    message = owe("sign-in:1", "sign_in", "person", {"sign_in": uuid4().hex}, desk.clock(), expires_at=late)
    await usecases.owe_message(message, desk.documents)
    desk.clock.forward(timedelta(hours=1))
    mailer = Answers()

    await desk.sender(mailer).send_due()

    assert mailer.taken == []
    assert (await desk.message("sign-in:1")).state is State.FAILED


@pytest.mark.parametrize("title", ["Park\r\nBcc: everyone@example.org", "Park\nX-Evil: 1", "Park \u2028 life"])
async def test_line_ends_in_a_value_cannot_add_a_header(desk: Desk, title: str) -> None:
    await desk.know()
    await desk.owe(title=title)
    mailer = Answers()

    await desk.sender(mailer).send_due()

    (mail,) = mailer.taken
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert "\n" not in str(mail["Subject"])


async def test_markup_in_a_value_is_shown_as_written_in_html(desk: Desk) -> None:
    await desk.know()
    await desk.owe(title="<script>alert(1)</script>")
    mailer = Answers()

    await desk.sender(mailer).send_due()

    html = mailer.taken[0].get_body(("html",))
    assert html is not None
    assert "&lt;script&gt;" in html.get_content()
    assert "<script>" not in html.get_content()
    assert "<script>alert(1)</script>" in text_of(mailer.taken[0])


async def test_a_mail_has_an_address_to_answer_to_and_a_stable_id(desk: Desk) -> None:
    await desk.know()
    await desk.owe()
    mailer = Answers()
    await desk.sender(mailer).send_due()

    (mail,) = mailer.taken
    assert mail["Reply-To"] == "luton2040@luton.gov.uk"
    assert desk.id_of(mail) == "receipt:1"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert {part.get_content_type() for part in mail.iter_parts()} == {"text/plain", "text/html"}
