"""Something that many people may want to hear of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.choice import Frequency, Topic
from services.notifications.domain.contact import Contact

CALLS = frozenset({Topic.CONSULTATION_OPENED, Topic.CLOSING_SOON})
"""Topics that call people to answer while there is time."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """`values` fill the template named like the topic. No interests, or no wards, means all of them."""

    id: str
    topic: Topic
    values: Mapping[str, str]
    at: datetime
    interests: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()

    @property
    def until(self) -> datetime | None:
        """From when on it is of no use: the close, for what calls to answer. None for what can be read for ever."""
        closes_at = self.values.get("closes_at")
        return datetime.fromisoformat(closes_at) if closes_at and self.topic in CALLS else None

    def closing(self, at: datetime) -> "Announcement":
        """With the close that counts now, where that was moved since it was announced."""
        return replace(self, values={**self.values, "closes_at": at.isoformat()}) if self.until else self

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and now >= self.until

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
