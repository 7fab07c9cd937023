"""The accounts service, wired."""

from services.accounts.api import Api
from services.accounts.storage import COLLECTIONS, AccountDocuments
from services.accounts.web import Web
from shared.contracts.accounts import SessionsRevokedV1
from shared.service import Parts, Service, edge, templates
from shared.store.port import Store

NAME = "accounts"
TEMPLATES = templates(__file__)
PATHS = ("/sign-up", "/sign-in", "/sign-out", "/account", "/demo", "/api/account")
SECRETS = ("session_private", "session_public", "link", "email", "second_factor")

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts) -> Service:
    mine = edge(NAME, store, parts)
    documents = AccountDocuments(store)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    routes = Web(mine, documents).routes()
    return Service(NAME, store, mine.consumer, mine.relay, routes, Api(mine, documents).router())
