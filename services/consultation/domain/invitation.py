"""Invitations: a token lets whoever holds it answer once. Only its hash is stored."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.response import LETTERS
from shared.errors import Invalid, Refusal

TOKEN_SIGNS = 16
"""77 bits: nobody guesses one. Few enough to type from a letter."""

AT_ONCE = 1_000
LABEL_LIMIT = 80


class NotInvited(Refusal):
    """Only who holds a token of this consultation can answer."""

    status = 403


@dataclass(frozen=True, slots=True)
class Invitation:
    """`id` is the hash of the token. `response` is set once it has been used."""

    id: str
    consultation: str
    label: str
    made_by: str
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    state: str = "unused"
    place: str | None = None
    """Which one of its batch it is: a form that is sent twice makes no second batch."""

    @property
    def response(self) -> str:
        """The id of the one response that can come by it."""
        return hashlib.sha256(f"response of {self.id}".encode()).hexdigest()[:32]

    def must_let_in(self, consultation: str) -> None:
        """Raises NotInvited. A used one lets in too: to see and change what was sent."""
        if self.consultation != consultation:
            raise NotInvited(WRONG)
        if self.revoked_at is not None:
            raise NotInvited("This code has been taken back by the council. Ask them for another one")

    def use(self, now: datetime) -> "Invitation":
        return self if self.used_at else replace(self, used_at=now, state="used")

    def revoke(self, now: datetime) -> "Invitation":
        """A used one stays: the answers are there."""
        return self if self.state != "unused" else replace(self, revoked_at=now, state="revoked")


WRONG = "This code is not right. Check that you have typed or copied all of it"


def invite(  # noqa: PLR0913
    consultation: str, batch: str, number: int, label: str, by: str, now: datetime
) -> list[tuple[str, Invitation]]:
    """So many new tokens, each with what is stored of it. Raises Invalid."""
    faults = {}
    if not 1 <= number <= AT_ONCE:
        faults["number"] = f"Enter how many to make, from 1 to {AT_ONCE:,}. You can make more afterwards"
    if not label or len(label) > LABEL_LIMIT:
        faults["label"] = f"Say who they are for, in {LABEL_LIMIT} characters or fewer"
    if faults:
        raise Invalid(faults)
    tokens = [new_token() for _ in range(number)]
    return [
        (token, Invitation(hash_of(token), consultation, label, by, now, place=f"{batch}:{place}"))
        for place, token in enumerate(tokens)
    ]


def new_token() -> str:
    """In groups of four, of signs that are not taken for each other in print."""
    signs = "".join(secrets.choice(LETTERS) for _ in range(TOKEN_SIGNS))
    return "-".join(signs[place : place + 4] for place in range(0, TOKEN_SIGNS, 4))


def hash_of(token: str) -> str:
    """The same for a token however it is typed: small letters, spaces and hyphens make no difference."""
    signs = "".join(sign for sign in token.upper() if sign in LETTERS)
    return hashlib.sha256(signs.encode()).hexdigest()
