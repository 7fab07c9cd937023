"""Mail as the services see it: a message is taken by the server, or refused for now, or for good."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Mail:
    """As a mail server takes it: `sender` and `recipient` are bare addresses, `content` has the headers and all.

    `again`: it was tried before, and may have been taken without our hearing of it.
    """

    sender: str
    recipient: str
    content: bytes
    again: bool = False


class RefusedForNow(Exception):  # noqa: N818
    """The server is away, busy or slow; the same message may go through later."""


class RefusedForGood(Exception):  # noqa: N818
    """The server will not take this message, today or tomorrow."""


class Mailer(Protocol):
    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        """Return when the server has taken the mail. Raises RefusedForNow, RefusedForGood.

        What is urgent waits for nothing that is not. Ends within 90 seconds, one way or the other.
        """

    async def ping(self) -> None:
        """Return when the server answers; raises RefusedForNow."""

    async def close(self) -> None: ...
