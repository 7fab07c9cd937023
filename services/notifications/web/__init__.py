"""The pages of notifications."""

from starlette.routing import BaseRoute

from services.notifications.compose import Composer
from services.notifications.storage import NotificationDocuments
from services.notifications.web.inbox import InboxPages
from services.notifications.web.mailings import MailingsPages
from services.notifications.web.messages import MessagesPages
from services.notifications.web.preferences import PreferencesPages
from services.notifications.web.wording import WordingPages
from shared.mail.catcher import Inbox
from shared.service import Edge

__all__ = ["routes"]


def routes(edge: Edge, documents: NotificationDocuments, composer: Composer, inbox: Inbox | None) -> list[BaseRoute]:
    """`inbox` is where the built-in catcher puts mail; its pages are there in demo mode alone."""
    pages: list[BaseRoute] = [
        *PreferencesPages(edge, documents).routes(),
        *MessagesPages(edge, documents, composer).routes(),
        *MailingsPages(edge, documents, composer).routes(),
        *WordingPages(edge, documents, composer).routes(),
    ]
    if edge.parts.settings.demo and inbox is not None:
        pages += InboxPages(edge, inbox).routes()
    return pages
