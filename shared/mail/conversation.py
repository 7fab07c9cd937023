"""What is said on a connection to a mail server once it is open: one mail after the other.

Where the server takes commands together (RFC 2920), a mail needs two turns instead of four; that, and doing no more
for a reply than to read its code, is what a large mailing's speed comes from.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass

from shared.mail.port import Mail

TAKEN = range(200, 300)
GO_ON = 354
CLOSING = 421
"""The server ends the connection, whatever it was asked (RFC 5321, 3.8)."""

NO_SUCH_MAILBOX = 553
"""What a server answers to an address that it cannot read; we say it for one that could not even be told."""

REPLY_AT_MOST = 64 * 1024
ADDRESS = re.compile(r"[^\s<>\x00-\x20\x7f]+@[^\s<>\x00-\x20\x7f]+")
BARE_LINE_END = re.compile(rb"(?<!\r)\n|\r(?!\n)")


class Lost(Exception):  # noqa: N818
    """The connection ended, or what came is no reply."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the server said that it can."""

    pipelining: bool
    utf8: bool


class Conversation(asyncio.Protocol):
    """Usable until something is lost, or the server says that it closes."""

    def __init__(self, transport: asyncio.Transport, abilities: Abilities, command_s: float, content_s: float) -> None:
        self.abilities = abilities
        self.usable = True
        self._transport = transport
        self._command_s = command_s
        self._content_s = content_s
        self._unread = b""
        self._codes: deque[int] = deque()
        self._news: asyncio.Future[None] | None = None
        self._asked = 0

    def data_received(self, data: bytes) -> None:
        *lines, self._unread = (self._unread + data).split(b"\n")
        for line in lines:
            if line[3:4] == b"-":  # a reply of several lines has its code again in the last one
                continue
            self._codes.append(int(line[:3]) if line[:3].isdigit() else 0)
        if len(self._unread) > REPLY_AT_MOST or len(self._codes) > self._asked or 0 in self._codes:
            self.close()  # a word that nobody asked for, most often that it closes after a long silence
        self._wake()

    def eof_received(self) -> bool:
        self.close()
        return False

    def connection_lost(self, _: Exception | None) -> None:
        self.close()

    async def mail(self, mail: Mail) -> int:
        """The code that decided: 2xx for a mail that was taken. Raises Lost and TimeoutError."""
        beyond_ascii = not (mail.recipient.isascii() and mail.sender.isascii())
        if beyond_ascii and not self.abilities.utf8:
            return NO_SUCH_MAILBOX
        options = b" SMTPUTF8 BODY=8BITMIME" if beyond_ascii else b""
        commands = [
            b"MAIL FROM:<%s>%s\r\n" % (mail.sender.encode(), options),
            b"RCPT TO:<%s>\r\n" % mail.recipient.encode(),
            b"DATA\r\n",
        ]
        codes = await self._say(commands)
        refused = next((code for code in codes[:2] if code not in TAKEN), None)
        if refused is None and codes[2] == GO_ON:
            return await self._turn(_as_sent(mail.content) + b".\r\n", self._content_s)
        if codes[-1] == GO_ON:  # it goes on though it refused the recipient: with nothing
            await self._turn(b".\r\n", self._content_s)
        if self.usable:
            await self._turn(b"RSET\r\n", self._command_s)
        return refused if refused is not None else codes[2]

    async def noop(self) -> int:
        return await self._turn(b"NOOP\r\n", self._command_s)

    def close(self) -> None:
        self.usable = False
        self._transport.abort()
        self._wake()

    def quit(self) -> None:
        """A last word, to which no answer is awaited."""
        self.usable = False
        if not self._transport.is_closing():  # uvloop raises where asyncio would say nothing
            self._transport.write(b"QUIT\r\n")
            self._transport.close()

    async def _say(self, commands: list[bytes]) -> list[int]:
        """The replies; where commands cannot be sent together, up to the first that is a refusal."""
        if self.abilities.pipelining:
            self._write(b"".join(commands), len(commands))
            return [await self._reply(self._command_s) for _ in commands]
        codes = []
        for command in commands:
            codes.append(await self._turn(command, self._command_s))
            if codes[-1] not in TAKEN:
                break
        return codes

    async def _turn(self, data: bytes, within_s: float) -> int:
        self._write(data, 1)
        return await self._reply(within_s)

    def _write(self, data: bytes, replies: int) -> None:
        if not self.usable or self._transport.is_closing():
            raise Lost
        self._asked += replies
        self._transport.write(data)

    async def _reply(self, within_s: float) -> int:
        if not self._codes:
            await self._wait(within_s)
        if not self._codes:
            raise Lost
        code = self._codes.popleft()
        self._asked -= 1
        if code == CLOSING:
            self.close()
        if not code:
            raise Lost
        return code

    async def _wait(self, within_s: float) -> None:
        """Until there is a reply, or the connection is lost."""
        async with asyncio.timeout(within_s):
            while not self._codes and self.usable:
                self._news = asyncio.get_running_loop().create_future()
                await self._news

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)


def _as_sent(content: bytes) -> bytes:
    """Whole lines, and none that could be taken for the end: a bare line end before a dot must not smuggle a mail."""
    if content.count(b"\n") != content.count(b"\r\n") or content.count(b"\r") != content.count(b"\r\n"):
        content = BARE_LINE_END.sub(b"\r\n", content)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    content = content.replace(b"\r\n.", b"\r\n..")
    return b"." + content if content.startswith(b".") else content
