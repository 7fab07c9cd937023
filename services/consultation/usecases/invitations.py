"""Invitations: made, used, taken back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Audience, Invitation, NotInvited, hash_of, invite
from services.consultation.domain.invitation import WRONG
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict
from shared.store.port import Duplicate, Stale

PAGE = 500


@dataclass(frozen=True)
class MakeInvitations:
    """`batch` is that of the form: what is sent with it twice is made once."""

    consultation: str
    batch: str
    number: int
    label: str
    by: str


async def make_invitations(command: MakeInvitations, documents: ConsultationDocuments, now: datetime) -> Sequence[str]:
    """The tokens, which nobody can be shown again. Raises Invalid, Conflict."""
    consultation = (await load(command.consultation, documents)).value
    if consultation.details.audience is not Audience.INVITED:
        raise Conflict("Only a consultation that people answer by invitation has codes. Change who can answer first")
    if consultation.has_closed(now):
        raise Conflict("This consultation has closed")
    made = invite(consultation.id, command.batch, command.number, command.label, command.by, now)
    try:
        await documents.invitations.add(made[0][1])
    except Duplicate:
        raise Conflict(
            "These codes have been made already, and can be shown only once. If you have no copy of them, take back"
            " those that are not used, and make others"
        ) from None
    await asyncio.gather(*(documents.invitations.add(invitation) for _, invitation in made[1:]))
    return [token for token, _ in made]


async def invitation_by(token: str, consultation: str, documents: ConsultationDocuments) -> Invitation:
    """The one that a token lets in by. Raises NotInvited."""
    loaded = await documents.invitations.get(hash_of(token))
    if loaded is None:
        raise NotInvited(WRONG)
    loaded.value.must_let_in(consultation)
    return loaded.value


async def use_invitation(id: str, documents: ConsultationDocuments, now: datetime) -> None:
    """Noted for the list of officers; that a token brings one response is in the response's id."""
    loaded = await documents.invitations.get(id)
    if loaded is not None and loaded.value.used_at is None:
        await documents.invitations.save(loaded, loaded.value.use(now))


async def revoke_unused(consultation: str, label: str, documents: ConsultationDocuments, now: datetime) -> int:
    """Take back those with this label that nobody has used. Returns how many."""
    where = {"consultation": consultation, "label": label, "state": "unused"}
    revoked = 0
    while found := await documents.invitations.find(where, limit=PAGE):
        outcomes = await asyncio.gather(
            *(documents.invitations.save(each, each.value.revoke(now)) for each in found), return_exceptions=True
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException) and not isinstance(outcome, Stale):  # one used a moment ago
                raise outcome
        revoked += sum(outcome is None for outcome in outcomes)
    return revoked
