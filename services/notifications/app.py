"""The notifications service, wired."""

from services.notifications import usecases, web
from services.notifications.compose import Composer
from services.notifications.domain import Digest, Occasion
from services.notifications.due import Mailings, Sender
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from services.notifications.subscribers import Subscribers
from services.notifications.usecases import Sending, Turns
from shared.clock import Clock
from shared.contracts.accounts import ResidentV1, SessionsRevokedV1, SignedInV1, SignInRequestedV1
from shared.contracts.consultation import ConsultationPublishedV1, ResponseSubmittedV1
from shared.due import Due
from shared.mail.catcher import Inbox
from shared.mail.port import Mailer
from shared.service import Parts, Service, edge, templates
from shared.store.documents import Loaded
from shared.store.port import Store

NAME = "notifications"
TEMPLATES = templates(__file__)
PATHS = ("/mail", "/preferences", "/unsubscribe")
SECRETS = ("session_public", "link")

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts, mailer: Mailer, inbox: Inbox | None) -> Service:
    mine = edge(NAME, store, parts)
    documents = NotificationDocuments(store)
    composer = Composer(parts.place, parts.settings, parts.secrets)
    sender = Sender(_sending(documents, mailer, composer, parts))
    mailings = Mailings(documents, parts.clock, sender.wake)
    subscribers = Subscribers(documents, mine.run, parts.clock, sender.wake)
    mine.consumer.on(ResidentV1, subscribers.on_resident)
    mine.consumer.on(SignedInV1, subscribers.on_signed_in)
    mine.consumer.on(SignInRequestedV1, subscribers.on_sign_in_requested)
    mine.consumer.on(ResponseSubmittedV1, subscribers.on_response_submitted)
    mine.consumer.on(ConsultationPublishedV1, subscribers.on_consultation_published)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    routes = web.routes(mine, documents, inbox)
    return Service(
        NAME,
        store,
        mine.consumer,
        mine.relay,
        routes,
        background=[*_by_the_clock(documents, parts.clock), mailings, sender],
        probes={"mail": mailer},
    )


def _by_the_clock(documents: NotificationDocuments, clock: Clock) -> tuple[Due[Loaded[Occasion]], Due[Loaded[Digest]]]:
    return (
        Due(
            lambda now: usecases.due_occasions(documents, now),
            lambda loaded: usecases.announce_occasion(loaded, documents, clock()),
            clock,
        ),
        Due(
            lambda now: usecases.due_digests(documents, now),
            lambda loaded: usecases.continue_digest(loaded, documents, clock()),
            clock,
        ),
    )


def _sending(documents: NotificationDocuments, mailer: Mailer, composer: Composer, parts: Parts) -> Sending:
    settings = parts.settings
    only_to = frozenset(part.strip().lower() for part in settings.mail_only_to.split(",") if part.strip())
    turns = Turns(settings.mail_per_second, settings.mail_per_domain_per_second)
    return Sending(documents, mailer, composer, parts.clock, only_to, turns)
