"""Who answered a consultation while signed in: they are told what came of it."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.announcement import Announcement
from services.notifications.domain.choice import DIGESTS, Topic
from services.notifications.domain.contact import Contact
from services.notifications.domain.message import Lane, Message, owe


@dataclass(frozen=True, slots=True)
class Participant:
    """One for each response, under its id; gone once the response is withdrawn."""

    id: str
    person: str
    consultation: str

    def news(self, announcement: Announcement, now: datetime) -> Message:
        """Under the same id as the mailing would give it, so that nobody is told twice."""
        return owe(
            f"{announcement.id}:{self.person}",
            announcement.topic,
            self.person,
            announcement.values,
            now,
            lane=Lane.BULK,
            topic=announcement.topic,
            mailing=announcement.id,
        )


def is_told(contact: Contact | None, announcement: Announcement) -> bool:
    """Everyone who answered, but who said that they want none of it, and who hears of it in a digest anyway."""
    if contact is None:
        return True
    if contact.has_refused(Topic.REPORT_PUBLISHED):
        return False
    return not any(announcement.goes_to(contact, digest) for digest in DIGESTS)
