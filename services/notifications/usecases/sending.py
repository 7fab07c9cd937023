"""Owing a message, and sending it."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.notifications.domain import (
    NEVER_QUIET,
    Contact,
    Lane,
    MailingState,
    Message,
    QuietHours,
    State,
    Version,
    due_text,
)
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.wordings import Wordings
from shared.mail.port import Mail, Mailer, RefusedForGood, RefusedForNow
from shared.mail.rates import Rates
from shared.store.documents import Loaded
from shared.store.port import Duplicate, In, Range, Stale

log = logging.getLogger(__name__)

Compose = Callable[[Message, Contact, Version], Mail]


async def owe_message(message: Message, documents: NotificationDocuments) -> None:
    """Owe it once: its id is made from what causes it, so a second time changes nothing."""
    try:
        await documents.messages.add(message)
    except Duplicate:
        return


async def try_again(person: str, documents: NotificationDocuments, now: datetime) -> None:
    """Messages that were owed to a person before their address was known are due now."""
    for loaded in await documents.messages.find({"person": person, "state": State.OWED}):
        if loaded.value.attempts:  # one that was not tried yet waits for its hour, not for an address
            await documents.messages.save(loaded, loaded.value.due_again(now))


async def due_messages(
    documents: NotificationDocuments, now: datetime, limit: int, lane: Lane = Lane.NORMAL
) -> list[Loaded[Message]]:
    """Messages of a lane to try now, the longest due first: owed ones, and those whose sender is gone."""
    until = due_text(lane, now + timedelta(microseconds=1))
    return await documents.messages.find({"due": Range(least=f"{lane}:", below=until)}, sort="due", limit=limit)


async def without_halted(
    due: Collection[Loaded[Message]], documents: NotificationDocuments, now: datetime
) -> list[Loaded[Message]]:
    """Those that may go. What belongs to a mailing that was paused is put off, to one that was cancelled, cancelled."""
    ids = sorted({each.value.mailing for each in due if each.value.mailing})
    mailings = await documents.mailings.find({"id": In(ids)}, limit=len(ids)) if ids else []
    states = {each.id: each.value.state for each in mailings}
    going = []
    for loaded in due:
        halted = loaded.value.halted_by(states.get(loaded.value.mailing or "", MailingState.RUNNING), now)
        if halted is None:
            going.append(loaded)
        else:
            await _save(loaded, halted, documents)
    return going


class Turns:
    """Rates, shared among lanes: mailings leave room for what somebody asked for, and sign-in links wait for none."""

    SHARES: Mapping[Lane, float] = {Lane.NORMAL: 0.25, Lane.BULK: 0.75}

    def __init__(self, per_second: float = 0, per_domain_per_second: float = 0) -> None:
        self._per_domain = self._rates(per_domain_per_second)
        self._overall = self._rates(per_second)
        self._passed: dict[str, int] = {}

    def turn(self, message: Message, address: str, now: datetime) -> datetime:
        """When it may go. A message is asked about again when its turn has come.

        The turn overall is taken once that of the domain is there: a slow domain must not use up others' turns.
        """
        steps = ((self._per_domain, address.rpartition("@")[2].lower()), (self._overall, ""))
        for number in range(self._passed.pop(message.id, 0), len(steps)):
            rates, key = steps[number]
            turn = rates[message.lane].book(key, now) if message.lane in rates else now
            if turn > now:
                self._passed[message.id] = number + 1
                return turn
        return now

    def _rates(self, per_second: float) -> Mapping[Lane, Rates]:
        return {lane: Rates(per_second * share) for lane, share in self.SHARES.items()} if per_second else {}


@dataclass(frozen=True)
class Sending:
    """What sending needs. `only_to`: addresses and @domains that mail may go to; None for all of them."""

    documents: NotificationDocuments
    mailer: Mailer
    compose: Compose
    clock: Callable[[], datetime]
    only_to: frozenset[str] | None = None
    turns: Turns = field(default_factory=Turns)
    quiet: QuietHours = NEVER_QUIET
    wordings: Wordings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wordings", Wordings(self.documents, self.clock))

    def may_mail(self, address: str) -> bool:
        mine = address.lower()
        return self.only_to is None or not self.only_to.isdisjoint({mine, f"@{mine.rpartition('@')[2]}"})


async def send_message(loaded: Loaded[Message], sending: Sending) -> State | None:
    """Claim, send, note. Returns the state it is left in, or None when somebody else has claimed it."""
    documents, now = sending.documents, sending.clock()
    contact = await documents.contacts.get(loaded.value.person)
    if contact is None:  # its topic is another than that of what we owe, and may come a moment later
        return await _save(loaded, loaded.value.claim(now).failed_for_now("no address is known yet", now), documents)
    if (unsent := _unsent(loaded.value, contact.value, sending)) is not None:
        return await _save(loaded, unsent, documents)
    version = await sending.wordings.version(loaded.value)
    claimed = loaded.value.worded(version.number).claim(now)
    if await _save(loaded, claimed, documents) is None:
        return None
    outcome = await _try(claimed, contact.value, version, sending)
    return await _save(Loaded(loaded.id, loaded.version + 1, claimed), outcome, documents)


def _unsent(message: Message, contact: Contact, sending: Sending) -> Message | None:
    """What becomes of it without a word to the mail server; None for a message to send."""
    now = sending.clock()
    if message.expired(now):
        return message.failed("it is of no use any more", now)
    if contact.suppressed:
        return message.suppressed(contact.suppressed, now)
    if not sending.may_mail(contact.email):
        return message.suppressed("the address is not on the list of those that get mail from here", now)
    if message.lane is Lane.BULK and (morning := sending.quiet.after(now)) > now:
        return message.put_off(morning)
    turn = sending.turns.turn(message, contact.email, now)
    return message.put_off(turn) if turn > now else None


async def _try(message: Message, contact: Contact, version: Version, sending: Sending) -> Message:
    try:
        await sending.mailer.send(sending.compose(message, contact, version), urgent=message.lane is Lane.URGENT)
    except RefusedForNow as refused:
        return message.failed_for_now(str(refused), sending.clock())
    except RefusedForGood as refused:
        return message.failed(str(refused), sending.clock())
    except Exception as error:  # a fault of ours: left in `sending` it would wait for its claim to run out
        log.exception("message %s could not be sent", message.id)
        return message.failed_for_now(type(error).__name__, sending.clock())
    return message.sent(sending.clock())


async def _save(loaded: Loaded[Message], message: Message, documents: NotificationDocuments) -> State | None:
    try:
        await documents.messages.save(loaded, message)
    except Stale:
        return None
    return message.state
