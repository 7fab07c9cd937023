"""Signing up, in and out, as a person with a browser and a mailbox."""

from datetime import timedelta

import pytest

from services.accounts.domain import Role
from shared.web.sessions import ASK_AGAIN, LIFE
from tests.eventually import eventually
from tests.town import Town, text_of

EMAIL = "resident@example.org"
SIGN_UP = {"email": EMAIL, "ward": "Biscot", "interests": ["economy"]}


async def test_a_resident_signs_up_and_is_signed_in_by_the_button_behind_the_link(town: Town) -> None:
    visitor = town.visitor()
    sent = await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    link = await town.link(EMAIL)

    opened = await visitor.get(link)
    assert (await visitor.get("/account")).path.startswith("/sign-in")
    account = await visitor.submit(opened)

    assert sent.path == "/sign-in/check-your-email"
    assert account.path == "/account"
    assert "Biscot" in account.html
    assert "Inclusive economy" in account.html


async def test_opening_the_link_does_not_use_it_up(town: Town) -> None:
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    link = await town.link(EMAIL)

    for _ in range(3):
        page = await town.visitor().get(link)

    assert (await visitor.submit(page)).path == "/account"


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"email": "", "ward": "Biscot"}, "email", "Enter an e-mail address"),
        ({"email": "no at", "ward": "Biscot"}, "email", "Enter an e-mail address"),
        ({"email": "a@b.example\nBcc: c@d.example", "ward": "Biscot"}, "email", "Enter an e-mail address"),
        ({"email": "a@-b.example", "ward": "Biscot"}, "email", "Enter an e-mail address"),
        ({"email": EMAIL, "ward": ""}, "ward", "Choose the ward"),
        ({"email": EMAIL, "ward": "Atlantis"}, "ward", "Choose the ward"),
        ({"email": EMAIL, "ward": "Biscot", "interests": ["ruling"]}, "interests", "Choose from the interests"),
    ],
)
async def test_a_fault_is_told_by_the_field_and_what_was_typed_is_kept(
    town: Town, typed: dict[str, str | list[str]], field: str, sentence: str
) -> None:
    visitor = town.visitor()
    page = await visitor.submit(await visitor.get("/sign-up"), typed)

    assert page.status == 422
    assert page.html.count(sentence) == 2
    assert f'href="#{field}"' in page.html
    assert await town.accounts.people.count() == 0


async def test_nobody_learns_who_has_an_account(town: Town) -> None:
    await town.resident()
    stranger = town.visitor()

    known = await stranger.submit(await stranger.get("/sign-in"), {"email": EMAIL}, action="/sign-in")
    unknown = await stranger.submit(await stranger.get("/sign-in"), {"email": "x@example.org"}, action="/sign-in")
    again = await stranger.submit(await stranger.get("/sign-up"), SIGN_UP)

    assert known.html == unknown.html == again.html
    await eventually(lambda: len(town.mails(EMAIL)) == 3)
    assert town.mails("x@example.org") == []
    assert await town.accounts.people.count() == 1


async def test_the_same_address_in_other_letters_is_the_same_person(town: Town) -> None:
    await town.resident()
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), {**SIGN_UP, "email": " Resident@EXAMPLE.org "})
    assert await town.accounts.people.count() == 1


async def test_a_link_works_for_half_an_hour_and_once(town: Town) -> None:
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    page = await visitor.get(await town.link(EMAIL))
    assert (await visitor.submit(page)).path == "/account"
    town.clock.forward(timedelta(seconds=11))
    again = await visitor.submit(page)
    assert (again.status, "has been used" in again.html) == (410, True)

    await visitor.submit(await visitor.get("/sign-in"), {"email": EMAIL}, action="/sign-in")
    link = await town.link(EMAIL, count=2)
    town.clock.forward(timedelta(minutes=30))
    late = await visitor.get(link)
    assert (late.status, "too old" in late.html) == (410, True)


async def test_a_double_click_on_the_button_signs_in(town: Town) -> None:
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    page = await visitor.get(await town.link(EMAIL))
    await visitor.submit(page)
    assert (await visitor.submit(page)).path == "/account"


