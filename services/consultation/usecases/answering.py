"""Answering: what people send is stored once."""

from dataclasses import dataclass, field
from datetime import datetime

from services.consultation.domain import Consultation, Given, NotOpen, Origin, Response, WardOf, no_ward
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict
from shared.event import record
from shared.store.port import Duplicate


@dataclass(frozen=True)
class SubmitResponse:
    """`response` is the id the form was given when it was first shown: what is sent with it twice is stored once.

    `version` is that of the questionnaire which was answered; none for the one of today.
    """

    consultation: str
    response: str
    answers: Given
    origin: Origin = field(default_factory=Origin)
    version: int | None = None


async def submit_response(
    command: SubmitResponse, documents: ConsultationDocuments, now: datetime, ward_of: WardOf = no_ward
) -> Response:
    """Returns the response as stored; for one that was stored before, also after the close, that one."""
    consultation = (await load(command.consultation, documents)).value
    try:
        response, submitted = consultation.respond(
            command.response, command.answers, command.origin, now, command.version, ward_of
        )
        await documents.responses.add(response, [record(submitted, key=response.id, at=now)])
    except (NotOpen, Duplicate) as refused:
        return await _stored_before(command, consultation, documents, refused, ward_of)
    return response


async def _stored_before(
    command: SubmitResponse,
    consultation: Consultation,
    documents: ConsultationDocuments,
    refused: Exception,
    ward_of: WardOf,
) -> Response:
    """The response that this one repeats. Raises what it was refused for when there is none."""
    stored = await documents.responses.get(command.response)
    if stored is not None and stored.value.consultation == consultation.id:
        answers = consultation.read_answers(command.answers, stored.value.version, ward_of)
        if (stored.value.resident, stored.value.answers) == (command.origin.resident, answers):
            return stored.value
        raise Conflict(
            f"You have sent this form already, and your reference is {stored.value.reference}."
            " We have kept the answers that you sent first"
        )
    if isinstance(refused, NotOpen):
        raise refused
    mine = await documents.responses.find(
        {"consultation": consultation.id, "resident": command.origin.resident}, limit=1
    )
    reference = f" Your reference is {mine[0].value.reference}." if mine else ""
    raise Conflict(f"You have answered this consultation already.{reference} We have kept your first answers")
