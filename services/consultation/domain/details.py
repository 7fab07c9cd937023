"""What an officer writes about a consultation: its times, and whom it concerns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TITLE_LIMIT = 120
SUMMARY_LIMIT = 400
BACKGROUND_LIMIT = 20_000
DECISION_LIMIT = 600


class Audience(StrEnum):
    ANYONE = "anyone"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True)
class Details:
    """What an officer writes about a consultation, before its questions."""

    title: str
    summary: str
    background: str
    decision: str
    decision_open: bool
    opens_at: datetime
    closes_at: datetime
    audience: Audience
    live_results: bool = True
    """Whether everyone sees results while answers come in; if not, only once it has closed."""

    interests: tuple[str, ...] = ()
    """Ids of the priorities that it is about: who follows one of them is told that it opens. None means all."""

    wards: tuple[str, ...] = ()
    """Names of the wards whose residents are told. None means all."""

    def faults(self) -> dict[str, str]:
        """Sentence by field; empty when it can be saved."""
        faults: dict[str, str] = {}
        limits = {
            "title": ("title", TITLE_LIMIT),
            "summary": ("summary", SUMMARY_LIMIT),
            "background": ("background", BACKGROUND_LIMIT),
            "decision": ("decision", DECISION_LIMIT),
        }
        for field, (name, limit) in limits.items():
            length = len(getattr(self, field))
            if length > limit:
                faults[field] = f"The {name} must be {limit:,} characters or fewer. It is {length - limit:,} over"
        if not self.title:
            faults["title"] = "Enter a title"
        if self.closes_at <= self.opens_at:
            faults["closes_at"] = "The closing time must be after the opening time"
        return faults
