"""Officers switch statements on, put some, and judge those of others."""

from collections.abc import Sequence
from uuid import NAMESPACE_OID, uuid4, uuid5

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain.statement import State, Statement, must_be_a_statement
from services.consultation.queries import statements as asked
from services.consultation.usecases import statements
from services.consultation.web.desk import ONE, Desk
from shared.errors import Invalid, NotFound
from shared.web.forms import Form, read_form

HERE = ONE + "/statements"
AT_ONCE = 200
NONE = ("", "No")


class StatementsDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(HERE, self.show, methods=["GET"]),
            Route(HERE, self.set_up, methods=["POST"]),
            Route(HERE + "/add", self.add, methods=["POST"]),
            Route(HERE + "/{statement}", self.ask, methods=["GET"]),
            Route(HERE + "/{statement}", self.judge, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        there = await asked.conversation(consultation.id, self._documents)
        if there is None:
            return await self._list(request, Form({"options": ["on", "own"]}))
        options = [name for name, is_on in (("on", there.is_on), ("own", there.takes_statements)) if is_on]
        return await self._list(request, Form({"question": [there.question], "options": options}))

    async def set_up(self, request: Request) -> Response:
        viewer = await self._desk.officer(request)
        form = await read_form(request)
        options = form.all("options")
        command = statements.SetUpStatements(
            request.path_params["id"],
            form.value("question"),
            "on" in options,
            "own" in options,
            viewer.person or "",
        )
        if errors := await self._desk.errors(lambda: statements.set_up_statements(command, self._documents)):
            return await self._list(
                request, form.with_errors({name or "question": text for name, text in errors.items()})
            )
        return self._back(request)

    async def add(self, request: Request) -> Response:
        """All of them, or none: a line that is at fault is named."""
        viewer = await self._desk.officer(request)
        consultation = await self._desk.consultation(request)
        form = await read_form(request)
        now, batch, by = self._desk.edge.parts.clock(), form.value("batch"), viewer.person or ""
        lines = [line.strip() for line in form.value("texts").splitlines() if line.strip()]
        if fault := _fault(lines):
            return await self._list(request, form.with_errors({"texts": fault}))
        for line in lines:
            id = uuid5(NAMESPACE_OID, f"{consultation.id}/{batch}/{line}").hex
            command = statements.PutStatement(id, consultation.id, line, by=by)
            await self._desk.edge.run(lambda c=command: statements.add_statement(c, self._documents, now))  # type: ignore[misc]
        return self._back(request)

    async def ask(self, request: Request) -> Response:
        return await self._one(request, Form())

    async def judge(self, request: Request) -> Response:
        viewer = await self._desk.officer(request)
        form = await read_form(request)
        command = statements.JudgeStatement(
            request.path_params["id"],
            request.path_params["statement"],
            form.value("do") == "accept",
            viewer.person or "",
            form.value("reason"),
            form.value("same_as"),
        )
        if errors := await self._desk.errors(lambda: statements.judge_statement(command, self._documents)):
            return await self._one(request, form.with_errors(errors))
        return self._back(request)

    def _back(self, request: Request) -> Response:
        return RedirectResponse(f"/staff/consultations/{request.path_params['id']}/statements", 303)

    async def _one(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        shown = await asked.statements_in(consultation.id, self._documents, State.SHOWN)
        loaded = await self._documents.statements.get(request.path_params["statement"])
        if loaded is None or loaded.value.consultation != consultation.id:
            raise NotFound("There is no such statement")
        others = [NONE, *((each.id, each.text) for each in shown if each.id != loaded.id)]
        return await self._desk.page(
            "staff/statement.html", request, form, consultation=consultation, statement=loaded.value, others=others
        )

    async def _list(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        found = await asked.statements_in(consultation.id, self._documents, *State)
        return await self._desk.page(
            "staff/statements.html",
            request,
            form,
            consultation=consultation,
            conversation=await asked.conversation(consultation.id, self._documents),
            totals=await asked.vote_totals(consultation.id, self._documents),
            waiting=_in(found, State.WAITING),
            shown=_in(found, State.SHOWN),
            gone=_in(found, State.REJECTED, State.REMOVED),
            batch=uuid4().hex,
        )


def _in(found: Sequence[Statement], *states: State) -> list[Statement]:
    return [each for each in found if each.state in states]


def _fault(lines: Sequence[str]) -> str:
    if not lines:
        return "Enter at least one statement"
    if len(lines) > AT_ONCE:
        return f"Enter at most {AT_ONCE} statements at once"
    for number, line in enumerate(lines, 1):
        try:
            must_be_a_statement(line)
        except Invalid as invalid:
            return f"Line {number}: {invalid.sentence}"
    return ""
