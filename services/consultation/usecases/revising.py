"""Revising: what was sent is changed or withdrawn by who sent it, set aside and restored by officers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation, Given, Response, WardOf, change, no_ward
from services.consultation.domain import restore as restored
from services.consultation.domain import set_aside as set_aside_for
from services.consultation.domain import withdraw as withdrawn
from services.consultation.domain.revising import Revised
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.uploads import files_must_be_there
from services.consultation.usecases.writing import load
from shared.errors import Conflict, NotFound
from shared.event import record
from shared.store.documents import Loaded

Revise = Callable[[Consultation, Response], Revised]


@dataclass(frozen=True)
class Holder:
    """Whose a response is: the resident who was signed in, or who holds the token of this invitation."""

    resident: str | None = None
    invitation: str | None = None

    def holds(self, response: Response) -> bool:
        if response.invitation is not None:
            return response.invitation == self.invitation
        return response.resident is not None and response.resident == self.resident


@dataclass(frozen=True)
class ChangeResponse:
    """`stored` says which answers the form was filled from: see `edition`."""

    consultation: str
    response: str
    answers: Given
    holder: Holder
    stored: str


async def change_response(
    command: ChangeResponse, documents: ConsultationDocuments, now: datetime, ward_of: WardOf = no_ward
) -> Response:
    """Sent twice it is changed once. Raises NotFound, NotOpen, Invalid, Outside, and Conflict for a lost update."""
    loaded = await held_response(command.response, command.holder, documents)
    consultation = (await load(loaded.value.consultation, documents)).value
    if edition(loaded) != command.stored:
        answers = consultation.read_answers(command.answers, loaded.value.version, ward_of)
        if answers == loaded.value.answers:
            return loaded.value
        raise Conflict("Your answers have changed since you opened this page. Open them again to see what we have now")
    revision = change(consultation, loaded.value, command.answers, now, ward_of)
    await files_must_be_there(loaded.id, consultation, revision[0].answers, revision[0].version, documents)
    return await save_revised(loaded, revision, documents, now)


@dataclass(frozen=True)
class WithdrawResponse:
    response: str
    holder: Holder


async def withdraw_response(command: WithdrawResponse, documents: ConsultationDocuments, now: datetime) -> Response:
    """Raises NotFound, NotOpen."""
    loaded = await held_response(command.response, command.holder, documents)
    consultation = (await load(loaded.value.consultation, documents)).value
    return await save_revised(loaded, withdrawn(consultation, loaded.value, now), documents, now)


@dataclass(frozen=True)
class SetAsideResponse:
    consultation: str
    response: str
    reason: str


async def set_aside_response(command: SetAsideResponse, documents: ConsultationDocuments, now: datetime) -> Response:
    """Raises NotFound, Refusal, Conflict."""
    return await _by_officer(
        command.consultation,
        command.response,
        documents,
        now,
        lambda consultation, response: set_aside_for(consultation, response, command.reason),
    )


@dataclass(frozen=True)
class RestoreResponse:
    consultation: str
    response: str


async def restore_response(command: RestoreResponse, documents: ConsultationDocuments, now: datetime) -> Response:
    """Raises NotFound."""
    return await _by_officer(command.consultation, command.response, documents, now, restored)


def edition(loaded: Loaded[Response]) -> str:
    """The version of its document, as forms carry it."""
    return str(loaded.version)


async def held_response(response: str, holder: Holder, documents: ConsultationDocuments) -> Loaded[Response]:
    """Raises NotFound, also for what is somebody else's."""
    loaded = await documents.responses.get(response)
    if loaded is None or not holder.holds(loaded.value):
        raise NotFound("There are no answers of yours at this address")
    return loaded


async def _by_officer(
    consultation: str, response: str, documents: ConsultationDocuments, now: datetime, revise: Revise
) -> Response:
    loaded = await documents.responses.get(response)
    if loaded is None or loaded.value.consultation != consultation:
        raise NotFound("There is no response at this address")
    asked = (await load(consultation, documents)).value
    return await save_revised(loaded, revise(asked, loaded.value), documents, now)


async def save_revised(
    loaded: Loaded[Response], revision: Revised, documents: ConsultationDocuments, now: datetime
) -> Response:
    """Store it, with the event that tells of it."""
    response, event = revision
    if response != loaded.value:
        events = [record(event, key=response.id, at=now)] if event else []
        await documents.responses.save(loaded, response, events)
    return response
