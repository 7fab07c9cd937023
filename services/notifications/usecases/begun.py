"""Reminding people of answers that they have begun."""

from datetime import datetime

from services.notifications.domain import Announcement, Begun, State, is_reminded, reminder_id
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases.sending import owe_message
from shared.store.documents import Loaded
from shared.store.port import Duplicate, In, Range, Stale

PAGE = 500


async def keep_begun(begun: Begun, documents: NotificationDocuments) -> None:
    """Twice is once."""
    try:
        await documents.begun.add(begun)
    except Duplicate:
        return


async def end_begun(
    draft: str, consultation: str, person: str, documents: NotificationDocuments, now: datetime
) -> None:
    """There is nothing to remind of. What is owed and has not gone yet is taken back."""
    await documents.forget_begun(draft)
    occasion = await documents.occasions.get(f"closing:{consultation}")
    announced = occasion.value.announced_as if occasion else f"closing:{consultation}"
    message = await documents.messages.get(reminder_id(announced, person))
    if message is None or message.value.template != "draft_reminder" or message.value.state is not State.OWED:
        return
    try:
        await documents.messages.save(message, message.value.cancelled(now, "the answers were sent or deleted"))
    except Stale:  # being sent at this moment
        return


async def remind(announcement: Announcement, documents: NotificationDocuments, now: datetime) -> None:
    """Owe the reminders of a close, a page of people at a time. A second time changes nothing."""
    last = ""
    while page := await _page(announcement.values["consultation"], last, documents):
        people = await documents.contacts.find({"id": In([each.value.person for each in page])}, limit=PAGE)
        contacts = {each.id: each.value for each in people}
        for each in page:
            if is_reminded(contacts.get(each.value.person)):
                await owe_message(each.value.reminder(announcement, now), documents)
        last = page[-1].id


async def _page(consultation: str, last: str, documents: NotificationDocuments) -> list[Loaded[Begun]]:
    """Those behind `last` in the order of their ids."""
    found = await documents.begun.find({"consultation": consultation, "id": Range(least=last)}, limit=PAGE + 1)
    return [each for each in found if each.id > last][:PAGE]
