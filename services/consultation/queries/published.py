"""What people wrote, as far as it may be published: with what an officer took out taken out, and nothing unchecked."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from services.consultation.domain import Consultation
from services.consultation.domain.reading import mark_of_text, text_fields
from services.consultation.domain.redaction import Redaction
from services.consultation.storage import ConsultationDocuments
from shared.store.port import In, Range, Where

PAGE = 200


@dataclass(frozen=True)
class Published:
    """One answer as the public reads it: without reference and time."""

    field: str
    question: str
    text: str
    is_redacted: bool


async def published_texts(
    consultation: Consultation, documents: ConsultationDocuments, field: str = ""
) -> AsyncIterator[Published]:
    """All of them, in an order that says nothing of who wrote what; of one field, or of all."""
    questions = {each.id: each.question for each in text_fields(consultation)}
    last = ""
    while True:
        where: Where = {"published_in": consultation.id, "id": Range(least=last)}
        found = await documents.redactions.find(where, limit=PAGE + 1)
        fresh = [each for each in found if each.id != last][:PAGE]
        if not fresh:
            return
        wanted = [
            each.value for each in fresh if field in {"", each.value.question} and each.value.question in questions
        ]
        for each in await _standing(wanted, questions, documents):
            yield each
        last = fresh[-1].id


async def count_published(consultation: str, documents: ConsultationDocuments) -> int:
    """How many answers were published, by an indexed field; some may have changed since."""
    return await documents.redactions.count({"published_in": consultation})


async def _standing(
    redactions: list[Redaction], questions: Mapping[str, str], documents: ConsultationDocuments
) -> list[Published]:
    """Those whose answer is still the one that was checked, and counts."""
    ids = list({each.response for each in redactions})
    found = await documents.responses.find({"id": In(ids)}, limit=max(1, len(ids))) if ids else []
    responses = {each.id: each.value for each in found if each.value.counts}
    standing = []
    for each in redactions:
        response = responses.get(each.response)
        values = response.answers.get(each.question) if response else None
        decision = each.holds(mark_of_text(values[0])) if values else None
        if response is None or values is None or decision is None:
            continue
        redacted = decision.shown != values[0]
        standing.append(Published(each.question, questions[each.question], decision.shown, redacted))
    return standing


async def published_fields(consultation: Consultation, documents: ConsultationDocuments) -> list[tuple[str, str]]:
    """Questions to which something is published, in the order of the form."""
    there = {each.field async for each in published_texts(consultation, documents)}
    return [(field.id, field.question) for field in text_fields(consultation) if field.id in there]
