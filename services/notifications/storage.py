"""Messages and contacts as documents."""

from services.notifications.domain import (
    Announced,
    Begun,
    Contact,
    Digest,
    Mailing,
    Message,
    Occasion,
    Participant,
    Wording,
)
from shared.consume import PARKED
from shared.store.documents import Documents
from shared.store.port import Collection, Store
from shared.web.sessions import REVOCATIONS

MESSAGES = Collection("messages", indexed=("due", "person", "mailing", "created_at", "listed", "kept_since"))
MAILINGS = Collection("mailings", indexed=("state", "started_at"))
CONTACTS = Collection("contacts", indexed=("sought",))
OCCASIONS = Collection("occasions", indexed=("due_at",))
ANNOUNCEMENTS = Collection("announcements", indexed=("daily", "weekly"))
DIGESTS = Collection("digests", indexed=("state",))
WORDINGS = Collection("wordings")
BEGUN = Collection("begun", indexed=("consultation", "person"))
PARTICIPANTS = Collection("participants", indexed=("consultation", "person"))

COLLECTIONS = (
    MESSAGES,
    MAILINGS,
    CONTACTS,
    OCCASIONS,
    ANNOUNCEMENTS,
    DIGESTS,
    WORDINGS,
    BEGUN,
    PARTICIPANTS,
    PARKED,
    REVOCATIONS,
)


class NotificationDocuments:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.messages = Documents(store, MESSAGES, Message)
        self.mailings = Documents(store, MAILINGS, Mailing)
        self.contacts = Documents(store, CONTACTS, Contact)
        self.occasions = Documents(store, OCCASIONS, Occasion)
        self.announcements = Documents(store, ANNOUNCEMENTS, Announced)
        self.digests = Documents(store, DIGESTS, Digest)
        self.wordings = Documents(store, WORDINGS, Wording)
        self.begun = Documents(store, BEGUN, Begun)
        self.participants = Documents(store, PARTICIPANTS, Participant)

    async def states_of_mailing(self, mailing: str) -> dict[str, int]:
        """How many messages of a mailing are in each state."""
        counts = await self._store.count_by(MESSAGES.name, "state", {"mailing": mailing})
        return {str(state): count for state, count in counts.items()}

    async def forget_begun(self, draft: str) -> None:
        await self._store.delete(BEGUN.name, draft)

    async def forget_participant(self, response: str) -> None:
        await self._store.delete(PARTICIPANTS.name, response)
