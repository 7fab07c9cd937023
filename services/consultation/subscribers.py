"""What this service keeps of events: counts of answers, that drafts and invitations were used, what was reported."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from services.consultation.domain import count_into
from services.consultation.domain.crossing import Change, changes, counted_by, cross_into
from services.consultation.domain.revising import Reason
from services.consultation.domain.vote_tally import count_votes_into
from services.consultation.storage import VOTE_TALLIES, ConsultationDocuments
from services.consultation.usecases import (
    drafts_of,
    end_draft,
    forget_equality,
    load,
    note_report,
    reading,
    use_invitation,
    watch_who_answers,
)
from shared.clock import Clock
from shared.consume import Received, remember
from shared.contracts.consultation import (
    ReportPublishedV1,
    ResponseReadV1,
    ResponseRevisedV1,
    ResponseSubmittedV1,
    VotesCastV1,
)
from shared.run import Run
from shared.secrets import Secrets
from shared.store.port import Body, Duplicate, Stale, Store

Counting = Received[Any]
"""A ResponseSubmittedV1 or a ResponseRevisedV1."""

Changes = Mapping[str, Sequence[Change]]
"""By the id of the event."""

Breakdowns = Mapping[int, Sequence[str]]
Take = Callable[[Body, Counting], None]

KNOWN = 1_000
"""Versions of questionnaires whose breakdowns a process remembers."""


async def take_in(store: Store, collection: str, part: str, new: Body, events: Sequence[Counting], take: Take) -> None:  # noqa: PLR0913
    """Put the events that a part has not seen into it, in one write; `new` is a part that has seen none."""
    stored = await store.get(collection, part)
    body = stored.body if stored else {**new, "seen": []}
    seen = set(body["seen"])
    unseen = {event.id: event for event in events if event.id not in seen}
    if not unseen:
        return
    for event in unseen.values():
        take(body, event)
    body["seen"] = remember(body["seen"], list(unseen))
    if stored:
        await store.replace(collection, part, stored.version, body)
        return
    try:
        await store.insert(collection, part, body)
    except Duplicate:
        raise Stale(part) from None


class Tallies:
    """A part counts the responses of one consultation that came through one partition (domain/tally.py).

    What becomes of a response comes under the same key as its submission, and so to the same part.
    """

    def __init__(self, store: Store, run: Run) -> None:
        self._store = store
        self._run = run

    async def count(self, received: Sequence[Counting]) -> None:
        for (consultation, partition), events in by_part(received).items():
            part = f"{consultation}:{partition}"
            new = {"consultation": consultation, "responses": 0, "answered": {}, "choices": {}}
            await self._run(lambda p=part, n=new, e=events: take_in(self._store, "tallies", p, n, e, _count_into))  # type: ignore[misc]


def _count_into(body: Body, event: Counting) -> None:
    count_into(body, event.fact)


def _count_votes_into(body: Body, event: Counting) -> None:
    count_votes_into(body, event.fact)


class Crossings:
    """A part counts them by one breakdown, such as the ward (domain/crossing.py). The parts are written together."""

    def __init__(self, documents: ConsultationDocuments, run: Run) -> None:
        self._documents = documents
        self._run = run
        self._known: dict[tuple[str, int], tuple[str, ...]] = {}

    async def count(self, received: Sequence[Counting]) -> None:
        for (consultation, partition), events in by_part(received).items():
            changed = {event.id: changes(event.fact) for event in events}
            breakdowns = await self._breakdowns(consultation, changed.values())

            def take(body: Body, event: Counting, c: Changes = changed, b: Breakdowns = breakdowns) -> None:
                cross_into(body, c[event.id], b)

            work = (
                self._count(f"{consultation}:{partition}:{by}", consultation, by, events, take)
                for by in sorted({by for each in breakdowns.values() for by in each})
            )
            # All of them end before an outage is passed on: what is still at work would meet itself.
            for outcome in await asyncio.gather(*work, return_exceptions=True):
                if outcome is not None:
                    raise outcome

    async def _count(self, part: str, consultation: str, by: str, events: Sequence[Counting], take: Take) -> None:
        new = {"consultation": consultation, "by": by, "groups": {}}
        await self._run(lambda: take_in(self._documents.store, "crossings", part, new, events, take))

    async def _breakdowns(self, consultation: str, changed: Iterable[Sequence[Change]]) -> Breakdowns:
        """By version of those that were answered. They never change, so the consultation is read once for each."""
        versions = {change.counted.version for each in changed for change in each}
        if lacking := [version for version in versions if (consultation, version) not in self._known]:
            loaded = (await load(consultation, self._documents)).value
            if len(self._known) > KNOWN:
                self._known.clear()
            self._known |= {(consultation, version): counted_by(loaded, version) for version in lacking}
        return {version: self._known[consultation, version] for version in versions}


def by_part(received: Sequence[Counting]) -> Mapping[tuple[str, int], Sequence[Counting]]:
    parts: dict[tuple[str, int], list[Counting]] = {}
    for each in received:
        parts.setdefault((each.fact.consultation, each.partition), []).append(each)
    return parts


class Subscribers:
    def __init__(self, documents: ConsultationDocuments, run: Run, secrets: Secrets, clock: Clock) -> None:
        self._documents = documents
        self._run = run
        self._secrets = secrets
        self._clock = clock
        self._watched: set[str] = set()
        self._tallies = Tallies(documents.store, run)
        self._crossings = Crossings(documents, run)

    async def on_responses_submitted(self, received: Sequence[Received[ResponseSubmittedV1]]) -> None:
        """They are counted; the drafts that they were end, and the invitations that they came by are used."""
        await self._count(received)
        await self._note_to_read(received)
        await self._watch(received)
        for each in received:
            if each.fact.invitation is not None:
                await self._run(lambda e=each: use_invitation(e.fact.invitation, self._documents, e.at))  # type: ignore[misc]
        for draft in await drafts_of([each.fact for each in received], self._documents):
            await self._run(lambda d=draft: end_draft(d, self._documents, received[-1].at))  # type: ignore[misc]

    async def on_responses_revised(self, received: Sequence[Received[ResponseRevisedV1]]) -> None:
        """They are counted anew; with answers that were withdrawn go those on equality, and what could be published."""
        await self._count(received)
        await self._note_to_read(received)
        for each in received:
            if each.fact.reason == Reason.WITHDRAWN:
                await reading.forget_redactions(each.fact.response, self._documents)
                await forget_equality(each.fact.response, self._documents, self._secrets)

    async def on_votes_cast(self, received: Sequence[Received[VotesCastV1]]) -> None:
        """They are counted; the map of opinions is drawn anew once the counts have changed (due work)."""
        for (consultation, partition), events in by_part(received).items():
            part = f"{consultation}:{partition}"
            new = {"consultation": consultation, "people": 0, "votes": {}}
            await self._run(
                lambda p=part, n=new, e=events: take_in(  # type: ignore[misc]
                    self._documents.store, VOTE_TALLIES.name, p, n, e, _count_votes_into
                )
            )

    async def _watch(self, received: Sequence[Received[ResponseSubmittedV1]]) -> None:
        """From its first response on it is looked at who answers; a process need find that out once."""
        for consultation in {each.fact.consultation for each in received} - self._watched:
            await watch_who_answers(consultation, self._documents, self._clock())
            self._watched.add(consultation)

    async def _count(self, received: Sequence[Any]) -> None:
        """The tally before the crossings: `engage consultation recount` relies on that order."""
        await self._tallies.count(received)
        await self._crossings.count(received)

    async def on_report_published(self, received: Received[ReportPublishedV1]) -> None:
        """A consultation knows of its report: pages that list many ask nothing more."""
        await self._run(lambda: note_report(received.fact.consultation, self._documents, received.at))

    async def on_responses_read(self, received: Sequence[Received[ResponseReadV1]]) -> None:
        await self._note_to_read(received)

    async def _note_to_read(self, received: Sequence[Received[Any]]) -> None:
        """From the responses as they are now, so that it does not matter in which order events come, or how often."""
        ids = list(dict.fromkeys(each.fact.response for each in received))
        for start in range(0, len(ids), reading.AT_ONCE):  # so many share a commit
            some = ids[start : start + reading.AT_ONCE]
            await asyncio.gather(
                *(self._run(lambda r=each: reading.note_to_read(r, self._documents, self._clock())) for each in some)  # type: ignore[misc]
            )
