"""The keys of a deployment: each service is handed only those it needs."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

NAMES = ("session_private", "session_public", "link", "email", "second_factor", "equality", "network")
OPTIONAL = ("equality", "network")
"""Came later: a file of secrets that was made before lacks it, and what needs it says so."""

_NONCE_BYTES = 12
_OF_THIS_PROCESS = secrets.token_bytes(32)
"""In place of `network` where a file lacks it: what it names is not needed for longer than a day."""


class BadSecrets(Exception):  # noqa: N818
    """The file of secrets is not there, or lacks one; the sentence says which, never its value."""


@dataclass(frozen=True)
class Secrets:
    """Raw values by name; a service that was not given one fails when it asks, with its name."""

    values: dict[str, str] = field(repr=False)

    def only(self, names: Sequence[str]) -> "Secrets":
        """The part of them that a service needs to know."""
        there = [name for name in names if name in self.values or name not in OPTIONAL]
        return Secrets({name: self._text(name) for name in there})

    @property
    def session_private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._bytes("session_private"))

    @property
    def session_public(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self._bytes("session_public"))

    @property
    def second_factor(self) -> Fernet:
        return Fernet(self._text("second_factor"))

    def email_key(self, email: str) -> str:
        """A keyed hash by which an address is found; without the key it cannot be tried against a list."""
        return hmac.new(self._bytes("email"), email.casefold().encode(), hashlib.sha256).hexdigest()

    def link_token(self, sign_in: str) -> str:
        """What a sign-in link ends with. Only accounts and notifications have the key, so no event carries a token."""
        mac = hmac.new(self._bytes("link"), sign_in.encode(), hashlib.sha256).digest()[:18]
        return f"{sign_in}.{base64.urlsafe_b64encode(mac).decode()}"

    def read_link_token(self, token: str) -> str | None:
        """The sign-in's id, or None for a token that we did not make."""
        sign_in = token.partition(".")[0]
        return sign_in if hmac.compare_digest(self.link_token(sign_in).encode(), token.encode()) else None

    def choice_token(self, person: str, topic: str) -> str:
        """What a link to one's own choices ends with: it signs nobody in, and changes the choice of one topic."""
        token = f"{_in_link(person)}.{_in_link(topic)}"
        # The purpose goes in first, so that no token of one kind can be handed in as one of the other.
        mac = hmac.new(self._bytes("link"), b"unsubscribe:" + token.encode(), hashlib.sha256).digest()[:18]
        return f"{token}.{base64.urlsafe_b64encode(mac).decode()}"

    def read_choice_token(self, token: str) -> tuple[str, str] | None:
        """The person and the topic, or None for a token that we did not make."""
        try:
            person, topic = (base64.b64decode(part + "==", b"-_").decode() for part in token.split(".")[:2])
        except ValueError:
            return None
        made = self.choice_token(person, topic)
        return (person, topic) if hmac.compare_digest(made.encode(), token.encode()) else None

    def message_token(self, message: str, address: str) -> str:
        """What a mail's Message-ID begins with: which message to which address, so that a bounce can be believed."""
        token = f"{_in_link(message)}.{self.address_tag(address)}"
        return f"{token}.{self._short_mac(b'message:' + token.encode(), 12)}"

    def read_message_token(self, token: str) -> tuple[str, str] | None:
        """The message's id and the address's tag, or None for a token that we did not make."""
        signed, _, mac = token.rpartition(".")
        made = self._short_mac(b"message:" + signed.encode(errors="replace"), 12)
        if not hmac.compare_digest(made.encode(), mac.encode(errors="replace")):
            return None
        message, _, tag = signed.partition(".")
        return base64.b64decode(message + "==", b"-_").decode(), tag

    def address_tag(self, address: str) -> str:
        """By which it is known whether an address is still the same, without the address."""
        return self._short_mac(b"address:" + address.casefold().encode(), 6)

    @property
    def has_equality(self) -> bool:
        return "equality" in self.values

    def equality_id(self, response: str) -> str:
        """Under which a response's answers on equality are kept; without the key nobody can tell whose they are."""
        return hmac.new(self._bytes("equality"), b"id:" + response.encode(), hashlib.sha256).hexdigest()

    def lock_equality(self, answers: bytes, about: str) -> str:
        """Encrypted, bound to `about`: put anywhere else they cannot be read."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._equality_cipher.encrypt(nonce, answers, about.encode())).decode()

    def unlock_equality(self, locked: str, about: str) -> bytes | None:
        """None for what another key has locked, or what was damaged."""
        try:
            raw = base64.b64decode(locked, altchars=b"-_", validate=True)
            return self._equality_cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            return None

    @property
    def _equality_cipher(self) -> AESGCM:
        return AESGCM(hmac.new(self._bytes("equality"), b"lock", hashlib.sha256).digest())

    def network_tag(self, network: str, day: date) -> str:
        """Names a network for one day. Nobody can make it, or try addresses against it, without the key."""
        key = self._bytes("network") if "network" in self.values else _OF_THIS_PROCESS
        return hmac.new(key, f"network:{day.isoformat()}:{network}".encode(), hashlib.sha256).hexdigest()[:24]

    def _short_mac(self, text: bytes, length: int) -> str:
        mac = hmac.new(self._bytes("link"), text, hashlib.sha256).digest()[:length]
        return base64.urlsafe_b64encode(mac).decode()

    def _text(self, name: str) -> str:
        if name not in self.values:
            raise BadSecrets(f"the secret {name!r} is missing")
        return self.values[name]

    def _bytes(self, name: str) -> bytes:
        try:
            return base64.b64decode(self._text(name), altchars=b"-_", validate=True)
        except ValueError as error:
            raise BadSecrets(f"the secret {name!r} is not base64") from error


def _in_link(text: str) -> str:
    """Whatever it holds, it can stand in an address and in a header."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def generate() -> Secrets:
    private = Ed25519PrivateKey.generate()
    raw = {
        "session_private": private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()),
        "session_public": private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        "link": secrets.token_bytes(32),
        "email": secrets.token_bytes(32),
        "second_factor": secrets.token_bytes(32),
        "equality": secrets.token_bytes(32),
        "network": secrets.token_bytes(32),
    }
    return Secrets({name: base64.urlsafe_b64encode(value).decode() for name, value in raw.items()})


