"""What people do with their accounts: one command and one function each. Each changes one document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pyotp

from services.accounts import domain
from services.accounts.domain import LINKS_PERIOD, LinkSpent, Person, Role, SignIn
from services.accounts.storage import AccountDocuments
from shared.errors import Invalid, NotFound, Refusal
from shared.event import record
from shared.place import Place
from shared.secrets import Secrets
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, Range


@dataclass(frozen=True)
class SignUp:
    email: str
    ward: str
    interests: Sequence[str]
    person: str = ""
    """The id to give, for example data; made here when empty."""


async def sign_up(
    command: SignUp, documents: AccountDocuments, secrets: Secrets, place: Place, now: datetime
) -> Person:
    """Returns the person; for an address that has an account, that one, so that nobody learns who has one."""
    email = domain.read_email(command.email)
    topics = [topic for topic, _ in place.interests]
    person = domain.sign_up(
        command.person or uuid4().hex,
        secrets.email_key(email),
        command.ward,
        command.interests,
        place.wards,
        topics,
        now,
    )
    try:
        await documents.people.add(person, [record(person.contact(email), key=person.id, at=now)])
    except Duplicate:
        return (await _by_email(email, documents, secrets)).value
    return person


@dataclass(frozen=True)
class AddStaff:
    email: str
    roles: Sequence[Role]


async def add_staff(
    command: AddStaff, documents: AccountDocuments, secrets: Secrets, now: datetime
) -> tuple[Person, str]:
    """Give roles to a person, new or known. Returns the person and the secret for their app of one-time codes."""
    email = domain.read_email(command.email)
    code_secret = pyotp.random_base32()
    locked = secrets.second_factor.encrypt(code_secret.encode()).decode()
    new = Person(uuid4().hex, secrets.email_key(email), (), now).with_roles(command.roles, locked)
    try:
        await documents.people.add(new, [record(new.contact(email), key=new.id, at=now)])
    except Duplicate:
        loaded = await _by_email(email, documents, secrets)
        new = loaded.value.with_roles(command.roles, locked)
        await documents.people.save(loaded, new, [record(new.contact(email), key=new.id, at=now)])
    return new, code_secret


@dataclass(frozen=True)
class RequestSignIn:
    """`go_on` is the path of the page to show once the link is used."""

    email: str
    go_on: str = ""


async def request_sign_in(
    command: RequestSignIn, documents: AccountDocuments, secrets: Secrets, now: datetime
) -> SignIn | None:
    """Ask for a link by e-mail. None, and nothing said, where nobody has this address. Raises Invalid, TooMany."""
    email = domain.read_email(command.email)
    try:
        person = (await _by_email(email, documents, secrets)).value
    except NotFound:
        return None
    since = as_text(now - LINKS_PERIOD)
    lately = await documents.sign_ins.count({"person": person.id, "asked_at": Range(least=since)})
    sign_in = domain.ask_for_link(uuid4().hex, person.id, lately, command.go_on, now)
    await documents.sign_ins.add(sign_in, [record(sign_in.requested(), key=sign_in.id, at=now)])
    return sign_in


@dataclass(frozen=True)
class UseLink:
    token: str
    code: str = ""


async def use_link(
    command: UseLink, documents: AccountDocuments, secrets: Secrets, now: datetime
) -> tuple[Person, str]:
    """Sign in by the link, staff with their code as well. Returns who it is, and the path to go on to.

    Raises LinkSpent, and Invalid for a wrong code.
    """
    loaded, person = await open_link(command.token, documents, secrets, now)
    if person.is_staff and not _code_fits(person, command.code, secrets, now):
        await documents.sign_ins.save(loaded, loaded.value.count_wrong_code())
        raise Invalid({"code": "Enter the 6-digit code that your app shows now"})
    used, facts = loaded.value.use(now)
    await documents.sign_ins.save(loaded, used, [record(fact, key=person.id, at=now) for fact in facts])
    return person, loaded.value.go_on


async def open_link(
    token: str, documents: AccountDocuments, secrets: Secrets, now: datetime
) -> tuple[Loaded[SignIn], Person]:
    """What a link stands for, without using it. Raises LinkSpent."""
    sign_in_id = secrets.read_link_token(token)
    loaded = await documents.sign_ins.get(sign_in_id) if sign_in_id else None
    if loaded is None:
        raise LinkSpent("This link does not work. Check that you opened all of it, or ask for a new one")
    loaded.value.must_be_usable(now)
    person = await documents.people.get(loaded.value.person)
    if person is None:
        raise LinkSpent("This account has been closed")
    return loaded, person.value


@dataclass(frozen=True)
class SignOutEverywhere:
    person: str


async def sign_out_everywhere(command: SignOutEverywhere, documents: AccountDocuments, now: datetime) -> None:
    loaded = await documents.people.get(command.person)
    if loaded is None:
        raise NotFound("This account has been closed")
    revoked = loaded.value.sign_out_everywhere(now)
    await documents.people.save(loaded, loaded.value, [record(revoked, key=loaded.id, at=now)])


async def person_with_role(role: Role, documents: AccountDocuments) -> Person:
    """The first person with a role, for the doors of the demonstration."""
    for loaded in await documents.people.find(sort="created_at", limit=50):
        if role in loaded.value.roles:
            return loaded.value
    raise Refusal("Nobody has this role yet")


async def _by_email(email: str, documents: AccountDocuments, secrets: Secrets) -> Loaded[Person]:
    found = await documents.people.find({"email_key": secrets.email_key(email)}, limit=1)
    if not found:
        raise NotFound("Nobody has this address")
    return found[0]


def _code_fits(person: Person, code: str, secrets: Secrets, now: datetime) -> bool:
    """One time step (30 seconds) either way is let pass, for clocks that differ."""
    if person.second_factor is None:
        return False
    secret = secrets.second_factor.decrypt(person.second_factor.encode()).decode()
    return pyotp.TOTP(secret).verify(code.replace(" ", ""), for_time=now, valid_window=1)
