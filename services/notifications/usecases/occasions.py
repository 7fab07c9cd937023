"""Announcing what its time has come for."""

from datetime import datetime, timedelta

from services.notifications.domain import Announced, Announcement, Occasion, Topic
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.begun import remind
from services.notifications.usecases.mailings import begin_mailing
from services.notifications.usecases.participants import tell_participants
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, Range

AT_ONCE = 100


async def keep_occasion(occasion: Occasion, documents: NotificationDocuments) -> None:
    """Keep it once: its id is made from what causes it."""
    try:
        await documents.occasions.add(occasion)
    except Duplicate:
        return


async def move_occasion(later: Occasion, documents: NotificationDocuments) -> None:
    """Move the one with its id to a later close, or keep it where its publication is still to be heard of."""
    loaded = await documents.occasions.get(later.id)
    if loaded is None:
        await keep_occasion(later, documents)
        return
    moved = loaded.value.moved_to(later)
    if moved != loaded.value:
        await documents.occasions.save(loaded, moved)


async def due_occasions(documents: NotificationDocuments, now: datetime) -> list[Loaded[Occasion]]:
    until = as_text(now + timedelta(microseconds=1))
    return await documents.occasions.find({"due_at": Range(below=until)}, sort="due_at", limit=AT_ONCE)


async def announce_occasion(loaded: Loaded[Occasion], documents: NotificationDocuments, now: datetime) -> None:
    """Announce it, then note that it is done: a kill in between repeats what changes nothing a second time."""
    announcement = loaded.value.announcement(now)
    if announcement is not None:
        if announcement.topic is Topic.CLOSING_SOON:  # first: who has begun gets the reminder in place of the news
            await remind(announcement, documents, now)
        announced = await announce(announcement, documents, now)
        if announced.topic is Topic.REPORT_PUBLISHED:  # after: they belong to its mailing, which can be halted
            await tell_participants(announced, documents, now)
    await documents.occasions.save(loaded, loaded.value.done())


async def announce(announcement: Announcement, documents: NotificationDocuments, now: datetime) -> Announcement:
    """Keep it for digests, and begin its mailing to who wants it at once. Returns it as it was first announced."""
    try:
        await documents.announcements.add(Announced(announcement.id, announcement))
    except Duplicate:  # the time at which it was first announced decides who gets it how
        kept = await documents.announcements.get(announcement.id)
        announcement = kept.value.announcement if kept else announcement
    await begin_mailing(announcement, documents, now)
    return announcement
