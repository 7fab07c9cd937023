"""Cross tables that are public are held back until several responses have come, gone or changed (disclosure.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.consultation.domain.crossing import responses_between, sum_crossings
from services.consultation.domain.statistics.disclosure import may_renew
from services.consultation.storage import CROSSINGS, SHOWN_CROSSINGS, ConsultationDocuments
from shared.store.documents import as_text
from shared.store.port import Body, Duplicate, Stale, Stored

MOST_PARTS = 50


@dataclass(frozen=True)
class Crossing:
    """What the tables of one breakdown are made of: parts to be summed. `mark` changes with them."""

    parts: Sequence[Mapping[str, Any]]
    mark: str
    held_since: datetime | None = None
    """Where newer responses are held back: when it was counted."""


async def crossing_now(consultation: str, by: str, documents: ConsultationDocuments) -> Crossing:
    """As it is counted at this moment: for officers, while the consultation is open."""
    wanted = {"consultation": consultation, "by": by}
    stored = await documents.store.find(CROSSINGS.name, wanted, limit=MOST_PARTS)
    mark = " ".join(f"{part.id}:{part.version}" for part in sorted(stored, key=lambda part: part.id))
    return Crossing([part.body for part in stored], mark)


async def crossing_to_show(consultation: str, by: str, documents: ConsultationDocuments, now: datetime) -> Crossing:
    """As it was when it was last renewed, for everyone."""
    id = f"{consultation}:{by}"
    counted = await crossing_now(consultation, by, documents)
    shown = await documents.store.get(SHOWN_CROSSINGS.name, id)
    if shown is not None and shown.body["mark"] == counted.mark:
        return Crossing([shown.body], counted.mark)
    groups = sum_crossings(counted.parts)
    if shown is not None and not may_renew(responses_between(shown.body["groups"], groups)):
        return Crossing([shown.body], shown.body["mark"], datetime.fromisoformat(shown.body["at"]))
    kept = await _keep(id, shown, {"groups": groups, "mark": counted.mark, "at": as_text(now)}, documents)
    return Crossing([kept], kept["mark"])


async def _keep(id: str, shown: Stored | None, body: Body, documents: ConsultationDocuments) -> Mapping[str, Any]:
    """What is shown from now on; where another process was first, what that one has kept."""
    try:
        if shown is None:
            await documents.store.insert(SHOWN_CROSSINGS.name, id, body)
        else:
            await documents.store.replace(SHOWN_CROSSINGS.name, id, shown.version, body)
    except (Duplicate, Stale):
        kept = await documents.store.get(SHOWN_CROSSINGS.name, id)
        return kept.body if kept is not None else body
    return body
