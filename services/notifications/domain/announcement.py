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
        """Whether it is about what they are interested in and where they live.

        Who asked to hear of a topic and named no interest hears of all of it, or their asking would have no effect.
        """
        interested = (
            not self.interests or not contact.interests or not set(self.interests).isdisjoint(contact.interests)
        )
        return interested and (not self.wards or contact.ward in self.wards)

    def goes_to(self, contact: Contact, frequency: Frequency) -> bool:
        """Whether it reaches them that way.

        The choice that counted when it was announced decides, so that a change of mind in between neither doubles it
        nor loses it. Only "never" counts at once.
        """
        return (
            self.concerns(contact)
            and contact.frequency(self.topic, self.at) is frequency
            and contact.frequency(self.topic) is not Frequency.NEVER
        )

    def goes_now_to(self, contact: Contact) -> bool:
        return self.goes_to(contact, Frequency.NOW)
