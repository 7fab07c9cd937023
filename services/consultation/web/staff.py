"""Officers' pages: all consultations, one consultation, and what people wrote."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PLACE_FOR_ID, page_number, question_page
from services.consultation.web.questions import NAMES
from shared.errors import Refusal
from shared.service import Edge
from shared.web.forms import Form
from shared.web.sessions import need

TEXTS_ON_A_PAGE = 50
LAST_PAGE = 999_999


class Staff:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        one = "/staff/consultations/{id}"
        return [
            Route("/staff", self.list, methods=["GET"]),
            Route(one, self.overview, methods=["GET"]),
            Route(one + "/preview", self.preview, methods=["GET"]),
            Route(one + "/publish", self.publish, methods=["POST"]),
            Route(one + "/texts/{question}", self.texts, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        rows = await queries.staff_list(self._documents, self._edge.parts.clock())
        return await self._page("staff/list.html", request, rows=rows)

    async def overview(self, request: Request, errors: dict[str, str] | None = None) -> Response:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        now = self._edge.parts.clock()
        return await self._page(
            "staff/overview.html",
            request,
            consultation=consultation,
            status=queries.status(consultation, now),
            lacks=() if consultation.is_published else consultation.lacks(now),
            form=Form(errors=errors or {}),
            kinds=NAMES,
        )

    async def preview(self, request: Request) -> Response:
        """The form as people will see it, one page of it at a time."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        asked = consultation.writing
        page = asked.pages[page_number(request.query_params.get("page", ""), len(asked.pages)) - 1]
        form = Form({"response": [PLACE_FOR_ID], "version": [str(asked.version)]})
        return HTMLResponse(
            question_page(self._edge.parts.pages, consultation, asked, page, form, viewer, preview=True)
        )

    async def publish(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        id = request.path_params["id"]
        command = usecases.PublishConsultation(id, viewer.person or "")
        try:
            await self._edge.run(
                lambda: usecases.publish_consultation(command, self._documents, self._edge.parts.clock())
            )
        except Refusal as refusal:
            return await self.overview(request, {"": refusal.sentence})
        return RedirectResponse(f"/staff/consultations/{id}", 303)

    async def texts(self, request: Request) -> Response:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        question = consultation.questionnaire.question(request.path_params["question"])
        page = page_number(request.query_params.get("page", ""), LAST_PAGE)
        found = await queries.texts(consultation, question.id, self._documents, page=page, size=TEXTS_ON_A_PAGE)
        total = (await queries.results(consultation, self._documents)).responses
        return await self._page(
            "staff/texts.html",
            request,
            consultation=consultation,
            question=question,
            texts=found,
            page=page,
            pages=-(-total // TEXTS_ON_A_PAGE),
        )

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        html = self._edge.parts.pages.render(template, viewer, **context)
        form = context.get("form")
        return HTMLResponse(html, 422 if isinstance(form, Form) and form.errors else 200)
