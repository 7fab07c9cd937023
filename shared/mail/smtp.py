"""Mail through an SMTP server, over connections that are kept and used again."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import cast

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException

from shared.mail.conversation import ADDRESS, TAKEN, Abilities, Conversation, Lost
from shared.mail.port import Mail, Mailer, RefusedForGood, RefusedForNow

CONNECTIONS = 8
URGENT_CONNECTIONS = 4
"""Of their own, so that what is urgent waits for no mailing."""

IDLE_S = 20.0
"""A connection unused for longer is opened anew: a firewall may have dropped it without a word."""

PERMANENT = range(500, 600)
"""SMTP replies that are for good (RFC 5321, 4.2.1)."""

ABOUT_US = {530, 534, 535, 538}
"""The server turns us away, not the message: sign-in or encryption is missing. Somebody can put that right."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "none"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection and each reply to open it, for the reply to a command, to the content, in all.

    All of it together is shorter than the sender's claim to a message.
    """

    connect: float = 15.0
    command: float = 20.0
    content: float = 60.0
    whole: float = 90.0


PATIENCE = Patience()


class SmtpMailer(Mailer):
    def __init__(self, server: SmtpServer, patience: Patience = PATIENCE, connections: int = CONNECTIONS) -> None:
        self._patience = patience
        self._ordinary = Pool(server, patience, connections)
        self._urgent = Pool(server, patience, URGENT_CONNECTIONS)

    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        if not (ADDRESS.fullmatch(mail.recipient) and ADDRESS.fullmatch(mail.sender)):
            raise RefusedForGood("the address is none that a mail server could be told")
        with _in_our_words():
            async with asyncio.timeout(self._patience.whole), self._pool(urgent=urgent).connection() as conversation:
                code = await conversation.mail(mail)
        if code not in TAKEN:
            raise _refusal(code)

    async def ping(self) -> None:
        with _in_our_words():
            async with self._ordinary.connection() as conversation:
                await conversation.noop()

    async def close(self) -> None:
        self._ordinary.close()
        self._urgent.close()

    def _pool(self, *, urgent: bool) -> "Pool":
        return self._urgent if urgent else self._ordinary


class Pool:
    """So many connections at the most; one on which something was lost is not used again."""

    def __init__(self, server: SmtpServer, patience: Patience, size: int) -> None:
        self._server = server
        self._patience = patience
        self._places = asyncio.Semaphore(size)
        self._idle: list[tuple[float, Conversation]] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Conversation]:
        async with self._places:
            conversation = self._kept() or await self._open()
            try:
                yield conversation
            except BaseException:  # a reply may still come, and would be taken for that to the next mail
                conversation.close()
                raise
            if conversation.usable:
                self._idle.append((asyncio.get_running_loop().time(), conversation))

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].quit()

    def _kept(self) -> Conversation | None:
        """The one used last; those that have not been used for long are closed."""
        fresh = asyncio.get_running_loop().time() - IDLE_S
        while self._idle:
            since, conversation = self._idle.pop()
            if conversation.usable and since >= fresh:
                return conversation
            conversation.quit()
        return None

    async def _open(self) -> Conversation:
        """Aiosmtplib opens, encrypts and signs in; then the connection speaks with us."""
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            timeout=self._patience.connect,
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            client.close()
            raise
        transport = client.protocol.transport if client.protocol is not None else None
        if transport is None:
            raise Lost
        abilities = Abilities(client.supports_extension("pipelining"), client.supports_extension("smtputf8"))
        open_now = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        conversation = Conversation(open_now, abilities, self._patience.command, self._patience.content)
        open_now.set_protocol(conversation)
        return conversation


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except SMTPResponseException as refused:  # while the connection was opened: it is about us, not about a mail
        raise RefusedForNow(f"the mail server answered {refused.code}") from refused
    except (SMTPException, OSError, TimeoutError, Lost) as error:
        raise RefusedForNow(type(error).__name__) from error


def _refusal(code: int) -> Exception:
    """Only the code: a server's own words often repeat the address."""
    if code in PERMANENT and code not in ABOUT_US:
        return RefusedForGood(f"the mail server answered {code}")
    return RefusedForNow(f"the mail server answered {code}")
