"""The pages of notifications."""

from starlette.routing import BaseRoute

from services.notifications.storage import NotificationDocuments
from services.notifications.web.inbox import InboxPages
from services.notifications.web.preferences import PreferencesPages
from shared.mail.catcher import Inbox
from shared.service import Edge

__all__ = ["routes"]


def routes(edge: Edge, documents: NotificationDocuments, inbox: Inbox | None) -> list[BaseRoute]:
    """`inbox` is where the built-in catcher puts mail; its pages are there in demo mode alone."""
    pages: list[BaseRoute] = [*PreferencesPages(edge, documents).routes()]
    if edge.parts.settings.demo and inbox is not None:
        pages += InboxPages(edge, inbox).routes()
    return pages
