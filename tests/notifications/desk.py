"""The notifications service's documents, senders and mailings, at the desk of a test."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from services.notifications import usecases
from services.notifications.compose import Composer
from services.notifications.domain import (
    NEVER_QUIET,
    Announcement,
    Choice,
    Contact,
    Frequency,
    Mailing,
    Message,
    QuietHours,
    Topic,
    owe,
)
from services.notifications.due import Mailings, Sender
from services.notifications.storage import NotificationDocuments
from services.notifications.usecases import Sending
from shared import secrets
from shared.mail.port import Mail, Mailer
from shared.place import load_place
from shared.settings import Settings
from shared.store.port import Store
from tests.town import NOON, SetClock


class Answers(Mailer):
    """A mail server that answers as it is told, then takes everything."""

    def __init__(self, *refusals: Exception) -> None:
        self.refusals = list(refusals)
        self.taken: list[EmailMessage] = []

    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.taken.append(message_from_bytes(mail.content, _class=EmailMessage, policy=policy.default))

    async def ping(self) -> None: ...

    async def close(self) -> None: ...


class Desk:
    """The notifications service's documents and sender, with a mail server of the test's."""

    def __init__(self, store: Store, **settings: Any) -> None:
        self.documents = NotificationDocuments(store)
        self.clock = SetClock()
        self.secrets = secrets.generate()
        self.compose = Composer(load_place(Settings().place), Settings(**settings), self.secrets)

    def sending(self, mailer: Mailer, **more: Any) -> Sending:
        return Sending(self.documents, mailer, self.compose, self.clock, **more)

    def sender(self, mailer: Mailer, **more: Any) -> Sender:
        return Sender(self.sending(mailer, **more))

    def mailings(self, quiet: QuietHours = NEVER_QUIET) -> Mailings:
        return Mailings(self.documents, self.clock, lambda: None, quiet)

    async def owe(self, id: str = "receipt:1", template: str = "receipt", person: str = "person", **more: Any) -> None:
        values = {"title": "The park", "reference": "ABC", "consultation": "park", "submitted_at": NOON.isoformat()}
        changed = {name: more.pop(name) for name in list(more) if name in values}
        put_off = more.pop("put_off", None)
        message = owe(id, template, person, {**values, **changed}, self.clock(), **more)
        await usecases.owe_message(message.put_off(put_off) if put_off else message, self.documents)

    async def owe_many(self, ids: Iterable[str], **more: Any) -> None:
        """At a time: writes beside each other share a commit."""
        await asyncio.gather(*(self.owe(id, **more) for id in ids))

    async def know(self, email: str = "person@example.org", person: str = "person", **more: Any) -> None:
        await usecases.keep_contact(Contact(person, email, **more), self.documents)

    async def know_many(self, count: int, frequency: Frequency = Frequency.NOW) -> None:
        """People who want to hear of consultations that open."""
        wants = (Choice(Topic.CONSULTATION_OPENED, frequency, NOON, "sign-up"),)
        for number in range(count):
            await self.documents.contacts.add(Contact(f"p{number:04}", f"n{number}@example.org", choices=wants))

    def id_of(self, mail: EmailMessage) -> str:
        """Of which message a mail is, by its Message-ID."""
        id, _, host = str(mail["Message-ID"]).strip("<>").partition("@")
        assert host == "localhost"
        signed = self.secrets.read_message_token(id)
        assert signed is not None
        return signed[0]

    async def message(self, id: str = "receipt:1") -> Message:
        loaded = await self.documents.messages.get(id)
        assert loaded is not None
        return loaded.value

    async def mailing(self, id: str = "opened:park") -> Mailing:
        loaded = await self.documents.mailings.get(id)
        assert loaded is not None
        return loaded.value

    async def begin(self, closes_at: datetime | None = None) -> None:
        closes = closes_at.isoformat() if closes_at else ""
        values = {"title": "The park", "consultation": "park", "closes_at": closes, "summary": "What should it have?"}
        announcement = Announcement("opened:park", Topic.CONSULTATION_OPENED, values, self.clock())
        await usecases.begin_mailing(announcement, self.documents, self.clock())

    async def finish_mailings(self, page: int = 500) -> None:
        while at_work := await usecases.mailings_at_work(self.documents):
            for mailing in at_work:
                await usecases.take_step(mailing, self.documents, self.clock(), page)

    async def send_all(self, mailer: Mailer) -> None:
        while await self.sender(mailer).send_due():
            pass
