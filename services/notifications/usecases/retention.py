"""What a message said is kept for a time once we are done with it. That it was stays."""

from datetime import datetime

from services.notifications.domain import Message
from services.notifications.storage import NotificationDocuments
from shared.store.documents import Loaded, as_text
from shared.store.port import Range

AT_ONCE = 500


async def to_forget(documents: NotificationDocuments, until: datetime) -> list[Loaded[Message]]:
    """Messages that we were done with by `until` and whose content is still there, the oldest first."""
    return await documents.messages.find({"kept_since": Range(below=as_text(until))}, sort="kept_since", limit=AT_ONCE)


async def forget_content(loaded: Loaded[Message], documents: NotificationDocuments) -> None:
    """Raises Stale."""
    await documents.messages.save(loaded, loaded.value.forgotten())
