"""What all pages on which officers write have in common."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, Leaning
from services.consultation.storage import ConsultationDocuments
from shared.errors import Refusal
from shared.service import Edge
from shared.web.forms import Form
from shared.web.sessions import need
from shared.web.viewer import Viewer

Overview = Callable[[Request, Mapping[str, str]], Awaitable[Response]]
UseCase = Callable[[], Awaitable[None]]
Page = Callable[[Request], Awaitable[Response]]
STAFF = "/staff/"
ONE = "/staff/consultations/{id}"
SHOWN_ON_FORM = frozenset({409, 422})
"""Refusals that are told on the form, with what was typed; others have a page of their own."""


def for_officers(edge: Edge, routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    """These routes; those of staff ask for the role before anything else.

    A page that first looks up what it is about tells everybody else, by 403 or 404, whether that is there.
    """
    return [
        _asking_first(edge, route) if isinstance(route, Route) and f"{route.path}/".startswith(STAFF) else route
        for route in routes
    ]


def _asking_first(edge: Edge, route: Route) -> Route:
    page: Page = route.endpoint

    async def asked_first(request: Request) -> Response:
        need(await edge.sessions.viewer(request), "officer")
        return await page(request)

    return Route(route.path, asked_first, methods=list(route.methods or ()))


class Desk:
    def __init__(self, edge: Edge, documents: ConsultationDocuments, overview: Overview) -> None:
        self.edge = edge
        self.documents = documents
        self._overview = overview

    async def officer(self, request: Request) -> Viewer:
        viewer = await self.edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer

    async def consultation(self, request: Request) -> Consultation:
        await self.officer(request)
        return (await usecases.load(request.path_params["id"], self.documents)).value

    async def errors(self, use_case: UseCase) -> Mapping[str, str]:
        """What stands against it, by field; empty once it is done."""
        try:
            await self.edge.run(use_case)
        except Refusal as refusal:
            if refusal.status not in SHOWN_ON_FORM or isinstance(refusal, Leaning):
                raise
            return refusal.errors
        return {}

    async def do(self, request: Request, use_case: UseCase, anchor: str = "questions") -> Response:
        """For a button on the overview: back to it, or shown again with what stands against it."""
        await self.officer(request)
        if errors := await self.errors(use_case):
            return await self._overview(request, {"": next(iter(errors.values()))})
        return self.back(request, anchor)

    def back(self, request: Request, anchor: str = "questions") -> Response:
        return RedirectResponse(f"/staff/consultations/{request.path_params['id']}#{anchor}", 303)

    async def page(
        self, template: str, request: Request, form: Form, *, status: int | None = None, **context: object
    ) -> Response:
        viewer = await self.officer(request)
        html = self.edge.parts.pages.render(template, viewer, form=form, **context)
        return HTMLResponse(html, status or (422 if form.errors else 200))