async def test_a_link_that_we_did_not_make_does_not_work(town: Town) -> None:
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    link = await town.link(EMAIL)
    for forged in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/sign-in/nothing", "/sign-in/" + "0" * 32 + ".x"):
        page = await visitor.get(forged)
        assert (page.status, "does not work" in page.html) == (410, True)


async def test_no_more_than_five_links_are_sent_in_a_quarter_of_an_hour(town: Town) -> None:
    visitor = town.visitor()
    await visitor.submit(await visitor.get("/sign-up"), SIGN_UP)
    for _ in range(7):
        page = await visitor.submit(await visitor.get("/sign-in"), {"email": EMAIL}, action="/sign-in")
        assert page.path == "/sign-in/check-your-email"
    assert await town.accounts.sign_ins.count() == 5

    town.clock.forward(timedelta(minutes=16))
    await visitor.submit(await visitor.get("/sign-in"), {"email": EMAIL}, action="/sign-in")
    assert await town.accounts.sign_ins.count() == 6


async def test_staff_need_their_code_as_well(town: Town) -> None:
    officer, codes = await town.staff(Role.OFFICER)
    assert (await officer.get("/staff")).status == 200

    visitor = town.visitor()
    email = "officer@council.example"
    await visitor.submit(await visitor.get("/sign-in"), {"email": email}, action="/sign-in")
    page = await visitor.get(await town.link(email, count=2))
    wrong = "000000" if codes.at(town.clock()) != "000000" else "000001"
    for _ in range(5):
        refused = await visitor.submit(page, {"code": wrong})
        assert (refused.status, "6-digit code" in refused.html) == (422, True)
    locked = await visitor.submit(page, {"code": codes.at(town.clock())})

    assert (locked.status, "too many wrong codes" in locked.html) == (410, True)
    assert (await visitor.get("/staff")).path.startswith("/sign-in")


async def test_signing_out_everywhere_ends_other_sessions_in_every_service(town: Town) -> None:
    here = await town.resident()
    there = town.visitor()
    await there.submit(await there.get("/sign-in"), {"email": EMAIL}, action="/sign-in")
    await there.submit(await there.get(await town.link(EMAIL, count=2)))
    assert (await there.get("/account")).path == "/account"
    town.clock.forward(timedelta(seconds=1))

    await here.submit(await here.get("/account"), action="/sign-out/everywhere")

    consultation = town.host.service("consultation")
    await eventually(lambda: consultation.store.count("revocations"))
    town.clock.forward(ASK_AGAIN)
    assert (await there.get("/account")).path.startswith("/sign-in")
    assert (await here.get("/account")).path.startswith("/sign-in")


async def test_a_session_ends_after_a_working_day(town: Town) -> None:
    resident = await town.resident()
    town.clock.forward(LIFE)
    assert (await resident.get("/account")).path.startswith("/sign-in")


async def test_signing_in_goes_on_to_pages_of_this_site_alone(town: Town) -> None:
    await town.resident()
    for count, target in enumerate(("https://evil.example/", "//evil.example", "/\\evil.example"), start=2):
        visitor = town.visitor()
        page = await visitor.get(f"/sign-in?next={target}")
        await visitor.submit(page, {"email": EMAIL}, action="/sign-in")
        arrived = await visitor.submit(await visitor.get(await town.link(EMAIL, count=count)))
        assert arrived.path == "/account"


async def test_the_doors_of_the_demonstration_are_not_there_outside_it(town: Town) -> None:
    visitor = town.visitor()
    assert (await visitor.post("/demo/sign-in/officer", {})).status == 404
    assert (await visitor.get("/mail")).status == 404
    assert "Sign in as an officer" not in (await visitor.get("/sign-in")).html


async def test_accounts_keeps_no_address_and_its_events_carry_no_token(town: Town) -> None:
    await town.resident()
    (person,) = await town.accounts.people.find()
    assert EMAIL not in str(person.value)

    database = (town.host.parts.settings.data / "engage.db").read_bytes()
    (mail,) = town.mails(EMAIL)
    token = text_of(mail).split("/sign-in/")[1].split()[0]
    assert token.encode() not in database
