"""What people chose to hear about: from sign-up, by a signed link, and with one click never again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifications import usecases
from services.notifications.domain import Choice, Contact, Frequency, Topic
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from services.notifications.subscribers import Subscribers
from shared.consume import Received
from shared.contracts.accounts import ResidentV1, SignedInV1
from shared.run import Run
from shared.sqlite_file import SqliteFile
from shared.store.sqlite import SqliteStore
from tests.eventually import eventually
from tests.town import NOON, Town, opened_town
from tests.visitor import Page, Visitor

OPENED = Topic.CONSULTATION_OPENED
ALL = {str(topic): "weekly" for topic in Topic}
ONE_CLICK = b"List-Unsubscribe=One-Click"


@pytest.fixture
async def documents(tmp_path: Path) -> AsyncIterator[NotificationDocuments]:
    file = SqliteFile(tmp_path / "engage.db")
    yield NotificationDocuments(SqliteStore(file, "notifications", COLLECTIONS))
    await file.close()


def subscribers(documents: NotificationDocuments) -> Subscribers:
    return Subscribers(documents, Run(lambda: None), lambda: NOON, lambda: None)


def resident(**fact: object) -> Received[ResidentV1]:
    whole = {"person": "anna", "email": "anna@example.org", "interests": ["parks"], **fact}
    return Received("event", NOON, "anna", 0, ResidentV1.model_validate(whole))


def signed_in() -> Received[SignedInV1]:
    return Received("event", NOON, "anna", 0, SignedInV1(person="anna"))


async def contact(documents: NotificationDocuments, person: str = "anna") -> Contact:
    loaded = await documents.contacts.get(person)
    assert loaded is not None
    return loaded.value


async def test_interests_chosen_at_sign_up_are_an_opt_in_with_time_and_source(documents: NotificationDocuments) -> None:
    await subscribers(documents).on_resident(resident())
    assert (await contact(documents)).frequency(OPENED) is Frequency.NEVER  # anyone may have entered the address

    for _ in range(2):
        await subscribers(documents).on_signed_in(signed_in())

    assert (await contact(documents)).choices == (Choice(OPENED, Frequency.NOW, NOON, "sign-up"),)


@pytest.mark.parametrize("fact", [{"interests": []}, {"staff": True}])
async def test_who_chose_no_interest_and_staff_have_asked_for_nothing(
    documents: NotificationDocuments, fact: dict[str, object]
) -> None:
    await subscribers(documents).on_resident(resident(**fact))
    await subscribers(documents).on_signed_in(signed_in())

    anna = await contact(documents)
    assert anna.choices == ()
    assert {anna.frequency(topic) for topic in Topic} == {Frequency.NEVER}


async def test_the_same_event_again_and_new_details_keep_what_was_chosen(documents: NotificationDocuments) -> None:
    await subscribers(documents).on_resident(resident())
    await subscribers(documents).on_signed_in(signed_in())
    later = NOON + timedelta(days=1)
    await usecases.choose_frequencies("anna", {OPENED: Frequency.NEVER}, documents, later)

    for _ in range(3):
        await subscribers(documents).on_resident(resident(email="new@example.org", ward="Biscot"))

    anna = await contact(documents)
    assert (anna.email, anna.ward) == ("new@example.org", "Biscot")
    assert anna.choices == (
        Choice(OPENED, Frequency.NOW, NOON, "sign-up"),
        Choice(OPENED, Frequency.NEVER, later, "preferences"),
    )


async def test_details_told_before_those_known_are_left_alone(documents: NotificationDocuments) -> None:
    newer, older = resident(email="new@example.org"), resident(email="old@example.org")
    await subscribers(documents).on_resident(newer)

    await subscribers(documents).on_resident(replace(older, at=NOON - timedelta(minutes=1)))

    assert (await contact(documents)).email == "new@example.org"


async def test_who_is_not_known_yet_has_nothing_to_confirm(documents: NotificationDocuments) -> None:
    await subscribers(documents).on_signed_in(signed_in())
    assert await documents.contacts.get("anna") is None


async def test_a_new_address_is_not_suppressed_for_what_the_old_one_did(documents: NotificationDocuments) -> None:
    await documents.contacts.add(Contact("anna", "anna@example.org", suppressed="it bounced"))

    await subscribers(documents).on_resident(resident(ward="Biscot"))
    assert (await contact(documents)).suppressed == "it bounced"
    await subscribers(documents).on_resident(resident(email="new@example.org"))
    assert (await contact(documents)).suppressed == ""


async def test_interests_that_come_later_are_no_opt_in(documents: NotificationDocuments) -> None:
    await subscribers(documents).on_resident(resident(interests=[]))
    await subscribers(documents).on_resident(resident())

    anna = await contact(documents)
    assert (anna.interests, anna.choices) == (("parks",), ())


async def test_unsubscribing_someone_who_was_erased_changes_nothing(documents: NotificationDocuments) -> None:
    await usecases.unsubscribe("erased", OPENED, documents, NOON)

    assert await documents.contacts.count() == 0


async def test_two_at_once_keep_both_choices(documents: NotificationDocuments) -> None:
    await subscribers(documents).on_resident(resident())
    run = Run(lambda: None)

    await asyncio.gather(
        run(lambda: usecases.choose_frequencies("anna", {Topic.CLOSING_SOON: Frequency.DAILY}, documents, NOON)),
        run(lambda: usecases.unsubscribe("anna", OPENED, documents, NOON)),
    )

    anna = await contact(documents)
    assert anna.frequency(Topic.CLOSING_SOON) is Frequency.DAILY
    assert anna.frequency(OPENED) is Frequency.NEVER


async def known(town: Town, email: str = "resident@example.org") -> tuple[Visitor, str]:
    """A resident who is signed in, and their id."""
    visitor = await town.resident(email)
    (loaded,) = await eventually(town.notifications.contacts.find, "the contact")
    return visitor, loaded.id


def link(town: Town, person: str, kind: str = "preferences") -> str:
    page = "preferences" if kind == "preferences" else "unsubscribe"
    return f"/{page}/{town.host.parts.secrets.choice_token(person, kind)}"


async def test_choices_are_made_by_a_signed_link_without_signing_in(town: Town) -> None:
    _, person = await known(town)
    stranger = town.visitor()
    page = await stranger.get(link(town, person))
    assert page.form().fields == {str(topic): ["never"] for topic in Topic}

    saved = await stranger.submit(page, {**ALL, OPENED: "daily"})

    assert (saved.status, "Your choice is saved" in saved.html) == (200, True)
    choices = (await contact(town.notifications, person)).choices
    assert {(each.topic, each.frequency, each.source) for each in choices} == {
        (OPENED, Frequency.DAILY, "preferences"),
        (Topic.CLOSING_SOON, Frequency.WEEKLY, "preferences"),
        (Topic.REPORT_PUBLISHED, Frequency.WEEKLY, "preferences"),
    }
    again = await stranger.get(link(town, person))
    assert again.form().fields == {str(topic): ["daily" if topic is OPENED else "weekly"] for topic in Topic}


async def test_saving_the_same_twice_adds_nothing_to_the_history(town: Town) -> None:
    visitor, person = await known(town)
    for _ in range(2):
        await visitor.submit(await visitor.get(link(town, person)), ALL)

    assert len((await contact(town.notifications, person)).choices) == len(Topic)


@pytest.mark.parametrize("wrong", [[], ["hourly"], [""]])
async def test_a_choice_that_is_none_is_told_by_its_field(town: Town, wrong: list[str]) -> None:
    visitor, person = await known(town)

    page = await visitor.submit(await visitor.get(link(town, person)), {**ALL, OPENED: wrong})

    assert page.status == 422
    assert page.html.count("Choose how often to hear about consultations that open") == 2
    assert f'href="#{OPENED}"' in page.html
    assert page.form().fields[Topic.CLOSING_SOON] == ["weekly"]
    assert (await contact(town.notifications, person)).choices == ()


async def test_who_is_signed_in_comes_there_from_their_account(town: Town) -> None:
    visitor, person = await known(town)
    account = await visitor.get("/account")
    assert 'href="/preferences"' in account.html

    page = await visitor.get("/preferences")

    assert page.path == link(town, person)
    assert "@" not in page.path
    assert (await town.visitor().get("/preferences")).path == "/sign-in?next=/preferences"


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [("22-7", "time. We send nothing of this between 10pm and 7am.</p>"), ("", "Times are UK time.</p>")],
)
async def test_the_page_names_the_quiet_hours_that_are_set(tmp_path: Path, setting: str, sentence: str) -> None:
    async with opened_town(tmp_path, mail_quiet_hours=setting) as town:
        visitor, _ = await known(town)

        assert sentence in (await visitor.get("/preferences")).html


async def test_links_that_we_did_not_make_open_nothing(town: Town) -> None:
    visitor, person = await known(town)
    good = link(town, person)
    for path in (
        good[:-1],
        good + "x",
        "/preferences/x",
        "/preferences/a.b.c",
        link(town, person, OPENED).replace("unsubscribe", "preferences"),
        good.replace("preferences", "unsubscribe", 1),
        link(town, person, "everything"),
    ):
        assert (await visitor.get(path)).status == 404, path
    assert (await visitor.post(link(town, person, "everything"), {})).status == 404


async def test_the_link_of_someone_who_was_erased_says_so(town: Town) -> None:
    page = await town.visitor().get(link(town, "erased"))

    assert page.status == 404
    assert "does not work any more" in page.html


async def chose(town: Town, person: str, frequency: Frequency = Frequency.NOW) -> None:
    chosen = dict.fromkeys(Topic, frequency)
    await usecases.choose_frequencies(person, chosen, town.notifications, town.clock())


async def stopped(town: Town, person: str) -> set[Topic]:
    anna = await contact(town.notifications, person)
    return {topic for topic in Topic if anna.frequency(topic) is Frequency.NEVER}


async def test_opening_the_link_to_unsubscribe_changes_nothing_and_its_button_does(town: Town) -> None:
    visitor, person = await known(town)
    await chose(town, person)

    page = await visitor.get(link(town, person, OPENED))
    assert "e-mails about consultations that open" in page.html
    assert await stopped(town, person) == set()

    done = await visitor.submit(page)

    assert (done.status, "You are unsubscribed" in done.html) == (200, True)
    assert await stopped(town, person) == {OPENED}


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_a_mail_provider_unsubscribes_with_one_post_and_again_without_harm(town: Town, kind: str) -> None:
    _, person = await known(town)
    await chose(town, person)
    body = ONE_CLICK if "urlencoded" in kind else b"--x\r\nContent-Disposition: form-data\r\n\r\n--x--\r\n"

    answers: list[Page] = [
        await town.visitor().post_bytes(link(town, person, OPENED), body, {"content-type": kind}) for _ in range(3)
    ]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert await stopped(town, person) == {OPENED}
    choices = (await contact(town.notifications, person)).choices
    assert [each.source for each in choices if each.topic is OPENED] == ["preferences", "unsubscribe"]


async def test_another_site_cannot_unsubscribe_a_visitor(town: Town) -> None:
    _, person = await known(town)
    await chose(town, person)
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await town.visitor().post_bytes(link(town, person, OPENED), ONE_CLICK, headers)
        assert answer.status == 403
    assert await stopped(town, person) == set()


async def test_unsubscribing_from_a_digest_stops_what_comes_in_it_alone(town: Town) -> None:
    visitor, person = await known(town)
    await chose(town, person, Frequency.WEEKLY)
    await usecases.choose_frequencies(person, {OPENED: Frequency.NOW}, town.notifications, town.clock())

    await visitor.submit(await visitor.get(link(town, person, "digest_weekly")))

    assert await stopped(town, person) == {Topic.CLOSING_SOON, Topic.REPORT_PUBLISHED}


async def test_the_link_to_unsubscribe_of_someone_who_was_erased_answers_as_if_it_were_done(town: Town) -> None:
    answer = await town.visitor().post_bytes(link(town, "erased", OPENED), ONE_CLICK)

    assert answer.status == 200
