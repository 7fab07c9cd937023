"""What people wrote, ready to be searched: kept in memory, brought up to date each time it is asked.

The texts of 20,000 responses are some ten megabytes. They are read from the store once for each process, a page at a
time, and after that only what has changed: a projection (ToRead) says which responses those are. Nothing of it is
written anywhere, it can be thrown away at any time, and no engine needs a full-text search of its own.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from services.consultation.domain.coding import Coding
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.searching import foldable
from services.consultation.storage import CODINGS, RESPONSES, TO_READ, ConsultationDocuments
from shared.store.documents import as_text
from shared.store.port import In, Range, Stored, Where

KEPT = 8
"""Consultations that are kept at a time, those asked last."""

PAGE = 5_000
AT_ONCE = 500
"""Responses, which are larger than what says that they changed."""

AGAIN = timedelta(seconds=20)
"""What changed within so long before the last change is looked at again: clocks of processes differ a little."""


@dataclass(slots=True)
class Entry:
    """A response that is in the results. `folded` has what `foldable` makes of each text, once it is searched."""

    id: str
    reference: str
    submitted_at: datetime
    channel: str
    answers: Mapping[str, Sequence[str]]
    unread: bool
    edition: str
    folded: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def text(self, question: str) -> str:
        values = self.answers.get(question)
        return values[0] if values else ""

    def mark(self, question: str) -> str:
        if question not in self.marks:
            self.marks[question] = mark_of_text(self.text(question))
        return self.marks[question]

    def searched(self, question: str) -> str:
        if question not in self.folded:
            self.folded[question] = foldable(self.text(question))
        return self.folded[question]

    def chose(self, question: str) -> str:
        """The option of a question with one answer, empty for none."""
        return self.text(question)


@dataclass
class Index:
    """The responses of one consultation, and how their answers are coded."""

    entries: dict[str, Entry] = field(default_factory=dict)
    codings: dict[tuple[str, str], Coding] = field(default_factory=dict)
    """By response and question."""

    responses_until: str = ""
    codings_until: str = ""
    updating: asyncio.Lock = field(default_factory=asyncio.Lock)

    def coding(self, entry: Entry, question: str) -> Coding | None:
        """Where the text is still the one that was coded."""
        found = self.codings.get((entry.id, question))
        return found if found is not None and found.mark == entry.mark(question) else None

    def newest_first(self) -> list[Entry]:
        return sorted(self.entries.values(), key=lambda entry: (entry.submitted_at, entry.id), reverse=True)


_KEPT: "WeakKeyDictionary[ConsultationDocuments, OrderedDict[str, Index]]" = WeakKeyDictionary()


async def index_of(consultation: str, documents: ConsultationDocuments) -> Index:
    """As everything is now."""
    kept = _KEPT.setdefault(documents, OrderedDict())
    index = kept.setdefault(consultation, Index())
    kept.move_to_end(consultation)
    while len(kept) > KEPT:
        kept.popitem(last=False)
    async with index.updating:
        await _update_responses(consultation, index, documents)
        await _update_codings(consultation, index, documents)
    return index


async def _update_responses(consultation: str, index: Index, documents: ConsultationDocuments) -> None:
    async for found in _changed(TO_READ.name, consultation, index.responses_until, documents):
        await _take_in([(each.id, each.body) for each in found], index, documents)
        index.responses_until = found[-1].body["touched"]


async def _changed(
    collection: str, consultation: str, until: str, documents: ConsultationDocuments
) -> AsyncIterator[list[Stored]]:
    """What was touched since, in the order in which it was. What is touched meanwhile comes last, so none is missed."""
    since, skip = _a_little_before(until), 0
    while True:
        where: Where = {"consultation": consultation, "touched": Range(least=since)}
        found = await documents.store.find(collection, where, sort="touched", limit=PAGE, skip=skip)
        if found:
            yield found
        if len(found) < PAGE:
            return
        last = found[-1].body["touched"]
        # Those at the very same time come again; where they fill a page, we go on by how many we have had.
        skip = skip + len(found) if last == since else 0
        since = last


def _a_little_before(until: str) -> str | None:
    return as_text(datetime.fromisoformat(until) - AGAIN) if until else None


async def _take_in(
    changed: Sequence[tuple[str, Mapping[str, Any]]], index: Index, documents: ConsultationDocuments
) -> None:
    wanted = []
    for id, body in changed:
        held = index.entries.get(id)
        if not body["counts"]:
            index.entries.pop(id, None)
        elif held is not None and held.edition == body["edition"]:
            held.unread = bool(body["unread_in"])
        else:
            wanted.append(id)
    if not wanted:
        return
    bodies = dict(changed)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        for stored in await documents.store.find(RESPONSES.name, {"id": In(some)}, limit=len(some)):
            index.entries[stored.id] = _entry(stored.id, stored.body, bodies[stored.id])
        await asyncio.sleep(0)  # others want to be served too


def _entry(id: str, response: Mapping[str, Any], known: Mapping[str, Any]) -> Entry:
    return Entry(
        id,
        response["reference"],
        datetime.fromisoformat(response["submitted_at"]),
        response.get("channel", "online"),
        response["answers"],
        bool(known["unread_in"]),
        known["edition"],
    )


async def _update_codings(consultation: str, index: Index, documents: ConsultationDocuments) -> None:
    async for found in _changed(CODINGS.name, consultation, index.codings_until, documents):
        for each in found:
            key, touched = (each.body["response"], each.body["question"]), each.body["touched"]
            held = index.codings.get(key)
            if held is None or as_text(held.touched) != touched:
                index.codings[key] = _coding(each.id, each.body)
            index.codings_until = touched


def _coding(id: str, body: Mapping[str, Any]) -> Coding:
    """Without its steps, which nobody counts by."""
    return Coding(
        id,
        body["consultation"],
        body["response"],
        body["question"],
        body["mark"],
        datetime.fromisoformat(body["touched"]),
        tuple(body["themes"]),
        body["no_theme"],
        tuple(body["rejected"]),
        tuple(body["tags"]),
    )
