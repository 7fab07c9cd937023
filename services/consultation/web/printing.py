"""The questionnaire as a form on paper, to print and to hand out."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain.printing import routes_in_words
from services.consultation.storage import ConsultationDocuments
from shared.errors import NotFound
from shared.service import Edge

WIDEST_TABLE = 6
"""Answers beside each other on paper. A matrix with more has them below each other."""


class Printing:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/consultations/{id}/print", self.form, methods=["GET"])]

    async def form(self, request: Request) -> Response:
        """For all once it is published; before that for officers, as it is written."""
        viewer = await self._edge.sessions.viewer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        if not consultation.is_published and not viewer.has("officer"):
            raise NotFound("There is no consultation at this address")
        asked = consultation.questionnaire
        html = self._edge.parts.pages.render(
            "print.html",
            viewer,
            consultation=consultation,
            asked=asked,
            routes={page.id: routes_in_words(asked, page) for page in asked.pages},
            large=request.query_params.get("size") == "large",
            widest=WIDEST_TABLE,
        )
        return HTMLResponse(html)
