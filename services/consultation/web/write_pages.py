"""Writing the pages of a questionnaire, its exit pages, and the routes between them."""

from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Address

from services.consultation import usecases
from services.consultation.domain import END, ID, ROUTING, Consultation, Exit, Page, Question, Questionnaire, Route
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.question_page import page_number
from shared.errors import NotFound
from shared.web.forms import Form, read_form


class FormPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        page, exit = ONE + "/pages/{page}", ONE + "/exits/{page}"
        return [
            Address(page, self.page, methods=["GET"]),
            Address(page, self.save_page, methods=["POST"]),
            Address(page + "/move", self.move_page, methods=["POST"]),
            Address(page + "/remove", self.remove, methods=["POST"]),
            Address(exit, self.exit, methods=["GET"]),
            Address(exit, self.save_exit, methods=["POST"]),
            Address(exit + "/remove", self.remove, methods=["POST"]),
            Address(page + "/routes", self.save_route, methods=["POST"]),
            Address(page + "/routes/new", self.new_route, methods=["GET"]),
            Address(page + "/routes/move", self.move_route, methods=["POST"]),
            Address(page + "/routes/remove", self.remove_route, methods=["POST"]),
            Address(page + "/routes/{number}", self.edit_route, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        consultation, id = await self._desk.consultation(request), request.path_params["page"]
        if id == "new":
            return await self._show_page(request, Form(), consultation, f"page-{uuid4().hex[:7]}")
        page = consultation.writing.page(id)
        shown = Form({"title": [page.title], "section": [page.section], "intro": [page.intro]})
        return await self._show_page(request, shown, consultation, id)

    async def save_page(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        page = Page(_id_of(request), _line(form, "title"), form.value("intro").strip(), _line(form, "section"))
        command = usecases.PutPage(consultation.id, page)
        if errors := await self._desk.errors(lambda: usecases.put_page(command, self._desk.documents)):
            return await self._show_page(request, form.with_errors(errors), consultation, page.id)
        return self._desk.back(request, page.id)

    async def _show_page(self, request: Request, form: Form, consultation: Consultation, id: str) -> Response:
        page = next((page for page in consultation.writing.pages if page.id == id), None)
        return await self._desk.page(
            "staff/page.html",
            request,
            form,
            consultation=consultation,
            page_id=id,
            page=page,
            asked=consultation.writing,
        )

    async def move_page(self, request: Request) -> Response:
        form = await read_form(request)
        steps = -1 if form.value("way") == "up" else 1
        command = usecases.MovePage(request.path_params["id"], request.path_params["page"], steps)
        return await self._desk.do(request, lambda: usecases.move_page(command, self._desk.documents), command.page)

    async def remove(self, request: Request) -> Response:
        command = usecases.RemovePage(request.path_params["id"], request.path_params["page"])
        return await self._desk.do(request, lambda: usecases.remove_page(command, self._desk.documents))

    async def exit(self, request: Request) -> Response:
        consultation, id = await self._desk.consultation(request), request.path_params["page"]
        if id == "new":
            return await self._show_exit(request, Form(), consultation, f"exit-{uuid4().hex[:7]}")
        there = consultation.writing.exit(id)
        return await self._show_exit(request, Form({"title": [there.title], "text": [there.text]}), consultation, id)

    async def save_exit(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        written = Exit(_id_of(request), _line(form, "title"), form.value("text").strip())
        command = usecases.PutExit(consultation.id, written)
        if errors := await self._desk.errors(lambda: usecases.put_exit(command, self._desk.documents)):
            return await self._show_exit(request, form.with_errors(errors), consultation, written.id)
        return self._desk.back(request, written.id)

    async def _show_exit(self, request: Request, form: Form, consultation: Consultation, id: str) -> Response:
        is_new = all(each.id != id for each in consultation.writing.exits)
        return await self._desk.page(
            "staff/exit.html", request, form, consultation=consultation, exit_id=id, is_new=is_new
        )

    async def new_route(self, request: Request) -> Response:
        """First which question it depends on, then which of its answers lead where."""
        consultation = await self._desk.consultation(request)
        page = consultation.writing.page(request.path_params["page"])
        chosen = request.query_params.get("question")
        if chosen is None or (chosen and chosen not in {each.id for each in _deciding(consultation.writing, page)}):
            return await self._show_questions(request, Form(), consultation, page)
        if not chosen:
            nothing = Form(errors={"question": "Choose the question on whose answer the route depends"})
            return await self._show_questions(request, nothing, consultation, page)
        return await self._show_route(request, Form({"question": [chosen]}), consultation, page)

    async def edit_route(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        page = consultation.writing.page(request.path_params["page"])
        number = page_number(request.path_params["number"], len(page.routes) or 1)
        if not page.routes or str(number) != request.path_params["number"]:
            raise NotFound("This route is not there any more")
        route = page.routes[number - 1]
        values = {"question": [route.question], "options": route.options, "to": [route.to]}
        before = {f"was_{name}": value for name, value in values.items()}
        return await self._show_route(request, Form({**values, **before}), consultation, page)

    async def save_route(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        page = consultation.writing.page(request.path_params["page"])
        before = _route(form, "was_") if form.value("was_question") else None
        command = usecases.PutRoute(consultation.id, page.id, _route(form), before)
        if errors := await self._desk.errors(lambda: usecases.put_route(command, self._desk.documents)):
            shown = form.with_errors(errors)
            if all(each.id != form.value("question") for each in consultation.writing.questions):
                return await self._show_questions(request, shown, consultation, page)
            return await self._show_route(request, shown, consultation, page)
        return self._to_page(request)

    async def move_route(self, request: Request) -> Response:
        await self._desk.officer(request)
        form = await read_form(request)
        steps = -1 if form.value("way") == "up" else 1
        id, page = request.path_params["id"], request.path_params["page"]
        command = usecases.MoveRoute(id, page, _route(form), steps)
        await self._desk.edge.run(lambda: usecases.move_route(command, self._desk.documents))
        return self._to_page(request)

    async def remove_route(self, request: Request) -> Response:
        await self._desk.officer(request)
        form = await read_form(request)
        command = usecases.RemoveRoute(request.path_params["id"], request.path_params["page"], _route(form))
        await self._desk.edge.run(lambda: usecases.remove_route(command, self._desk.documents))
        return self._to_page(request)

    def _to_page(self, request: Request) -> Response:
        id, page = request.path_params["id"], request.path_params["page"]
        return RedirectResponse(f"/staff/consultations/{id}/pages/{page}#routes", 303)

    async def _show_questions(self, request: Request, form: Form, consultation: Consultation, page: Page) -> Response:
        found = [(each.id, each.text) for each in _deciding(consultation.writing, page)]
        return await self._desk.page(
            "staff/route_question.html", request, form, consultation=consultation, page=page, questions=found
        )

    async def _show_route(self, request: Request, form: Form, consultation: Consultation, page: Page) -> Response:
        asked = consultation.writing
        question = asked.question(form.value("question"))
        return await self._desk.page(
            "staff/route.html",
            request,
            form,
            consultation=consultation,
            page=page,
            question=question,
            targets=[(id, _capital(asked.name_of(id))) for id in _targets(asked, page, form.value("to"))],
        )


def _id_of(request: Request) -> str:
    id: str = request.path_params["page"]
    if not ID.fullmatch(id):
        raise NotFound("There is no such page")
    return id


def _line(form: Form, field: str) -> str:
    return " ".join(form.value(field).split())


def _route(form: Form, before: str = "") -> Route:
    return Route(form.value(before + "question"), form.all(before + "options"), form.value(before + "to"))


def _deciding(asked: Questionnaire, page: Page) -> list[Question]:
    """On this page and those before it: a route cannot depend on what is asked later."""
    pages = asked.pages[: asked.pages.index(page) + 1]
    return [question for each in pages for question in each.questions if question.kind in ROUTING]


def _targets(asked: Questionnaire, page: Page, now: str) -> list[str]:
    """Later pages, exit pages and the end; and where the route leads now, so that a wrong one can be seen."""
    further = [each.id for each in asked.pages[asked.pages.index(page) + 1 :]]
    there = [*further, *(each.id for each in asked.exits), END]
    return there if now in there or not now else [now, *there]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
