"""Consultations and responses as documents, the same on every engine."""

from typing import Any

from services.consultation.domain import Consultation, Draft, Invitation, Response
from services.consultation.domain.abuse import copy_mark
from services.consultation.domain.coding import Coding
from services.consultation.domain.double_coding import BlindCoding, Sample
from services.consultation.domain.evidence import Pack
from services.consultation.domain.exporting import Export
from services.consultation.domain.importing import Import, ImportPage
from services.consultation.domain.language import Translation
from services.consultation.domain.opinion_map import OpinionMap
from services.consultation.domain.reading import ReadMark, ToRead
from services.consultation.domain.redaction import Redaction
from services.consultation.domain.report import Report
from services.consultation.domain.representation import Snapshot
from services.consultation.domain.statement import Ballot, Conversation, Statement
from services.consultation.domain.theme import Theme
from services.consultation.domain.theme_run import Suggestion, ThemeRun
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
        "resident",
        "reference",
        "withdrawn_at",
        "network",
        "network_until",
        "copy_mark",
        "set_aside",
    ),
    unique=(("consultation", "resident"), ("consultation", "form_number")),
    paged=("consultation",),
)
TALLIES = Collection("tallies", indexed=("consultation",))
CROSSINGS = Collection("crossings", indexed=("consultation",))
SHOWN_CROSSINGS = Collection("shown_crossings")
"""What the tables of a breakdown are made of once they are public; changed for several responses together."""

TRANSLATIONS = Collection("translations", indexed=("consultation",))
DRAFTS = Collection("drafts", indexed=("person", "consultation", "due_at"), unique=(("consultation", "person"),))
INVITATIONS = Collection("invitations", indexed=("consultation",), unique=(("place",),))
UPLOADS = Collection("uploads", indexed=("response", "resident", "look_at"))
IMPORTS = Collection("imports", indexed=("consultation", "by", "state", "forget_at"))
IMPORT_PAGES = Collection("import_pages", indexed=("of",))
CONVERSATIONS = Collection("conversations")
STATEMENTS = Collection("statements", indexed=("consultation", "state", "ballot", "added_at"))
BALLOTS = Collection("ballots", indexed=("consultation", "person"))
VOTE_TALLIES = Collection("vote_tallies", indexed=("consultation", "undrawn"))
OPINION_MAPS = Collection("opinion_maps")
EXPORTS = Collection("exports", indexed=("consultation", "due_at"))
READ_MARKS = Collection("read_marks", indexed=("consultation", "response", "officer"))
TO_READ = Collection("to_read", indexed=("consultation", "unread_in", "touched"))
"""One for each response, under its id, kept by events: what is unread is listed and counted by `unread_in`."""

THEMES = Collection("themes", indexed=("consultation",))
CODINGS = Collection("codings", indexed=("consultation", "response", "touched"))
THEME_RUNS = Collection("theme_runs", indexed=("consultation", "due_at"))
SUGGESTIONS = Collection("suggestions", indexed=("run",))
SAMPLES = Collection("samples", indexed=("consultation",))
BLIND_CODINGS = Collection("blind_codings", indexed=("sample", "response"))
REDACTIONS = Collection("redactions", indexed=("consultation", "response", "published_in"))
PACKS = Collection("packs", indexed=("consultation", "due_at"))
READING = (READ_MARKS, TO_READ, THEMES, CODINGS, THEME_RUNS, SUGGESTIONS, SAMPLES, BLIND_CODINGS, REDACTIONS, PACKS)

EQUALITY = Collection("equality", paged=("consultation",))
"""About a response, by a keyed hash of its id alone: what says more would undo that it is kept apart."""
HEARD = Collection("heard", indexed=("look_at",))
WEIGHTED = Collection("weighted", indexed=("state",))

REPORTS = Collection("reports", indexed=("asked", "failed", "pdf_due"))

COLLECTIONS = (
    CONSULTATIONS,
    RESPONSES,
    TALLIES,
    CROSSINGS,
    SHOWN_CROSSINGS,
    EQUALITY,
    TRANSLATIONS,
    DRAFTS,
    INVITATIONS,
    UPLOADS,
    IMPORTS,
    IMPORT_PAGES,
    HEARD,
    WEIGHTED,
    CONVERSATIONS,
    STATEMENTS,
    BALLOTS,
    VOTE_TALLIES,
    OPINION_MAPS,
    EXPORTS,
    REPORTS,
    *READING,
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
        self.conversations = Documents(store, CONVERSATIONS, Conversation)
        self.statements = Documents(store, STATEMENTS, Statement)
        self.ballots = Documents(store, BALLOTS, Ballot)
        self.opinion_maps = Documents(store, OPINION_MAPS, OpinionMap)
        self.exports = Documents(store, EXPORTS, Export)
        self.reports = Documents(store, REPORTS, Report)
        self.read_marks = Documents(store, READ_MARKS, ReadMark)
        self.to_read = Documents(store, TO_READ, ToRead)
        self.themes = Documents(store, THEMES, Theme)
        self.codings = Documents(store, CODINGS, Coding)
        self.theme_runs = Documents(store, THEME_RUNS, ThemeRun)
        self.suggestions = Documents(store, SUGGESTIONS, Suggestion)
        self.samples = Documents(store, SAMPLES, Sample)
        self.blind_codings = Documents(store, BLIND_CODINGS, BlindCoding)
        self.redactions = Documents(store, REDACTIONS, Redaction)
        self.packs = Documents(store, PACKS, Pack)


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
