"""Writing the questions of a questionnaire, one by one."""

from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import FILE_TYPES, ID, RESPONDENTS, Consultation, Kind, Leaning, Question
from services.consultation.web.desk import ONE, SHOWN_ON_FORM, Desk
from services.consultation.web.questions import (
    KINDS,
    NAMES,
    WITH_BOUNDS,
    kind_of,
    read_question,
    show_question,
)
from shared.errors import NotFound, Refusal
from shared.web.forms import Form, read_form

FIELDS = (
    *("kind", "page", "text", "hint", "required", "options", "rows", "least", "most", "other", "shuffled"),
    *("keep", "keep_why", "file_types", "facts_title", "facts"),
)
"""Of the form of a question: what travels along while an officer is asked whether to go on."""


class Questions:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        one = ONE + "/questions/{question}"
        return [
            Route(ONE + "/add-question", self.kinds, methods=["GET"]),
            Route(ONE + "/questions/new/{kind}", self.new, methods=["GET"]),
            Route(one, self.edit, methods=["GET"]),
            Route(one, self.save, methods=["POST"]),
            Route(one + "/move", self.move, methods=["POST"]),
            Route(one + "/remove", self.remove, methods=["POST"]),
        ]

    async def kinds(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        page = _page_asked_for(consultation, request)
        return await self._desk.page(
            "staff/kinds.html", request, Form(), consultation=consultation, page=page, kinds=KINDS
        )

    async def new(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        kind = kind_of(request.path_params["kind"])
        page = _page_asked_for(consultation, request)
        no = dict.fromkeys(("required", "other", "shuffled"), ("no",))
        start: dict[str, Sequence[str]] = {**no, "kind": [kind], "page": [page], "keep": ["outward"]}
        if kind is Kind.FILE:
            start |= {"most": ["10"], "file_types": ["pdf", "docx", "jpeg", "png"]}
        if kind is Kind.RESPONDENT:
            start |= {"options": [option.id for option in RESPONDENTS], "text": ["Are you answering as"]}
        return await self._show(request, Form(start), consultation, f"q{uuid4().hex[:7]}")

    async def edit(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        question = consultation.writing.question(request.path_params["question"])
        shown = show_question(question, consultation.writing.page_of(question.id).id)
        return await self._show(request, shown, consultation, question.id)

    async def save(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        form, id = await read_form(request), request.path_params["question"]
        if not ID.fullmatch(id):
            raise NotFound("There is no such question")
        if form.value("go") == "back":
            return await self._show(request, form, consultation, id)
        try:
            question = read_question(form, id, self._desk.edge.parts.place, _there(consultation, id))
            command = usecases.PutQuestion(
                consultation.id, question, form.value("page"), even_so=form.value("even_so") == "yes"
            )
            await self._desk.edge.run(lambda: usecases.put_question(command, self._desk.documents))
        except Leaning as leaning:
            return await self._ask(request, form, consultation, leaning, f"/questions/{id}")
        except Refusal as refusal:
            if refusal.status not in SHOWN_ON_FORM:
                raise
            return await self._show(request, form.with_errors(refusal.errors), consultation, id)
        return self._desk.back(request, command.page)

    async def move(self, request: Request) -> Response:
        form = await read_form(request)
        steps = -1 if form.value("way") == "up" else 1
        command = usecases.MoveQuestion(request.path_params["id"], request.path_params["question"], steps)
        return await self._desk.do(request, lambda: usecases.move_question(command, self._desk.documents))

    async def remove(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        form, id = await read_form(request), request.path_params["question"]
        command = usecases.RemoveQuestion(consultation.id, id, even_so=form.value("even_so") == "yes")
        try:
            return await self._desk.do(request, lambda: usecases.remove_question(command, self._desk.documents))
        except Leaning as leaning:
            return await self._ask(request, form, consultation, leaning, f"/questions/{id}/remove")

    async def _ask(
        self, request: Request, form: Form, consultation: Consultation, leaning: Leaning, action: str
    ) -> Response:
        """Whether to go on, although something leans on it."""
        question = consultation.writing.question(request.path_params["question"])
        return await self._desk.page(
            "staff/leaning.html",
            request,
            form,
            status=leaning.status,
            consultation=consultation,
            question=question,
            things=leaning.things,
            action=action,
            removes=action.endswith("/remove"),
            names=FIELDS,
        )

    async def _show(self, request: Request, form: Form, consultation: Consultation, id: str) -> Response:
        kind = kind_of(form.value("kind"))
        return await self._desk.page(
            "staff/question.html",
            request,
            form,
            consultation=consultation,
            question_id=id,
            kind=kind,
            kind_name=NAMES[kind],
            is_new=_there(consultation, id) is None,
            bounds=WITH_BOUNDS.get(kind),
            respondents=[(option.id, option.text) for option in RESPONDENTS],
            file_types=[(ending, ending.upper()) for ending in FILE_TYPES],
        )


def _there(consultation: Consultation, id: str) -> Question | None:
    return next((each for each in consultation.writing.questions if each.id == id), None)


def _page_asked_for(consultation: Consultation, request: Request) -> str:
    """The last one, where none is named or it is gone."""
    pages = [page.id for page in consultation.writing.pages]
    asked = request.query_params.get("page", "")
    return asked if asked in pages else pages[-1]
