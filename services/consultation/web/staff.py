"""Officers' pages: all consultations, and one consultation."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import route_faults
from services.consultation.domain.reading import text_fields
from services.consultation.queries.today import today
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.publishing import standing
from services.consultation.web.questions import NAMES
from shared.errors import Refusal
from shared.service import Edge
from shared.web.forms import Form
from shared.web.sessions import need


class Staff:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        one = "/staff/consultations/{id}"
        return [
            Route("/staff", self.list, methods=["GET"]),
            Route(one, self.overview, methods=["GET"]),
            Route(one + "/publish", self.publish, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        found = await today(self._documents, viewer.person or "", self._edge.parts.clock())
        return await self._page("staff/list.html", request, today=found, rows=found.rows)

    async def overview(self, request: Request) -> Response:
        return await self.show(request, {})

    async def show(self, request: Request, errors: Mapping[str, str]) -> Response:
        """The overview, with what stands against something that was asked for."""
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        now = self._edge.parts.clock()
        return await self._page(
            "staff/overview.html",
            request,
            consultation=consultation,
            status=queries.status(consultation, now),
            standing=standing(
                consultation, self._edge.parts.place, await self._edge.sessions.viewer(request), self._edge.parts.clock
            ),
            form=Form(errors=errors),
            kinds=NAMES,
            route_faults=route_faults(consultation.writing),
            text_fields=text_fields(consultation),
            results=await queries.results(consultation, self._documents),
        )

    async def publish(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        id = request.path_params["id"]
        command = usecases.PublishConsultation(id, viewer.person or "", self._edge.parts.place.second_officer)
        try:
            await self._edge.run(
                lambda: usecases.publish_consultation(command, self._documents, self._edge.parts.clock())
            )
        except Refusal as refusal:
            return await self.show(request, {"": refusal.sentence})
        return RedirectResponse(f"/staff/consultations/{id}", 303)

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        html = self._edge.parts.pages.render(template, viewer, **context)
        form = context.get("form")
        return HTMLResponse(html, 422 if isinstance(form, Form) and form.errors else 200)
