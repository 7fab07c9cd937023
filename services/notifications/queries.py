"""What staff see of mail, in the shape in which the pages show it."""

from collections.abc import Collection
from dataclasses import dataclass

from services.notifications.domain import AT_WORK, FINAL, Contact, Mailing, MailingState, Message, State
from services.notifications.storage import NotificationDocuments
from shared.errors import NotFound
from shared.store.port import In, Range, Scalar

ON_A_PAGE = 50
MAILINGS_ON_A_PAGE = 20


@dataclass(frozen=True)
class Row:
    """A message, and the address of who it is to; None while it is not known."""

    message: Message
    address: str | None


@dataclass(frozen=True)
class Rows:
    rows: list[Row]
    page: int
    is_last: bool


@dataclass(frozen=True)
class MailingRow:
    """`people` is how many there are to look at."""

    mailing: Mailing
    people: int


@dataclass(frozen=True)
class MailingRows:
    rows: list[MailingRow]
    page: int
    is_last: bool


@dataclass(frozen=True)
class MailingView:
    """`states`: how many messages are in each state that there is, in the order of their lives."""

    mailing: Mailing
    people: int
    states: list[tuple[State, int]]

    @property
    def messages(self) -> int:
        return sum(count for _, count in self.states)

    @property
    def done(self) -> int:
        """Messages about which we do nothing more."""
        return sum(count for state, count in self.states if state in FINAL)

    @property
    def goes_on(self) -> bool:
        return _goes_on(self.mailing) or self.done < self.messages

    @property
    def can_pause(self) -> bool:
        return self.mailing.state is MailingState.RUNNING

    @property
    def can_resume(self) -> bool:
        return self.mailing.state is MailingState.PAUSED

    @property
    def can_cancel(self) -> bool:
        """There is something to take back, or there will be."""
        if self.mailing.state in {MailingState.CANCELLING, MailingState.CANCELLED}:
            return False
        return self.mailing.state is not MailingState.DONE or self.done < self.messages


async def messages(
    documents: NotificationDocuments, page: int, *, state: State | None = None, template: str = ""
) -> Rows:
    """The newest first."""
    where: dict[str, Scalar | In | Range] = {"template": template} if template else {}
    if state is None:
        return await _rows(documents, where, "created_at", page)
    return await _rows(documents, where | {"listed": Range(f"{state}:", f"{state};")}, "listed", page)


async def messages_to(person: str, documents: NotificationDocuments, page: int) -> Rows:
    return await _rows(documents, {"person": person}, "created_at", page)


async def person_of(address: str, documents: NotificationDocuments) -> str | None:
    """Whose address it is; capital letters make no difference."""
    found = await documents.contacts.find({"sought": address.casefold()}, limit=1)
    return found[0].id if found else None


async def contact_of(person: str, documents: NotificationDocuments) -> Contact | None:
    """None for somebody whose address is not known yet."""
    loaded = await documents.contacts.get(person)
    return loaded.value if loaded else None


async def addresses_of(people: Collection[str], documents: NotificationDocuments) -> dict[str, str]:
    """By id; without those that are not known."""
    asked = sorted(set(people))
    found = await documents.contacts.find({"id": In(asked)}, limit=len(asked)) if asked else []
    return {each.id: each.value.email for each in found}


async def message(id: str, documents: NotificationDocuments) -> Row:
    """Raises NotFound."""
    loaded = await documents.messages.get(id)
    if loaded is None:
        raise NotFound("There is no such message")
    contact = await contact_of(loaded.value.person, documents)
    return Row(loaded.value, contact.email if contact else None)


async def mailings(documents: NotificationDocuments, page: int) -> MailingRows:
    """The newest first."""
    skip = (page - 1) * MAILINGS_ON_A_PAGE
    found = await documents.mailings.find(sort="started_at", descending=True, limit=MAILINGS_ON_A_PAGE + 1, skip=skip)
    shown = [each.value for each in found[:MAILINGS_ON_A_PAGE]]
    known = await documents.contacts.count() if any(_goes_on(each) for each in shown) else 0
    rows = [MailingRow(each, _people(each, known)) for each in shown]
    return MailingRows(rows, page, len(found) <= MAILINGS_ON_A_PAGE)


async def mailing(id: str, documents: NotificationDocuments) -> MailingView:
    """Raises NotFound."""
    loaded = await documents.mailings.get(id)
    if loaded is None:
        raise NotFound("There is no such mailing")
    known = await documents.contacts.count() if _goes_on(loaded.value) else 0
    counts = await documents.states_of_mailing(id)
    states = [(state, counts[state]) for state in State if counts.get(state)]
    return MailingView(loaded.value, _people(loaded.value, known), states)


def _goes_on(mailing: Mailing) -> bool:
    return mailing.state in {*AT_WORK, MailingState.PAUSED}


def _people(mailing: Mailing, known: int) -> int:
    """Of a mailing that has ended, as many as it came to."""
    return max(known, mailing.looked_at)


async def _rows(documents: NotificationDocuments, where: dict[str, Scalar | In | Range], sort: str, page: int) -> Rows:
    skip = (page - 1) * ON_A_PAGE
    found = await documents.messages.find(where, sort=sort, descending=True, limit=ON_A_PAGE + 1, skip=skip)
    shown = [each.value for each in found[:ON_A_PAGE]]
    addresses = await addresses_of([each.person for each in shown], documents)
    return Rows([Row(each, addresses.get(each.person)) for each in shown], page, len(found) <= ON_A_PAGE)
