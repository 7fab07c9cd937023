"""The demonstration's inbox: the mails that the catcher took. Outside demo mode there are no such pages."""

from collections.abc import Sequence
from email.message import EmailMessage

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from shared.errors import NotFound
from shared.mail.catcher import Caught, Inbox
from shared.service import Edge

LISTED = 100
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none';"
    " sandbox allow-popups allow-top-navigation-by-user-activation"
)


class InboxPages:
    def __init__(self, edge: Edge, inbox: Inbox) -> None:
        self._edge = edge
        self._inbox = inbox

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/mail", self.list, methods=["GET"]),
            Route("/mail/{number:int}", self.mail, methods=["GET"]),
            Route("/mail/{number:int}/html", self.html, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        caught = self._inbox.newest(LISTED)
        return await self._page("inbox.html", request, mails=[(each.number, each.mail) for each in caught])

    async def mail(self, request: Request) -> Response:
        caught = self._caught(request)
        body = _part(caught.mail, "plain")
        return await self._page("mail.html", request, number=caught.number, mail=caught.mail, body=body)

    async def html(self, request: Request) -> Response:
        """The HTML part alone, in a frame that may run nothing."""
        html = _part(self._caught(request).mail, "html")
        return HTMLResponse(html, headers={"content-security-policy": HTML_POLICY})

    def _caught(self, request: Request) -> Caught:
        caught = self._inbox.get(request.path_params["number"])
        if caught is None:
            raise NotFound("There is no such mail")
        return caught

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context))


def _part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
