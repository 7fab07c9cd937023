"""Stores a response and dies by kill -9 before its event is published. Run as a process of its own by the tests."""

import asyncio
import os
import signal
import sys
from uuid import uuid4

from deploy.host import load_pages, opened
from services.consultation import usecases
from services.consultation.domain import Origin
from services.consultation.storage import ConsultationDocuments
from shared.settings import read_settings


async def respond_and_die(consultation: str, resident: str) -> None:
    settings = read_settings()
    async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
        service = host.service("consultation")
        documents = ConsultationDocuments(service.store)
        asked = (await usecases.load(consultation, documents)).value.questionnaire.questions[0]
        answers = {asked.id: [asked.options[0].id]}
        command = usecases.SubmitResponse(consultation, uuid4().hex, answers, Origin(resident))
        await usecases.submit_response(command, documents, host.parts.clock())
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(respond_and_die(sys.argv[1], sys.argv[2]))
