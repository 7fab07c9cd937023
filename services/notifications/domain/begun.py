"""Answers that someone has begun and not sent: who is reminded of them before the close."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.announcement import Announcement
from services.notifications.domain.choice import Topic
from services.notifications.domain.contact import Contact
from services.notifications.domain.message import Lane, Message, owe


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft of a person's; kept until it is sent or deleted."""

    id: str
    person: str
    consultation: str
    title: str
    closes_at: datetime

    @property
    def values(self) -> Mapping[str, str]:
        return {
            "title": self.title,
            "closes_at": self.closes_at.isoformat(),
            "link": f"/consultations/{self.consultation}/drafts/{self.id}",
        }

    def saved(self, now: datetime) -> Message:
        """Owed once, however often they save."""
        return owe(f"draft:{self.id}", "saved_draft", self.person, self.values, now, self.closes_at)

    def reminder(self, announcement: Announcement, now: datetime) -> Message:
        """In place of the news that a consultation closes soon: under the same id, so that nobody is told twice."""
        return owe(
            reminder_id(announcement.id, self.person),
            "draft_reminder",
            self.person,
            {**self.values, "closes_at": announcement.values["closes_at"]},
            now,
            datetime.fromisoformat(announcement.values["closes_at"]),
            lane=Lane.BULK,
            topic=Topic.CLOSING_SOON,
        )


def is_reminded(contact: Contact | None) -> bool:
    """Everyone who began something, but who said that they want no news of what closes soon."""
    return contact is None or not contact.has_refused(Topic.CLOSING_SOON)


def reminder_id(announcement: str, person: str) -> str:
    return f"{announcement}:{person}"
