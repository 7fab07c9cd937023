"""Putting a consultation with its responses in, once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from deploy.host import Host
from services.consultation import usecases
from services.consultation.domain import Details, Page, Question, Questionnaire
from services.consultation.storage import ConsultationDocuments
from shared.run import Run

OFFICER = "demonstration"
IDS = UUID("7b6e3d0e-4f0c-4f86-9f5e-2d1c0a7c2040")
AT_ONCE = 64


@dataclass(frozen=True)
class Example:
    """`responses`: when each was sent, and its answers by question."""

    id: str
    details: Details
    pages: Sequence[Page]
    source: str
    responses: Sequence[tuple[datetime, Mapping[str, Sequence[str]]]] = ()


def pages_of(*pages: Sequence[Question]) -> list[Page]:
    return [Page(f"page-{number}", questions=tuple(questions)) for number, questions in enumerate(pages, 1)]


async def publish(example: Example, host: Host) -> None:
    """The consultation without its responses, if it is not there."""
    service = host.service("consultation")
    documents, run = ConsultationDocuments(service.store), Run(service.relay.wake)
    there = await documents.consultations.get(example.id)
    if there is None or not there.value.is_published:
        await _publish(example, documents, run)


async def put(example: Example, host: Host) -> None:
    await publish(example, host)
    service = host.service("consultation")
    documents, run = ConsultationDocuments(service.store), Run(service.relay.wake)
    if await documents.responses.count({"consultation": example.id}) >= len(example.responses):
        return
    places = asyncio.Semaphore(AT_ONCE)

    async def respond(number: int) -> None:
        at, answers = example.responses[number]
        command = usecases.SubmitResponse(example.id, uuid5(IDS, f"{example.id}/{number}").hex, answers)
        async with places:
            await run(lambda: usecases.submit_response(command, documents, at))

    await asyncio.gather(*(respond(number) for number in range(len(example.responses))))


async def _publish(example: Example, documents: ConsultationDocuments, run: Run) -> None:
    draft = usecases.DraftConsultation(example.id, example.details, OFFICER, example.source)
    await run(lambda: usecases.draft_consultation(draft, documents))
    command = usecases.PutQuestionnaire(example.id, Questionnaire(tuple(example.pages)))
    await run(lambda: usecases.put_questionnaire(command, documents))
    publish = usecases.PublishConsultation(example.id, OFFICER)
    await run(lambda: usecases.publish_consultation(publish, documents, example.details.opens_at))
