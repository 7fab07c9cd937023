"""Reports of what became of a mail: what they mean for the message, and for the address it went to."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SOFT_BOUNCES = 3
SOFT_SPAN = timedelta(days=3)
"""So many messages, the last so long after the first, and the address is given up: one bad weekend is not enough."""

SOFT_FORGOTTEN = timedelta(days=30)

STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
"""RFC 3463."""

BAD_ADDRESS = "1"
BAD_SENDER = {"7", "8"}
MAILBOX = "2"
MAILBOX_DISABLED = {"0", "1"}
OF_THE_ADDRESS = {"2", "3", "4"}
"""Subjects of a status: mailbox, mail system, network. The others are about what we sent, or about us."""


class Fate(StrEnum):
    """What became of a mail. Only GONE and SOFT are held against the address."""

    DELIVERED = "delivered"
    GONE = "gone"
    """No such address, or one that takes no mail any more."""

    SOFT = "soft"
    """Not this time: the mailbox is full, or its server away for days."""

    LOST = "lost"
    """Turned away for what it says or where it comes from, or lost on the way: no fault of the address."""


@dataclass(frozen=True, slots=True)
class Report:
    """`address` is the tag of that to which the mail went; it may be another than the person has now.

    `sent_at` is None for one that is here before our note that the mail was sent.
    """

    message: str
    address: str
    fate: Fate
    reason: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SoftBounce:
    message: str
    at: datetime


def fate_of_status(action: str, status: str) -> Fate | None:
    """From what a mail server writes (RFC 3464). None while it still tries, and for what does not say.

    Suppressing an address is hard to undo, so only what speaks of the address itself does it.
    """
    if action in {"delivered", "relayed", "expanded"}:  # relayed and expanded: nobody behind that one will tell us more
        return Fate.DELIVERED
    found = STATUS.match(status)
    if action != "failed" or found is None or found[1] == "2":
        return None
    kind, subject, detail = found.groups()
    if kind == "4":
        return Fate.SOFT
    if status == "5.0.0" or (subject == BAD_ADDRESS and detail not in BAD_SENDER):
        return Fate.GONE
    if subject == MAILBOX and detail in MAILBOX_DISABLED:
        return Fate.GONE
    return Fate.SOFT if subject in OF_THE_ADDRESS else Fate.LOST


NOTIFY_FATES = {
    "delivered": Fate.DELIVERED,
    "permanent-failure": Fate.GONE,
    "temporary-failure": Fate.SOFT,
    "technical-failure": Fate.LOST,
}
"""GOV.UK Notify's words."""


def with_soft_bounce(bounces: tuple[SoftBounce, ...], message: str, at: datetime) -> tuple[SoftBounce, ...]:
    """Each message once, when it was first told of; those of long ago are forgotten."""
    recent = tuple(each for each in bounces if at - each.at < SOFT_FORGOTTEN)
    return recent if any(each.message == message for each in recent) else (*recent, SoftBounce(message, at))


def too_many(bounces: tuple[SoftBounce, ...]) -> bool:
    return len(bounces) >= SOFT_BOUNCES and bounces[-1].at - bounces[0].at >= SOFT_SPAN
