"""The mailbox to which bounces come, read over IMAP in a thread."""

import asyncio
import imaplib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

from shared.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

LARGEST = 1_000_000
"""Bytes that are read of a mail: a report's parts come before what it returns of ours."""

PATIENCE_S = 10.0
"""For each answer: a stop of the service waits for one at the most."""

PORTS = {"imaps": 993, "imap": 143}


@dataclass(frozen=True, slots=True)
class ImapServer:
    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str
    tls: bool


def imap_server(url: str) -> ImapServer:
    """Raises ValueError for what is no address of a mailbox."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or parts.password is None:
        raise ValueError
    folder = unquote(parts.path.strip("/")) or "INBOX"
    port = parts.port or PORTS[parts.scheme]
    user, password = unquote(parts.username), unquote(parts.password)
    return ImapServer(parts.hostname, port, user, password, folder, parts.scheme == "imaps")


class Mailbox:
    """Each mail is shown once while the process runs; only those that were taken in are marked as seen."""

    def __init__(self, server: ImapServer, patience: float = PATIENCE_S) -> None:
        self._server = server
        self._patience = patience
        self._left: set[tuple[bytes, str]] = set()

    async def take(self, take_in: Callable[[bytes], Awaitable[bool]]) -> int:
        """Show what is unseen to `take_in`, and mark what it says yes to; returns how many. Raises Unavailable."""
        taken = 0
        async with self._open() as imap:
            validity, uids = await _call(_unseen, imap)
            unseen = {(validity, uid) for uid in uids}
            self._left &= unseen
            for uid in uids:
                if (validity, uid) in self._left:
                    continue
                content = await _call(_content, imap, uid)
                if content is not None and await take_in(content):
                    await _call(_mark, imap, uid)
                    taken += 1
                else:
                    self._left.add((validity, uid))
        return taken

    async def ping(self) -> None:
        """Return when the mailbox can be opened; raises Unavailable."""
        async with self._open():
            return

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[imaplib.IMAP4]:
        imap = await _call(_opened, self._server, self._patience)
        try:
            yield imap
        finally:
            await asyncio.to_thread(_close, imap)


async def _call(step: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """One step in a thread. What goes wrong says only its kind: a server's words may repeat a name or an address."""
    try:
        return await asyncio.to_thread(step, *args, **named)
    except (imaplib.IMAP4.error, OSError, ValueError) as error:
        raise Unavailable(f"the mailbox for bounces: {type(error).__name__}") from error


def _opened(server: ImapServer, patience: float) -> imaplib.IMAP4:
    imap: imaplib.IMAP4
    if server.tls:
        context = ssl.create_default_context()
        imap = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=patience)
    else:
        imap = imaplib.IMAP4(server.host, server.port, timeout=patience)
    try:
        imap.login(server.user, server.password)
        _ok(imap.select(f'"{server.folder}"'))
    except BaseException:
        imap.shutdown()
        raise
    return imap


def _unseen(imap: imaplib.IMAP4) -> tuple[bytes, list[str]]:
    validity = imap.response("UIDVALIDITY")[1][0] or b""
    found = _ok(imap.uid("SEARCH", "UNSEEN"))
    return validity, (found[0] or b"").decode("ascii").split()


def _content(imap: imaplib.IMAP4, uid: str) -> bytes | None:
    """None for a mail that is gone since. PEEK: looking at it marks it as nothing."""
    for each in _ok(imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")):
        if isinstance(each, tuple):
            return bytes(each[1])
    return None


def _mark(imap: imaplib.IMAP4, uid: str) -> None:
    _ok(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))


def _close(imap: imaplib.IMAP4) -> None:
    try:
        imap.logout()
    except (imaplib.IMAP4.error, OSError):
        imap.shutdown()


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error
    return answer[1]
