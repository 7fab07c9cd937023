"""Digests: what was announced, gathered for those who want it once a day or once a week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.notifications.domain.announcement import Announcement
from services.notifications.domain.choice import Frequency
from services.notifications.domain.contact import Contact
from shared.clock import LONDON
from shared.local import THURSDAY, last_local

TIMES = {Frequency.DAILY: (None, 18), Frequency.WEEKLY: (THURSDAY, 9)}
"""Day of the week, None for every day, and hour by the clock in London."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement as it is kept, with the one daily and the one weekly digest that took it, once they have."""

    id: str
    announcement: Announcement
    daily: str | None = None
    weekly: str | None = None

    def taken_by(self, frequency: Frequency) -> str | None:
        return self.daily if frequency is Frequency.DAILY else self.weekly

    def take(self, digest: "Digest") -> "Announced":
        by_day = digest.frequency is Frequency.DAILY
        return replace(self, daily=digest.id) if by_day else replace(self, weekly=digest.id)


class DigestState(StrEnum):
    TAKING = "taking"
    """Its announcements are being marked as taken, so that no other digest of its frequency has them."""

    SENDING = "sending"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest to all who want it. `after` is the last contact that was seen to."""

    id: str
    frequency: Frequency
    items: tuple[str, ...]
    """Ids of the announcements that no digest of this frequency had taken when this one began."""

    state: DigestState
    after: str = ""

    def taken(self) -> "Digest":
        return replace(self, state=DigestState.SENDING)

    def seen_to(self, last: str | None) -> "Digest":
        """All contacts up to `last` were seen to; None when there are no more."""
        return replace(self, state=DigestState.DONE) if last is None else replace(self, after=last)


def digest_id(frequency: Frequency, now: datetime) -> str:
    """The id of the digest whose time came last, such as weekly:2026-06-04. Times missed before it are in it."""
    weekday, hour = TIMES[frequency]
    return f"{frequency}:{last_local(now, weekday, hour).astimezone(LONDON).date()}"


def begin_digest(frequency: Frequency, now: datetime, items: Sequence[str]) -> Digest:
    """With nothing to tell it is done as it begins."""
    state = DigestState.TAKING if items else DigestState.DONE
    return Digest(digest_id(frequency, now), frequency, tuple(items), state)


def for_contact(
    contact: Contact, frequency: Frequency, announced: Sequence[Announcement], now: datetime
) -> list[Announcement]:
    """What concerns them and what they want at this frequency: by topic, then in the order it was announced.

    A call to answer what has closed since is left out.
    """
    wanted = [each for each in announced if each.goes_to(contact, frequency) and not each.is_over(now)]
    return sorted(wanted, key=lambda each: (each.topic, each.at, each.id))
