"""The pages of consultations: for everyone, for who answers, and for officers."""

from starlette.routing import BaseRoute

from services.consultation.storage import ConsultationDocuments
from services.consultation.web.answer import Answer
from services.consultation.web.edit import Edit
from services.consultation.web.public import Public
from services.consultation.web.staff import Staff
from shared.service import Edge

__all__ = ["routes"]


def routes(edge: Edge, documents: ConsultationDocuments) -> list[BaseRoute]:
    return [
        *Public(edge, documents).routes(),
        *Answer(edge, documents).routes(),
        *Edit(edge, documents).routes(),  # before the pages of one consultation: /staff/consultations/new is none
        *Staff(edge, documents).routes(),
    ]
