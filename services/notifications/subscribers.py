"""What others' events make us owe and keep."""

from collections.abc import Callable

from services.notifications import usecases
from services.notifications.domain import (
    Begun,
    Contact,
    Lane,
    Message,
    Participant,
    occasion_of_report,
    occasions_of,
    owe,
)
from services.notifications.storage import NotificationDocuments
from shared.clock import Clock
from shared.consume import Received
from shared.contracts.accounts import ResidentV1, SignedInV1, SignInRequestedV1
from shared.contracts.consultation import (
    ConsultationExtendedV1,
    ConsultationPublishedV1,
    DraftEndedV1,
    DraftSavedV1,
    ReportPublishedV1,
    ResponseRevisedV1,
    ResponseSubmittedV1,
)
from shared.run import Run

REVISED = {"changed": "changed", "withdrawn": "withdrawn"}
"""The template for each reason that is the person's own; what officers do to a response is told to nobody here."""


class Subscribers:
    def __init__(
        self, documents: NotificationDocuments, run: Run, clock: Clock, wake_sender: Callable[[], None]
    ) -> None:
        self._documents = documents
        self._run = run
        self._clock = clock
        self._wake_sender = wake_sender

    async def on_resident(self, received: Received[ResidentV1]) -> None:
        fact = received.fact
        contact = Contact(fact.person, fact.email, fact.ward, fact.interests, fact.staff, as_of=received.at)
        await self._run(lambda: usecases.keep_contact(contact, self._documents))
        await self._run(lambda: usecases.try_again(contact.id, self._documents, self._clock()))
        self._wake_sender()

    async def on_signed_in(self, received: Received[SignedInV1]) -> None:
        await self._run(lambda: usecases.confirm_contact(received.fact.person, self._documents, received.at))

    async def on_sign_in_requested(self, received: Received[SignInRequestedV1]) -> None:
        fact = received.fact
        await self._owe(
            owe(
                f"sign-in:{fact.sign_in}",
                "sign_in",
                fact.person,
                {"sign_in": fact.sign_in},
                self._clock(),
                expires_at=fact.expires_at,
                lane=Lane.URGENT,
            )
        )

    async def on_response_submitted(self, received: Received[ResponseSubmittedV1]) -> None:
        """A receipt to who was signed in; others have it on the page alone, since we know no address of theirs.

        They are told what comes of it, too.
        """
        fact = received.fact
        if fact.resident is None:
            return
        participant = Participant(fact.response, fact.resident, fact.consultation)
        await usecases.keep_participant(participant, self._documents)
        values = {
            "title": fact.title,
            "reference": fact.reference,
            "consultation": fact.consultation,
            "submitted_at": received.at.isoformat(),
        }
        await self._owe(owe(f"receipt:{fact.response}", "receipt", fact.resident, values, self._clock()))

    async def on_response_revised(self, received: Received[ResponseRevisedV1]) -> None:
        """A receipt for what they changed or withdrew themselves. Who withdrew takes no part any more."""
        fact = received.fact
        if fact.reason == "withdrawn":
            await usecases.forget_participant(fact.response, self._documents)
        elif fact.reason == "changed" and fact.resident is not None:  # after they had withdrawn, perhaps
            participant = Participant(fact.response, fact.resident, fact.consultation)
            await usecases.keep_participant(participant, self._documents)
        template = REVISED.get(fact.reason)
        if fact.resident is None or template is None:
            return
        values = {
            "title": fact.title,
            "reference": fact.reference,
            "consultation": fact.consultation,
            "revised_at": received.at.isoformat(),
        }
        await self._owe(owe(f"{template}:{received.id}", template, fact.resident, values, self._clock()))

    async def on_draft_saved(self, received: Received[DraftSavedV1]) -> None:
        """A way back to it, and a reminder before the close."""
        fact = received.fact
        begun = Begun(fact.draft, fact.person, fact.consultation, fact.title, fact.closes_at)
        await usecases.keep_begun(begun, self._documents)
        await self._owe(begun.saved(self._clock()))

    async def on_draft_ended(self, received: Received[DraftEndedV1]) -> None:
        fact = received.fact
        await usecases.end_begun(fact.draft, fact.consultation, fact.person, self._documents, self._clock())

    async def on_consultation_published(self, received: Received[ConsultationPublishedV1]) -> None:
        """It is announced when it opens, and when its close is near."""
        for occasion in occasions_of(received.fact):
            await usecases.keep_occasion(occasion, self._documents)

    async def on_consultation_extended(self, received: Received[ConsultationExtendedV1]) -> None:
        """Its close is near at a later time."""
        for occasion in occasions_of(received.fact):
            await self._run(lambda o=occasion: usecases.move_occasion(o, self._documents))  # type: ignore[misc]

    async def on_report_published(self, received: Received[ReportPublishedV1]) -> None:
        """It is announced: to who answered, and to who asked for such news."""
        await usecases.keep_occasion(occasion_of_report(received.fact, received.at), self._documents)

    async def _owe(self, message: Message) -> None:
        await self._run(lambda: usecases.owe_message(message, self._documents))
        self._wake_sender()
