"""Officers' pages: responses that look unusual, and those that are set aside."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain.abuse import BURST, COPIES, WHY, Group
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import page_number
from shared.errors import Refusal
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import need

ON_A_PAGE = 100
LAST_PAGE = 999_999


class Abuse:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        one = "/staff/consultations/{id}"
        return [
            Route(one + "/unusual", self.unusual, methods=["GET"]),
            Route(one + "/unusual", self.judge_one, methods=["POST"]),
            Route(one + "/unusual/{group}", self.group, methods=["GET"]),
            Route(one + "/unusual/{group}", self.judge_group, methods=["POST"]),
            Route(one + "/set-aside", self.aside, methods=["GET"]),
            Route(one + "/set-aside", self.restore, methods=["POST"]),
        ]

    async def unusual(self, request: Request, form: Form | None = None) -> Response:
        await self._officer(request)
        groups = await usecases.unusual(request.path_params["id"], self._documents)
        return await self._page(
            "staff/unusual.html", request, form or Form(), groups=groups, burst=BURST, copies=COPIES
        )

    async def judge_one(self, request: Request) -> Response:
        """Set one response aside, by the reference that someone has."""
        by, form = await self._officer(request), await read_form(request)
        id = request.path_params["id"]
        try:
            _need_why(form)
            response = await usecases.by_reference(id, form.value("reference"), self._documents)
            await self._judge(id, [response.id], by, form)
        except Refusal as refusal:
            return await self.unusual(request, form.with_errors(refusal.errors))
        return RedirectResponse(f"/staff/consultations/{id}/set-aside", 303)

    async def group(self, request: Request, form: Form | None = None) -> Response:
        await self._officer(request)
        group = await self._group(request)
        page = page_number(request.query_params.get("page", ""), -(-group.count // ON_A_PAGE))
        return await self._page(
            "staff/unusual_group.html",
            request,
            form or Form(),
            group=group,
            responses=group.responses[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
            page=page,
            pages=-(-group.count // ON_A_PAGE),
            largest=usecases.LARGEST,
        )

    async def judge_group(self, request: Request) -> Response:
        """All of a group, or those that are chosen, set aside or put back."""
        by, form = await self._officer(request), await read_form(request)
        group = await self._group(request)
        everyone = form.value("do") in {"aside-all", "restore-all"}
        ids = [each.id for each in group.responses if everyone or each.id in form.all("responses")]
        try:
            judged = _judged(form, ids)
            await self._judge(request.path_params["id"], ids, by, judged)
        except Refusal as refusal:
            return await self.group(request, form.with_errors(refusal.errors))
        return RedirectResponse(request.url.path, 303)

    async def aside(self, request: Request) -> Response:
        await self._officer(request)
        page = page_number(request.query_params.get("page", ""), LAST_PAGE)
        found = await usecases.set_aside_in(request.path_params["id"], self._documents, page=page, size=ON_A_PAGE + 1)
        return await self._page(
            "staff/set_aside.html",
            request,
            Form(),
            responses=found[:ON_A_PAGE],
            page=page,
            more=len(found) > ON_A_PAGE,
        )

    async def restore(self, request: Request) -> Response:
        by, form = await self._officer(request), await read_form(request)
        id = request.path_params["id"]
        await self._judge(id, list(form.all("responses")), by, Form())
        return RedirectResponse(f"/staff/consultations/{id}/set-aside", 303)

    async def _judge(self, id: str, responses: Sequence[str], by: str, form: Form) -> None:
        command = usecases.JudgeResponses(id, responses, by, form.value("why"), form.value("note").strip())
        now = self._edge.parts.clock()
        await self._edge.run(lambda: usecases.judge_responses(command, self._documents, now))

    async def _group(self, request: Request) -> Group:
        return await usecases.unusual_group(request.path_params["id"], request.path_params["group"], self._documents)

    async def _officer(self, request: Request) -> str:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer.person or ""

    async def _page(self, template: str, request: Request, form: Form, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        html = self._edge.parts.pages.render(
            template, viewer, form=form, consultation=consultation, reasons=WHY, **context
        )
        return HTMLResponse(html, 422 if form.errors else 200)


def _judged(form: Form, ids: Sequence[str]) -> Form:
    """What was decided about these: without a reason they are put back."""
    if not ids:
        raise Refusal("Choose at least one response", "responses")
    if form.value("do").startswith("restore"):
        return Form({"note": form.all("note")})
    _need_why(form)
    return form


def _need_why(form: Form) -> None:
    if form.value("why") not in WHY:
        raise Refusal("Choose why it is left out of the results", "why")
