"""Whether people have heard what came of a consultation, and putting that off in public."""

from dataclasses import replace
from datetime import date, datetime

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.promise import Delay, delay_faults, feedback_after
from shared.clock import LONDON
from shared.errors import Conflict, Invalid


def feedback_due(consultation: Consultation) -> date:
    """The day that was promised; what was published before there were promises owes it as others do."""
    return consultation.details.feedback_on or feedback_after(consultation.details.closes_at)


def owes_feedback(consultation: Consultation) -> bool:
    """A survey owes none unless it promised a day."""
    return consultation.details.formal or consultation.details.feedback_on is not None


def is_owed(consultation: Consultation, now: datetime) -> bool:
    """It has closed, and nobody was told what came of it."""
    return owes_feedback(consultation) and consultation.has_closed(now) and consultation.reported_at is None


def is_overdue(consultation: Consultation, now: datetime) -> bool:
    """From the day after, by the calendar in London."""
    return is_owed(consultation, now) and days_over(consultation, now) > 0


def days_over(consultation: Consultation, now: datetime) -> int:
    """Days since the one that was promised; below 0 while it is to come."""
    return (now.astimezone(LONDON).date() - feedback_due(consultation)).days


def put_off(consultation: Consultation, until: date, reason: str, by: str, now: datetime) -> Consultation:
    """Promise a later day, in public; the same again changes nothing. Raises Conflict, Invalid."""
    if not consultation.is_published:
        raise Conflict("This consultation is not published yet. Change the day with its details")
    last = consultation.delays[-1] if consultation.delays else None
    if last is not None and (last.until, last.reason, last.by) == (until, reason, by):
        return consultation
    if consultation.reported_at is not None:
        raise Conflict("What came of it is published already")
    before = feedback_due(consultation)
    if faults := delay_faults(before, until, reason, now.astimezone(LONDON).date()):
        raise Invalid(faults)
    delay = Delay(before, until, reason, now, by)
    details = replace(consultation.details, feedback_on=until)
    return replace(consultation, details=details, delays=(*consultation.delays, delay))


def told(consultation: Consultation, at: datetime) -> Consultation:
    """People were told what came of it. A later edition of the report changes nothing here."""
    return consultation if consultation.reported_at is not None else replace(consultation, reported_at=at)
