"""Answering: what people send is stored once."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.consultation.domain import (
    Audience,
    Consultation,
    Given,
    NotOpen,
    Origin,
    Response,
    WardOf,
    change,
    no_ward,
)
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.revising import save_revised
from services.consultation.usecases.uploads import files_must_be_there
from services.consultation.usecases.writing import load
from shared.errors import Conflict
from shared.event import record
from shared.store.documents import Loaded
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
    """Returns the response as stored; for one that was stored before, also after the close, that one.

    One that was withdrawn is taken up again. Raises NotOpen, Invalid, Outside, SignInNeeded, NotInvited, Conflict.
    """
    consultation = (await load(command.consultation, documents)).value
    command = await _as_invited(command, consultation, documents)
    try:
        response, submitted = consultation.respond(
            command.response, command.answers, command.origin, now, command.version, ward_of
        )
        await files_must_be_there(command.response, consultation, response.answers, response.version, documents)
        await documents.responses.add(response, [record(submitted, key=response.id, at=now)])
    except (NotOpen, Duplicate) as refused:
        return await _stored_before(command, consultation, documents, refused, ward_of, now)
    return response


async def _as_invited(
    command: SubmitResponse, consultation: Consultation, documents: ConsultationDocuments
) -> SubmitResponse:
    """A token brings one response, by the response's id, and is all that is known of who holds it."""
    origin = command.origin
    if consultation.details.audience is not Audience.INVITED or origin.entered_by is not None:
        return replace(command, origin=replace(origin, invitation=None))
    loaded = await documents.invitations.get(origin.invitation or "")
    if loaded is None:
        return replace(command, origin=replace(origin, invitation=None))
    loaded.value.must_let_in(consultation.id)
    return replace(command, response=loaded.value.response, origin=replace(origin, resident=None))


async def _stored_before(  # noqa: PLR0913
    command: SubmitResponse,
    consultation: Consultation,
    documents: ConsultationDocuments,
    refused: Exception,
    ward_of: WardOf,
    now: datetime,
) -> Response:
    """The response that this one repeats. Raises what it was refused for when there is none."""
    stored = await documents.responses.get(command.response)
    if stored is not None and stored.value.consultation == consultation.id:
        return await _repeated(command, consultation, stored, documents, ward_of, now)
    if isinstance(refused, NotOpen):
        raise refused
    if (form := command.origin.form_number) is not None:
        raise Conflict(f"An answer from the form with the number {form} has been entered already")
    mine = await response_of(command.origin.resident, consultation.id, documents)
    if mine is not None and mine.value.withdrawn_at is not None:
        return await _repeated(command, consultation, mine, documents, ward_of, now)
    reference = f" Your reference is {mine.value.reference}." if mine else ""
    raise Conflict(f"You have answered this consultation already.{reference} We have kept your first answers")


async def _repeated(  # noqa: PLR0913
    command: SubmitResponse,
    consultation: Consultation,
    stored: Loaded[Response],
    documents: ConsultationDocuments,
    ward_of: WardOf,
    now: datetime,
) -> Response:
    before, origin = stored.value, command.origin
    same = (before.resident, before.invitation) == (origin.resident, origin.invitation)
    if same and before.withdrawn_at is not None:
        return await save_revised(
            stored, change(consultation, before, command.answers, now, ward_of, command.version), documents, now
        )
    if same and before.answers == consultation.read_answers(command.answers, before.version, ward_of):
        return before
    raise Conflict(
        f"You have sent this form already, and your reference is {before.reference}."
        " We have kept the answers that you sent first"
    )


async def response_of(
    resident: str | None, consultation: str, documents: ConsultationDocuments
) -> Loaded[Response] | None:
    """What a resident sent, also if it was withdrawn."""
    if resident is None:
        return None
    found = await documents.responses.find({"consultation": consultation, "resident": resident}, limit=1)
    return found[0] if found else None
