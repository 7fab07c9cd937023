"""Taking in what became of a mail: at the address it went to, then at the message."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain import Fate, Report, WrongState, fate_of_status
from services.notifications.storage import NotificationDocuments
from shared.mail.reports import read_report
from shared.run import Run
from shared.secrets import Secrets

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reports:
    """What taking in reports needs."""

    documents: NotificationDocuments
    secrets: Secrets
    run: Run
    clock: Callable[[], datetime]

    async def take_mail(self, content: bytes) -> bool:
        """Whether it is a mail server's report of a mail of ours."""
        try:
            told = read_report(content)
        except Exception:  # whoever wrote it, the next one must be read
            log.exception("a mail that may be a report cannot be read")
            return False
        if told is None:
            return False
        fate = fate_of_status(told.action, told.status)
        if fate is None:  # it is still being tried, and the end of that will be told
            return self.secrets.read_message_token(told.id) is not None
        return await self.take(told.id, fate, f"it came back: {told.status}")

    async def take(self, token: str, fate: Fate, reason: str) -> bool:
        """Whether the report is one of a mail of ours, by the first part of its Message-ID. Twice changes nothing.

        Both steps are stored when it returns; after a crash between them the report comes again, and both are redone.
        """
        signed = self.secrets.read_message_token(token)
        if signed is None:
            return False
        message, address = signed
        loaded = await self.documents.messages.get(message)
        if loaded is None:  # erased since, or owed after the copy was made that was put back
            log.info("a report is of a message that is not there any more: %s", fate)
            return True
        person = loaded.value.person
        report = Report(message, address, fate, reason, loaded.value.sent_at)
        await self.run(lambda: note_at_contact(report, person, self))
        await self.run(lambda: note_at_message(report, self))
        return True


async def note_at_contact(report: Report, person: str, reports: Reports) -> None:
    """Only at the address to which the mail went: who has a new one since is not to pay for the old."""
    loaded = await reports.documents.contacts.get(person)
    if loaded is None or reports.secrets.address_tag(loaded.value.email) != report.address:
        return
    noted = loaded.value.after_report(report, reports.clock())
    if noted != loaded.value:
        await reports.documents.contacts.save(loaded, noted)


async def note_at_message(report: Report, reports: Reports) -> None:
    messages, now = reports.documents.messages, reports.clock()
    loaded = await messages.get(report.message)
    if loaded is None:
        return
    message = loaded.value
    try:
        noted = message.delivered(now) if report.fate is Fate.DELIVERED else message.bounced(report.reason, now)
    except WrongState:  # it is so already, or was given up before: what was noted first stays
        return
    await messages.save(loaded, noted)
