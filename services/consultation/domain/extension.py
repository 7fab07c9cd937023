"""Moving the close of a published consultation to a later time, in public."""

from dataclasses import dataclass
from datetime import datetime

REASON_LIMIT = 600


@dataclass(frozen=True, slots=True)
class Extension:
    """`before` and `until`: the close before and after it."""

    before: datetime
    until: datetime
    reason: str
    at: datetime
    by: str


def extension_faults(closes_at: datetime, until: datetime, reason: str) -> dict[str, str]:
    """Sentence by field; empty when it can be extended so."""
    faults = {}
    if until <= closes_at:
        faults["closes_at"] = (
            "Choose a time after the one that it has now. A consultation can be made longer, never shorter"
        )
    if not reason:
        faults["reason"] = "Say why it is open for longer. Everyone can read this"
    elif len(reason) > REASON_LIMIT:
        over = len(reason) - REASON_LIMIT
        faults["reason"] = f"The reason must be {REASON_LIMIT} characters or fewer. It is {over:,} over"
    return faults
