"""Consultations, their questions and the responses to them: what may be asked, answered and sent, and when."""

from services.consultation.domain.consultation import Consultation, NotOpen, State, slug
from services.consultation.domain.details import Audience, Details
from services.consultation.domain.question import AGREE_SCALE, Kind, Option, Question
from services.consultation.domain.response import Response, check_sign, reference_of
from services.consultation.domain.tally import count_into, sum_parts

__all__ = [
    "AGREE_SCALE",
    "Audience",
    "Consultation",
    "Details",
    "Kind",
    "NotOpen",
    "Option",
    "Question",
    "Response",
    "State",
    "check_sign",
    "count_into",
    "reference_of",
    "slug",
    "sum_parts",
]
