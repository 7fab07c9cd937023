"""An address that was suppressed wrongly: officers see it, and let mail go there again."""

import logging
from datetime import timedelta

import pytest

from services.accounts.domain import Role
from services.notifications import usecases
from services.notifications.domain import Contact, Fate, Lifted, State
from services.notifications.usecases import Reports
from shared.errors import NotFound
from shared.run import Run
from tests.eventually import eventually
from tests.notifications.desk import Answers, Desk
from tests.town import NOON, Town
from tests.visitor import Visitor

ANNA = "/staff/mail/people/anna"
A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


async def contact(desk: Desk) -> Contact:
    loaded = await desk.documents.contacts.get("person")
    assert loaded is not None
    return loaded.value


async def told(desk: Desk, message: str, fate: Fate = Fate.GONE) -> None:
    """A report of a mail comes in."""
    reports = Reports(desk.documents, desk.secrets, Run(lambda: None), desk.clock)
    token = desk.secrets.message_token(message, "person@example.org")
    assert await reports.take(token, fate, "it came back: 5.1.1")


async def sent(desk: Desk, *ids: str) -> list[str]:
    """Which of these mails go out."""
    mailer = Answers()
    for id in ids:
        await desk.owe(id)
    await desk.send_all(mailer)
    return [desk.id_of(mail) for mail in mailer.taken]


async def send_again(desk: Desk) -> None:
    desk.clock.forward(A_MINUTE)
    await usecases.send_again("person", "officer", desk.documents, desk.clock())
    desk.clock.forward(A_MINUTE)


async def test_mail_goes_there_again_and_it_is_noted_who_let_it(desk: Desk) -> None:
    await desk.know()
    await sent(desk, "first")
    await told(desk, "first")
    before = await contact(desk)
    assert await sent(desk, "held back") == []

    await send_again(desk)

    assert await sent(desk, "next") == ["next"]
    assert (await desk.message("held back")).state is State.SUPPRESSED
    after = await contact(desk)
    assert (after.suppressed, after.suppressed_at) == ("", None)
    (lifted,) = after.lifted
    assert (lifted.reason, lifted.since, lifted.by) == ("it came back: 5.1.1", before.suppressed_at, "officer")
    assert NOON + A_MINUTE <= lifted.at < NOON + 2 * A_MINUTE


async def test_a_report_of_a_mail_from_before_says_nothing_new_and_one_of_a_later_mail_does(desk: Desk) -> None:
    await desk.know()
    await sent(desk, "first", "second")
    await told(desk, "first")
    await send_again(desk)

    await told(desk, "first")
    await told(desk, "second")
    assert await sent(desk, "third") == ["third"]
    assert (await desk.message("second")).state is State.BOUNCED

    await told(desk, "third")
    assert await sent(desk, "fourth") == []
    await send_again(desk)
    assert [each.by for each in (await contact(desk)).lifted] == ["officer", "officer"]


async def test_soft_bounces_are_counted_from_the_beginning(desk: Desk) -> None:
    await desk.know()
    for number in range(3):
        await sent(desk, f"soft:{number}")
        await told(desk, f"soft:{number}", Fate.SOFT)
        desk.clock.forward(2 * A_DAY)
    assert (await contact(desk)).suppressed

    await send_again(desk)
    await sent(desk, "next")
    await told(desk, "next", Fate.SOFT)

    assert not (await contact(desk)).suppressed


async def test_where_nothing_is_suppressed_nothing_changes(desk: Desk) -> None:
    await desk.know()
    before = await contact(desk)

    await send_again(desk)

    assert await contact(desk) == before
    with pytest.raises(NotFound):
        await usecases.send_again("nobody", "officer", desk.documents, desk.clock())


async def test_a_new_address_is_not_suppressed_and_the_history_stays(desk: Desk) -> None:
    lifted = (Lifted("it came back", NOON, "officer", NOON),)
    await desk.know(suppressed="it came back again", suppressed_at=NOON, lifted=lifted)

    await desk.know("new@example.org")

    after = await contact(desk)
    assert (after.suppressed, after.lifted) == ("", lifted)


async def suppressed(town: Town, person: str = "anna", email: str = "anna@example.org") -> None:
    known = Contact(person, email, suppressed="it came back: 5.1.1", suppressed_at=NOON)
    await town.notifications.contacts.add(known)


async def officer(town: Town) -> Visitor:
    return (await town.staff())[0]


async def test_an_officer_sees_why_and_since_when_and_lifts_it(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    visitor = await officer(town)
    await suppressed(town)
    (staff,) = await town.notifications.contacts.find({"staff": True})
    page = await visitor.get(ANNA)
    assert "We send nothing to this address" in page.html
    assert "It came back: 5.1.1. This is so since 1pm UK time on Monday 1 June 2026." in page.html

    with caplog.at_level(logging.INFO):
        page = await visitor.submit(page)

    assert page.status == 200
    assert "We send to this address again." in page.html
    assert "We send nothing to this address" not in page.html
    assert (
        "on Monday 1 June 2026, by officer@council.example. Reason it was held back: It came back: 5.1.1." in page.html
    )
    loaded = await town.notifications.contacts.get("anna")
    assert loaded is not None
    assert [each.by for each in loaded.value.lifted] == [staff.id]
    lines = [record.getMessage() for record in caplog.records if record.name == "services.notifications.web.messages"]
    assert lines == [f"person {staff.id} lets mail go to person anna again"]


async def test_an_address_that_gets_mail_has_no_such_button(town: Town) -> None:
    visitor = await officer(town)
    await town.notifications.contacts.add(Contact("anna", "anna@example.org"))

    for person in ("anna", "nobody"):
        assert "send-again" not in (await visitor.get(f"/staff/mail/people/{person}")).html
    assert (await visitor.post(f"{ANNA}/send-again", {})).status == 200
    assert (await visitor.post("/staff/mail/people/nobody/send-again", {})).status == 404


async def test_nobody_but_officers_lifts_it(town: Town) -> None:
    await suppressed(town)
    selector = (await town.staff(Role.SELECTOR, email="s@council.example"))[0]
    for visitor, status in ((town.visitor(), 401), (await town.resident(), 403), (selector, 403)):
        assert (await visitor.post(f"{ANNA}/send-again", {})).status == status

    loaded = await town.notifications.contacts.get("anna")
    assert loaded is not None
    assert loaded.value.suppressed


async def test_a_resident_who_was_locked_out_by_it_can_sign_in_again(town: Town) -> None:
    visitor = await officer(town)
    await town.resident("r@example.org")
    (loaded,) = await town.notifications.contacts.find({"sought": "r@example.org"})
    report = town.host.parts.secrets.message_token(
        (await town.notifications.messages.find({"person": loaded.id}))[0].id, "r@example.org"
    )
    reports = Reports(town.notifications, town.host.parts.secrets, Run(lambda: None), town.clock)
    await reports.take(report, Fate.GONE, "it came back: 5.1.1")
    resident = town.visitor()
    await resident.submit(await resident.get("/sign-in"), {"email": "r@example.org"})

    async def held_back() -> int:
        return await town.notifications.messages.count({"person": loaded.id, "state": State.SUPPRESSED})

    await eventually(held_back, "the link to be held back")
    await visitor.submit(await visitor.get(f"/staff/mail/people/{loaded.id}"))
    await resident.submit(await resident.get("/sign-in"), {"email": "r@example.org"})

    page = await resident.submit(await resident.get(await town.link("r@example.org", count=2)))
    assert page.path == "/account"
