"""Answers that someone has begun: a way back to them, and one reminder before the close."""

from datetime import timedelta

from services.notifications import usecases
from services.notifications.domain import Begun, Choice, Contact, Frequency, Message, State, Topic, occasions_of
from shared.contracts.consultation import ConsultationPublishedV1
from tests.consultation.sending import save
from tests.eventually import eventually
from tests.notifications.desk import Answers, Desk
from tests.town import NOON, Town, text_of

CLOSE = NOON + timedelta(days=15)
THREE_DAYS_BEFORE = CLOSE - timedelta(days=3)


async def begin(desk: Desk, person: str, *choices: Choice, draft: str = "") -> str:
    await desk.documents.contacts.add(Contact(person, f"{person}@example.org", choices=choices))
    begun = Begun(draft or f"draft-of-{person}", person, "park", "The park", CLOSE)
    await usecases.keep_begun(begun, desk.documents)
    await usecases.keep_begun(begun, desk.documents)
    return begun.id


async def close_nears(desk: Desk) -> list[Message]:
    """All that is owed once the close is announced, twice over."""
    fact = ConsultationPublishedV1(
        consultation="park", title="The park", opens_at=NOON, closes_at=CLOSE, published_by="officer"
    )
    _, closing = occasions_of(fact)
    await usecases.keep_occasion(closing, desk.documents)
    for _ in range(2):
        for loaded in await desk.documents.occasions.find({"id": closing.id}):
            announcement = closing.announcement(THREE_DAYS_BEFORE)
            assert announcement is not None
            await usecases.announce_occasion(loaded, desk.documents, THREE_DAYS_BEFORE)
        await desk.finish_mailings()
    return [each.value for each in await desk.documents.messages.find(sort="person")]


def said(choice: Frequency) -> Choice:
    return Choice(Topic.CLOSING_SOON, choice, NOON, "preferences")


async def test_who_has_begun_is_reminded_also_who_never_asked_for_news(desk: Desk) -> None:
    await begin(desk, "anna")

    (message,) = await close_nears(desk)

    assert (message.template, message.person) == ("draft_reminder", "anna")
    assert message.values["link"] == "/consultations/park/drafts/draft-of-anna"


async def test_who_has_begun_and_asked_for_news_is_told_once_and_that_is_the_reminder(desk: Desk) -> None:
    await begin(desk, "anna", said(Frequency.NOW))
    await desk.documents.contacts.add(Contact("ben", "ben@example.org", choices=(said(Frequency.NOW),)))

    messages = await close_nears(desk)

    assert [(m.person, m.template) for m in messages] == [("anna", "draft_reminder"), ("ben", "closing_soon")]


async def test_who_said_never_is_not_reminded(desk: Desk) -> None:
    await begin(desk, "anna", said(Frequency.NOW), said(Frequency.NEVER))

    assert await close_nears(desk) == []


async def test_the_link_in_the_mail_stops_reminders_for_who_never_chose_anything(desk: Desk) -> None:
    await begin(desk, "anna")
    await usecases.unsubscribe("anna", Topic.CLOSING_SOON, desk.documents, NOON)

    assert await close_nears(desk) == []


async def test_what_was_sent_or_deleted_is_not_reminded_of(desk: Desk) -> None:
    draft = await begin(desk, "anna")
    await begin(desk, "ben")
    for _ in range(2):
        await usecases.end_begun(draft, "park", "anna", desk.documents, NOON)

    assert [message.person for message in await close_nears(desk)] == ["ben"]


async def test_a_reminder_that_has_not_gone_yet_is_taken_back(desk: Desk) -> None:
    draft = await begin(desk, "anna")
    (message,) = await close_nears(desk)

    await usecases.end_begun(draft, "park", "anna", desk.documents, NOON)

    assert (await desk.message(message.id)).state is State.CANCELLED


async def test_a_reminder_says_when_it_closes_and_how_to_stop(desk: Desk) -> None:
    await begin(desk, "anna")
    await close_nears(desk)
    desk.clock.forward(THREE_DAYS_BEFORE - NOON)
    server = Answers()

    await desk.send_all(server)

    (mail,) = server.taken
    text = text_of(mail)
    assert str(mail["Subject"]) == "Not sent yet: your answers to The park"
    assert "It closes at 1pm UK time on Tuesday 16 June 2026" in text
    assert "/consultations/park/drafts/draft-of-anna" in text
    assert "because you saved answers" in text
    assert "you asked for it" not in text
    assert "/unsubscribe/" in text
    assert "List-Unsubscribe" in mail


async def test_many_who_have_begun_are_all_reminded(desk: Desk) -> None:
    for number in range(1_050):
        begun = Begun(f"d{number:04}", f"p{number:04}", "park", "The park", CLOSE)
        await usecases.keep_begun(begun, desk.documents)
    fact = ConsultationPublishedV1(
        consultation="park", title="The park", opens_at=NOON, closes_at=CLOSE, published_by="officer"
    )
    _, closing = occasions_of(fact)
    announcement = closing.announcement(THREE_DAYS_BEFORE)
    assert announcement is not None

    await usecases.remind(announcement, desk.documents, THREE_DAYS_BEFORE)

    assert await desk.documents.messages.count({"mailing": None}) == 1_050


async def test_a_saved_draft_brings_its_mail_and_three_days_before_the_close_the_reminder(town: Town) -> None:
    await town.publish(closes_at=town.clock() + timedelta(days=10))
    resident = await town.resident()
    page = await save(resident)
    (first,) = await eventually(lambda: town.mails("resident@example.org", "Your answers so far"), "the mail")
    assert page.path in text_of(first)

    town.clock.forward(timedelta(days=7))

    (reminder,) = await eventually(lambda: town.mails("resident@example.org", "Not sent yet"), "the reminder")
    assert page.path in text_of(reminder)
    assert "My dog" not in text_of(reminder)
