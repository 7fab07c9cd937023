"""What an officer writes about a consultation: its times, and whom it concerns."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from shared.clock import LONDON

TITLE_LIMIT = 120
SUMMARY_LIMIT = 400
BACKGROUND_LIMIT = 20_000
DECISION_LIMIT = 600

PROPOSAL_LIMIT = 5_000
TEXT_LIMIT = 10_000
LINE_LIMIT = 120

PUBLIC_TEXTS = (
    ("title", "title"),
    ("summary", "summary"),
    ("background", "background"),
    ("proposal", "proposal"),
    ("alternatives", "other options"),
    ("reasons", "reasons"),
    ("impact", "impact"),
    ("decision", "decision"),
    ("next_steps", "next steps"),
    ("formats", "other formats"),
)
"""Fields of Details that everyone reads, with what officers call them: what is translated."""

LIMITS = {
    "title": ("title", TITLE_LIMIT),
    "summary": ("summary", SUMMARY_LIMIT),
    "background": ("background", BACKGROUND_LIMIT),
    "proposal": ("proposal", PROPOSAL_LIMIT),
    "alternatives": ("text on other options", TEXT_LIMIT),
    "reasons": ("text on the reasons", TEXT_LIMIT),
    "impact": ("text on the impact", TEXT_LIMIT),
    "decision": ("decision", DECISION_LIMIT),
    "next_steps": ("text on the next steps", PROPOSAL_LIMIT),
    "contact_team": ("name of the team", LINE_LIMIT),
    "contact_email": ("e-mail address", LINE_LIMIT),
    "formats": ("text on other formats", DECISION_LIMIT),
}
"""By field: its name and how many characters it may have."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{8,28}")


class Audience(StrEnum):
    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    INVITED = "invited"
    """Only who holds a token that officers made and sent."""


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

    formal: bool = True
    """Whether it is a consultation on a proposal, with all that the law asks of one (law.py), or a survey."""

    proposal: str = ""
    alternatives: str = ""
    """The options that were considered."""

    reasons: str = ""
    impact: str = ""
    """On people, those whom the Equality Act 2010 protects above all; or why there is none."""

    next_steps: str = ""
    """Who considers the answers, and when people hear what came of them."""

    contact_team: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    formats: str = ""
    """How to get it on paper, in large print, in another language and so on."""

    feedback_on: date | None = None
    """The day on which people hear what came of it, at the latest. None means the usual one, for a survey none."""

    def faults(self) -> dict[str, str]:
        """Sentence by field; empty when it can be saved."""
        faults: dict[str, str] = {}
        for field, (name, limit) in LIMITS.items():
            length = len(getattr(self, field))
            if length > limit:
                faults[field] = f"The {name} must be {limit:,} characters or fewer. It is {length - limit:,} over"
        if not self.title:
            faults["title"] = "Enter a title"
        if self.closes_at <= self.opens_at:
            faults["closes_at"] = "The closing time must be after the opening time"
        if self.feedback_on and self.feedback_on <= self.closes_at.astimezone(LONDON).date():
            faults["feedback_on"] = "Choose a day after the close, on which people hear what came of it"
        if self.contact_email and not EMAIL.fullmatch(self.contact_email):
            faults["contact_email"] = "Enter an e-mail address such as parks@council.gov.uk"
        if self.contact_phone and not PHONE.fullmatch(self.contact_phone):
            faults["contact_phone"] = "Enter a phone number with its area code, such as 01582 546000"
        return faults
