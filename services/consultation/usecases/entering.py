"""Entering answers one by one for people who answered on paper, face to face or by phone."""

from datetime import datetime

from services.consultation.domain import Consultation, NotOpen, Origin
from services.consultation.domain.entering import fault_in_form_number, fault_in_received, why_not_entered_now
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict, Invalid


def must_take_entries(consultation: Consultation, now: datetime) -> None:
    """Raises Conflict and NotOpen."""
    if not consultation.is_published:
        raise Conflict("Publish the consultation first. Then answers to it can be entered")
    if sentence := why_not_entered_now(consultation.details, now):
        raise NotOpen(sentence)


async def check_entry(
    consultation: Consultation, origin: Origin, documents: ConsultationDocuments, now: datetime
) -> None:
    """Before the answers are typed. Raises Invalid under `received` and `form_number`; Conflict and NotOpen."""
    must_take_entries(consultation, now)
    number = origin.form_number or ""
    errors = {
        "received": fault_in_received(consultation.details, origin.received_on, now),
        "form_number": fault_in_form_number(number),
    }
    if number:
        there = await documents.responses.find({"consultation": consultation.id, "form_number": number}, limit=1)
        for each in there:
            errors["form_number"] = f"This form has been entered already. Its reference is {each.value.reference}"
    if found := {field: sentence for field, sentence in errors.items() if sentence}:
        raise Invalid(found)
