"""The notifications service, wired."""

from services.notifications import web
from services.notifications.compose import Composer
from services.notifications.due import Sender
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from services.notifications.subscribers import Subscribers
from services.notifications.usecases import Sending
from shared.contracts.accounts import ResidentV1, SessionsRevokedV1, SignInRequestedV1
from shared.contracts.consultation import ResponseSubmittedV1
from shared.mail.catcher import Inbox
from shared.mail.port import Mailer
from shared.service import Parts, Service, edge, templates
from shared.store.port import Store

NAME = "notifications"
TEMPLATES = templates(__file__)
PATHS = ("/mail",)
SECRETS = ("session_public", "link")

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts, mailer: Mailer, inbox: Inbox | None) -> Service:
    mine = edge(NAME, store, parts)
    documents = NotificationDocuments(store)
    composer = Composer(parts.place, parts.settings, parts.secrets)
    sender = Sender(Sending(documents, mailer, composer, parts.clock))
    subscribers = Subscribers(documents, mine.run, parts.clock, sender.wake)
    mine.consumer.on(ResidentV1, subscribers.on_resident)
    mine.consumer.on(SignInRequestedV1, subscribers.on_sign_in_requested)
    mine.consumer.on(ResponseSubmittedV1, subscribers.on_response_submitted)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    routes = web.routes(mine, inbox)
    return Service(NAME, store, mine.consumer, mine.relay, routes, background=[sender], probes={"mail": mailer})
