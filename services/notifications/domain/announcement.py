"""Something that many people may want to hear of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.choice import Frequency, Topic
from services.notifications.domain.contact import Contact


@dataclass(frozen=True, slots=True)
class Announcement:
    """`values` fill the template named like the topic. No interests, or no wards, means all of them."""

    id: str
    topic: Topic
    values: Mapping[str, str]
    at: datetime
    interests: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()

    def concerns(self, contact: Contact) -> bool:
        """Whether it is about what they are interested in and where they live."""
        interested = not self.interests or not set(self.interests).isdisjoint(contact.interests)
        return interested and (not self.wards or contact.ward in self.wards)

    def goes_now_to(self, contact: Contact) -> bool:
        return self.concerns(contact) and contact.frequency(self.topic) is Frequency.NOW
