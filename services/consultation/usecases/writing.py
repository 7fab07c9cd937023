"""Writing a consultation: one command and one function each. Each changes one document."""

from dataclasses import dataclass, field, replace

from services.consultation.domain import Consultation, Details, Questionnaire
from services.consultation.domain.wave import NO_WAVE, Wave
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict, Invalid, NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate


@dataclass(frozen=True)
class DraftConsultation:
    id: str
    details: Details
    by: str
    source: str = ""
    questionnaire: Questionnaire = field(default_factory=Questionnaire)
    """What it starts from: a copy, or a starting point."""

    wave: Wave = NO_WAVE


async def draft_consultation(command: DraftConsultation, documents: ConsultationDocuments) -> Consultation:
    """Begin a consultation. The same command again gives the same draft."""
    if faults := command.details.faults():
        raise Invalid(faults)
    asked = replace(command.questionnaire, version=1)
    consultation = Consultation(
        command.id, command.details, command.by, source=command.source, questionnaire=asked, wave=command.wave
    )
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


async def begin_version(id: str, documents: ConsultationDocuments) -> None:
    """A copy of the published questionnaire to change. Raises Conflict, NotFound."""
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.begin_version())


async def drop_version(id: str, documents: ConsultationDocuments) -> None:
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.drop_version())


async def load(id: str, documents: ConsultationDocuments) -> Loaded[Consultation]:
    """Raises NotFound."""
    loaded = await documents.consultations.get(id)
    if loaded is None:
        raise NotFound("There is no consultation at this address")
    return loaded
