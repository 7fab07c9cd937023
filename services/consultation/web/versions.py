"""Versions of a questionnaire: a new one is written beside the one that is answered."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.question_page import page_number
from services.consultation.web.questions import NAMES
from shared.web.forms import Form


class Versions:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/versions/begin", self.begin, methods=["POST"]),
            Route(ONE + "/versions/drop", self.drop, methods=["POST"]),
            Route(ONE + "/versions/publish", self.publish, methods=["POST"]),
            Route(ONE + "/versions/{number}", self.version, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        id = request.path_params["id"]
        return await self._desk.do(request, lambda: usecases.begin_version(id, self._desk.documents))

    async def drop(self, request: Request) -> Response:
        id = request.path_params["id"]
        return await self._desk.do(request, lambda: usecases.drop_version(id, self._desk.documents))

    async def publish(self, request: Request) -> Response:
        id, parts = request.path_params["id"], self._desk.edge.parts
        by, second = (await self._desk.officer(request)).person or "", parts.place.second_officer
        return await self._desk.do(
            request,
            lambda: usecases.publish_version(id, self._desk.documents, parts.clock(), by, second_officer=second),
        )

    async def version(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        asked = consultation.version(page_number(request.path_params["number"], 999_999))
        found = await queries.results(consultation, self._desk.documents)
        return await self._desk.page(
            "staff/version.html",
            request,
            Form(),
            consultation=consultation,
            asked=asked,
            kinds=NAMES,
            answers=found.versions.get(asked.version, 0),
            is_answered=asked is consultation.questionnaire,
        )
