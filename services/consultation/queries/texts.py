"""What people wrote and sent, response by response."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation, Kind
from services.consultation.domain.upload import Upload
from services.consultation.storage import ConsultationDocuments


@dataclass(frozen=True)
class Text:
    reference: str
    submitted_at: datetime
    text: str
    files: tuple[Upload, ...] = ()


async def texts(
    consultation: Consultation, question: str, documents: ConsultationDocuments, *, page: int, size: int = 50
) -> list[Text]:
    """What people wrote to one question, the newest responses first; those who wrote nothing are passed over."""
    found = await documents.responses.find(
        {"consultation": consultation.id}, sort="submitted_at", descending=True, limit=size, skip=(page - 1) * size
    )
    is_file = consultation.questionnaire.question(question).kind is Kind.FILE
    return [
        Text(
            each.value.reference,
            each.value.submitted_at,
            each.value.answers[question][0],
            await _files(each.value.answers[question], documents) if is_file else (),
        )
        for each in found
        if question in each.value.answers
    ]


async def _files(ids: Sequence[str], documents: ConsultationDocuments) -> tuple[Upload, ...]:
    loaded = [await documents.uploads.get(id) for id in ids]
    return tuple(each.value for each in loaded if each is not None)
