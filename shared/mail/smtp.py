"""Mail through an SMTP server, over a few connections that are kept and used again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPRecipientsRefused, SMTPResponseException

from shared.mail.port import Mailer, RefusedForGood, RefusedForNow

CONNECTIONS = 4
TIMEOUT_S = 20.0
PERMANENT = 500
"""SMTP replies from here up are for good (RFC 5321, 4.2.1)."""

ABOUT_US = {530, 534, 535, 538}
"""The server turns us away, not the message: sign-in or encryption is missing. Somebody can put that right."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "none"


class SmtpMailer(Mailer):
    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[SMTP] = []

    async def send(self, message: EmailMessage) -> None:
        try:
            async with self._connection() as connection:
                await connection.send_message(message)
        except SMTPRecipientsRefused as refused:
            raise _refusal(refused.recipients[0].code) from refused
        except SMTPResponseException as refused:
            raise _refusal(refused.code) from refused
        except (SMTPException, OSError, TimeoutError) as error:
            raise RefusedForNow(type(error).__name__) from error

    async def ping(self) -> None:
        try:
            async with self._connection() as connection:
                await connection.noop()
        except (SMTPException, OSError, TimeoutError) as error:
            raise RefusedForNow(type(error).__name__) from error

    async def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[SMTP]:
        """A connection that is ready; one on which something went wrong is not used again."""
        async with self._places:
            connection = self._idle.pop() if self._idle else self._new()
            try:
                if not connection.is_connected:
                    await connection.connect()
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)

    def _new(self) -> SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            timeout=TIMEOUT_S,
        )


def _refusal(code: int) -> Exception:
    """Only the code: a server's own words often repeat the address."""
    if code >= PERMANENT and code not in ABOUT_US:
        return RefusedForGood(f"the mail server answered {code}")
    return RefusedForNow(f"the mail server answered {code}")
