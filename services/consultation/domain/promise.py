"""The day on which people are to hear what came of a consultation."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.clock import LONDON

WEEKS = 12
"""After the close, where an officer has not said otherwise."""

REASON_LIMIT = 600


@dataclass(frozen=True, slots=True)
class Delay:
    """`before` and `until`: the day that was promised before and after it."""

    before: date
    until: date
    reason: str
    at: datetime
    by: str


def feedback_after(closes_at: datetime) -> date:
    """The day that is promised where an officer has chosen none."""
    return _day(closes_at) + timedelta(weeks=WEEKS)


def moved_with_close(promised: date | None, before: datetime, until: datetime) -> date | None:
    """As long after a later close as it was after the earlier one."""
    return promised and promised + (_day(until) - _day(before))


def delay_faults(before: date, until: date, reason: str, today: date) -> dict[str, str]:
    """Sentence by field; empty when it can be put off so."""
    faults = {}
    if until <= before:
        faults["feedback_on"] = "Choose a day after the one that was promised"
    elif until < today:
        faults["feedback_on"] = "Choose a day that is still to come"
    if not reason:
        faults["reason"] = "Say why people hear of it later. Everyone can read this"
    elif len(reason) > REASON_LIMIT:
        over = len(reason) - REASON_LIMIT
        faults["reason"] = f"The reason must be {REASON_LIMIT} characters or fewer. It is {over:,} over"
    return faults


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
