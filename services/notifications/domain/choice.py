"""What people chose to hear about, and how often. Nobody hears of anything that they did not ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.errors import Invalid


class Topic(StrEnum):
    CONSULTATION_OPENED = "consultation_opened"
    CLOSING_SOON = "closing_soon"
    REPORT_PUBLISHED = "report_published"


TITLES = {
    Topic.CONSULTATION_OPENED: "Consultations that open",
    Topic.CLOSING_SOON: "Consultations that close soon",
    Topic.REPORT_PUBLISHED: "What came of consultations",
}


class Frequency(StrEnum):
    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


DIGESTS = (Frequency.DAILY, Frequency.WEEKLY)


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice, with when it was made and where: sign-up, preferences, unsubscribe."""

    topic: Topic
    frequency: Frequency
    at: datetime
    source: str


def read_choices(given: Mapping[str, str]) -> dict[Topic, Frequency]:
    """A frequency for every topic, from what a form has under its name. Raises Invalid."""
    known = set(Frequency)
    faults = {
        str(topic): f"Choose how often to hear about {title[0].lower()}{title[1:]}"
        for topic, title in TITLES.items()
        if given.get(topic) not in known
    }
    if faults:
        raise Invalid(faults)
    return {topic: Frequency(given[topic]) for topic in Topic}
