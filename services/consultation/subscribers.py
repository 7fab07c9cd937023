"""What this service keeps of events: the counts of answers, and that drafts and invitations were used."""

from collections.abc import Sequence
from typing import Any

from services.consultation.domain import count_into
from services.consultation.domain.revising import Reason
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import drafts_of, end_draft, forget_equality, use_invitation, watch_who_answers
from shared.consume import Received, remember
from shared.contracts.consultation import ResponseRevisedV1, ResponseSubmittedV1
from shared.run import Run
from shared.secrets import Secrets
from shared.store.port import Duplicate, Stale, Store

Counting = ResponseSubmittedV1 | ResponseRevisedV1


class Tallies:
    """A part counts the responses of one consultation that came through one partition (domain/tally.py).

    What becomes of a response comes under the same key as its submission, and so to the same part.
    """

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run

    async def count(self, received: Sequence[Received[Any]]) -> None:
        by_part: dict[tuple[str, int], list[Received[Counting]]] = {}
        for each in received:
            by_part.setdefault((each.fact.consultation, each.partition), []).append(each)
        for (consultation, partition), events in by_part.items():
            await self._run(lambda c=consultation, p=partition, e=events: self._count(c, p, e))  # type: ignore[misc]

    async def _count(self, consultation: str, partition: int, events: Sequence[Received[Counting]]) -> None:
        part = f"{consultation}:{partition}"
        stored = await self._store.get("tallies", part)
        body: dict[str, Any] = (
            stored.body
            if stored
            else {"consultation": consultation, "responses": 0, "answered": {}, "choices": {}, "seen": []}
        )
        seen = set(body["seen"])
        new = {event.id: event for event in events if event.id not in seen}
        if not new:
            return
        for event in new.values():
            count_into(body, event.fact)
        body["seen"] = remember(body["seen"], list(new))
        if stored:
            await self._store.replace("tallies", part, stored.version, body)
            return
        try:
            await self._store.insert("tallies", part, body)
        except Duplicate:
            raise Stale(part) from None


class Subscribers:
    def __init__(self, documents: ConsultationDocuments, run: Run, secrets: Secrets) -> None:
        self._documents = documents
        self._run = run
        self._secrets = secrets
        self._watched: set[str] = set()
        self._tallies = Tallies(documents.store, run)

    async def on_responses_submitted(self, received: Sequence[Received[ResponseSubmittedV1]]) -> None:
        """They are counted; the drafts that they were end, and the invitations that they came by are used."""
        await self._tallies.count(received)
        for consultation in {each.fact.consultation for each in received} - self._watched:
            await watch_who_answers(consultation, self._documents, received[-1].at)
            self._watched.add(consultation)
        for each in received:
            if each.fact.invitation is not None:
                await self._run(lambda e=each: use_invitation(e.fact.invitation, self._documents, e.at))  # type: ignore[misc]
        for draft in await drafts_of([each.fact for each in received], self._documents):
            await self._run(lambda d=draft: end_draft(d, self._documents, received[-1].at))  # type: ignore[misc]

    async def on_responses_revised(self, received: Sequence[Received[ResponseRevisedV1]]) -> None:
        """They are counted anew; with answers that were withdrawn go those on equality."""
        await self._tallies.count(received)
        for each in received:
            if each.fact.reason == Reason.WITHDRAWN:
                await forget_equality(each.fact.response, self._documents, self._secrets)
