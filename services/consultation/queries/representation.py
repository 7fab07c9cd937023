"""Who answered beside who lives here: what pages show of it. Nothing is unlocked for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation, Kind, asked_ever, sum_parts
from services.consultation.domain.representation import Comparison, Quiet, compare_openly
from services.consultation.storage import ConsultationDocuments
from shared.place import Place
from shared.population import WARD
from shared.store.port import In

MOST_PARTS = 50


@dataclass(frozen=True)
class WhoAnswered:
    """`open`: by counts that are public anyway. `quiet`: groups of which not even a share is shown yet.

    `asks`: whether the consultation asks anything on equality that can be compared with this place.
    """

    open: tuple[Comparison, ...]
    told: tuple[Comparison, ...]
    quiet: tuple[Quiet, ...]
    taken_at: datetime | None
    asks: bool
    has_wards: bool
    """Whether the place says how many people live in each ward."""

    @property
    def named(self) -> tuple[Quiet, ...]:
        """All groups that are not heard from."""
        by_count = [Quiet(each.name, group) for each in (*self.open, *self.told) for group in each.quiet]
        return tuple(by_count) if self.told else (*by_count, *self.quiet)


async def who_answered(consultation: Consultation, place: Place, documents: ConsultationDocuments) -> WhoAnswered:
    loaded = await documents.heard.get(consultation.id)
    parts = await documents.store.find("tallies", {"consultation": consultation.id}, limit=MOST_PARTS)
    snapshot = loaded.value if loaded else None
    asked = {question.id for question in consultation.monitoring.asked}
    return WhoAnswered(
        _wards(consultation, place, [part.body for part in parts]),
        snapshot.last if snapshot else (),
        snapshot.quiet if snapshot else (),
        snapshot.taken_at if snapshot else None,
        any(each.question in asked for each in place.characteristics.values() if each.compare),
        WARD in place.characteristics,
    )


async def not_heard_from(
    consultations: Sequence[Consultation], place: Place, documents: ConsultationDocuments
) -> dict[str, tuple[Quiet, ...]]:
    """Groups that are clearly less heard from than they live here, by consultation; those with none are left out."""
    if not consultations:
        return {}
    ids = In([each.id for each in consultations])
    parts: dict[str, list[Mapping[str, object]]] = {}
    if WARD in place.characteristics:
        for part in await documents.store.find("tallies", {"consultation": ids}, limit=MOST_PARTS * len(ids.values)):
            parts.setdefault(part.body["consultation"], []).append(part.body)
    snapshots = {each.id: each.value for each in await documents.heard.find({"id": ids}, limit=len(ids.values))}
    found = {}
    for each in consultations:
        wards = _wards(each, place, parts.get(each.id, []))
        by_ward = [Quiet(one.name, group) for one in wards for group in one.quiet]
        told = snapshots[each.id].quiet if each.id in snapshots else ()
        if by_ward or told:
            found[each.id] = (*by_ward, *told)
    return found


def _wards(consultation: Consultation, place: Place, parts: Sequence[Mapping[str, object]]) -> tuple[Comparison, ...]:
    """By the first question that asks for the ward, where the place says how many live in each."""
    asked = next((each for each in asked_ever(consultation) if each.kind is Kind.WARD), None)
    if asked is None or WARD not in place.characteristics:
        return ()
    counts = sum_parts(parts)["choices"].get(asked.id, {})
    return (
        compare_openly(
            place.characteristics[WARD], {option.text: counts.get(option.id, 0) for option in asked.all_options}
        ),
    )
