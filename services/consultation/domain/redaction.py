"""What of an answer may be published: an officer has checked it, with or without something taken out.

The answer itself is never changed. Each version stays beside it, with who made it, when and why.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.coding import coding_id
from services.consultation.domain.question import TEXT_LIMITS, Kind
from shared.errors import Invalid

REASON_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Checked:
    """A decision on a text: `shown` is what may be published, empty where it may not."""

    at: datetime
    by: str
    mark: str
    """Of the text that the officer read."""

    published: bool
    shown: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Redaction:
    """The decisions on one answer, oldest first; the last one holds while the text is the one that was read.

    `published_in` is the consultation while it may be published.
    """

    id: str
    consultation: str
    response: str
    question: str
    decisions: tuple[Checked, ...] = ()
    published_in: str | None = None

    @property
    def last(self) -> Checked | None:
        return self.decisions[-1] if self.decisions else None

    def holds(self, mark: str) -> Checked | None:
        """The decision on the text of this mark. None where there is none: an unchecked answer is not published."""
        return self.last if self.last is not None and self.last.mark == mark else None

    def decide(self, decision: Checked, original: str) -> "Redaction":
        """The same again changes nothing. Raises Invalid."""
        if faults := _faults(decision, original):
            raise Invalid(faults)
        if self.last is not None and replace(self.last, at=decision.at, by=decision.by) == decision:
            return self
        published = self.consultation if decision.published else None
        return replace(self, decisions=(*self.decisions, decision), published_in=published)


def undecided(consultation: str, response: str, question: str) -> Redaction:
    return Redaction(coding_id(response, question), consultation, response, question)


def _faults(decision: Checked, original: str) -> dict[str, str]:
    faults = {}
    if decision.published and not decision.shown:
        faults["shown"] = "Write what may be published, or choose not to publish it"
    if len(decision.shown) > TEXT_LIMITS[Kind.LONG_TEXT]:
        faults["shown"] = f"This must be {TEXT_LIMITS[Kind.LONG_TEXT]:,} characters or fewer"
    changed = decision.published and decision.shown != original
    if (changed or not decision.published) and not decision.reason:
        faults["reason"] = "Say why something was taken out" if changed else "Say why it is not published"
    if len(decision.reason) > REASON_LIMIT:
        faults["reason"] = f"The reason must be {REASON_LIMIT} characters or fewer"
    return faults
