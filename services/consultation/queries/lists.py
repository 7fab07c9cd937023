"""Consultations in lists, for everyone and for officers."""

from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import Consultation, State
from services.consultation.storage import ConsultationDocuments

LISTED = 200
"""Consultations on one page at the most; a council runs a few dozen a year."""


@dataclass(frozen=True)
class Card:
    """A consultation in a list."""

    title: str
    summary: str
    url: str
    results_url: str
    opens_at: datetime
    closes_at: datetime
    responses: int
    is_example: bool


@dataclass(frozen=True)
class Lists:
    open: list[Card]
    coming: list[Card]
    closed: list[Card]


@dataclass(frozen=True)
class StaffRow:
    consultation: Consultation
    status: str
    responses: int


async def lists(documents: ConsultationDocuments, now: datetime) -> Lists:
    """Published consultations: open ones that close soonest first, then coming, then closed, newest first."""
    found = [each.value for each in await documents.consultations.find({"state": State.PUBLISHED}, limit=LISTED)]
    totals = await _responses_by_consultation(documents)
    cards = [(each, _card(each, totals.get(each.id, 0))) for each in found]
    return Lists(
        open=sorted((c for each, c in cards if each.is_open(now)), key=lambda card: card.closes_at),
        coming=sorted((c for each, c in cards if now < each.details.opens_at), key=lambda card: card.opens_at),
        closed=sorted((c for each, c in cards if each.has_closed(now)), key=lambda card: card.closes_at, reverse=True),
    )


def status(consultation: Consultation, now: datetime) -> str:
    if not consultation.is_published:
        return "Draft"
    if consultation.is_open(now):
        return "Open"
    return "Closed" if consultation.has_closed(now) else "Opens later"


async def _responses_by_consultation(documents: ConsultationDocuments) -> dict[str, int]:
    totals: dict[str, int] = {}
    for part in await documents.store.find("tallies", limit=50 * LISTED):
        totals[part.body["consultation"]] = totals.get(part.body["consultation"], 0) + part.body["responses"]
    return totals


def _card(consultation: Consultation, responses: int) -> Card:
    url = f"/consultations/{consultation.id}"
    details = consultation.details
    return Card(
        title=details.title,
        summary=details.summary,
        url=url,
        results_url=f"{url}/results",
        opens_at=details.opens_at,
        closes_at=details.closes_at,
        responses=responses,
        is_example=bool(consultation.source),
    )
