"""The pages on which officers see mails, change their words and send themselves a test."""

import pytest

from services.accounts.domain import Role
from services.notifications import usecases
from services.notifications.compose.templates import MAILS
from services.notifications.domain import Wording
from tests.eventually import eventually
from tests.town import Town, text_of

RECEIPT = "/staff/mail/wording/receipt"
OFFICER = "officer@council.example"


async def wording(town: Town) -> Wording:
    return await usecases.wording_of("receipt", town.notifications)


async def test_officers_find_every_mail_with_when_it_is_sent(town: Town) -> None:
    officer, _ = await town.staff()

    page = await officer.get("/staff/mail/wording")

    assert page.html.count("As delivered") == len(list(MAILS.glob("*/about.json")))
    assert "As soon as someone who is signed in has sent answers to a consultation." in page.html


@pytest.mark.parametrize("path", ["/staff/mail/wording", RECEIPT, f"{RECEIPT}/html"])
async def test_nobody_but_officers_sees_the_pages(town: Town, path: str) -> None:
    resident, stranger = await town.resident(), town.visitor()
    selector, _ = await town.staff(Role.SELECTOR)

    assert (await resident.get(path)).status == 403
    assert (await selector.get(path)).status == 403
    assert (await stranger.get(path)).path.startswith("/sign-in")


@pytest.mark.parametrize("action", ["", "/again", "/test"])
async def test_nobody_but_officers_changes_or_sends_anything(town: Town, action: str) -> None:
    resident = await town.resident()
    fields = {"do": ["save"], "seen": ["0"], "version": ["0"], "subject": ["Mine"], "introduction": ["Mine"]}

    page = await resident.post(RECEIPT + action, fields)

    assert page.status == 403
    assert await wording(town) == Wording("receipt")
    assert await town.notifications.messages.count({"template": "receipt"}) == 0


async def test_an_officer_saves_new_words_and_is_in_the_history(town: Town) -> None:
    officer, _ = await town.staff()
    page = await officer.get(RECEIPT)

    page = await officer.submit(page, {"subject": "Thanks: ((title))"}, button=("do", "save"), action="receipt")

    assert "The new wording is saved" in page.html
    assert "Thanks: Should Wardown Park have a café?" in page.html
    assert f"by {OFFICER}" in page.html
    assert (await wording(town)).current.texts["subject"] == "Thanks: ((title))"


async def test_a_preview_shows_the_words_and_saves_nothing(town: Town) -> None:
    officer, _ = await town.staff()
    typed = {"subject": "Thanks: ((title))", "introduction": "Well & good"}

    page = await officer.submit(await officer.get(RECEIPT), typed, action="receipt")

    assert page.status == 200
    assert "Preview of what is not saved yet" in page.html
    assert "Thanks: Should Wardown Park have a café?" in page.html
    assert page.form("receipt").fields["introduction"] == ["Well & good"]
    frame = page.html.partition('src="/staff/mail')[2].partition('"')[0].replace("&amp;", "&")
    assert "<p>Well &amp; good</p>" in (await officer.get("/staff/mail" + frame)).html
    assert await wording(town) == Wording("receipt")


async def test_words_that_cannot_be_used_come_back_with_a_sentence(town: Town) -> None:
    officer, _ = await town.staff()
    typed = {"introduction": "About ((titel))", "closing": "Bye"}

    page = await officer.submit(await officer.get(RECEIPT), typed, button=("do", "save"), action="receipt")

    assert page.status == 422
    assert "((titel)) cannot be used here" in page.html
    assert page.form("receipt").fields["closing"] == ["Bye"]
    assert await wording(town) == Wording("receipt")


async def test_the_second_of_two_officers_is_told_and_keeps_the_text(town: Town) -> None:
    one, _ = await town.staff()
    two, _ = await town.staff(email="two@council.example")
    page = await two.get(RECEIPT)
    await one.submit(await one.get(RECEIPT), {"subject": "One"}, button=("do", "save"), action="receipt")

    wrong = await two.submit(page, {"subject": ""}, button=("do", "save"), action="receipt")
    told = await two.submit(wrong, {"subject": "Two"}, button=("do", "save"), action="receipt")

    assert told.status == 422
    assert "Someone else has saved another wording" in told.html
    assert told.form("receipt").fields["subject"] == ["Two"]
    assert (await wording(town)).current.texts["subject"] == "One"
    await two.submit(told, button=("do", "save"), action="receipt")
    assert (await wording(town)).current.texts["subject"] == "Two"


async def test_the_delivered_words_are_used_again_by_a_button(town: Town) -> None:
    officer, _ = await town.staff()
    page = await officer.submit(await officer.get(RECEIPT), {"subject": "Odd"}, button=("do", "save"), action="receipt")

    page = await officer.submit(page, action="/again")

    assert [each.texts["subject"] for each in (await wording(town)).versions] == [
        "Odd",
        "We have your answers: ((title))",
    ]
    assert "Version 2 (in use)" in page.html


async def test_a_test_arrives_at_the_officers_own_address_once(town: Town) -> None:
    officer, _ = await town.staff()
    page = await officer.get(RECEIPT)

    for _ in range(2):
        assert "A test is on its way" in (await officer.submit(page, action="/test")).html

    (mail,) = await eventually(lambda: town.mails(OFFICER, "[Test]"), "the test")
    assert mail["Subject"] == "[Test] We have your answers: Should Wardown Park have a café?"
    assert "7HK2-M9QX4" in text_of(mail)
    assert await town.notifications.messages.count({"template": "receipt"}) == 1


async def test_the_frame_may_hold_styles_and_nothing_that_acts(town: Town) -> None:
    officer, _ = await town.staff()

    response = await officer._client.get(f"http://testserver{RECEIPT}/html")

    policy = response.headers["content-security-policy"]
    assert policy.split("; ") == [
        "default-src 'none'", "style-src 'unsafe-inline'", "frame-ancestors 'self'", "form-action 'none'",
        "base-uri 'none'", "sandbox",
    ]  # fmt: skip


async def test_a_template_that_is_not_there_is_not_found(town: Town) -> None:
    officer, _ = await town.staff()

    for path in ("/staff/mail/wording/nothing", "/staff/mail/wording/layout.html", "/staff/mail/wording/..%2fmail"):
        assert (await officer.get(path)).status == 404
