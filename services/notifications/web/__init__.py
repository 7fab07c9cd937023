"""The pages of notifications."""

from starlette.routing import BaseRoute

from services.notifications.web.inbox import InboxPages
from shared.mail.catcher import Inbox
from shared.service import Edge

__all__ = ["routes"]


def routes(edge: Edge, inbox: Inbox | None) -> list[BaseRoute]:
    """`inbox` is where the built-in catcher puts mail; its pages are there in demo mode alone."""
    pages: list[BaseRoute] = []
    if edge.parts.settings.demo and inbox is not None:
        pages += InboxPages(edge, inbox).routes()
    return pages
