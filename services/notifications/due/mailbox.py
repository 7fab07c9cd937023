"""Reads the mailbox to which bounces come, for as long as the service runs."""

import logging

from services.notifications.usecases import Reports
from shared.errors import Unavailable
from shared.loop import Loop
from shared.mail.mailbox import Mailbox
from shared.store.port import Stale

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 60.0


class MailboxReader(Loop):
    """What is no report, or none that we can believe, stays as it is: a person may want to read it."""

    def __init__(self, mailbox: Mailbox, reports: Reports) -> None:
        super().__init__("bounces wait", LOOK_AGAIN_S)
        self._mailbox = mailbox
        self._reports = reports

    async def read_once(self) -> int:
        """Take in what is new; returns how many reports that were. Raises Unavailable."""
        return await self._mailbox.take(self._take_in)

    async def _take_in(self, content: bytes) -> bool:
        if self.stopping:
            raise Unavailable("the service stops")
        return await self._reports.take_mail(content)

    async def step(self) -> float:
        try:
            await self.read_once()
        except (Unavailable, Stale) as error:
            if not self.stopping:
                log.warning("bounces wait: %s", error)
        return LOOK_AGAIN_S
