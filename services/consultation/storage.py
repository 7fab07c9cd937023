"""Consultations and responses as documents, the same on every engine."""

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
        self.consultations = Documents(store, CONSULTATIONS, Consultation)
        self.responses = Documents(store, RESPONSES, Response)
