"""Consultations, their questionnaires and the responses to them: what may be asked, answered and sent, and when."""

from services.consultation.domain.answers import (
    FILES_LIMIT,
    Answers,
    Given,
    WardOf,
    as_given,
    first_field,
    no_ward,
    read,
)
from services.consultation.domain.consultation import Consultation, NotOpen, Outside, State, slug
from services.consultation.domain.details import Audience, Details
from services.consultation.domain.draft import Draft, kept
from services.consultation.domain.ever import asked_ever
from services.consultation.domain.invitation import Invitation, NotInvited, hash_of, invite
from services.consultation.domain.leaning import leaning
from services.consultation.domain.portable import FILE_LIMIT, ID, Portable, write_file
from services.consultation.domain.portable_check import Unfit, read_file
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
from services.consultation.domain.revising import Reason, change, restore, set_aside, withdraw
from services.consultation.domain.routing import Walk, route_faults, walk
from services.consultation.domain.tally import count_into, sum_parts

__all__ = [
    "AGREE_SCALE",
    "DATE_PARTS",
    "END",
    "FILES_LIMIT",
    "FILE_LIMIT",
    "FILE_TYPES",
    "ID",
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
    "Draft",
    "Exit",
    "Given",
    "Invitation",
    "Keep",
    "Kind",
    "Leaning",
    "NotInvited",
    "NotOpen",
    "Option",
    "Origin",
    "Outside",
    "Page",
    "Portable",
    "Question",
    "Questionnaire",
    "Reason",
    "Response",
    "Route",
    "State",
    "Unfit",
    "Walk",
    "WardOf",
    "as_given",
    "asked_ever",
    "change",
    "check_sign",
    "count_into",
    "first_field",
    "hash_of",
    "invite",
    "kept",
    "leaning",
    "no_ward",
    "read",
    "read_file",
    "reference_of",
    "restore",
    "route_faults",
    "set_aside",
    "slug",
    "sum_parts",
    "walk",
    "withdraw",
    "write_file",
]
