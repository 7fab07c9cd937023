"""Large mailings: begun once, taken a page of people at a time, halted and taken up again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain import (
    AT_WORK,
    Announcement,
    Lane,
    Mailing,
    MailingState,
    Message,
    State,
    due_text,
    owe,
)
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.sending import owe_message
from shared.errors import NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate, In, Range, Stale

PAGE = 500
"""People looked at in one step: their messages share a few commits."""

AHEAD = 2000
"""Messages owed and due in the bulk lane at the most: a mailing stands in the store as people, not as a queue, so
that a pause, a cancel and a changed choice hold from then on, and memory stays flat."""


SOON = timedelta(seconds=5)
"""Shorter than HOLD: what is held back for a mailing that is paused leaves room for the others."""


@dataclass(frozen=True, slots=True)
class Progress:
    mailing: Mailing
    states: dict[str, int]
    """How many messages are in each state."""


async def begin_mailing(announcement: Announcement, documents: NotificationDocuments, now: datetime) -> None:
    """Begin it once: the same announcement a second time changes nothing."""
    try:
        await documents.mailings.add(Mailing(announcement.id, announcement, now))
    except Duplicate:
        return


async def pause_mailing(id: str, documents: NotificationDocuments) -> None:
    """Raises NotFound, MailingEnded, Stale."""
    await _change(id, documents, Mailing.paused)


async def resume_mailing(id: str, documents: NotificationDocuments) -> None:
    """Raises NotFound, MailingEnded, Stale."""
    await _change(id, documents, Mailing.resumed)


async def cancel_mailing(id: str, documents: NotificationDocuments) -> None:
    """Nothing more is owed; what is owed and not sent yet is taken back in the next steps.

    Raises NotFound, MailingEnded, Stale.
    """
    await _change(id, documents, Mailing.cancelling)


async def progress_of(id: str, documents: NotificationDocuments) -> Progress:
    """Raises NotFound."""
    mailing = await _mailing(id, documents)
    return Progress(mailing.value, await documents.states_of_mailing(id))


async def mailings_at_work(documents: NotificationDocuments) -> list[Loaded[Mailing]]:
    return await documents.mailings.find({"state": In(AT_WORK)})


async def is_room_ahead(documents: NotificationDocuments, now: datetime) -> bool:
    """Whether the senders have nearly all of what is owed in bulk behind them; what waits for longer aside."""
    soon = Range(least=f"{Lane.BULK}:", below=due_text(Lane.BULK, now + SOON))
    return await documents.messages.count({"due": soon}) < AHEAD


async def take_step(loaded: Loaded[Mailing], documents: NotificationDocuments, now: datetime, page: int = PAGE) -> None:
    """The next page of people, or of messages to take back.

    The cursor is saved once all messages of the page are on disk. A crash before takes the page again, whose messages
    are there already under the same ids.
    """
    step = _cancel_some if loaded.value.state is MailingState.CANCELLING else _owe_some
    try:
        await documents.mailings.save(loaded, await step(loaded.value, documents, now, page))
    except Stale:  # paused, cancelled, or taken by another process: the next step begins with what is so now
        return


async def _owe_some(mailing: Mailing, documents: NotificationDocuments, now: datetime, page: int) -> Mailing:
    found = await documents.contacts.find({"id": Range(least=mailing.cursor)}, limit=page + 1)
    people = [each.value for each in found if each.id > mailing.cursor][:page]
    if not people:
        return mailing.done(now)
    messages = [
        _message(mailing.announcement, person.id, now) for person in people if mailing.announcement.goes_now_to(person)
    ]
    await asyncio.gather(*(owe_message(message, documents) for message in messages))
    return mailing.past(people[-1].id, len(people), len(messages))


def _message(announcement: Announcement, person: str, now: datetime) -> Message:
    topic = announcement.topic
    return owe(
        f"{announcement.id}:{person}", topic, person, announcement.values, now, announcement.until,
        lane=Lane.BULK, topic=topic, mailing=announcement.id,
    )  # fmt: skip


async def _cancel_some(mailing: Mailing, documents: NotificationDocuments, now: datetime, page: int) -> Mailing:
    owed = await documents.messages.find({"mailing": mailing.id, "state": State.OWED}, limit=page)
    if not owed:
        return mailing.cancelled(now)
    await asyncio.gather(*(_cancel(each, documents, now) for each in owed))
    return mailing


async def _cancel(loaded: Loaded[Message], documents: NotificationDocuments, now: datetime) -> None:
    try:
        await documents.messages.save(loaded, loaded.value.cancelled(now))
    except Stale:  # claimed a moment ago
        return


async def _change(id: str, documents: NotificationDocuments, change: Callable[[Mailing], Mailing]) -> None:
    loaded = await _mailing(id, documents)
    await documents.mailings.save(loaded, change(loaded.value))


async def _mailing(id: str, documents: NotificationDocuments) -> Loaded[Mailing]:
    loaded = await documents.mailings.get(id)
    if loaded is None:
        raise NotFound("There is no such mailing")
    return loaded
