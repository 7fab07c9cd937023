"""Consultations, their questionnaires and the responses to them: what may be asked, answered and sent, and when."""

from services.consultation.domain.answers import Answers, Given, WardOf, as_given, first_field, no_ward, read
from services.consultation.domain.consultation import Consultation, NotOpen, Outside, State, slug
from services.consultation.domain.details import Audience, Details
from services.consultation.domain.question import (
    AGREE_SCALE,
    DATE_PARTS,
    LISTED,
    OTHER,
    RESPONDENTS,
    ROUTING,
    SHUFFLED,
    WITH_OTHER,
    Keep,
    Kind,
    Option,
    Question,
)
from services.consultation.domain.question_check import FILE_TYPES
from services.consultation.domain.questionnaire import END, Exit, Leaning, Page, Questionnaire, Route
from services.consultation.domain.response import Channel, Origin, Response, check_sign, reference_of
from services.consultation.domain.routing import Walk, route_faults, walk
from services.consultation.domain.tally import count_into, sum_parts

__all__ = [
    "AGREE_SCALE",
    "DATE_PARTS",
    "END",
    "FILE_TYPES",
    "LISTED",
    "OTHER",
    "RESPONDENTS",
    "ROUTING",
    "SHUFFLED",
    "WITH_OTHER",
    "Answers",
    "Audience",
    "Channel",
    "Consultation",
    "Details",
    "Exit",
    "Given",
    "Keep",
    "Kind",
    "Leaning",
    "NotOpen",
    "Option",
    "Origin",
    "Outside",
    "Page",
    "Question",
    "Questionnaire",
    "Response",
    "Route",
    "State",
    "Walk",
    "WardOf",
    "as_given",
    "check_sign",
    "count_into",
    "first_field",
    "no_ward",
    "read",
    "reference_of",
    "route_faults",
    "slug",
    "sum_parts",
    "walk",
]
