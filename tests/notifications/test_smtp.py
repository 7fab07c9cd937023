"""The SMTP adapter against a real server that takes, refuses, goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.servers.record import free_port
from shared.mail.catcher import Catcher, Inbox
from shared.mail.port import Mail, RefusedForGood, RefusedForNow
from shared.mail.smtp import SmtpMailer, SmtpServer


def mail(to: str = "person@example.org") -> Mail:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "us@example.org", to, "Grüße"
    message.set_content("Hello, town.")
    return Mail("us@example.org", to, message.as_bytes())


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path / "mail")


@pytest.fixture
async def mailer(inbox: Inbox) -> AsyncIterator[SmtpMailer]:
    catcher = Catcher(inbox)
    mailer = SmtpMailer(SmtpServer("127.0.0.1", await catcher.start()))
    yield mailer
    await mailer.close()
    await catcher.stop()


class Refusing:
    """Answers each recipient with one line."""

    def __init__(self, line: str) -> None:
        self.line = line

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, *rest: object) -> str:  # noqa: N802
        return self.line


async def test_a_mail_arrives_as_it_was_written(mailer: SmtpMailer, inbox: Inbox) -> None:
    await mailer.send(mail())

    (caught,) = inbox.newest(10)
    assert caught.mail["Subject"] == "Grüße"
    assert caught.mail.get_content().strip() == "Hello, town."


async def test_many_mails_go_over_few_connections_and_each_arrives_once(mailer: SmtpMailer, inbox: Inbox) -> None:
    await asyncio.gather(*(mailer.send(mail(f"{number}@example.org")) for number in range(50)))

    assert sorted(str(caught.mail["To"]) for caught in inbox.newest(100)) == sorted(
        f"{number}@example.org" for number in range(50)
    )


@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("550 No such person", RefusedForGood),
        ("554 Spam", RefusedForGood),
        ("450 Try later", RefusedForNow),
        ("421 Busy", RefusedForNow),
        ("530 Sign in first", RefusedForNow),
    ],
)
async def test_a_refusal_is_for_good_or_for_now_by_its_code(line: str, refusal: type[Exception]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Refusing(line), loop=loop), "127.0.0.1", 0)
    mailer = SmtpMailer(SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1]))

    with pytest.raises(refusal) as refused:
        await mailer.send(mail())

    assert line[:3] in str(refused.value)
    assert "example.org" not in str(refused.value)
    await mailer.close()
    server.close()


async def test_a_server_that_is_away_refuses_for_now_and_is_found_when_it_is_back(inbox: Inbox) -> None:
    port = free_port()
    mailer = SmtpMailer(SmtpServer("127.0.0.1", port))
    with pytest.raises(RefusedForNow):
        await mailer.send(mail())
    with pytest.raises(RefusedForNow):
        await mailer.ping()

    catcher = Catcher(inbox)
    await catcher.start(port=port)
    await mailer.ping()
    await mailer.send(mail())

    assert len(inbox) == 1
    await mailer.close()
    await catcher.stop()


async def test_a_connection_that_the_server_dropped_is_not_used_again(mailer: SmtpMailer, inbox: Inbox) -> None:
    await mailer.send(mail())
    for _, conversation in mailer._ordinary._idle:
        conversation._transport.abort()
    await asyncio.sleep(0)

    await mailer.send(mail())

    assert len(inbox) == 2


async def test_no_line_of_a_mail_ends_it(mailer: SmtpMailer, inbox: Inbox) -> None:
    content = b"From: us@example.org\r\nSubject: dots\r\n\r\n.\n.\nMAIL FROM:<evil@example.org>\r\n..\r\rend"
    await mailer.send(Mail("us@example.org", "person@example.org", content))

    (caught,) = inbox.newest(10)
    lines = caught.mail.get_content().splitlines()
    assert lines == [".", ".", "MAIL FROM:<evil@example.org>", "..", "", "end"]


@pytest.mark.parametrize(
    "to", ["a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "nobody", "", "a\x00@b.example"]
)
async def test_an_address_that_is_none_is_refused_for_good(mailer: SmtpMailer, inbox: Inbox, to: str) -> None:
    with pytest.raises(RefusedForGood):
        await mailer.send(Mail("us@example.org", to, b"Subject: no\r\n\r\nno"))

    assert len(inbox) == 0


def test_a_connection_that_was_lost_is_let_go_of_on_uvloop_too(inbox: Inbox) -> None:
    """Its transports raise where asyncio's say nothing, and a mail would have stayed in `sending`."""

    async def send_after_a_loss() -> None:
        catcher = Catcher(inbox)
        port = await catcher.start()
        mailer = SmtpMailer(SmtpServer("127.0.0.1", port))
        await mailer.send(mail())
        await catcher.stop()
        await asyncio.sleep(0.05)
        with pytest.raises(RefusedForNow):
            await mailer.send(mail())
        await mailer.close()

    uvloop.run(send_after_a_loss())