def read_or_generate(path: Path) -> Secrets:
    """Secrets from a JSON file that only its owner can read; one is made where there is none."""
    if not path.exists():
        with contextlib.suppress(FileExistsError):  # another process was quicker: both must have the same
            write(generate(), path)
    return read(path)


def read(path: Path) -> Secrets:
    """Raises BadSecrets."""
    try:
        values = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadSecrets(f"{path} cannot be read as a file of secrets: {type(error).__name__}") from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise BadSecrets(f"{path} is not a file of secrets by name")
    unknown = set(values) - set(NAMES)
    if unknown:
        raise BadSecrets(f"{path} has {', '.join(sorted(unknown))}, which is no secret of ours")
    return Secrets(values)


def write(made: Secrets, path: Path, mode: int = 0o600) -> None:
    """Raises FileExistsError: secrets that are overwritten cannot be had back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made.values, file, indent=1)


def add(made: Secrets, path: Path) -> list[str]:
    """Put those of `made` that came later, and are not in the file yet, into it. Returns their names.

    Raises BadSecrets. Those that are there stay as they are, and the file is never half written.
    """
    there = read(path)
    added = {name: made.values[name] for name in OPTIONAL if name in made.values and name not in there.values}
    if added:
        new = path.with_name(f"{path.name}.new")
        write(Secrets({**there.values, **added}), new, mode=path.stat().st_mode & 0o777)
        new.replace(path)
    return list(added)
