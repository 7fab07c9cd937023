"""Publishing a consultation, alone or with a second officer, and moving its close."""

from dataclasses import replace
from datetime import datetime

from services.consultation.domain.approval import Step, must_be_second, must_have_reason, waiting
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.extension import Extension, extension_faults
from services.consultation.domain.promise import moved_with_close
from shared.contracts.consultation import ConsultationExtendedV1, ConsultationPublishedV1
from shared.errors import Conflict, Invalid

Published = tuple[Consultation, ConsultationPublishedV1 | None]
"""No event where it is a new version of what was published before."""

SECOND_NEEDED = "Another officer has to approve this before it is published. Ask for publication"


def publish(consultation: Consultation, by: str, now: datetime, *, second_officer: bool) -> Published:
    """Raises Conflict with what it lacks, and where a second officer has to approve."""
    if second_officer:
        raise Conflict(SECOND_NEEDED)
    return _publish(consultation, by, now)


def ask_for_publication(consultation: Consultation, by: str, now: datetime) -> Consultation:
    """The same again changes nothing. Raises Conflict with what it lacks."""
    if consultation.is_frozen:
        raise Conflict("This consultation is published, and there is no new version of it")
    if waiting(consultation.history, consultation.mark):
        return consultation
    if lacking := _lacks(consultation, now):
        raise Conflict(". ".join(lacking))
    return consultation.noted(Step.ASKED, by, now)


def approve(consultation: Consultation, by: str, now: datetime, seen: str) -> Published:
    """Publish what `seen` marks. Raises Conflict, Forbidden."""
    must_be_second(consultation.history, consultation.mark, by, consultation.created_by, seen)
    return _publish(consultation.noted(Step.APPROVED, by, now), by, now)


def send_back(consultation: Consultation, by: str, now: datetime, seen: str, note: str) -> Consultation:
    """Raises Conflict, Forbidden, Refusal without a reason."""
    must_be_second(consultation.history, consultation.mark, by, consultation.created_by, seen)
    must_have_reason(note)
    return consultation.noted(Step.SENT_BACK, by, now, note)


def _publish(consultation: Consultation, by: str, now: datetime) -> Published:
    if consultation.is_published:
        return consultation.publish_version(now, by), None
    return consultation.publish(by, now)


def _lacks(consultation: Consultation, now: datetime) -> tuple[str, ...]:
    if not consultation.is_published:
        return consultation.lacks(now)
    if consultation.has_closed(now):
        return ("This consultation has closed",)
    return consultation.lacks_in_questions()


Extended = tuple[Consultation, ConsultationExtendedV1 | None]


def extend(consultation: Consultation, until: datetime, reason: str, by: str, now: datetime) -> Extended:
    """Move the close to a later time; the same again changes nothing. Raises Conflict, Invalid."""
    if not consultation.is_published:
        raise Conflict("This consultation is not published yet. Change its closing time with its details")
    last = consultation.extensions[-1] if consultation.extensions else None
    if last is not None and (last.until, last.reason, last.by) == (until, reason, by):
        return consultation, None
    if consultation.has_closed(now):
        raise Conflict("This consultation has closed. It cannot be opened again: write a new one")
    details = consultation.details
    if faults := extension_faults(details.closes_at, until, reason):
        raise Invalid(faults)
    extension = Extension(details.closes_at, until, reason, now, by)
    extended = replace(
        consultation,
        details=replace(
            details,
            closes_at=until,
            feedback_on=moved_with_close(details.feedback_on, details.closes_at, until),
        ),
        extensions=(*consultation.extensions, extension),
    )
    return extended, ConsultationExtendedV1(
        consultation=consultation.id,
        title=consultation.title,
        opens_at=details.opens_at,
        closes_at=until,
        extended_by=by,
        summary=details.summary,
        interests=details.interests,
        wards=details.wards,
    )
