"""Officers change the words of mails: what they may write, what counts when, and what they are shown."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notifications import usecases
from services.notifications.compose import BrokenMail, Composer
from services.notifications.compose.templates import MAILS
from services.notifications.domain import AS_DELIVERED, Contact, Message, MissingValue, Version, Wording, fill, owe
from services.notifications.usecases import SaveWording, UseAgain, Wordings
from shared import secrets
from shared.errors import Invalid
from shared.place import load_place
from shared.settings import Settings
from tests.notifications.desk import Answers, Desk
from tests.town import NOON, text_of

NAMES = sorted(each.name for each in MAILS.iterdir() if each.is_dir())
TEXTS = {"subject": "Thanks for ((title))", "introduction": "Hi.\n\nYou said <b>much</b>\nof ((title)).", "closing": ""}


async def save(desk: Desk, texts: dict[str, str], seen: int = 0, *, by: str = "officer", name: str = "receipt") -> None:
    passages = desk.compose.templates.get(name).passages
    texts = AS_DELIVERED.of(passages) | texts
    await usecases.save_wording(SaveWording(name, passages, texts, seen, by), desk.documents, desk.clock())


async def saved(desk: Desk, name: str = "receipt") -> Wording:
    return await usecases.wording_of(name, desk.documents)


@pytest.mark.parametrize("name", NAMES)
async def test_every_passage_stands_in_the_text_and_in_the_html_version(desk: Desk, name: str) -> None:
    template = desk.compose.templates.get(name)
    texts = {each.name: f"Zebra {each.name} & co" for each in template.passages}

    shown = desk.compose.sample(template, Version(1, "officer", NOON, texts))

    assert shown.subject == "Zebra subject & co"
    for other in texts.keys() - {"subject"}:
        assert f"Zebra {other} & co" in shown.text
        assert f"<p>Zebra {other} &amp; co</p>" in shown.html


@pytest.mark.parametrize("name", NAMES)
async def test_a_sample_has_no_link_that_works(desk: Desk, name: str) -> None:
    template = desk.compose.templates.get(name)

    shown = desk.compose.sample(template, AS_DELIVERED)

    links = [word for word in shown.text.split() if "/unsubscribe/" in word or "/preferences/" in word]
    assert all(link.endswith("/example") for link in links)
    assert len(links) == (2 if template.about.unsubscribe else 0)
    assert "/sign-in/" not in shown.text.replace("/sign-in/example\n", "")


async def test_paragraphs_and_lines_are_kept_and_nothing_that_is_written_becomes_html(desk: Desk) -> None:
    shown = desk.compose.sample(desk.compose.templates.get("receipt"), Version(1, "officer", NOON, TEXTS))

    assert "<p>Hi.</p>\n<p>You said &lt;b&gt;much&lt;/b&gt;<br>of Should Wardown Park have a café?.</p>" in shown.html
    assert "Hi.\n\nYou said <b>much</b>\nof Should Wardown Park have a café?." in shown.text


async def test_what_a_value_holds_is_never_taken_for_the_name_of_another(desk: Desk) -> None:
    values = {"title": "((reference)) {{ 7 * 7 }}", "reference": "ABC", "consultation": "p", "submitted_at": ""}
    message = owe("m", "receipt", "person", values, NOON)

    shown = desk.compose.shown(message, {})

    assert shown.subject == "We have your answers: ((reference)) {{ 7 * 7 }}"


def test_a_value_that_is_not_allowed_is_never_filled_in() -> None:
    with pytest.raises(MissingValue):
        fill("((link))", ("title",), {"link": "/d/s3cret", "title": "The park"})


@pytest.mark.parametrize(
    ("passage", "text", "sentence"),
    [
        ("subject", "  ", "Enter the subject"),
        ("subject", "One\nTwo", "Put the subject on one line"),
        ("subject", "x" * 151, "The subject must be 150 characters or fewer. It has 151"),
        ("introduction", "x" * 1001, "The introduction must be 1000 characters or fewer. It has 1001"),
        ("introduction", "", "Enter the introduction"),
        ("closing", "About ((submitted_at))", "((submitted_at)) cannot be used here. You can use ((title)), "),
        ("closing", "About ((titel))", "((titel)) cannot be used here"),
        ("introduction", "About ((title)", "Close what begins with (( with two brackets"),
    ],
)
async def test_what_cannot_be_sent_is_refused_by_its_field(desk: Desk, passage: str, text: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        await save(desk, {passage: text})

    assert list(refused.value.errors) == [passage]
    assert refused.value.errors[passage].startswith(sentence)
    assert await saved(desk) == Wording("receipt")


async def test_a_saved_wording_is_in_mails_within_seconds_in_every_process_and_messages_note_it(desk: Desk) -> None:
    server = Answers()
    here, there = desk.sender(server), desk.sender(server)
    await desk.know()
    await desk.owe("receipt:1")
    assert (await here.send_due(), await there.send_due()) == (1, 0)

    await save(desk, TEXTS)
    desk.clock.forward(timedelta(seconds=3))
    for number, sender in ((2, here), (3, there)):
        await desk.owe(f"receipt:{number}")
        assert await sender.send_due() == 1

    assert [mail["Subject"] for mail in server.taken] == [
        "We have your answers: The park",
        *["Thanks for The park"] * 2,
    ]
    assert [(await desk.message(f"receipt:{number}")).wording for number in (1, 2, 3)] == [0, 1, 1]


async def test_everybody_in_a_mailing_gets_the_wording_with_which_it_began(desk: Desk) -> None:
    server = Answers()
    await desk.know_many(2)
    await desk.begin()
    await desk.finish_mailings(page=1)
    await save(desk, {"subject": "New: ((title))"}, name="consultation_opened")
    desk.clock.forward(timedelta(minutes=1))

    await desk.send_all(server)

    assert {mail["Subject"] for mail in server.taken} == {"Have your say: The park"}
    assert (await desk.message("opened:park:p0000")).wording == 0


async def test_a_mailing_that_begins_later_has_the_new_wording(desk: Desk) -> None:
    server = Answers()
    await desk.know_many(2)
    await save(desk, {"subject": "New: ((title))"}, name="consultation_opened")
    await desk.begin()
    await desk.finish_mailings()

    await desk.send_all(server)

    assert [mail["Subject"] for mail in server.taken] == ["New: The park"] * 2
    assert (await desk.message("opened:park:p0000")).wording == 1


async def test_a_mailing_in_two_versions_keeps_no_text_of_the_other(desk: Desk) -> None:
    values = {"title": "The park", "consultation": "park", "summary": "", "closes_at": ""}
    message = owe("m", "consultation_opened", "p", values, NOON, topic="consultation_opened", mailing="opened:park")
    contact = Contact("p", "p@example.org")
    new = Version(1, "officer", NOON, {"subject": "New: ((title))"})

    first, second = (desk.compose(message, contact, version).content for version in (AS_DELIVERED, new))

    assert (b"Subject: Have your say: The park" in first, b"Subject: New: The park" in second) == (True, True)


async def test_wordings_are_read_once_for_many_messages(desk: Desk) -> None:
    wordings = Wordings(desk.documents, desk.clock)
    message = owe("m", "receipt", "person", {}, NOON)
    assert (await wordings.version(message)).number == 0

    await save(desk, TEXTS)

    assert (await wordings.version(message)).number == 0
    desk.clock.forward(timedelta(seconds=2))
    assert (await wordings.version(message)).number == 1


async def test_who_saves_over_anothers_wording_is_told_and_may_then_save_it(desk: Desk) -> None:
    await save(desk, TEXTS, by="first")

    with pytest.raises(Invalid, match="Someone else has saved"):
        await save(desk, {"subject": "Mine"}, by="second")
    await save(desk, {"subject": "Mine"}, seen=1, by="second")

    assert [(each.number, each.by, each.texts["subject"]) for each in (await saved(desk)).versions] == [
        (1, "first", "Thanks for ((title))"),
        (2, "second", "Mine"),
    ]


async def test_the_same_words_again_make_no_new_version(desk: Desk) -> None:
    await save(desk, {})
    assert (await saved(desk)).versions == ()
    await save(desk, TEXTS)
    await save(desk, TEXTS)
    assert len((await saved(desk)).versions) == 1


@pytest.mark.parametrize(("number", "subject"), [(0, "We have your answers: ((title))"), (1, TEXTS["subject"])])
async def test_an_earlier_version_is_used_again_as_a_new_one(desk: Desk, number: int, subject: str) -> None:
    await save(desk, TEXTS)
    await save(desk, {"subject": "Other"}, seen=1)
    passages = desk.compose.templates.get("receipt").passages

    await usecases.use_wording_again(UseAgain("receipt", passages, number, 2, "officer"), desk.documents, desk.clock())

    wording = await saved(desk)
    assert [each.number for each in wording.versions] == [1, 2, 3]
    assert wording.current.texts["subject"] == subject


async def test_a_text_with_a_value_that_a_newer_template_lacks_gives_way_to_the_delivered_one(desk: Desk) -> None:
    old = Version(1, "officer", NOON, {"subject": "About ((gone))", "closing": "Bye"})

    shown = desk.compose.sample(desk.compose.templates.get("receipt"), old)

    assert shown.subject.startswith("We have your answers")
    assert "Bye" in shown.text


def secret_messages() -> list[tuple[Message, str]]:
    """With what must not be shown."""
    topic = {"title": "The park", "consultation": "park", "summary": "", "closes_at": ""}
    return [
        (owe("m", "sign_in", "person", {"sign_in": "abc123"}, NOON), "abc123"),
        (owe("m", "saved_draft", "person", {"title": "The park", "link": "/d/s3cret"}, NOON), "s3cret"),
        (owe("m", "closing_soon", "person", topic, NOON, topic="closing_soon"), "/unsubscribe/"),
        (owe("m", "closing_soon", "person", topic, NOON, topic="closing_soon"), "/preferences/"),
    ]


@pytest.mark.parametrize(("message", "secret"), secret_messages())
async def test_staff_are_shown_a_message_without_what_only_the_person_may_see(
    desk: Desk, message: Message, secret: str
) -> None:
    shown = desk.compose.shown(message, {})

    assert "(the link is shown only to the person)" in shown.text
    assert "(the link is shown only to the person)" in shown.html
    for part in (shown.subject, shown.text, shown.html):
        assert secret not in part
        assert "mark-" not in part


async def test_staff_are_shown_the_words_that_were_sent_not_those_that_count_now(desk: Desk) -> None:
    server = Answers()
    await desk.know()
    await desk.owe("receipt:1")
    await desk.owe("receipt:2", put_off=NOON + timedelta(days=1))
    await desk.send_all(server)
    await save(desk, TEXTS)

    wordings = await usecases.known_wordings(desk.documents)

    messages = [await desk.message(f"receipt:{number}") for number in (1, 2)]
    sent, owed = (desk.compose.shown(message, wordings) for message in messages)
    assert (sent.subject, owed.subject) == ("We have your answers: The park", "Thanks for The park")


def _change(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_change(lambda about: about.pop("sent")), "about.json, sent: Field required"),
        (_change(lambda about: about["passages"].pop("subject")), "about.json: passages has no subject"),
        (
            _change(lambda about: about["passages"]["closing"].update(requird=True)),
            "about.json, passages.closing.requird: Extra inputs are not permitted",
        ),
        (
            _change(lambda about: about["passages"]["closing"].update(text="((nothing))")),
            "about.json: passages.closing.text: ((nothing)) cannot be used here",
        ),
        (
            _change(lambda about: about.update(secret=["reference"])),
            "about.json: passages.subject.values: reference is the recipient's alone",
        ),
        (lambda about: about["sample"]["values"].pop("title"), "receipt: sample does not fill it"),
    ],
)
def test_a_broken_template_is_refused_with_its_file_and_field(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    folder = tmp_path / "mail"
    shutil.copytree(MAILS, folder)
    path = folder / "receipt" / "about.json"
    about = json.loads(path.read_text())
    change(about)
    path.write_text(json.dumps(about))

    with pytest.raises(BrokenMail) as broken:
        Composer(load_place(Settings().place), Settings(), secrets.generate(), folder)

    assert said in str(broken.value)


async def test_a_test_goes_once_to_who_asked_for_it_with_sample_data(desk: Desk) -> None:
    server = Answers()
    await desk.know("officer@council.example", "officer")
    await save(desk, {"subject": "Last call: ((title))"}, name="closing_soon")
    for _ in range(2):
        await usecases.send_test("closing_soon", "officer", "a1", desk.documents, desk.clock())

    await desk.send_all(server)

    (mail,) = server.taken
    assert mail["To"] == "officer@council.example"
    assert mail["Subject"] == "[Test] Last call: Should Wardown Park have a café?"
    assert "/unsubscribe/example" in text_of(mail)
    assert mail["List-Unsubscribe"] is None
    wordings = await usecases.known_wordings(desk.documents)
    shown = desk.compose.shown(await desk.message("test:closing_soon:officer:a1"), wordings)
    assert shown.subject == mail["Subject"]


async def test_a_test_has_the_words_saved_a_moment_ago(desk: Desk) -> None:
    server = Answers()
    sender = desk.sender(server)
    await desk.know("officer@council.example", "officer")
    await desk.owe(person="officer")
    await sender.send_due()
    await save(desk, TEXTS)

    await usecases.send_test("receipt", "officer", "a1", desk.documents, desk.clock())
    await sender.send_due()

    assert [str(mail["Subject"])[:17] for mail in server.taken] == ["We have your answ", "[Test] Thanks for"]


async def test_a_test_goes_only_where_all_mail_may_go(desk: Desk) -> None:
    server = Answers()
    await desk.know("officer@council.example", "officer")
    await usecases.send_test("receipt", "officer", "a1", desk.documents, desk.clock())

    await desk.sender(server, only_to=frozenset({"@elsewhere.example"})).send_due()

    assert server.taken == []
    assert (await desk.message("test:receipt:officer:a1")).state == "suppressed"
