"""Mailings, for officers: how far they are, and to pause, resume and cancel them."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.notifications import queries, usecases
from services.notifications.compose import Composer
from services.notifications.domain import MailingState, read_quiet_hours
from services.notifications.storage import NotificationDocuments
from services.notifications.web.states import MAILING_STATES, STATES, names_of, page_number
from shared.errors import NotFound, Refusal
from shared.service import Edge
from shared.web.forms import Form
from shared.web.sessions import need
from shared.web.viewer import Viewer

log = logging.getLogger(__name__)

HERE = "/staff/mail/mailings"
Change = Callable[[str, NotificationDocuments], Awaitable[None]]


class MailingsPages:
    def __init__(self, edge: Edge, documents: NotificationDocuments, composer: Composer) -> None:
        self._edge = edge
        self._documents = documents
        self._names = names_of(composer)
        self._quiet = read_quiet_hours(edge.parts.settings.mail_quiet_hours)

    def routes(self) -> Sequence[BaseRoute]:
        one = f"{HERE}/{{id}}"
        return [
            Route(HERE, self.list, methods=["GET"]),
            Route(one, self.mailing, methods=["GET"]),
            Route(f"{one}/pause", self.pause, methods=["POST"]),
            Route(f"{one}/resume", self.resume, methods=["POST"]),
            Route(f"{one}/cancel", self.ask, methods=["GET"]),
            Route(f"{one}/cancel", self.cancel, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        viewer = await self._officer(request)
        found = await queries.mailings(self._documents, page_number(request.query_params.get("page", "")))
        return self._page("staff/mailings.html", viewer, found=found)

    async def mailing(self, request: Request) -> Response:
        return await self._mailing(request, await self._officer(request), Form())

    async def pause(self, request: Request) -> Response:
        return await self._change(request, usecases.pause_mailing, "paused")

    async def resume(self, request: Request) -> Response:
        return await self._change(request, usecases.resume_mailing, "resumed")

    async def ask(self, request: Request) -> Response:
        viewer = await self._officer(request)
        found = await queries.mailing(request.path_params["id"], self._documents)
        return self._page("staff/mailing_cancel.html", viewer, found=found)

    async def cancel(self, request: Request) -> Response:
        return await self._change(request, usecases.cancel_mailing, "cancelled")

    async def _change(self, request: Request, change: Change, word: str) -> Response:
        viewer = await self._officer(request)
        id = request.path_params["id"]
        try:
            await self._edge.run(lambda: change(id, self._documents))
        except NotFound:
            raise
        except Refusal as refusal:
            return await self._mailing(request, viewer, Form(errors={"": refusal.sentence}))
        log.info("person %s %s mailing %s", viewer.person, word, id)
        return RedirectResponse(f"{HERE}/{quote(id, safe='')}", 303)

    async def _mailing(self, request: Request, viewer: Viewer, form: Form) -> Response:
        found = await queries.mailing(request.path_params["id"], self._documents)
        page = self._page(
            "staff/mailing.html", viewer, found=found, form=form, waits_until=self._waits_until(found.mailing.state)
        )
        page.status_code = 422 if form.errors else 200
        return page

    def _waits_until(self, state: MailingState) -> object:
        """When the quiet hours end, for a mailing that would send now."""
        now = self._edge.parts.clock()
        morning = self._quiet.after(now)
        return morning if state in {MailingState.RUNNING, MailingState.DONE} and morning > now else None

    async def _officer(self, request: Request) -> Viewer:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer

    def _page(self, template: str, viewer: Viewer, **context: object) -> Response:
        words = {"states": STATES, "mailing_states": MAILING_STATES, "names": self._names}
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, here=HERE, **words, **context))
