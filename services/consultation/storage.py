"""Consultations and responses as documents, the same on every engine."""

from typing import Any

from services.consultation.domain import Consultation, Response
from shared.consume import PARKED
from shared.store.documents import Documents
from shared.store.port import Collection, Store
from shared.web.sessions import REVOCATIONS

CONSULTATIONS = Collection("consultations", indexed=("state",))
RESPONSES = Collection(
    "responses", indexed=("consultation", "resident", "reference"), unique=(("consultation", "resident"),)
)
TALLIES = Collection("tallies", indexed=("consultation",))

COLLECTIONS = (CONSULTATIONS, RESPONSES, TALLIES, PARKED, REVOCATIONS)


class ConsultationDocuments:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.consultations = Documents(store, CONSULTATIONS, Consultation, _with_pages)
        self.responses = Documents(store, RESPONSES, Response)


def _with_pages(body: dict[str, Any]) -> dict[str, Any]:
    """Consultations were stored as questions with the number of their page, before pages had words of their own."""
    if "questions" not in body:
        return body
    questions = body.pop("questions")
    pages = [
        {"id": f"page-{place}", "questions": [each for each in questions if each["page"] == number]}
        for place, number in enumerate(sorted({each["page"] for each in questions}) or [1], 1)
    ]
    return {**body, "questionnaire": {"pages": pages}}
