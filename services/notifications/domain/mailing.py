"""A mailing: one announcement to all whom it concerns, a page of people at a time."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.notifications.domain.announcement import Announcement
from shared.errors import Refusal


class MailingState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"


AT_WORK = (MailingState.RUNNING, MailingState.CANCELLING)
"""There is a next step to take."""


class MailingEnded(Refusal):
    """It cannot be changed any more."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """`cursor` is the last person looked at, in the order of their ids; `looked_at` and `owed` count up to there."""

    id: str
    announcement: Announcement
    started_at: datetime
    state: MailingState = MailingState.RUNNING
    cursor: str = ""
    looked_at: int = 0
    owed: int = 0
    ended_at: datetime | None = None

    def past(self, cursor: str, looked_at: int, owed: int) -> "Mailing":
        return replace(self, cursor=cursor, looked_at=self.looked_at + looked_at, owed=self.owed + owed)

    def done(self, now: datetime) -> "Mailing":
        """Everybody has been looked at; messages may still be on their way."""
        return replace(self, state=MailingState.DONE, ended_at=now)

    def paused(self) -> "Mailing":
        return self if self.state is MailingState.PAUSED else self._from_running(MailingState.PAUSED)

    def resumed(self) -> "Mailing":
        if self.state is MailingState.PAUSED:
            return replace(self, state=MailingState.RUNNING)
        return self._from_running(MailingState.RUNNING)

    def cancelling(self) -> "Mailing":
        """Also when everybody has been looked at: messages that are still owed can be taken back."""
        if self.state is MailingState.CANCELLED:
            raise MailingEnded("This mailing was cancelled already")
        return replace(self, state=MailingState.CANCELLING)

    def cancelled(self, now: datetime) -> "Mailing":
        return replace(self, state=MailingState.CANCELLED, ended_at=now)

    def _from_running(self, state: MailingState) -> "Mailing":
        if self.state is not MailingState.RUNNING:
            raise MailingEnded(f"This mailing is {self.state}")
        return replace(self, state=state)
