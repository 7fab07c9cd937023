"""Messages and contacts as documents."""

from services.notifications.domain import Contact, Message
from shared.consume import PARKED
from shared.store.documents import Documents
from shared.store.port import Collection, Store
from shared.web.sessions import REVOCATIONS

MESSAGES = Collection("messages", indexed=("next_try", "person"))
CONTACTS = Collection("contacts")

COLLECTIONS = (MESSAGES, CONTACTS, PARKED, REVOCATIONS)


class NotificationDocuments:
    def __init__(self, store: Store) -> None:
        self.messages = Documents(store, MESSAGES, Message)
        self.contacts = Documents(store, CONTACTS, Contact)
