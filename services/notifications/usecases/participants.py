"""Keeping who answered, and telling them what came of it."""

from datetime import datetime

from services.notifications.domain import Announcement, Participant, is_told
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.sending import owe_message
from shared.store.documents import Loaded
from shared.store.port import Duplicate, In, Range

PAGE = 500


async def keep_participant(participant: Participant, documents: NotificationDocuments) -> None:
    """Twice is once."""
    try:
        await documents.participants.add(participant)
    except Duplicate:
        return


async def forget_participant(response: str, documents: NotificationDocuments) -> None:
    """Who took their answers back is told nothing of them."""
    await documents.forget_participant(response)


async def tell_participants(announcement: Announcement, documents: NotificationDocuments, now: datetime) -> None:
    """Owe the news to all of a consultation, a page of people at a time. A second time changes nothing."""
    last = ""
    while page := await _page(announcement.values["consultation"], last, documents):
        people = await documents.contacts.find({"id": In([each.value.person for each in page])}, limit=PAGE)
        contacts = {each.id: each.value for each in people}
        for each in page:
            if is_told(contacts.get(each.value.person), announcement):
                await owe_message(each.value.news(announcement, now), documents)
        last = page[-1].id


async def _page(consultation: str, last: str, documents: NotificationDocuments) -> list[Loaded[Participant]]:
    """Those behind `last` in the order of their ids."""
    found = await documents.participants.find({"consultation": consultation, "id": Range(least=last)}, limit=PAGE + 1)
    return [each for each in found if each.id > last][:PAGE]
