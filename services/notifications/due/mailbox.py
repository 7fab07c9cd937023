"""Reads the mailbox to which bounces come, for as long as the service runs."""

import asyncio
import logging

from services.notifications.usecases import Reports
from shared.errors import Unavailable
from shared.mail.mailbox import Mailbox
from shared.store.port import Stale
from shared.waiting import wait

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 60.0


class MailboxReader:
    """What is no report, or none that we can believe, stays as it is: a person may want to read it."""

    def __init__(self, mailbox: Mailbox, reports: Reports) -> None:
        self._mailbox = mailbox
        self._reports = reports
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Finish the mail that is at hand."""
        self._stopping.set()
        if self._task is not None:
            await self._task

    async def read_once(self) -> int:
        """Take in what is new; returns how many reports that were. Raises Unavailable."""
        return await self._mailbox.take(self._take_in)

    async def _take_in(self, content: bytes) -> bool:
        if self._stopping.is_set():
            raise Unavailable("the service stops")
        return await self._reports.take_mail(content)

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                await self.read_once()
            except (Unavailable, Stale) as error:
                if not self._stopping.is_set():
                    log.warning("bounces wait: %s", error)
            except Exception:
                log.exception("bounces wait")
            await wait(self._stopping, LOOK_AGAIN_S)
