"""Drafts: answers kept to go on with, claimed by who signs in, deleted when their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.consultation.domain import Consultation, Draft, Given, WardOf, kept, no_ward
from services.consultation.domain.draft import KEPT_AFTER_CLOSE, UNCLAIMED
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.answering import response_of
from services.consultation.usecases.revising import Holder
from services.consultation.usecases.writing import load
from shared.contracts.consultation import DraftEndedV1, DraftSavedV1, ResponseSubmittedV1
from shared.errors import Conflict, NotFound
from shared.event import Outgoing, record
from shared.store.documents import Loaded, as_text
from shared.store.port import Duplicate, In, Range, Stale

AT_ONCE = 100
MOST = 10_000
"""Drafts of all people whose answers came in at once: each has a handful."""

GONE = "There are no saved answers at this address. They may have been sent or deleted"


@dataclass(frozen=True)
class SaveDraft:
    """`response` is the id of the form. No person and no invitation: saved before signing in."""

    consultation: str
    response: str
    given: Given
    version: int
    page: str
    person: str | None = None
    invitation: str | None = None
    language: str = "en"


async def save_draft(
    command: SaveDraft, documents: ConsultationDocuments, now: datetime, ward_of: WardOf = no_ward
) -> Draft:
    """Keep it, in place of what was kept before: one draft for each person and consultation, whatever tabs are open.

    Raises NotOpen, and Conflict where the answers were sent already.
    """
    consultation = (await load(command.consultation, documents)).value
    consultation.must_be_open(now)
    await _not_sent(command, documents)
    new = _draft(command, consultation, now, ward_of)
    before = await _before(command, documents)
    if before is None:
        await _add(new, consultation, documents, now)
        return new
    draft = replace(new, id=before.id)
    known = before.value.is_of(command.person, command.invitation)
    if not (known or before.value.is_unclaimed or before.value.ended_at):
        raise Conflict("These answers are kept for somebody else. Sign in as the person who saved them")
    await _replace(before, draft, None if known else draft.saved(consultation), documents, now)
    return draft


@dataclass(frozen=True)
class ClaimDraft:
    draft: str
    person: str


async def claim_draft(command: ClaimDraft, documents: ConsultationDocuments, now: datetime) -> Draft:
    """Who has signed in keeps it with their account. Raises NotFound, Conflict."""
    loaded = await _live(command.draft, documents)
    consultation = (await load(loaded.value.consultation, documents)).value
    draft, saved = loaded.value.claim(command.person, consultation)
    older = await draft_of(command.person, draft.consultation, documents)
    if older is not None and older.id != draft.id:
        await _end(older, documents, now)
    await _replace(loaded, draft, saved, documents, now)
    return draft


async def delete_draft(id: str, holder: Holder, documents: ConsultationDocuments, now: datetime) -> None:
    """A second time changes nothing. Raises NotFound for somebody else's."""
    loaded = await documents.drafts.get(id)
    if loaded is None:
        raise NotFound(GONE)
    if loaded.value.ended_at is not None:
        return
    if not loaded.value.is_of(holder.resident, holder.invitation):
        raise NotFound(GONE)
    await _end(loaded, documents, now)


async def drafts_of(sent: Sequence[ResponseSubmittedV1], documents: ConsultationDocuments) -> list[str]:
    """Ids of the drafts that these responses leave nothing to go on with, whichever tab they were sent from."""
    people = {(fact.resident, fact.consultation) for fact in sent if fact.resident is not None}
    found = await documents.drafts.find({"id": In([fact.response for fact in sent])}, limit=len(sent))
    if people:
        theirs = In(sorted(person for person, _ in people))
        mine = await documents.drafts.find({"person": theirs}, limit=MOST)
        found += [each for each in mine if (each.value.person, each.value.consultation) in people]
    return sorted({each.id for each in found if each.value.ended_at is None})


async def end_draft(id: str, documents: ConsultationDocuments, now: datetime) -> None:
    """A second time changes nothing."""
    loaded = await documents.drafts.get(id)
    if loaded is not None:
        await _end(loaded, documents, now)


async def draft_of(person: str | None, consultation: str, documents: ConsultationDocuments) -> Loaded[Draft] | None:
    if person is None:
        return None
    found = await documents.drafts.find({"person": person, "consultation": consultation}, limit=1)
    return found[0] if found else None


async def due_drafts(documents: ConsultationDocuments, now: datetime) -> list[Loaded[Draft]]:
    until = as_text(now + timedelta(microseconds=1))
    return await documents.drafts.find({"due_at": Range(below=until)}, sort="due_at", limit=AT_ONCE)


async def tidy_draft(loaded: Loaded[Draft], documents: ConsultationDocuments, now: datetime) -> None:
    """One whose time is over ends, and is deleted once everyone who listens knows. One that is kept on is looked at
    again later.
    """
    draft = loaded.value
    if draft.ended_at is not None:
        await documents.store.delete("drafts", draft.id)
        return
    consultation = (await load(draft.consultation, documents)).value
    until = draft.outlives(consultation, now)
    if until is None:
        await _end(loaded, documents, now)
    else:
        await documents.drafts.save(loaded, replace(draft, due_at=until))


def _draft(command: SaveDraft, consultation: Consultation, now: datetime, ward_of: WardOf) -> Draft:
    person = None if command.invitation else command.person
    claimed = person is not None or command.invitation is not None
    due_at = consultation.details.closes_at + KEPT_AFTER_CLOSE if claimed else now + UNCLAIMED
    given = kept(consultation.version(command.version), command.given, ward_of)
    return Draft(
        command.response,
        consultation.id,
        given,
        command.version,
        command.page,
        now,
        due_at,
        person,
        command.invitation,
        command.language,
    )


async def _before(command: SaveDraft, documents: ConsultationDocuments) -> Loaded[Draft] | None:
    mine = None if command.invitation else await draft_of(command.person, command.consultation, documents)
    return mine or await documents.drafts.get(command.response)


async def _not_sent(command: SaveDraft, documents: ConsultationDocuments) -> None:
    sent = await documents.responses.get(command.response)
    if sent is None and command.invitation is None:
        sent = await response_of(command.person, command.consultation, documents)
    if sent is not None and sent.value.withdrawn_at is None:
        raise Conflict(f"You have sent your answers already. Your reference is {sent.value.reference}")


async def _live(id: str, documents: ConsultationDocuments) -> Loaded[Draft]:
    loaded = await documents.drafts.get(id)
    if loaded is None or loaded.value.ended_at is not None:
        raise NotFound(GONE)
    return loaded


async def _add(draft: Draft, consultation: Consultation, documents: ConsultationDocuments, now: datetime) -> None:
    try:
        await documents.drafts.add(draft, _events(draft, draft.saved(consultation), now))
    except Duplicate:  # saved in another tab, or by a second click, a moment ago: in place of that
        raise Stale(draft.id) from None


async def _replace(
    loaded: Loaded[Draft],
    draft: Draft,
    event: DraftSavedV1 | None,
    documents: ConsultationDocuments,
    now: datetime,
) -> None:
    try:
        await documents.drafts.save(loaded, draft, _events(draft, event, now))
    except Duplicate:
        raise Stale(draft.id) from None


async def _end(loaded: Loaded[Draft], documents: ConsultationDocuments, now: datetime) -> None:
    draft, ended = loaded.value.end(now)
    if draft != loaded.value:
        await documents.drafts.save(loaded, draft, _events(draft, ended, now))


def _events(draft: Draft, event: DraftSavedV1 | DraftEndedV1 | None, now: datetime) -> list[Outgoing]:
    return [record(event, key=draft.id, at=now)] if event else []
