"""The notifications service, wired."""

from datetime import timedelta

from services.notifications import usecases, web
from services.notifications.api import Api
from services.notifications.compose import Composer
from services.notifications.domain import Digest, Message, Occasion, read_quiet_hours
from services.notifications.due import MailboxReader, Mailings, Sender
from services.notifications.storage import COLLECTIONS, NotificationDocuments
from services.notifications.subscribers import Subscribers
from services.notifications.usecases import Reports, Sending, Turns
from shared.clock import Clock
from shared.contracts.accounts import ResidentV1, SessionsRevokedV1, SignedInV1, SignInRequestedV1
from shared.contracts.consultation import (
    ConsultationExtendedV1,
    ConsultationPublishedV1,
    DraftEndedV1,
    DraftSavedV1,
    ReportPublishedV1,
    ResponseRevisedV1,
    ResponseSubmittedV1,
)
from shared.due import Due
from shared.mail.catcher import Inbox
from shared.mail.mailbox import Mailbox
from shared.mail.port import Mailer
from shared.service import Background, Parts, Probe, Service, edge, templates
from shared.settings import Settings
from shared.store.documents import Loaded
from shared.store.port import Store

NAME = "notifications"
TEMPLATES = templates(__file__)
PATHS = ("/mail", "/preferences", "/unsubscribe", "/staff/mail", "/api/mail")
SECRETS = ("session_public", "link")

__all__ = ["COLLECTIONS", "NAME", "PATHS", "SECRETS", "TEMPLATES", "build"]


def build(store: Store, parts: Parts, mailer: Mailer, inbox: Inbox | None, mailbox: Mailbox | None = None) -> Service:
    mine = edge(NAME, store, parts)
    documents = NotificationDocuments(store)
    composer = Composer(parts.place, parts.settings, parts.secrets)
    sender = Sender(_sending(documents, mailer, composer, parts, caught=inbox is not None))
    mailings = Mailings(documents, parts.clock, sender.wake, read_quiet_hours(parts.settings.mail_quiet_hours))
    subscribers = Subscribers(documents, mine.run, parts.clock, sender.wake)
    mine.consumer.on(ResidentV1, subscribers.on_resident)
    mine.consumer.on(SignedInV1, subscribers.on_signed_in)
    mine.consumer.on(SignInRequestedV1, subscribers.on_sign_in_requested)
    mine.consumer.on(ResponseSubmittedV1, subscribers.on_response_submitted)
    mine.consumer.on(ResponseRevisedV1, subscribers.on_response_revised)
    mine.consumer.on(DraftSavedV1, subscribers.on_draft_saved)
    mine.consumer.on(DraftEndedV1, subscribers.on_draft_ended)
    mine.consumer.on(ConsultationPublishedV1, subscribers.on_consultation_published)
    mine.consumer.on(ConsultationExtendedV1, subscribers.on_consultation_extended)
    mine.consumer.on(ReportPublishedV1, subscribers.on_report_published)
    mine.consumer.on(SessionsRevokedV1, mine.sessions.on_sessions_revoked)
    routes = web.routes(mine, documents, composer, inbox)
    reports = Reports(documents, parts.secrets, mine.run, parts.clock)
    probes: dict[str, Probe] = {"mail": mailer, "bounces": mailbox} if mailbox else {"mail": mailer}
    bounces: list[Background] = [MailboxReader(mailbox, reports)] if mailbox else []
    return Service(
        NAME,
        store,
        mine.consumer,
        mine.relay,
        routes,
        Api(reports, parts.settings.reports_token).router(),
        background=[*_by_the_clock(documents, parts.clock), _forgetting(documents, parts), mailings, sender, *bounces],
        probes=probes,
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


def _forgetting(documents: NotificationDocuments, parts: Parts) -> Due[Loaded[Message]]:
    keep = timedelta(days=parts.settings.mail_keep_days)
    return Due(
        lambda now: usecases.to_forget(documents, now - keep),
        lambda loaded: usecases.forget_content(loaded, documents),
        parts.clock,
    )


def _sending(
    documents: NotificationDocuments, mailer: Mailer, composer: Composer, parts: Parts, *, caught: bool
) -> Sending:
    settings = parts.settings
    turns = Turns(settings.mail_per_second, settings.mail_per_domain_per_second)
    quiet = read_quiet_hours(settings.mail_quiet_hours)
    return Sending(documents, mailer, composer, parts.clock, _only_to(settings, caught=caught), turns, quiet)


def _only_to(settings: Settings, *, caught: bool) -> frozenset[str] | None:
    """None for everybody. A demonstration with a real mail server has made-up people and open doors: who is not
    listed gets nothing from it, and nobody is listed until somebody says so.
    """
    listed = frozenset(part.strip().lower() for part in settings.mail_only_to.split(",") if part.strip())
    return listed if listed or (settings.demo and not caught) else None
