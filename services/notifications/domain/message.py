"""Messages that we owe to people: what is owed, being sent, sent, and what has failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=3)
CLAIM = timedelta(minutes=2)
"""Who sends a message has it for so long; then it is taken for lost in a crash, and sent by another."""


class Lane(StrEnum):
    """Which messages go first. What somebody waits for never stands behind a mailing."""

    URGENT = "0"
    NORMAL = "1"
    BULK = "2"


class State(StrEnum):
    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `next_try` is None once the state is final. `values` fill the template's places."""

    id: str
    template: str
    person: str
    values: Mapping[str, str]
    created_at: datetime
    next_try: datetime | None
    state: State = State.OWED
    attempts: int = 0
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str = field(default="")

    def claim(self, now: datetime) -> "Message":
        return replace(self, state=State.SENDING, attempts=self.attempts + 1, next_try=now + CLAIM)

    def sent(self, now: datetime) -> "Message":
        return replace(self, state=State.SENT, sent_at=now, next_try=None, reason="")

    def failed_for_now(self, reason: str, now: datetime) -> "Message":
        """Owed again, later each time; failed for good when it has been owed too long or is of no use any more."""
        give_up = min(self.created_at + GIVE_UP_AFTER, self.expires_at or datetime.max.replace(tzinfo=now.tzinfo))
        next_try = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self.attempts - 1, 20))
        if next_try >= give_up:
            return self.failed(reason)
        return replace(self, state=State.OWED, next_try=next_try, reason=reason)

    def due_again(self, now: datetime) -> "Message":
        """Owed, and to be tried now: what it waited for has come."""
        return replace(self, next_try=now)

    def failed(self, reason: str) -> "Message":
        return replace(self, state=State.FAILED, next_try=None, reason=reason)


def owe(  # noqa: PLR0913
    id: str, template: str, person: str, values: Mapping[str, str], now: datetime, expires_at: datetime | None = None
) -> Message:
    return Message(id, template, person, values, now, now, expires_at=expires_at)
