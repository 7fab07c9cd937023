"""Mails as bytes: what is in them arrives whole, and nothing that somebody wrote becomes a header."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from services.notifications.domain import Contact, Message, owe
from shared.mail.port import RefusedForGood
from tests.notifications.desk import Desk
from tests.town import NOON, text_of

TOPICS = ("consultation_opened", "closing_soon", "report_published")
ODD = "“Grüße” = 50% off.\n.\n" + "long " * 300 + "end \n\u2028 <b> & trailing  "


def owed(template: str, **values: str) -> Message:
    filled = {"title": "The park", "consultation": "park", "closes_at": "", "summary": "What?", "link": "/d/1"} | values
    topic = template if template in TOPICS else ""
    return owe(f"m:{template}", template, "person", filled, NOON, topic=topic, mailing="m" if topic else None)


def read(desk: Desk, message: Message, email: str = "person@example.org") -> EmailMessage:
    content = desk.compose(message, Contact(message.person, email)).content
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    return message_from_bytes(content, _class=EmailMessage, policy=policy.default)


@pytest.mark.parametrize("template", [*TOPICS, "saved_draft"])
async def test_every_template_is_filled_in_text_and_html(desk: Desk, template: str) -> None:
    mail = read(desk, owed(template, closes_at="2026-12-01T17:00:00+00:00"))
    html = mail.get_body(("html",))

    assert html is not None
    assert "The park" in str(mail["Subject"])
    assert "The park" in text_of(mail)
    assert "The park" in html.get_content()
    assert ("/unsubscribe/" in text_of(mail)) == (template in TOPICS)
    assert "mark-" not in mail.as_string()
    assert mail["Auto-Submitted"] == "auto-generated"


async def test_whatever_a_value_holds_arrives_as_it_was_written(desk: Desk) -> None:
    mail = read(desk, owed("consultation_opened", summary=ODD))

    assert ODD.rstrip() in text_of(mail).replace("\r\n", "\n")
    assert not mail.defects


async def test_a_topic_without_an_end_says_nothing_of_one(desk: Desk) -> None:
    assert "until" not in text_of(read(desk, owed("consultation_opened")))
    ending = owed("closing_soon", closes_at="2026-07-01T16:00:00+00:00")
    assert "closes at 5pm UK time on Wednesday 1 July 2026" in text_of(read(desk, ending))


@pytest.mark.parametrize("email", ["a@b.example\r\nBcc: c@d.example", "a@b.example\nX: 1"])
async def test_line_ends_in_an_address_are_refused(desk: Desk, email: str) -> None:
    with pytest.raises(RefusedForGood):
        read(desk, owed("consultation_opened"), email)


async def test_a_strange_id_adds_no_header(desk: Desk) -> None:
    message = owe("m\r\nBcc: c@d.example", "saved_draft", "p", owed("saved_draft").values, NOON)

    mail = read(desk, message)

    assert mail["Bcc"] is None
    assert desk.id_of(mail) == message.id
    assert re.fullmatch(r"<[\w-]+\.[\w-]+\.[\w-]+@localhost>", str(mail["Message-ID"]))


async def test_a_choice_token_is_read_only_as_it_was_made(desk: Desk) -> None:
    token = desk.secrets.choice_token("per:son", "closing_soon")
    other = desk.secrets.choice_token("per:son", "preferences")

    assert desk.secrets.read_choice_token(token) == ("per:son", "closing_soon")
    forged = other.rpartition(".")[0] + "." + token.rpartition(".")[2]
    for wrong in (forged, token[:-1], token + "x", "", "a.b", "é.é.é", desk.secrets.link_token("per:son")):
        assert desk.secrets.read_choice_token(wrong) is None
    assert desk.secrets.read_link_token(token) is None
