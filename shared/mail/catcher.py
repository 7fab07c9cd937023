"""A mail server for one process: takes every mail and delivers none. For the demonstration, and for tests."""

import asyncio
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Caught:
    number: int
    mail: EmailMessage


class Inbox:
    """Mails as files in a folder, numbered in the order in which they came."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = max((int(path.stem) for path in folder.glob("*.eml")), default=0)

    def put(self, content: bytes) -> int:
        """On disk, whole, before the number is given: a half-written mail is never seen."""
        self._count += 1
        number = self._count
        half = self._folder / f"{number}.half"
        half.write_bytes(content)
        half.rename(self._folder / f"{number}.eml")
        return number

    def get(self, number: int) -> Caught | None:
        path = self._folder / f"{number}.eml"
        if not path.exists():
            return None
        return Caught(number, message_from_bytes(path.read_bytes(), _class=EmailMessage, policy=policy.default))

    def newest(self, limit: int) -> list[Caught]:
        numbers = range(self._count, max(0, self._count - limit), -1)
        return [caught for number in numbers if (caught := self.get(number)) is not None]

    def __len__(self) -> int:
        return self._count


class Catcher:
    """The server, on the event loop that starts it."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._server: asyncio.Server | None = None
        self._connections: WeakSet[SMTP] = WeakSet()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self._inbox.put(envelope.original_content or b"")
        return "250 Taken"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Returns the port, a free one for 0."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    def _connection(self) -> SMTP:
        connection = SMTP(self, enable_SMTPUTF8=True, loop=asyncio.get_running_loop())
        self._connections.add(connection)
        return connection

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            if connection.transport is not None:
                cast("asyncio.Transport", connection.transport).abort()  # uvloop's is one in all but name
        await asyncio.sleep(0)  # the loop lets go of aborted connections in its next round
