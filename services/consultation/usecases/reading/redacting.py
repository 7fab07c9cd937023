"""Deciding what of an answer may be published."""

from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain.coding import coding_id
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.redaction import Checked, Redaction, undecided
from services.consultation.storage import REDACTIONS, ConsultationDocuments
from services.consultation.usecases.reading.coding import text_of
from shared.errors import Conflict
from shared.store.port import Duplicate, Stale


@dataclass(frozen=True)
class DecidePublication:
    """`mark` is that of the text which the officer read; `shown` what may be published of it."""

    consultation: str
    response: str
    question: str
    mark: str
    published: bool
    shown: str
    reason: str
    by: str


async def decide_publication(command: DecidePublication, documents: ConsultationDocuments, now: datetime) -> Redaction:
    """Raises NotFound, Invalid, and Conflict where the answer was changed since."""
    text = await text_of(command.consultation, command.response, command.question, documents)
    mark = mark_of_text(text)
    if mark != command.mark:
        raise Conflict("This answer has changed since you opened the page. Read it again before you decide")
    shown = command.shown if command.published else ""
    decision = Checked(now, command.by, mark, command.published, shown, command.reason)
    loaded = await documents.redactions.get(coding_id(command.response, command.question))
    before = loaded.value if loaded else undecided(command.consultation, command.response, command.question)
    after = before.decide(decision, text)
    if loaded is None:
        try:
            await documents.redactions.add(after)
        except Duplicate:
            raise Stale(after.id) from None
    elif after != before:
        await documents.redactions.save(loaded, after)
    return after


async def forget_redactions(response: str, documents: ConsultationDocuments) -> None:
    """With answers that were withdrawn goes what of them was made ready to be published."""
    for each in await documents.redactions.find({"response": response}, limit=1_000):
        await documents.store.delete(REDACTIONS.name, each.id)
