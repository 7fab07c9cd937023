"""What this service keeps of events: the counts of answers, in parts, one for each partition of the bus."""

from collections.abc import Sequence
from typing import Any

from services.consultation.domain import count_into
from shared.consume import Received, remember
from shared.contracts.consultation import ResponseSubmittedV1
from shared.run import Run
from shared.store.port import Duplicate, Stale, Store


class Tallies:
    """A part counts the responses of one consultation that came through one partition (domain/tally.py)."""

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run

    async def on_responses_submitted(self, received: Sequence[Received[ResponseSubmittedV1]]) -> None:
        by_part: dict[tuple[str, int], list[Received[ResponseSubmittedV1]]] = {}
        for each in received:
            by_part.setdefault((each.fact.consultation, each.partition), []).append(each)
        for (consultation, partition), events in by_part.items():
            await self._run(lambda c=consultation, p=partition, e=events: self._count(c, p, e))  # type: ignore[misc]

    async def _count(self, consultation: str, partition: int, events: Sequence[Received[ResponseSubmittedV1]]) -> None:
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
