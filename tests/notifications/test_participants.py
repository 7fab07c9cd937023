"""What came of a consultation is told to who answered it, and to who asked for such news; to each of them once."""

from datetime import timedelta
from pathlib import Path

from services.notifications import usecases
from services.notifications.domain import (
    Choice,
    Contact,
    Frequency,
    MailingState,
    Message,
    Participant,
    State,
    Topic,
    occasion_of_report,
)
from shared.contracts.consultation import ReportPublishedV1
from shared.event import record
from tests.consultation.reports import publish, write
from tests.consultation.sending import GOOD, send
from tests.eventually import eventually
from tests.notifications.desk import Answers, Desk
from tests.town import NOON, Town, opened_town, text_of
from tests.visitor import Page, Visitor

FACT = ReportPublishedV1(consultation="park", title="The park", edition=1, published_by="officer", wards=("Biscot",))
LATER = NOON + timedelta(minutes=1)


async def answered(desk: Desk, person: str, *choices: Choice, ward: str | None = None) -> None:
    await desk.documents.contacts.add(Contact(person, f"{person}@example.org", choices=choices, ward=ward))
    for _ in range(2):
        await usecases.keep_participant(Participant(f"response-{person}", person, "park"), desk.documents)


def said(*frequencies: Frequency) -> list[Choice]:
    return [Choice(Topic.REPORT_PUBLISHED, each, NOON, "preferences") for each in frequencies]


async def report(desk: Desk, times: int = 2) -> list[Message]:
    """All that is owed once a report is published, the news of it coming so many times."""
    for number in range(times):
        fact = FACT.model_copy(update={"edition": number + 1})
        await usecases.keep_occasion(occasion_of_report(fact, NOON), desk.documents)
        for loaded in await desk.documents.occasions.find({"id": "reported:park"}):
            await usecases.announce_occasion(loaded, desk.documents, LATER)
        await desk.finish_mailings()
    return [each.value for each in await desk.documents.messages.find(sort="person")]


async def test_who_answered_is_told_also_who_never_asked_for_news(desk: Desk) -> None:
    await answered(desk, "anna")

    (message,) = await report(desk)

    assert (message.template, message.person, message.topic) == ("report_published", "anna", "report_published")


async def test_who_answered_and_asked_for_news_and_who_only_asked_are_told_once_each(desk: Desk) -> None:
    await answered(desk, "anna", *said(Frequency.NOW), ward="Biscot")
    await desk.documents.contacts.add(
        Contact("ben", "ben@example.org", ward="Biscot", choices=tuple(said(Frequency.NOW)))
    )
    await desk.documents.contacts.add(Contact("cara", "cara@example.org", ward="Biscot"))

    assert [message.person for message in await report(desk, times=10)] == ["anna", "ben"]


async def test_who_answered_is_told_whatever_ward_and_interests_it_is_about(desk: Desk) -> None:
    await answered(desk, "anna", *said(Frequency.NOW), ward="Farley")

    assert [message.person for message in await report(desk)] == ["anna"]


async def test_who_said_never_is_not_told(desk: Desk) -> None:
    await answered(desk, "anna", *said(Frequency.NOW, Frequency.NEVER))
    await answered(desk, "ben")
    await usecases.unsubscribe("ben", Topic.REPORT_PUBLISHED, desk.documents, NOON)

    assert await report(desk) == []


async def test_who_hears_of_it_in_a_digest_gets_no_mail_beside_it(desk: Desk) -> None:
    await answered(desk, "anna", *said(Frequency.DAILY), ward="Biscot")
    await answered(desk, "ben", *said(Frequency.WEEKLY), ward="Farley")

    assert [message.person for message in await report(desk)] == ["ben"], "its digest is not about ben's ward"


async def test_who_withdrew_is_not_told(desk: Desk) -> None:
    await answered(desk, "anna")
    for _ in range(2):
        await usecases.forget_participant("response-anna", desk.documents)

    assert await report(desk) == []


async def test_many_who_answered_are_all_told(desk: Desk) -> None:
    for number in range(1_050):
        await usecases.keep_participant(Participant(f"r{number:04}", f"p{number:04}", "park"), desk.documents)
    await report(desk, times=1)

    assert await desk.documents.messages.count({"template": "report_published"}) == 1_050


async def test_its_mailing_can_be_cancelled_and_then_nobody_who_answered_is_told(desk: Desk) -> None:
    await answered(desk, "anna")
    (message,) = await report(desk)
    await usecases.cancel_mailing("reported:park", desk.documents)
    await desk.finish_mailings()

    assert (await desk.message(message.id)).state is State.CANCELLED
    assert (await desk.mailing("reported:park")).state is MailingState.CANCELLED


async def test_the_mail_leads_to_the_report_and_says_why_it_comes_and_how_to_stop(desk: Desk) -> None:
    await answered(desk, "anna")
    await report(desk)
    desk.clock.forward(timedelta(minutes=2))
    server = Answers()

    await desk.send_all(server)

    (mail,) = server.taken
    text = text_of(mail)
    assert str(mail["Subject"]) == "What happened next: The park"
    assert "/consultations/park/report" in text.split()[text.split().index("report:") + 1]
    assert "because you answered this consultation while signed in" in " ".join(text.split())
    assert "/unsubscribe/" in text
    assert "List-Unsubscribe" in mail


async def test_who_answered_while_signed_in_gets_one_mail_though_the_news_comes_ten_times(tmp_path: Path) -> None:
    async with opened_town(tmp_path, mail_quiet_hours="") as town:
        await town.publish()
        await send(town.visitor())
        await send(await town.resident("anna@example.org"))
        withdrew = await town.resident("ben@example.org")
        await withdraw(withdrew, await send(withdrew, {**GOOD, "q-missing": "cafe"}))
        await settled(town, participants=1)
        town.clock.forward(timedelta(days=2))
        await write(town)
        await publish(town)
        mails = await eventually(lambda: town.mails("anna@example.org", "What happened next"), "the mail")
        await again_ten_times(town)
        await settled(town, participants=1)

        assert len(mails) == 1
        assert len(town.mails("anna@example.org", "What happened next")) == 1
        assert town.mails("ben@example.org", "What happened next") == []
        assert "http://testserver/consultations/park/report" in text_of(mails[0])


async def withdraw(visitor: Visitor, receipt: Page) -> None:
    mine = receipt.path.replace("/consultations/park/receipt", "/my-answers")
    page = await visitor.submit(await visitor.get(f"{mine}/withdraw"))
    assert page.status == 200, page.html


async def settled(town: Town, participants: int) -> None:
    async def so_many() -> bool:
        return await town.notifications.participants.count({"consultation": "park"}) == participants

    await eventually(so_many, "who answered is known")


async def again_ten_times(town: Town) -> None:
    """The same fact, each time as an event of its own and of another edition, all the way through the bus."""
    parts = town.host.parts
    for number in range(10):
        fact = FACT.model_copy(update={"edition": number + 1, "wards": ()})
        await parts.bus.publish([record(fact, key="park", at=town.clock())])
    await town.publish("after")

    async def through() -> bool:
        return await town.notifications.occasions.get("opened:after") is not None

    await eventually(through, "all that came before it")
