"""Officers see what was sent to whom and what became of it, and pause, resume and cancel mailings."""

import html
import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

import pytest

from services.accounts.domain import Role
from services.notifications import usecases
from services.notifications.domain import (
    Announcement,
    Choice,
    Contact,
    Frequency,
    Lane,
    MailingState,
    Message,
    State,
    Topic,
    owe,
)
from tests.eventually import eventually
from tests.town import NOON, Town
from tests.visitor import Page, Visitor

MAIL = "/staff/mail"
MAILING = f"{MAIL}/mailings/opened%3Apark"
VALUES = {"title": "The park", "consultation": "park", "closes_at": "", "summary": "What should it have?"}


def words(page: Page) -> str:
    text = re.sub(r"<[^>]*>", " ", page.html.partition("<main")[2].partition("</main>")[0])
    return " ".join(html.unescape(text).split())


def listed(page: Page) -> list[str]:
    """The messages' ids, in the order of the rows."""
    return re.findall(rf'href="{MAIL}/messages/([^"]+)"', page.html)


async def officer(town: Town) -> Visitor:
    return (await town.staff())[0]


async def keep(town: Town, id: str, person: str = "anna", **changes: object) -> Message:
    """A message as it came to be some time ago; nobody sends it, since its next try is far off."""
    values = {"title": "The park", "reference": "ABC-DEF-GHI", "consultation": "park"}
    later = town.clock() + timedelta(days=2)
    submitted = {"submitted_at": town.clock().isoformat()}
    message = owe(id, "receipt", person, values | submitted, town.clock(), **changes)  # type: ignore[arg-type]
    await town.notifications.messages.add(message.put_off(later))
    return message


async def became(town: Town, message: Message) -> None:
    loaded = await town.notifications.messages.get(message.id)
    assert loaded is not None
    await town.notifications.messages.save(loaded, message)


async def know(town: Town, person: str = "anna", email: str = "Anna@example.org") -> None:
    await town.notifications.contacts.add(Contact(person, email))


async def begin(town: Town, people: int = 3, *, owed: bool = True) -> None:
    """A mailing that is paused, some of whose messages are owed."""
    wants = (Choice(Topic.CONSULTATION_OPENED, Frequency.NOW, NOON, "sign-up"),)
    for number in range(people):
        await town.notifications.contacts.add(Contact(f"p{number}", f"n{number}@example.org", choices=wants))
    announcement = Announcement("opened:park", Topic.CONSULTATION_OPENED, VALUES, town.clock())
    await usecases.begin_mailing(announcement, town.notifications, town.clock())
    await usecases.pause_mailing("opened:park", town.notifications)
    for number in range(people if owed else 0):
        await keep(town, f"opened:park:p{number}", f"p{number}", lane=Lane.BULK, mailing="opened:park")


async def state(town: Town) -> MailingState:
    loaded = await town.notifications.mailings.get("opened:park")
    assert loaded is not None
    return loaded.value.state


@pytest.mark.parametrize("path", ["", "/messages/m", "/people/anna", "/mailings", "/mailings/x", "/mailings/x/cancel"])
async def test_nobody_but_officers_sees_these_pages(town: Town, path: str) -> None:
    assert (await town.visitor().get(MAIL + path)).path.startswith("/sign-in")
    for visitor in (await town.resident(), (await town.staff(Role.SELECTOR, email="s@council.example"))[0]):
        assert (await visitor.get(MAIL + path)).status == 403


@pytest.mark.parametrize("path", ["/people", "/mailings/opened:park/pause", "/mailings/opened:park/cancel"])
async def test_nobody_but_officers_sends_these_forms(town: Town, path: str) -> None:
    await begin(town)
    await usecases.resume_mailing("opened:park", town.notifications)
    await usecases.pause_mailing("opened:park", town.notifications)
    for visitor, status in ((town.visitor(), 401), (await town.resident(), 403)):
        assert (await visitor.post(MAIL + path, {"email": ["n0@example.org"]})).status == status
    assert await state(town) is MailingState.PAUSED


async def test_messages_are_listed_with_to_whom_and_what_became_of_them(town: Town) -> None:
    visitor = await officer(town)
    await know(town)
    message = await keep(town, "receipt:1")
    now = town.clock()
    await became(town, message.claim(now).failed("the mail server answered 550", now))

    page = await visitor.get(f"{MAIL}?state=failed")

    assert listed(page) == ["receipt%3A1"]
    text = words(page)
    assert "Anna@example.org" in text
    assert "Failed The mail server answered 550. 1 None" in text


async def test_the_newest_is_first_and_older_ones_are_on_the_next_page(town: Town) -> None:
    visitor = await officer(town)
    for number in range(53):
        await keep(town, f"m{number:02}", f"p{number}")

    first = await visitor.get(f"{MAIL}?state=owed")
    second = await visitor.get(f"{MAIL}?state=owed&page=2")

    assert listed(first) == [f"m{number:02}" for number in range(52, 2, -1)]
    assert listed(second) == ["m02", "m01", "m00"]
    assert "Older e-mails" in words(first)
    assert "Older e-mails" not in words(second)
    assert "Not known yet" in words(first)
    assert 'href="?state=owed&amp;template=&amp;page=2"' in first.html


