"""Everything between an event and its mail: killed after any call to the store, then given every event ten times."""

import asyncio
import shutil
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.notifications import usecases
from services.notifications.domain import CLAIM, State
from services.notifications.due import Sender
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from services.notifications.subscribers import Subscribers
from shared.bus.embedded import EmbeddedBus
from shared.bus.port import Delivery
from shared.consume import Consumer
from shared.contracts.accounts import ResidentV1, SignedInV1, SignInRequestedV1
from shared.contracts.consultation import (
    ConsultationPublishedV1,
    DraftSavedV1,
    ResponseRevisedV1,
    ResponseSubmittedV1,
)
from shared.event import record
from shared.run import Run
from shared.sqlite_file import SqliteFile
from shared.store.port import Store
from tests.notifications.desk import Answers, Desk
from tests.notifications.mortal import Killed, MortalStore
from tests.notifications.stores import in_file
from tests.town import NOON

SOON = NOON + timedelta(days=2)
OF_PARK: dict[str, Any] = {"consultation": "park", "title": "The park"}
ANSWER: dict[str, Any] = {**OF_PARK, "response": "answer", "reference": "ABC", "resident": "anna"}
FACTS = (
    ResidentV1(person="anna", email="anna@example.org", ward="Biscot", interests=("net-zero",)),
    SignedInV1(person="anna"),
    SignInRequestedV1(sign_in="link", person="anna", expires_at=SOON),
    DraftSavedV1(**OF_PARK, draft="draft", person="anna", closes_at=SOON),
    ResponseSubmittedV1(**ANSWER),
    ResponseRevisedV1(**ANSWER, reason="changed"),
    ConsultationPublishedV1(**OF_PARK, opens_at=NOON, closes_at=SOON, published_by="officer"),
)
EVENTS = [record(fact, key=f"key-{number}", at=NOON) for number, fact in enumerate(FACTS)]
MAILS = {
    "sign-in:link",
    "draft:draft",
    "receipt:answer",
    f"changed:{EVENTS[5].id}",
    "opened:park:anna",
    "closing:park:anna",
}


class Process:
    """Takes in events, does what is due and sends, over a store that may be killed."""

    def __init__(self, store: Store, desk: Desk, mailer: Answers, file: SqliteFile) -> None:
        self._desk = desk
        self._documents = NotificationDocuments(store)
        desk.documents = self._documents
        self._sender: Sender = desk.sender(mailer)
        self._consumer = Consumer("notifications", store, EmbeddedBus(file), desk.clock)
        mine = Subscribers(self._documents, Run(lambda: None), desk.clock, lambda: None)
        self._consumer.on(ResidentV1, mine.on_resident)
        self._consumer.on(SignedInV1, mine.on_signed_in)
        self._consumer.on(SignInRequestedV1, mine.on_sign_in_requested)
        self._consumer.on(DraftSavedV1, mine.on_draft_saved)
        self._consumer.on(ResponseSubmittedV1, mine.on_response_submitted)
        self._consumer.on(ResponseRevisedV1, mine.on_response_revised)
        self._consumer.on(ConsultationPublishedV1, mine.on_consultation_published)

    async def takes_in(self) -> None:
        for position, event in enumerate(EVENTS):
            await self._consumer.take([Delivery(event.topic, 0, position, event.payload.encode())])

    async def takes_in_ten_times(self) -> None:
        """Once in order, then nine times beside each other."""
        await self.takes_in()
        await asyncio.gather(*(self.takes_in() for _ in range(9)))

    async def does_what_is_due(self) -> None:
        now = self._desk.clock()
        for occasion in await usecases.due_occasions(self._documents, now):
            await usecases.announce_occasion(occasion, self._documents, now)
        await self._desk.finish_mailings()
        while await self._sender.send_due():
            pass


async def test_killed_at_any_call_it_sends_one_mail_for_each_thing_that_happened(tmp_path: Path) -> None:
    """Twice only what was with the server at the kill, and then with the same Message-ID."""
    fresh = SqliteFile(tmp_path / "fresh.db")
    desk, number, lasted, twice = Desk(in_file(fresh)), 0, False, 0
    await fresh.close()
    while not lasted:
        number += 1
        copy = tmp_path / f"{number}.db"
        shutil.copy(tmp_path / "fresh.db", copy)  # declaring collections takes longest
        file, mailer = SqliteFile(copy), Answers()
        with suppress(Killed):
            dying = Process(MortalStore(file, "notifications", COLLECTIONS, number, done=True), desk, mailer, file)
            await dying.takes_in()
            await dying.does_what_is_due()
            lasted = True

        next_one = Process(in_file(file), desk, mailer, file)
        with_server = {each.id for each in await desk.documents.messages.find({"state": State.SENDING})}
        await next_one.takes_in_ten_times()
        await next_one.does_what_is_due()
        desk.clock.forward(CLAIM)
        await next_one.does_what_is_due()
        await file.close()

        mails = Counter(desk.id_of(mail) for mail in mailer.taken)
        again = {id for id, count in mails.items() if count > 1}
        twice += bool(again)
        assert (set(mails), max(mails.values()) <= 2, again - with_server) == (MAILS, True, set()), number
        assert len({mail["Message-ID"] for mail in mailer.taken}) == len(MAILS), number
    assert number > 60
    assert twice < number / 4
