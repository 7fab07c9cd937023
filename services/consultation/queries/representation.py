"""Who answered beside who lives here: what pages show of it. Nothing is unlocked for a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation
from services.consultation.domain.representation import Comparison, Quiet, all_quiet, compare_wards
from services.consultation.storage import ConsultationDocuments
from shared.place import Place
from shared.population import WARD
from shared.store.port import In

MOST_PARTS = 50


@dataclass(frozen=True)
class WhoAnswered:
    """`open`: by counts that are public anyway; `told`: by what was told in confidence, once it has closed.

    `named`: all groups that are not heard from. `asks`: whether the consultation asks anything on equality that can
    be compared with this place; `has_wards`: whether the place says how many people live in each ward.
    """

    open: tuple[Comparison, ...]
    told: tuple[Comparison, ...]
    named: tuple[Quiet, ...]
    taken_at: datetime | None
    asks: bool
    has_wards: bool


async def who_answered(consultation: Consultation, place: Place, documents: ConsultationDocuments) -> WhoAnswered:
    loaded = await documents.heard.get(consultation.id)
    parts = await documents.store.find("tallies", {"consultation": consultation.id}, limit=MOST_PARTS)
    wards = compare_wards(consultation, place.characteristics, [part.body for part in parts])
    asked = {question.id for question in consultation.monitoring.asked}
    return WhoAnswered(
        wards,
        loaded.value.last if loaded else (),
        (*all_quiet(wards), *(loaded.value.quiet if loaded else ())),
        loaded.value.taken_at if loaded else None,
        any(each.question in asked for each in place.characteristics.values() if each.compare),
        WARD in place.characteristics,
    )


async def not_heard_from(
    consultations: Sequence[str], documents: ConsultationDocuments
) -> dict[str, tuple[Quiet, ...]]:
    """Groups that are clearly less heard from than they live here, by consultation, as of the last look."""
    if not consultations:
        return {}
    found = await documents.heard.find({"id": In(consultations)}, limit=len(consultations))
    return {each.id: each.value.named for each in found if each.value.named}
