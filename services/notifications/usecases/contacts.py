"""Keeping how people can be reached."""

from services.notifications.domain import Contact
from services.notifications.storage import NotificationDocuments
from shared.store.port import Duplicate, Stale


async def keep_contact(contact: Contact, documents: NotificationDocuments) -> None:
    """The newest contact details of a person."""
    loaded = await documents.contacts.get(contact.id)
    if loaded is not None:
        await documents.contacts.save(loaded, contact)
        return
    try:
        await documents.contacts.add(contact)
    except Duplicate:
        raise Stale(contact.id) from None
