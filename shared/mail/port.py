"""Mail as the services see it: a message is taken by the server, or refused for now, or for good."""

from email.message import EmailMessage
from typing import Protocol


class RefusedForNow(Exception):  # noqa: N818
    """The server is away, busy or slow; the same message may go through later."""


class RefusedForGood(Exception):  # noqa: N818
    """The server will not take this message, today or tomorrow."""


class Mailer(Protocol):
    async def send(self, message: EmailMessage) -> None:
        """Return when the server has taken the message. Raises RefusedForNow, RefusedForGood."""

    async def ping(self) -> None:
        """Return when the server answers; raises RefusedForNow."""

    async def close(self) -> None: ...
