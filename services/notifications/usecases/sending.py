"""Owing a message, and sending it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from services.notifications.domain import Contact, Message, State
from services.notifications.storage import NotificationDocuments
from shared.mail.port import Mailer, RefusedForGood, RefusedForNow
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, Range, Stale

Compose = Callable[[Message, Contact], EmailMessage]


async def owe_message(message: Message, documents: NotificationDocuments) -> None:
    """Owe it once: its id is made from what causes it, so a second time changes nothing."""
    try:
        await documents.messages.add(message)
    except Duplicate:
        return


async def try_again(person: str, documents: NotificationDocuments, now: datetime) -> None:
    """Messages that were owed to a person before their address was known are due now."""
    for loaded in await documents.messages.find({"person": person, "state": State.OWED}):
        await documents.messages.save(loaded, loaded.value.due_again(now))


async def due_messages(documents: NotificationDocuments, now: datetime, limit: int) -> list[Loaded[Message]]:
    """Messages to try now, the longest due first: owed ones, and those whose sender is gone."""
    until = as_text(now + timedelta(microseconds=1))
    return await documents.messages.find({"next_try": Range(below=until)}, sort="next_try", limit=limit)


@dataclass(frozen=True)
class Sending:
    """What sending needs."""

    documents: NotificationDocuments
    mailer: Mailer
    compose: Compose
    clock: Callable[[], datetime]


async def send_message(loaded: Loaded[Message], sending: Sending) -> State | None:
    """Claim, send, note. Returns the state it is left in, or None when somebody else has claimed it."""
    documents, clock = sending.documents, sending.clock
    claimed = loaded.value.claim(clock())
    try:
        await documents.messages.save(loaded, claimed)
    except Stale:
        return None
    outcome = await _try(claimed, sending)
    await documents.messages.save(Loaded(loaded.id, loaded.version + 1, claimed), outcome)
    return outcome.state


async def _try(message: Message, sending: Sending) -> Message:
    contact = await sending.documents.contacts.get(message.person)
    now = sending.clock()
    if message.expires_at is not None and now >= message.expires_at:
        return message.failed("it is of no use any more")
    if contact is None:  # its topic is another than that of what we owe, and may come a moment later
        return message.failed_for_now("no address is known yet", now)
    try:
        await sending.mailer.send(sending.compose(message, contact.value))
    except RefusedForNow as refused:
        return message.failed_for_now(str(refused), now)
    except RefusedForGood as refused:
        return message.failed(str(refused))
    return message.sent(sending.clock())
