"""What is to be announced at a time to come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifications.domain.announcement import Announcement
from services.notifications.domain.choice import Topic
from shared.contracts.consultation import ConsultationExtendedV1, ConsultationPublishedV1, ReportPublishedV1

BEFORE_THE_CLOSE = timedelta(days=3)
REPORT_IS_NEWS = timedelta(days=90)
"""Announced later than that, by a service that was away for so long, it would be none."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """`due_at` is None once it is announced, or passed over: from `until` on it is of no use to anyone."""

    id: str
    topic: Topic
    values: Mapping[str, str]
    due_at: datetime | None
    until: datetime
    interests: tuple[str, ...] = ()
    wards: tuple[str, ...] = ()
    again: int = 0
    """How often its close was moved after it had been announced as near: then it is announced once more."""

    @property
    def announced_as(self) -> str:
        return f"{self.id}:{self.again}" if self.again else self.id

    def announcement(self, now: datetime) -> Announcement | None:
        """None when it is too late for it."""
        if now >= self.until:
            return None
        return Announcement(self.announced_as, self.topic, self.values, now, self.interests, self.wards)

    def done(self) -> "Occasion":
        return replace(self, due_at=None)

    def moved_to(self, later: "Occasion") -> "Occasion":
        """At the time of a later close. Who was told that a close is near is told of the later one in its turn."""
        if later.until <= self.until:
            return self
        if self.due_at is not None:
            return replace(later, again=self.again)
        if self.topic is Topic.CLOSING_SOON:
            return replace(later, again=self.again + 1)
        return replace(later, due_at=None)


def occasions_of(fact: ConsultationPublishedV1 | ConsultationExtendedV1) -> tuple[Occasion, Occasion]:
    """Its opening, and its close that nears; where it is open for less than three days, both at the opening."""
    values = {
        "title": fact.title,
        "consultation": fact.consultation,
        "summary": fact.summary,
        "closes_at": fact.closes_at.isoformat(),
    }
    closing = max(fact.opens_at, fact.closes_at - BEFORE_THE_CLOSE)

    def occasion(id: str, topic: Topic, due_at: datetime) -> Occasion:
        return Occasion(f"{id}:{fact.consultation}", topic, values, due_at, fact.closes_at, fact.interests, fact.wards)

    return (
        occasion("opened", Topic.CONSULTATION_OPENED, fact.opens_at),
        occasion("closing", Topic.CLOSING_SOON, closing),
    )


def occasion_of_report(fact: ReportPublishedV1, at: datetime) -> Occasion:
    """What came of a consultation, announced once: a later edition of its report is the same occasion."""
    values = {"title": fact.title, "consultation": fact.consultation, "summary": ""}
    id = f"reported:{fact.consultation}"
    return Occasion(id, Topic.REPORT_PUBLISHED, values, at, at + REPORT_IS_NEWS, fact.interests, fact.wards)


def opening_id(consultation: str) -> str:
    """Of the occasion of its opening, which is kept, and whose `until` is its close as it is now."""
    return f"opened:{consultation}"
