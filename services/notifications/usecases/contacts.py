"""Keeping how people can be reached."""

from datetime import datetime

from services.notifications.domain import Contact
from services.notifications.storage import NotificationDocuments
from shared.errors import NotFound
from shared.store.port import Duplicate, Stale


async def keep_contact(contact: Contact, documents: NotificationDocuments) -> None:
    """The newest contact details of a person; what they chose stays as it is."""
    loaded = await documents.contacts.get(contact.id)
    if loaded is not None:
        kept = loaded.value.with_details_of(contact)
        if kept != loaded.value:
            await documents.contacts.save(loaded, kept)
        return
    try:
        await documents.contacts.add(contact)
    except Duplicate:
        raise Stale(contact.id) from None


async def confirm_contact(person: str, documents: NotificationDocuments, at: datetime) -> None:
    """They used the link that we mailed to them: what they chose at sign-up counts from now on."""
    loaded = await documents.contacts.get(person)
    if loaded is not None and (confirmed := loaded.value.as_confirmed(at)) != loaded.value:
        await documents.contacts.save(loaded, confirmed)


async def send_again(person: str, officer: str, documents: NotificationDocuments, at: datetime) -> None:
    """Lift the suppression of their address. Twice changes nothing. Raises NotFound, Stale."""
    loaded = await documents.contacts.get(person)
    if loaded is None:
        raise NotFound("There is no such person")
    if (lifted := loaded.value.send_again(officer, at)) != loaded.value:
        await documents.contacts.save(loaded, lifted)
