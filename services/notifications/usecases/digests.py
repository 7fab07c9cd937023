"""Digests: begun when their time comes, then sent a page of contacts at a time.

Whatever a kill leaves is found again: a digest is inserted under an id of its own, marks and pages are version-checked
saves, and messages have an id made of the digest and the person.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from services.notifications.domain import (
    DIGESTS,
    Announcement,
    Contact,
    Digest,
    DigestState,
    Frequency,
    Lane,
    Message,
    begin_digest,
    digest_id,
    digest_kind,
    for_contact,
    opening_id,
    owe,
)
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.sending import owe_message
from shared.store.documents import Loaded
from shared.store.port import Duplicate, In, Range
from shared.web.words import london_time

ITEMS = 500
"""In one digest at most. What is over waits for the next."""

PAGE = 100


async def due_digests(documents: NotificationDocuments, now: datetime) -> list[Loaded[Digest]]:
    """Digests to take further; those whose time has come are begun."""
    for frequency in DIGESTS:
        await _begin(frequency, documents, now)
    return await documents.digests.find({"state": In((DigestState.TAKING, DigestState.SENDING))})


async def _begin(frequency: Frequency, documents: NotificationDocuments, now: datetime) -> None:
    if await documents.digests.get(digest_id(frequency, now)) is not None:
        return
    waiting = await documents.announcements.find({frequency.value: None}, limit=ITEMS)
    try:
        await documents.digests.add(begin_digest(frequency, now, [each.id for each in waiting]))
    except Duplicate:
        return


async def continue_digest(loaded: Loaded[Digest], documents: NotificationDocuments, now: datetime) -> None:
    """Mark its announcements as taken, or owe it to a page of contacts. Raises Stale."""
    digest = loaded.value
    if digest.state is DigestState.TAKING:
        await _take(digest, documents)
        await documents.digests.save(loaded, digest.taken())
        return
    contacts = await _page(digest.after, documents)
    announced = await _taken(digest, documents)
    messages = [_message(contact, digest, announced, now) for contact in contacts]
    await asyncio.gather(*(owe_message(message, documents) for message in messages if message is not None))
    last = contacts[-1].id if len(contacts) == PAGE else None
    await documents.digests.save(loaded, digest.seen_to(last))


async def _take(digest: Digest, documents: NotificationDocuments) -> None:
    """The first digest of its frequency to mark an announcement has it, whatever the clocks of two processes say."""
    for id in digest.items:
        announced = await documents.announcements.get(id)
        if announced is not None and announced.value.taken_by(digest.frequency) is None:
            await documents.announcements.save(announced, announced.value.take(digest))


async def _taken(digest: Digest, documents: NotificationDocuments) -> list[Announcement]:
    found = await documents.announcements.find({digest.frequency.value: digest.id}, limit=ITEMS)
    announced = [each.value.announcement for each in found]
    ids = sorted({opening_id(each.values["consultation"]) for each in announced})
    openings = await documents.occasions.find({"id": In(ids)}, limit=len(ids)) if ids else []
    closes = {each.id: each.value.until for each in openings}
    return [_as_it_closes_now(each, closes) for each in announced]


def _as_it_closes_now(announcement: Announcement, closes: Mapping[str, datetime]) -> Announcement:
    """It may have been open for longer since."""
    close = closes.get(opening_id(announcement.values["consultation"]))
    return announcement.closing(close) if close else announcement


async def _page(after: str, documents: NotificationDocuments) -> list[Contact]:
    """The next PAGE contacts behind one, by id; fewer when there are no more."""
    found = await documents.contacts.find({"id": Range(least=after)}, limit=PAGE + 1)
    return [each.value for each in found if each.id != after][:PAGE]


def _message(contact: Contact, digest: Digest, announced: Sequence[Announcement], now: datetime) -> Message | None:
    """None for someone for whom there is nothing in it."""
    mine = for_contact(contact, digest.frequency, announced, now)
    if not mine:
        return None
    return owe(
        f"digest:{digest.id}:{contact.id}",
        "digest",
        contact.id,
        {"frequency": digest.frequency, "count": str(len(mine))},
        now,
        lane=Lane.BULK,
        topic=digest_kind(digest.frequency),
        items=tuple(_item(each) for each in mine),
    )


def _item(announcement: Announcement) -> dict[str, str]:
    values = dict(announcement.values)
    closes_at = values.get("closes_at")
    values["closes"] = london_time(datetime.fromisoformat(closes_at), zone=True) if closes_at else ""
    return {**values, "announcement": announcement.id, "topic": announcement.topic}
