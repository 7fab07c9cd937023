"""Mails as bytes: written once, with marks where each recipient's own text goes, and filled in for each of them.

A large mailing is one text a hundred thousand times. Building each mail anew takes twice as long as sending it.
"""

import binascii
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from functools import lru_cache

PLAIN_ADDRESS = re.compile(r"[\w.%+'-]{1,64}@[\w.-]{1,200}", re.ASCII)
PARTS = ("plain", "html")


@dataclass(frozen=True, slots=True)
class Mark:
    """Stands in a text for what is a recipient's own, and is nothing that somebody could have written there."""

    name: str
    text: str


def mark(name: str) -> Mark:
    return Mark(name, f"mark-{secrets.token_hex(12)}-{name}")


@dataclass(frozen=True, slots=True)
class Blank:
    """A mail but for its recipient's headers and what the marks stand for. Names stand between bytes."""

    head: bytes
    body: Sequence[bytes | str]

    def filled(self, own_headers: bytes, own: Mapping[str, str]) -> bytes:
        pieces = [each if isinstance(each, bytes) else _soft(own[each]) for each in self.body]
        return own_headers + self.head + b"".join(pieces)


def blank(headers: Mapping[str, str], texts: Sequence[str], marks: Sequence[Mark]) -> Blank:
    """`texts`: plain and HTML, in this order. Raises ValueError for a header that cannot be one."""
    boundary = f"part-{secrets.token_hex(12)}".encode()
    head = b"".join(header(name, value) for name, value in headers.items())
    head += b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="%s"\r\n\r\n' % boundary
    body: list[bytes | str] = []
    for kind, text in zip(PARTS, texts, strict=True):
        start = b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n" % (boundary, kind.encode())
        body += [start + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", *_quoted(text, marks), b"\r\n"]
    return Blank(head, _joined([*body, b"--%s--\r\n" % boundary]))


@lru_cache(1024)
def header(name: str, value: str) -> bytes:
    """One line or several, encoded as headers are, which takes half a millisecond: most are the same in every mail.

    Raises ValueError for line ends in the value.
    """
    mail = EmailMessage(policy=policy.SMTP)
    mail[name] = value
    return mail.as_bytes().removesuffix(b"\r\n")


def to_header(address: str) -> bytes:
    """Raises ValueError."""
    if PLAIN_ADDRESS.fullmatch(address):
        return b"To: %s\r\n" % address.encode()
    mail = EmailMessage(policy=policy.SMTPUTF8)
    mail["To"] = address
    return mail.as_bytes().removesuffix(b"\r\n")


def _quoted(text: str, marks: Sequence[Mark]) -> list[bytes | str]:
    """Quoted-printable around the names of marks."""
    names = {each.text: each.name for each in marks}
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if not names:
        return [_encoded(lines)]
    pieces = re.split(f"({'|'.join(map(re.escape, names))})", lines)
    return [names[piece] if piece in names else _encoded(piece) for piece in pieces]


def _encoded(text: str) -> bytes:
    return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


def _soft(text: str) -> bytes:
    """On lines of its own that are none to the reader, so that its length moves no other line's end."""
    return b"=\r\n%s=\r\n" % _encoded(text)


def _joined(pieces: Sequence[bytes | str]) -> list[bytes | str]:
    """Neighbouring bytes as one."""
    joined: list[bytes | str] = []
    for piece in pieces:
        if isinstance(piece, bytes) and joined and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined
