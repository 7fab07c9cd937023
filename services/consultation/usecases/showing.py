"""Cross tables that are public are held back until several responses have come, gone or changed (disclosure.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.consultation.domain.crossing import Groups, responses_between, sum_crossings
from services.consultation.domain.statistics.disclosure import may_renew
from services.consultation.storage import CROSSINGS, SHOWN_CROSSINGS, ConsultationDocuments
from shared.store.documents import as_text
from shared.store.port import Body, Duplicate, Stale, Stored

MOST_PARTS = 50


@dataclass(frozen=True)
class Crossing:
    """What the tables of one breakdown are made of. `mark` changes with it."""

    groups: Groups
    mark: str
    held_since: datetime | None = None
    """Where newer responses are held back: when it was counted."""


async def crossing_now(consultation: str, by: str, documents: ConsultationDocuments) -> Crossing:
    """As it is counted at this moment: for officers, while the consultation is open."""
    parts = await _parts(consultation, by, documents)
    return Crossing(sum_crossings([part.body for part in parts]), _mark(parts))


async def crossing_to_show(consultation: str, by: str, documents: ConsultationDocuments, now: datetime) -> Crossing:
    """As it was when it was last renewed, for everyone."""
    id = f"{consultation}:{by}"
    parts, shown = await _parts(consultation, by, documents), await documents.store.get(SHOWN_CROSSINGS.name, id)
    mark = _mark(parts)
    if shown is not None and shown.body["mark"] == mark:
        return Crossing(shown.body["groups"], mark)
    groups = sum_crossings([part.body for part in parts])
    if shown is not None and not may_renew(responses_between(shown.body["groups"], groups)):
        return Crossing(shown.body["groups"], shown.body["mark"], datetime.fromisoformat(shown.body["at"]))
    kept = await _keep(id, shown, {"groups": groups, "mark": mark, "at": as_text(now)}, documents)
    return Crossing(kept["groups"], kept["mark"])


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


async def _parts(consultation: str, by: str, documents: ConsultationDocuments) -> Sequence[Stored]:
    return await documents.store.find(CROSSINGS.name, {"consultation": consultation, "by": by}, limit=MOST_PARTS)


def _mark(parts: Sequence[Stored]) -> str:
    return " ".join(f"{part.id}:{part.version}" for part in sorted(parts, key=lambda part: part.id))
