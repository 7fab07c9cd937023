"""Consultations and responses as documents, the same on every engine."""

from typing import Any

from services.consultation.domain import Consultation, Draft, Invitation, Response
from services.consultation.domain.abuse import copy_mark
from services.consultation.domain.importing import Import, ImportPage
from services.consultation.domain.language import Translation
from services.consultation.domain.representation import Snapshot
from services.consultation.domain.upload import Upload
from services.consultation.domain.weighted import Weighted
from shared.consume import PARKED
from shared.store.documents import Documents
from shared.store.port import Collection, Store
from shared.web.sessions import REVOCATIONS

CONSULTATIONS = Collection("consultations", indexed=("state",))
RESPONSES = Collection(
    "responses",
    indexed=(
        "consultation",
        "resident",
        "reference",
        "withdrawn_at",
        "network",
        "network_until",
        "copy_mark",
        "set_aside",
    ),
    unique=(("consultation", "resident"), ("consultation", "form_number")),
)
TALLIES = Collection("tallies", indexed=("consultation",))
TRANSLATIONS = Collection("translations", indexed=("consultation",))
DRAFTS = Collection("drafts", indexed=("person", "consultation", "due_at"), unique=(("consultation", "person"),))
INVITATIONS = Collection("invitations", indexed=("consultation",), unique=(("place",),))
UPLOADS = Collection("uploads", indexed=("response", "resident", "look_at"))
IMPORTS = Collection("imports", indexed=("consultation", "by", "state", "forget_at"))
IMPORT_PAGES = Collection("import_pages", indexed=("of",))
EQUALITY = Collection("equality", indexed=("consultation",))
"""About a response, by a keyed hash of its id alone: what says more would undo that it is kept apart."""
HEARD = Collection("heard", indexed=("look_at",))
WEIGHTED = Collection("weighted", indexed=("state",))

COLLECTIONS = (
    CONSULTATIONS,
    RESPONSES,
    TALLIES,
    EQUALITY,
    TRANSLATIONS,
    DRAFTS,
    INVITATIONS,
    UPLOADS,
    IMPORTS,
    IMPORT_PAGES,
    HEARD,
    WEIGHTED,
    PARKED,
    REVOCATIONS,
)


class Responses(Documents[Response]):
    """With a mark beside the answers, by which those with the same words are found."""

    def _body(self, value: Response) -> dict[str, Any]:
        return {**super()._body(value), "copy_mark": copy_mark(value.answers)}


class ConsultationDocuments:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.consultations = Documents(store, CONSULTATIONS, Consultation, _with_pages)
        self.responses: Documents[Response] = Responses(store, RESPONSES, Response)
        self.drafts = Documents(store, DRAFTS, Draft)
        self.invitations = Documents(store, INVITATIONS, Invitation)
        self.translations = Documents(store, TRANSLATIONS, Translation)
        self.uploads = Documents(store, UPLOADS, Upload)
        self.imports = Documents(store, IMPORTS, Import)
        self.import_pages = Documents(store, IMPORT_PAGES, ImportPage)
        self.heard = Documents(store, HEARD, Snapshot)
        self.weighted = Documents(store, WEIGHTED, Weighted)


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
