"""The consultation service, wired."""

from datetime import datetime, timedelta

from services.consultation import usecases, web
from services.consultation.api import Api
from services.consultation.domain import Draft, Response
from services.consultation.domain.evidence import Pack
from services.consultation.domain.exporting import Export
from services.consultation.domain.importing import Import
from services.consultation.domain.report import Report
from services.consultation.domain.representation import Snapshot
from services.consultation.domain.theme_run import ThemeRun
from services.consultation.domain.upload import Upload
from services.consultation.domain.weighted import Weighted
from services.consultation.due import ReportPdfs
from services.consultation.storage import COLLECTIONS, ConsultationDocuments
from services.consultation.subscribers import Subscribers
from services.consultation.usecases import reading, statements
from shared.contracts.accounts import SessionsRevokedV1
from shared.contracts.consultation import (
    ReportPublishedV1,
    ResponseReadV1,
    ResponseRevisedV1,
    ResponseSubmittedV1,
    VotesCastV1,
)
from shared.due import Due
from shared.service import Edge, Parts, Service, edge, templates
from shared.store.documents import Loaded
from shared.store.port import Store
from shared.web.arrivals import Arrivals

NAME = "consultation"
TEMPLATES = templates(__file__)
PATHS = ("/consultations", "/my-answers", "/staff", "/api/consultations", "/")
SECRETS = ("session_public", "equality", "network")

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts) -> Service:
    mine = edge(NAME, store, parts)
    documents = ConsultationDocuments(store)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    subscribers = Subscribers(documents, mine.run, parts.secrets, parts.clock)
    mine.consumer.on_batch(ResponseSubmittedV1, subscribers.on_responses_submitted)
    mine.consumer.on_batch(ResponseRevisedV1, subscribers.on_responses_revised)
    mine.consumer.on_batch(VotesCastV1, subscribers.on_votes_cast)
    mine.consumer.on(ReportPublishedV1, subscribers.on_report_published)
    mine.consumer.on_batch(ResponseReadV1, subscribers.on_responses_read)
    arrivals = Arrivals(parts.settings, parts.secrets, parts.clock)
    routes = web.routes(mine, documents, arrivals)
    return Service(
        NAME,
        store,
        mine.consumer,
        mine.relay,
        routes,
        Api(mine, documents, arrivals).router(),
        background=[
            _drafts(documents, mine),
            _unneeded_files(documents, parts),
            *_imports(documents, mine),
            _networks(documents, parts),
            _who_answers(documents, parts),
            _weightings(documents, parts),
            _opinion_maps(documents, parts),
            _exports(documents, parts),
            _report_pdfs(documents, mine),
            _theme_runs(documents, parts),
            _packs(documents, parts),
        ],
    )


def _drafts(documents: ConsultationDocuments, mine: Edge) -> Due[Loaded[Draft]]:
    clock = mine.parts.clock

    async def tidy(loaded: Loaded[Draft]) -> None:
        await usecases.tidy_draft(loaded, documents, clock())
        mine.relay.wake()

    return Due(lambda now: usecases.due_drafts(documents, now), tidy, clock)


def _opinion_maps(documents: ConsultationDocuments, parts: Parts) -> Due[str]:
    return Due(
        lambda now: statements.maps_to_draw(documents, now),
        lambda consultation: statements.draw_opinion_map(consultation, documents, parts.clock()),
        parts.clock,
    )


def _networks(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Response]]:
    keep = timedelta(days=parts.settings.network_keep_days)
    return Due(
        lambda now: usecases.with_network_to_forget(documents, now - keep),
        lambda loaded: usecases.forget_network_of(loaded, documents, parts.clock() - keep),
        parts.clock,
    )


def _theme_runs(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[ThemeRun]]:
    return Due(
        lambda now: reading.runs_due(documents, now),
        lambda loaded: reading.look_for_themes(loaded, documents, parts.clock),
        parts.clock,
    )


def _packs(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Pack]]:
    folder = web.file_folder(parts.settings)
    return Due(
        lambda now: reading.packs_due(documents, now),
        lambda loaded: reading.build_pack(loaded, documents, folder, parts.clock),
        parts.clock,
    )


def _unneeded_files(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Upload]]:
    folder = web.file_folder(parts.settings)
    return Due(
        lambda now: usecases.due_uploads(documents, now),
        lambda loaded: usecases.look_at_upload(loaded, documents, folder, parts.clock()),
        parts.clock,
    )


def _exports(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Export]]:
    folder = web.file_folder(parts.settings)

    async def further(loaded: Loaded[Export]) -> None:
        await usecases.take_export_further(loaded, documents, folder, parts.clock, lambda: due.stopping)

    due = Due(lambda now: usecases.due_exports(documents, now), further, parts.clock)
    return due


def _imports(documents: ConsultationDocuments, mine: Edge) -> tuple[Due[Loaded[Import]], Due[Loaded[Import]]]:
    clock, ward_of = mine.parts.clock, usecases.ward_finder(mine.parts.place)

    async def further(loaded: Loaded[Import]) -> None:
        await usecases.take_import_further(loaded, documents, clock(), ward_of)
        mine.relay.wake()

    return (
        Due(lambda _: usecases.imports_at_work(documents), further, clock),
        Due(
            lambda now: usecases.imports_to_forget(documents, now),
            lambda loaded: usecases.forget_rows(loaded, documents, clock()),
            clock,
        ),
    )


def _who_answers(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Snapshot]]:
    are_watched = False

    async def due(now: datetime) -> list[Loaded[Snapshot]]:
        nonlocal are_watched
        if not are_watched:
            await usecases.watch_published(documents, now)
            are_watched = True
        return await usecases.due_snapshots(documents, now)

    return Due(
        due,
        lambda loaded: usecases.take_snapshot(loaded, documents, parts.secrets, parts.place, parts.clock()),
        parts.clock,
    )


def _weightings(documents: ConsultationDocuments, parts: Parts) -> Due[Loaded[Weighted]]:
    return Due(
        lambda _: usecases.weightings_asked_for(documents),
        lambda loaded: usecases.work_out_weighting(loaded, documents, parts.place, parts.clock()),
        parts.clock,
    )


def _report_pdfs(documents: ConsultationDocuments, mine: Edge) -> Due[Loaded[Report]]:
    pdfs = ReportPdfs(mine, documents, web.file_folder(mine.parts.settings))
    return Due(pdfs.find, pdfs.make, mine.parts.clock)