async def test_messages_can_be_told_apart_by_state_and_by_template(town: Town) -> None:
    visitor = await officer(town)
    await keep(town, "receipt-1")
    await became(town, (await keep(town, "receipt-2")).suppressed("it bounced", town.clock()))

    assert listed(await visitor.get(f"{MAIL}?state=suppressed")) == ["receipt-2"]
    assert listed(await visitor.get(f"{MAIL}?template=receipt")) == ["receipt-2", "receipt-1"]
    assert listed(await visitor.get(f"{MAIL}?template=receipt&state=owed")) == ["receipt-1"]
    assert listed(await visitor.get(f"{MAIL}?template=digest")) == []
    chosen = (await visitor.get(f"{MAIL}?template=receipt&state=owed")).html
    assert re.findall(r'<option value="(\w+)" selected', chosen) == ["owed", "receipt"]
    assert len(listed(await visitor.get(f"{MAIL}?state=nonsense&template=../x&page=x"))) == 3


async def test_a_person_is_found_by_address_and_the_address_is_in_no_url(town: Town) -> None:
    visitor = await officer(town)
    await know(town)
    await keep(town, "receipt-1")
    await keep(town, "receipt-2", "somebody-else")

    page = await visitor.submit(await visitor.get(MAIL), {"email": " anna@EXAMPLE.org "}, action=f"{MAIL}/people")

    assert page.path == f"{MAIL}/people/anna"
    assert listed(page) == ["receipt-1"]
    assert "Anna@example.org" in words(page)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("nobody@example.org", "We know nobody with this e-mail address"), ("  ", "Enter an e-mail address")],
)
async def test_an_address_that_nobody_has_is_told_beside_the_field(town: Town, typed: str, sentence: str) -> None:
    visitor = await officer(town)

    page = await visitor.submit(await visitor.get(MAIL), {"email": typed}, action=f"{MAIL}/people")

    assert page.status == 422
    assert f"Error: {sentence}" in words(page)
    assert page.form(f"{MAIL}/people").fields["email"] == [typed]


async def test_a_message_shows_what_it_says_while_that_is_kept(town: Town) -> None:
    visitor = await officer(town)
    await know(town)
    message = (await keep(town, "receipt-1")).claim(town.clock()).sent(town.clock())
    await became(town, message)

    text = words(await visitor.get(f"{MAIL}/messages/receipt-1"))
    for part in ("Anna@example.org", "Sent The mail server has taken it.", "ABC-DEF-GHI", "Next try None"):
        assert part in text

    await became(town, message.forgotten())
    text = words(await visitor.get(f"{MAIL}/messages/receipt-1"))
    assert "was deleted. It is kept for 90 days." in text
    assert "ABC-DEF-GHI" not in text


async def test_one_that_is_tried_again_says_why_and_when(town: Town) -> None:
    visitor = await officer(town)
    message = await keep(town, "receipt-1")
    await became(town, message.claim(NOON).failed_for_now("the mail server answered 421", town.clock()))

    text = words(await visitor.get(f"{MAIL}/messages/receipt-1"))

    assert "It could not be sent yet. We try again." in text
    assert "Reason The mail server answered 421." in text
    assert re.search(r"Tries 1 Next try 1pm UK time on Monday 1 June 2026", text)


async def test_an_officer_can_sign_in_as_nobody_with_what_is_shown(town: Town) -> None:
    visitor = await officer(town)
    resident = town.visitor()
    await resident.submit(await resident.get("/sign-up"), {"email": "r@example.org", "ward": "Biscot"})
    link = await town.link("r@example.org")
    found = await town.notifications.messages.find({"template": "sign_in"}, sort="created_at", descending=True)

    page = await visitor.get(f"{MAIL}/messages/{quote(found[0].id, safe='')}")

    assert "What it says" in words(page)
    assert link.rpartition("/")[2] not in page.html
    assert not re.search(r"/sign-in/\S", page.html)
    assert "the link is shown only to the person" in words(page)


async def test_a_mail_of_a_mailing_is_shown_without_the_links_to_stop_it(town: Town) -> None:
    visitor = await officer(town)
    message = owe(
        "opened:park:anna", "consultation_opened", "anna", VALUES, town.clock(), topic="consultation_opened"
    )  # fmt: skip
    await town.notifications.messages.add(message.put_off(town.clock() + timedelta(days=1)))

    page = await visitor.get(f"{MAIL}/messages/opened:park:anna")

    assert "What should it have?" in words(page)
    assert not re.search(r"/(unsubscribe|preferences)/\S", page.html)


