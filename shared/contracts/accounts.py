"""What accounts publishes."""

from datetime import datetime
from typing import ClassVar

from shared.event import Fact


class ResidentV1(Fact):
    """A person's contact details, whole, each time they change. The only contract that holds an address; key: person.

    Its topic is compacted: the newest of each person replaces those before it.
    """

    wire_name: ClassVar[str] = "accounts.resident.v1"
    topic: ClassVar[str] = "accounts.resident.v1"

    person: str
    email: str
    ward: str | None = None
    interests: tuple[str, ...] = ()
    staff: bool = False


class SignInRequestedV1(Fact):
    """Someone who may be this person wants to sign in; the link is made by who sends it. Key: sign-in."""

    wire_name: ClassVar[str] = "accounts.sign_in_requested.v1"
    topic: ClassVar[str] = "accounts"

    sign_in: str
    person: str
    expires_at: datetime


class SignedInV1(Fact):
    """Someone used the link that was mailed to this person: the address is theirs. Key: person."""

    wire_name: ClassVar[str] = "accounts.signed_in.v1"
    topic: ClassVar[str] = "accounts"

    person: str


class SessionsRevokedV1(Fact):
    """Sessions of this person that began before this moment count no more. Key: person."""

    wire_name: ClassVar[str] = "accounts.sessions_revoked.v1"
    topic: ClassVar[str] = "accounts"

    person: str
    before: datetime
