"""Messages that we owe to people: what is owed, being sent, sent, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from services.notifications.domain.mailing import MailingState

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=3)
CLAIM = timedelta(minutes=2)
"""Who sends a message has it for so long; then it is taken for lost in a crash, and sent by another."""

HOLD = timedelta(minutes=1)
"""A message of a mailing that is paused is looked at again so much later."""


class Lane(StrEnum):
    """Which messages go first. What somebody waits for never stands behind a mailing."""

    URGENT = "0"
    NORMAL = "1"
    BULK = "2"


class State(StrEnum):
    """Owed with a reason is what "failed for now" is called elsewhere; failed is for good."""

    OWED = "owed"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"


REPORTED = frozenset({State.DELIVERED, State.BOUNCED})
"""From a message that is owed or being sent too: it was taken, and the report was here before our note of that."""

UNSENT = frozenset({State.OWED, State.SENDING, State.FAILED, State.SUPPRESSED, State.CANCELLED})

MAY_BECOME: Mapping[State, frozenset[State]] = {
    State.OWED: UNSENT | REPORTED,
    State.SENDING: UNSENT | REPORTED | {State.SENT},
    State.SENT: REPORTED,
    State.DELIVERED: frozenset({State.BOUNCED}),
}


FINAL = frozenset(State) - {State.OWED, State.SENDING}
"""We do nothing more about it."""


class WrongState(Exception):  # noqa: N818
    """A message cannot become this from what it is."""


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `values` and `items` fill the template's places.

    `kept_since` is when we were done with it: None before, and again once what it says is forgotten. By `listed`
    those in a state are found in the order in which they were made.

    `next_try` is None once the state is final, and so is `due`, by which messages to try are found in the order of
    their lanes. `topic` is what the mail can be unsubscribed from, `mailing` what it is one of many of. `wording` is
    the version of the words that officers can change; 0 for those delivered.
    """

    id: str
    template: str
    person: str
    values: Mapping[str, str]
    created_at: datetime
    next_try: datetime | None
    lane: Lane = Lane.NORMAL
    state: State = State.OWED
    attempts: int = 0
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str = ""
    topic: str = ""
    mailing: str | None = None
    items: tuple[Mapping[str, str], ...] = ()
    due: str | None = None
    wording: int = 0
    kept_since: datetime | None = None
    listed: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "listed", listed_text(self.state, self.created_at))
        object.__setattr__(self, "due", self.next_try and due_text(self.lane, self.next_try))

    def worded(self, wording: int) -> "Message":
        return replace(self, wording=wording)

    def claim(self, now: datetime) -> "Message":
        return self._become(State.SENDING, now + CLAIM, attempts=self.attempts + 1)

    def sent(self, now: datetime) -> "Message":
        return self._become(State.SENT, sent_at=now, kept_since=now, reason="")

    def failed_for_now(self, reason: str, now: datetime) -> "Message":
        """Owed again, later each time; failed for good when it has been owed too long or is of no use any more."""
        give_up = min(self.created_at + GIVE_UP_AFTER, self.expires_at or datetime.max.replace(tzinfo=now.tzinfo))
        next_try = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, min(self.attempts - 1, 20)))
        if next_try >= give_up:
            return self.failed(reason, now)
        return self._become(State.OWED, next_try, reason=reason)

    def due_again(self, now: datetime) -> "Message":
        """Owed, and to be tried now: what it waited for has come."""
        return self._become(State.OWED, now)

    def put_off(self, until: datetime) -> "Message":
        """Not tried yet: its turn comes later."""
        return self._become(State.OWED, until)

    def failed(self, reason: str, now: datetime) -> "Message":
        return self._become(State.FAILED, reason=reason, kept_since=now)

    def suppressed(self, reason: str, now: datetime) -> "Message":
        """Not to be sent to this address; kept, so that staff see it."""
        return self._become(State.SUPPRESSED, reason=reason, kept_since=now)

    def cancelled(self, now: datetime, reason: str = "its mailing was cancelled") -> "Message":
        return self._become(State.CANCELLED, reason=reason, kept_since=now)

    def halted_by(self, mailing: MailingState, now: datetime) -> "Message | None":
        """What becomes of it for how its mailing stands; None when it may go."""
        if mailing in {MailingState.CANCELLING, MailingState.CANCELLED}:
            return self.cancelled(now)
        return self.put_off(now + HOLD) if mailing is MailingState.PAUSED else None

    def delivered(self, now: datetime) -> "Message":
        return self._become(State.DELIVERED, reason="", **self._done(now))

    def bounced(self, reason: str, now: datetime) -> "Message":
        return self._become(State.BOUNCED, reason=reason, **self._done(now))

    def _done(self, now: datetime) -> dict[str, datetime]:
        """A report that was here before our note that it was sent ends our work on it."""
        return {} if self.state in FINAL else {"kept_since": now}

    def forgotten(self) -> "Message":
        """That it was, and what became of it, stays; what it said goes."""
        return replace(self, values={}, items=(), kept_since=None)

    @property
    def is_forgotten(self) -> bool:
        return self.state in FINAL and self.kept_since is None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and now >= self.expires_at

    def _become(self, state: State, next_try: datetime | None = None, **changes: Any) -> "Message":
        """Raises WrongState."""
        if state not in MAY_BECOME.get(self.state, ()):
            raise WrongState(f"message {self.id} is {self.state} and cannot become {state}")
        return replace(self, state=state, next_try=next_try, **changes)


def due_text(lane: Lane, moment: datetime) -> str:
    """Sorts by lane, then by time."""
    return f"{lane}:{moment.astimezone(UTC).isoformat(timespec='microseconds')}"


def listed_text(state: State, created_at: datetime) -> str:
    return f"{state}:{created_at.astimezone(UTC).isoformat(timespec='microseconds')}"


def owe(  # noqa: PLR0913
    id: str,
    template: str,
    person: str,
    values: Mapping[str, str],
    now: datetime,
    expires_at: datetime | None = None,
    *,
    lane: Lane = Lane.NORMAL,
    topic: str = "",
    mailing: str | None = None,
    items: tuple[Mapping[str, str], ...] = (),
) -> Message:
    return Message(
        id, template, person, values, now, now, lane,
        expires_at=expires_at, topic=topic, mailing=mailing, items=items,
    )  # fmt: skip
