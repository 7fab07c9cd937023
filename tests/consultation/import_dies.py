"""Takes imports further and may die by kill -9 in the middle of it. Run as a process of its own by the tests."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from deploy.host import load_pages, opened
from services.consultation import usecases
from services.consultation.domain import Response
from services.consultation.storage import RESPONSES, ConsultationDocuments
from shared.event import Outgoing
from shared.settings import read_settings
from shared.store.documents import Documents
from shared.store.port import Stale


class DyingDocuments(Documents[Response]):
    """Takes `left` more responses, and no other."""

    left = 0

    async def add(self, value: Response, events: Sequence[Outgoing] = ()) -> None:
        await super().add(value, events)
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


async def work(dies_after: int) -> None:
    """Until no import has anything left to do, or so many responses are stored; 0 for no death."""
    settings = read_settings()
    async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
        documents = ConsultationDocuments(host.service("consultation").store)
        if dies_after:
            dying = DyingDocuments(documents.store, RESPONSES, Response)
            dying.left = dies_after
            documents.responses = dying
        while at_work := await usecases.imports_at_work(documents):
            for loaded in at_work:
                try:
                    await usecases.take_import_further(loaded, documents, host.parts.clock())
                except Stale:  # the other process was quicker
                    continue


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1])))
