"""People and their sign-ins: who may sign in, with what, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.contracts.accounts import ResidentV1, SessionsRevokedV1, SignedInV1, SignInRequestedV1
from shared.errors import Invalid, Refusal, TooMany
from shared.web.viewer import STAFF, Viewer

EMAIL_LIMIT = 254
LINK_LIFE = timedelta(minutes=30)
CODE_TRIES = 5
USED_TWICE_WITHIN = timedelta(seconds=10)
"""A double click on the button sends the link twice; the second must not be told that it is spent."""

LINKS_AT_ONCE = 5
LINKS_PERIOD = timedelta(minutes=15)
"""A person is sent so many links in a period at the most, so that nobody's inbox can be flooded through us."""


class Role(StrEnum):
    RESIDENT = "resident"
    PARTNER = "partner"
    OFFICER = "officer"
    SELECTOR = "selector"
    ADMIN = "admin"


class LinkSpent(Refusal):
    """The link was used, is too old, or was tried with too many wrong codes."""

    status = 410


def read_email(text: str) -> str:
    """The address in the form in which it is compared and sent to. Raises Invalid."""
    email = text.strip()
    local, at, domain = email.rpartition("@")
    plain = at and local and "." in domain and not domain.startswith((".", "-")) and not domain.endswith(".")
    if not plain or len(email) > EMAIL_LIMIT or any(sign.isspace() or sign in '<>(),;:\\"[]' for sign in email):
        raise Invalid({"email": "Enter an e-mail address in the correct format, like name@example.com"})
    return f"{local}@{domain.lower()}"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account. The address itself is not here: `email_key` is a keyed hash of it.

    `second_factor` is the encrypted secret of a staff member's one-time codes.
    """

    id: str
    email_key: str
    roles: tuple[Role, ...]
    created_at: datetime
    ward: str | None = None
    interests: tuple[str, ...] = ()
    second_factor: str | None = None

    @property
    def is_staff(self) -> bool:
        return not STAFF.isdisjoint(self.roles)

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.id, frozenset(str(role) for role in self.roles))

    def contact(self, email: str) -> ResidentV1:
        return ResidentV1(person=self.id, email=email, ward=self.ward, interests=self.interests, staff=self.is_staff)

    def with_roles(self, roles: Sequence[Role], second_factor: str) -> "Person":
        return replace(self, roles=tuple(sorted({*self.roles, *roles})), second_factor=second_factor)

    def sign_out_everywhere(self, now: datetime) -> SessionsRevokedV1:
        return SessionsRevokedV1(person=self.id, before=now)


def sign_up(  # noqa: PLR0913
    id: str,
    email_key: str,
    ward: str,
    interests: Sequence[str],
    wards: Sequence[str],
    topics: Sequence[str],
    now: datetime,
) -> Person:
    """A new resident. Raises Invalid for a ward or an interest that the place does not have."""
    faults = {}
    if ward not in wards:
        faults["ward"] = "Choose the ward you live in"
    if not set(interests) <= set(topics):
        faults["interests"] = "Choose from the interests listed"
    if faults:
        raise Invalid(faults)
    return Person(id, email_key, (Role.RESIDENT,), now, ward, tuple(interests))


@dataclass(frozen=True, slots=True)
class SignIn:
    """One asking for a link, and what became of it."""

    id: str
    person: str
    asked_at: datetime
    expires_at: datetime
    go_on: str = ""
    used_at: datetime | None = None
    wrong_codes: int = 0

    def requested(self) -> SignInRequestedV1:
        return SignInRequestedV1(sign_in=self.id, person=self.person, expires_at=self.expires_at)

    def must_be_usable(self, now: datetime) -> None:
        if self.used_at is not None and now - self.used_at > USED_TWICE_WITHIN:
            raise LinkSpent("This link has been used. Ask for a new one")
        if now >= self.expires_at:
            raise LinkSpent("This link is too old. Ask for a new one")
        if self.wrong_codes >= CODE_TRIES:
            raise LinkSpent("There were too many wrong codes. Ask for a new link")

    def use(self, now: datetime) -> tuple["SignIn", tuple[SignedInV1, ...]]:
        """Tells the others the first time alone."""
        self.must_be_usable(now)
        if self.used_at is not None:
            return self, ()
        return replace(self, used_at=now), (SignedInV1(person=self.person),)

    def count_wrong_code(self) -> "SignIn":
        return replace(self, wrong_codes=self.wrong_codes + 1)


def ask_for_link(id: str, person: str, asked_lately: int, go_on: str, now: datetime) -> SignIn:
    """Raises TooMany when the person was sent LINKS_AT_ONCE within LINKS_PERIOD."""
    if asked_lately >= LINKS_AT_ONCE:
        raise TooMany("We have sent several links already. Use the newest, or try again in 15 minutes", "email")
    return SignIn(id, person, now, now + LINK_LIFE, go_on)
