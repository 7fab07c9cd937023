"""What becomes of a response after it was sent: changed, withdrawn, set aside, restored.

Each tells what the response added to the counts before and what it adds now, so that they can be kept by it alone.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from services.consultation.domain.answers import Given, WardOf, no_ward
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.response import Response, choices_of, texts_of
from shared.contracts.consultation import Counted, ResponseRevisedV1
from shared.errors import Conflict, Refusal

REASON_LIMIT = 300


class Reason(StrEnum):
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    SET_ASIDE = "set_aside"
    RESTORED = "restored"


Revised = tuple[Response, ResponseRevisedV1 | None]
"""The response as it is now; no event where nothing changed."""


def change(  # noqa: PLR0913
    consultation: Consultation,
    response: Response,
    given: Given,
    now: datetime,
    ward_of: WardOf = no_ward,
    version: int | None = None,
) -> Revised:
    """Other answers, to the version that was answered if no other is named. One that was withdrawn counts again.

    Raises NotOpen, Invalid, Outside, and Refusal where nothing is answered.
    """
    consultation.must_be_open(now)
    questionnaire = consultation.version(response.version if version is None else version)
    answers = consultation.read_answers(given, questionnaire.version, ward_of)
    if not answers:
        first = questionnaire.asked[0].id
        raise Refusal("You have not answered any question. To take all answers back, withdraw them", first)
    if answers == response.answers and response.withdrawn_at is None:
        return response, None
    changed = replace(response, answers=answers, version=questionnaire.version, changed_at=now, withdrawn_at=None)
    return changed, revised(consultation, response, changed, Reason.CHANGED)


def withdraw(consultation: Consultation, response: Response, now: datetime) -> Revised:
    """The answers are deleted; that there was a response stays. Raises NotOpen."""
    if response.withdrawn_at is not None:
        return response, None
    consultation.must_be_open(now)
    withdrawn = replace(response, answers={}, withdrawn_at=now)
    return withdrawn, revised(consultation, response, withdrawn, Reason.WITHDRAWN)


def set_aside(consultation: Consultation, response: Response, reason: str) -> Revised:
    """Leave it out of the results; it is kept. Raises Refusal without a reason, Conflict where it was withdrawn."""
    if not reason or len(reason) > REASON_LIMIT:
        raise Refusal(f"Say why it is left out of the results, in {REASON_LIMIT} characters or fewer", "reason")
    if response.withdrawn_at is not None:
        raise Conflict("This response was withdrawn. There is nothing to set aside")
    aside = replace(response, set_aside=reason)
    return aside, revised(consultation, response, aside, Reason.SET_ASIDE) if not response.set_aside else None


def restore(consultation: Consultation, response: Response) -> Revised:
    """Into the results again."""
    if not response.set_aside:
        return response, None
    restored = replace(response, set_aside="")
    return restored, revised(consultation, response, restored, Reason.RESTORED)


def revised(consultation: Consultation, before: Response, after: Response, reason: Reason) -> ResponseRevisedV1:
    return ResponseRevisedV1(
        response=after.id,
        consultation=consultation.id,
        title=consultation.title,
        reference=after.reference,
        reason=reason,
        why=after.set_aside or before.set_aside,
        resident=after.resident,
        before=_counted(consultation, before),
        after=_counted(consultation, after),
        version=after.version,
        channel=after.channel,
        language=after.language,
    )


def _counted(consultation: Consultation, response: Response) -> Counted | None:
    if not response.counts:
        return None
    questionnaire = consultation.version(response.version)
    choices, texts = choices_of(questionnaire, response.answers), texts_of(questionnaire, response.answers)
    return Counted(choices=choices, texts=texts, version=response.version)
