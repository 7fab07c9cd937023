"""What people do to consultations: one command and one function each. Each changes one document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation, Details, NotOpen, Question, Response
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict, Invalid, NotFound
from shared.event import record
from shared.store.documents import Loaded
from shared.store.port import Duplicate


@dataclass(frozen=True)
class DraftConsultation:
    id: str
    details: Details
    by: str
    source: str = ""


async def draft_consultation(command: DraftConsultation, documents: ConsultationDocuments) -> Consultation:
    """Begin a consultation. The same command again gives the same draft."""
    if faults := command.details.faults():
        raise Invalid(faults)
    consultation = Consultation(command.id, command.details, command.by, source=command.source)
    try:
        await documents.consultations.add(consultation)
    except Duplicate:
        existing = await load(command.id, documents)
        if existing.value.created_by != command.by:
            raise Conflict("There is a consultation with this address already", "title") from None
        return existing.value
    return consultation


@dataclass(frozen=True)
class EditDetails:
    id: str
    details: Details


async def edit_details(command: EditDetails, documents: ConsultationDocuments) -> None:
    loaded = await load(command.id, documents)
    await documents.consultations.save(loaded, loaded.value.edit(command.details))


@dataclass(frozen=True)
class PutQuestion:
    id: str
    question: Question


async def put_question(command: PutQuestion, documents: ConsultationDocuments) -> None:
    """Add a question, or change the one with its id."""
    loaded = await load(command.id, documents)
    await documents.consultations.save(loaded, loaded.value.put_question(command.question))


@dataclass(frozen=True)
class RemoveQuestion:
    id: str
    question: str


async def remove_question(command: RemoveQuestion, documents: ConsultationDocuments) -> None:
    loaded = await load(command.id, documents)
    await documents.consultations.save(loaded, loaded.value.remove_question(command.question))


@dataclass(frozen=True)
class MoveQuestion:
    id: str
    question: str
    steps: int


async def move_question(command: MoveQuestion, documents: ConsultationDocuments) -> None:
    loaded = await load(command.id, documents)
    await documents.consultations.save(loaded, loaded.value.move_question(command.question, command.steps))


@dataclass(frozen=True)
class PublishConsultation:
    id: str
    by: str


async def publish_consultation(command: PublishConsultation, documents: ConsultationDocuments, now: datetime) -> None:
    loaded = await load(command.id, documents)
    consultation, published = loaded.value.publish(command.by, now)
    await documents.consultations.save(loaded, consultation, [record(published, key=consultation.id, at=now)])


@dataclass(frozen=True)
class SubmitResponse:
    """`response` is the id the form was given when it was first shown: what is sent with it twice is stored once."""

    consultation: str
    response: str
    answers: Mapping[str, Sequence[str]]
    resident: str | None = None


async def submit_response(command: SubmitResponse, documents: ConsultationDocuments, now: datetime) -> Response:
    """Returns the response as stored; for one that was stored before, also after the close, that one."""
    consultation = (await load(command.consultation, documents)).value
    try:
        response, submitted = consultation.respond(command.response, command.answers, command.resident, now)
        await documents.responses.add(response, [record(submitted, key=response.id, at=now)])
    except (NotOpen, Duplicate) as refused:
        return await _stored_before(command, consultation, documents, refused)
    return response


async def _stored_before(
    command: SubmitResponse, consultation: Consultation, documents: ConsultationDocuments, refused: Exception
) -> Response:
    """The response that this one repeats. Raises what it was refused for when there is none."""
    stored = await documents.responses.get(command.response)
    if stored is not None and stored.value.consultation == consultation.id:
        if stored.value.resident == command.resident and stored.value.answers == consultation.read_answers(
            command.answers
        ):
            return stored.value
        raise Conflict(
            f"You have sent this form already, and your reference is {stored.value.reference}."
            " We have kept the answers that you sent first"
        )
    if isinstance(refused, NotOpen):
        raise refused
    mine = await documents.responses.find({"consultation": consultation.id, "resident": command.resident}, limit=1)
    reference = f" Your reference is {mine[0].value.reference}." if mine else ""
    raise Conflict(f"You have answered this consultation already.{reference} We have kept your first answers")


async def load(id: str, documents: ConsultationDocuments) -> Loaded[Consultation]:
    loaded = await documents.consultations.get(id)
    if loaded is None:
        raise NotFound("There is no consultation at this address")
    return loaded
