"""Writing a consultation: one command and one function each. Each changes one document."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain import Consultation, Details, Exit, Page, Question, Questionnaire
from services.consultation.storage import ConsultationDocuments
from shared.errors import Conflict, Invalid, NotFound
from shared.event import record
from shared.store.documents import Loaded
from shared.store.port import Duplicate

Change = Callable[[Questionnaire], Questionnaire]


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
    """`page` is the page it stands on afterwards. `even_so`: also where that removes routes that lean on it."""

    id: str
    question: Question
    page: str
    even_so: bool = False


async def put_question(command: PutQuestion, documents: ConsultationDocuments) -> None:
    """Add a question, or change the one with its id. Raises Invalid, Leaning, NotFound, Conflict."""
    await _write(
        command.id,
        documents,
        lambda asked: asked.put_question(command.question, command.page, even_so=command.even_so),
    )


@dataclass(frozen=True)
class RemoveQuestion:
    id: str
    question: str
    even_so: bool = False


async def remove_question(command: RemoveQuestion, documents: ConsultationDocuments) -> None:
    """Raises Leaning, NotFound, Conflict."""
    await _write(command.id, documents, lambda asked: asked.remove_question(command.question, even_so=command.even_so))


@dataclass(frozen=True)
class MoveQuestion:
    id: str
    question: str
    steps: int


async def move_question(command: MoveQuestion, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.move_question(command.question, command.steps))


@dataclass(frozen=True)
class PutPage:
    """The questions of a page that is there already stay on it."""

    id: str
    page: Page


async def put_page(command: PutPage, documents: ConsultationDocuments) -> None:
    """Add a page at the end, or change the words and routes of the one with its id."""
    await _write(command.id, documents, lambda asked: asked.put_page(command.page))


@dataclass(frozen=True)
class MovePage:
    id: str
    page: str
    steps: int


async def move_page(command: MovePage, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.move_page(command.page, command.steps))


@dataclass(frozen=True)
class RemovePage:
    id: str
    page: str


async def remove_page(command: RemovePage, documents: ConsultationDocuments) -> None:
    """An exit page too."""

    def remove(asked: Questionnaire) -> Questionnaire:
        exits = {each.id for each in asked.exits}
        return asked.remove_exit(command.page) if command.page in exits else asked.remove_page(command.page)

    await _write(command.id, documents, remove)


@dataclass(frozen=True)
class PutExit:
    id: str
    exit: Exit


async def put_exit(command: PutExit, documents: ConsultationDocuments) -> None:
    await _write(command.id, documents, lambda asked: asked.put_exit(command.exit))


@dataclass(frozen=True)
class PutQuestionnaire:
    """The whole of it at once: from a template, from another consultation, or from a file."""

    id: str
    questionnaire: Questionnaire


async def put_questionnaire(command: PutQuestionnaire, documents: ConsultationDocuments) -> None:
    """In place of what was there; its version stays what it is."""
    await _write(command.id, documents, lambda asked: replace(command.questionnaire, version=asked.version))


async def begin_version(id: str, documents: ConsultationDocuments) -> None:
    """A copy of the published questionnaire to change. Raises Conflict, NotFound."""
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.begin_version())


async def drop_version(id: str, documents: ConsultationDocuments) -> None:
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.drop_version())


async def publish_version(id: str, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Conflict with what it lacks, NotFound."""
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.publish_version(now))


async def _write(id: str, documents: ConsultationDocuments, change: Change) -> None:
    loaded = await load(id, documents)
    await documents.consultations.save(loaded, loaded.value.write(change))


@dataclass(frozen=True)
class PublishConsultation:
    id: str
    by: str


async def publish_consultation(command: PublishConsultation, documents: ConsultationDocuments, now: datetime) -> None:
    loaded = await load(command.id, documents)
    consultation, published = loaded.value.publish(command.by, now)
    await documents.consultations.save(loaded, consultation, [record(published, key=consultation.id, at=now)])


async def load(id: str, documents: ConsultationDocuments) -> Loaded[Consultation]:
    """Raises NotFound."""
    loaded = await documents.consultations.get(id)
    if loaded is None:
        raise NotFound("There is no consultation at this address")
    return loaded