async def test_who_opens_what_a_message_says_is_noted_without_an_address(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = await officer(town)
    await know(town)
    await keep(town, "receipt-1")
    (staff,) = await town.notifications.contacts.find({"staff": True})

    with caplog.at_level(logging.INFO):
        await visitor.get(f"{MAIL}/messages/receipt-1")
        await visitor.post(f"{MAIL}/people", {"email": ["anna@example.org"]})

    noted = [record.getMessage() for record in caplog.records if record.name.startswith("services.notifications.web")]
    assert noted == [f"person {staff.id} opened what message receipt-1 says"]
    ours = [record.getMessage() for record in caplog.records if record.name != "httpx"]  # the test's own browser
    assert not [line for line in ours if "@" in line]


async def test_what_is_not_there_is_not_found(town: Town) -> None:
    visitor = await officer(town)
    for path in ("/messages/none", "/mailings/none", "/mailings/none/cancel"):
        assert (await visitor.get(MAIL + path)).status == 404
    assert (await visitor.post(f"{MAIL}/mailings/none/pause", {})).status == 404


async def test_every_template_has_a_name_to_be_shown_by(town: Town) -> None:
    visitor = await officer(town)

    options = (await visitor.get(MAIL)).html

    for template in ("sign_in", "receipt", "digest", "consultation_opened", "closing_soon"):
        assert re.search(rf'<option value="{template}">[A-Z][^<_]+</option>', options), template


async def test_mailings_are_listed_with_how_far_they_are(town: Town) -> None:
    visitor = await officer(town)
    assert "There is none yet" in words(await visitor.get(f"{MAIL}/mailings"))
    await begin(town)

    page = await visitor.get(f"{MAIL}/mailings")

    assert "The park" in words(page)
    assert "Paused 0 of 4 people 0" in words(page)
    assert re.search(r'<progress max="4" value="0" aria-label="People looked at: The park">', page.html)


async def test_a_mailing_shows_what_became_of_its_mails(town: Town) -> None:
    visitor = await officer(town)
    await begin(town)
    (loaded,) = await town.notifications.messages.find({"id": "opened:park:p0"})
    await became(town, loaded.value.suppressed("it bounced", town.clock()))

    page = await visitor.get(MAILING)

    text = words(page)
    assert "E-mails dealt with 1 of 3 e-mails" in text
    assert "Waiting 2" in text
    assert "Held back 1" in text
    assert re.search(r'<progress max="3" value="1" aria-label="E-mails dealt with">', page.html)


async def test_a_mailing_is_paused_and_resumed(town: Town) -> None:
    visitor = await officer(town)
    await begin(town, owed=False)

    page = await visitor.submit(await visitor.get(MAILING), action=f"{MAILING}/resume")
    assert page.path == MAILING

    async def owed() -> bool:
        return await town.notifications.messages.count({"mailing": "opened:park"}) == 3

    await eventually(owed, "the messages of the mailing")
    assert await state(town) in {MailingState.RUNNING, MailingState.DONE}


async def test_a_running_mailing_is_paused(town: Town) -> None:
    visitor = await officer(town)
    town.clock.forward(timedelta(hours=12))  # at night, so that it stays as it is
    visitor = (await town.staff(email="night@council.example"))[0]
    await begin(town)
    await usecases.resume_mailing("opened:park", town.notifications)

    page = await visitor.get(MAILING)
    assert "What is left of this one waits until 8am UK time on Tuesday 2 June 2026" in words(page)
    page = await visitor.submit(page, action=f"{MAILING}/pause")

    assert await state(town) is MailingState.PAUSED
    assert "Nothing goes out until somebody resumes it" in words(page)


async def test_cancelling_is_asked_once_more_and_takes_back_what_is_not_sent(town: Town) -> None:
    visitor = await officer(town)
    await begin(town)

    question = await visitor.get(f"{MAILING}/cancel")
    assert "0 of 3 are dealt with already" in words(question)
    assert await state(town) is MailingState.PAUSED
    page = await visitor.submit(question, action=f"{MAILING}/cancel")
    assert page.path == MAILING

    async def cancelled() -> bool:
        return await state(town) is MailingState.CANCELLED

    await eventually(cancelled, "the mailing to be cancelled")
    assert (await usecases.progress_of("opened:park", town.notifications)).states == {State.CANCELLED: 3}
    assert _buttons(await visitor.get(MAILING)) == []


async def test_what_comes_too_late_is_told_on_the_page(town: Town) -> None:
    visitor = await officer(town)
    await begin(town)
    old = await visitor.get(MAILING)
    await usecases.cancel_mailing("opened:park", town.notifications)

    async def cancelled() -> bool:
        return await state(town) is MailingState.CANCELLED

    await eventually(cancelled, "the mailing to be cancelled")

    page = await visitor.submit(old, action=f"{MAILING}/resume")

    assert page.status == 422
    assert "There is a problem This mailing is cancelled" in words(page)


def _buttons(page: Page) -> Sequence[str]:
    """The addresses of what a page lets an officer do to the mailing."""
    return re.findall(rf'(?:action|href)="{MAILING}/(\w+)"', page.html)
