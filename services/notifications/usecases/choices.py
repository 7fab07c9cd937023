"""Choosing what to hear about, and stopping it."""

from collections.abc import Mapping
from datetime import datetime

from services.notifications.domain import Contact, Frequency, Topic
from services.notifications.storage import NotificationDocuments
from shared.errors import NotFound
from shared.store.documents import Loaded

NO_SUCH_PERSON = "This link does not work any more. Nothing is sent to the address that it was for"


async def known_contact(person: str, documents: NotificationDocuments) -> Loaded[Contact]:
    """Raises NotFound for someone who was erased since the link was made."""
    loaded = await documents.contacts.get(person)
    if loaded is None:
        raise NotFound(NO_SUCH_PERSON)
    return loaded


async def choose_frequencies(
    person: str, frequencies: Mapping[Topic, Frequency], documents: NotificationDocuments, now: datetime
) -> None:
    """Raises NotFound."""
    loaded = await known_contact(person, documents)
    chosen = loaded.value.choose(frequencies, now, "preferences")
    if chosen != loaded.value:
        await documents.contacts.save(loaded, chosen)


async def unsubscribe(person: str, kind: str, documents: NotificationDocuments, now: datetime) -> None:
    """Nothing of this kind any more. Done twice, or for someone who is not known, it changes nothing."""
    loaded = await documents.contacts.get(person)
    if loaded is None:
        return
    stopped = loaded.value.unsubscribe(kind, now)
    if stopped != loaded.value:
        await documents.contacts.save(loaded, stopped)
