"""The consultation service, wired."""

from services.consultation import web
from services.consultation.api import Api
from services.consultation.storage import COLLECTIONS, ConsultationDocuments
from services.consultation.subscribers import Tallies
from shared.contracts.accounts import SessionsRevokedV1
from shared.contracts.consultation import ResponseSubmittedV1
from shared.service import Parts, Service, edge, templates
from shared.store.port import Store

NAME = "consultation"
TEMPLATES = templates(__file__)
PATHS = ("/consultations", "/staff", "/api/consultations", "/")
SECRETS = ("session_public",)

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts) -> Service:
    mine = edge(NAME, store, parts)
    documents = ConsultationDocuments(store)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    mine.consumer.on_batch(ResponseSubmittedV1, Tallies(store, mine.run).on_responses_submitted)
    routes = web.routes(mine, documents)
    return Service(NAME, store, mine.consumer, mine.relay, routes, Api(mine, documents).router())
