"""What people chose to hear about, and how often. Nobody hears of anything that they did not ask for."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Topic(StrEnum):
    CONSULTATION_OPENED = "consultation_opened"
    CLOSING_SOON = "closing_soon"
    REPORT_PUBLISHED = "report_published"


class Frequency(StrEnum):
    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, with when it was made and where: sign-up, preferences, unsubscribe."""

    topic: Topic
    frequency: Frequency
    at: datetime
    source: str
