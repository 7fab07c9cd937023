"""The SMTP adapter against servers that go wrong in the middle of a mail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shared.mail.port import Mail, RefusedForGood, RefusedForNow
from shared.mail.smtp import Patience, SmtpMailer, SmtpServer
from tests.notifications.test_smtp import mail


class Script(asyncio.Protocol):
    """A server that answers line by line as told; None drops the connection, an empty answer is none at all."""

    def __init__(self, answers: dict[str, str | None], seen: list[str]) -> None:
        self.answers = {"EHLO": "250 here", "DATA": "354 go on", **answers}
        self.seen = seen
        self.unread = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.say("220 here")

    def data_received(self, data: bytes) -> None:
        self.unread += data.decode()
        *lines, self.unread = self.unread.split("\r\n")
        for line in lines:
            self.seen.append(line)
            verb = "end" if line == "." else line.partition(" ")[0]
            if verb in {"EHLO", "MAIL", "RCPT", "DATA", "RSET", "NOOP", "end"}:
                self.say(self.answers.get(verb, "250 yes"))

    def say(self, text: str | None) -> None:
        if text is None:
            self.transport.abort()
        elif text:
            self.transport.write(text.encode() + b"\r\n")


SHORT = Patience(connect=0.3, command=0.3, content=0.3, whole=1.0)
PIPELINING = "250-here\r\n250 PIPELINING"


@asynccontextmanager
async def scripted(**answers: str | None) -> AsyncIterator[tuple[SmtpMailer, list[str], list[Script]]]:
    seen: list[str] = []
    connections: list[Script] = []

    def connected() -> Script:
        connections.append(Script(answers, seen))
        return connections[-1]

    server = await asyncio.get_running_loop().create_server(connected, "127.0.0.1", 0)
    mailer = SmtpMailer(SmtpServer("127.0.0.1", server.sockets[0].getsockname()[1]), SHORT)
    yield mailer, seen, connections
    await mailer.close()
    server.close()
    for connection in connections:
        connection.transport.abort()
    await asyncio.sleep(0)


@pytest.mark.parametrize("ehlo", ["250 here", PIPELINING])
@pytest.mark.parametrize("stage", ["EHLO", "MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("answer", [None, "", "nonsense"])
async def test_a_server_that_drops_hangs_or_babbles_at_any_stage_refuses_for_now(
    ehlo: str, stage: str, answer: str | None
) -> None:
    async with scripted(**{"EHLO": ehlo, stage: answer}) as (mailer, _, connections):
        for _ in range(2):
            with pytest.raises(RefusedForNow):
                await mailer.send(mail())

    assert len(connections) == 2  # the first was not used again


@pytest.mark.parametrize("ehlo", ["250 here", PIPELINING])
async def test_a_connection_is_used_again_after_a_refusal(ehlo: str) -> None:
    async with scripted(EHLO=ehlo, RCPT="550 no such person") as (mailer, seen, connections):
        for _ in range(3):
            with pytest.raises(RefusedForGood):
                await mailer.send(mail())

    assert len(connections) == 1
    assert seen.count("RSET") == 3
    assert "Hello, town." not in seen


async def test_a_server_that_closes_is_left() -> None:
    async with scripted(RCPT="421 closing") as (mailer, _, connections):
        for _ in range(2):
            with pytest.raises(RefusedForNow):
                await mailer.send(mail())

    assert len(connections) == 2


async def test_what_is_urgent_has_connections_of_its_own() -> None:
    async with scripted(end="") as (mailer, _, connections):
        waiting = [asyncio.create_task(mailer.send(mail())) for _ in range(8)]
        await asyncio.sleep(0.1)
        for connection in connections:
            connection.answers["end"] = ""
        before = len(connections)
        urgent = asyncio.create_task(mailer.send(mail("urgent@example.org"), urgent=True))
        await asyncio.sleep(0.1)
        connections[before].say("250 taken")
        await urgent
        results = await asyncio.gather(*waiting, return_exceptions=True)

    assert all(isinstance(result, RefusedForNow) for result in results)


async def test_letters_beyond_ascii_in_an_address_need_a_server_that_takes_them() -> None:
    letters = Mail("us@example.org", "jörg@example.org", b"Subject: no\r\n\r\nno")
    async with scripted(EHLO="250-here\r\n250 SMTPUTF8") as (mailer, seen, _):
        await mailer.send(letters)
    assert "MAIL FROM:<us@example.org> SMTPUTF8 BODY=8BITMIME" in seen

    async with scripted() as (mailer, seen, _):
        with pytest.raises(RefusedForGood):
            await mailer.send(letters)
