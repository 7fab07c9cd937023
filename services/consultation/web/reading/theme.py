"""One theme: its answers, those that are suggested, and what becomes of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation
from services.consultation.domain.reading import TextField
from services.consultation.domain.theme import Theme, Themes
from services.consultation.queries import themes as queries
from services.consultation.queries.answer_index import Entry, Index, index_of
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.question_page import page_number
from services.consultation.web.reading.looking import LAST_PAGE, ON_A_PAGE, new_id, text_field
from shared.errors import Invalid, Refusal
from shared.web.forms import Form, read_form

PATH = ONE + "/texts/{question}/themes/{theme}"
ANSWERS = "answers"


@dataclass(frozen=True)
class _Opened:
    consultation: Consultation
    field: TextField
    themes: Themes
    theme: Theme
    index: Index

    @property
    def base(self) -> str:
        return f"/staff/consultations/{self.consultation.id}/texts/{self.field.id}/themes"


class OneTheme:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH + "/rename", self.rename, methods=["POST"]),
            Route(PATH + "/merge", self.merge, methods=["POST"]),
            Route(PATH + "/delete", self.delete, methods=["POST"]),
            Route(PATH + "/suggested", self.confirm, methods=["POST"]),
            Route(PATH + "/answers", self.move, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        opened = await self._open(request)
        now = opened.themes.of(opened.theme.id)
        if now is not None and now.id != opened.theme.id:
            return RedirectResponse(f"{opened.base}/{now.id}?merged={opened.theme.id}", 303)
        if now is None:
            return RedirectResponse(opened.base, 303)
        return await self._show(request, opened, Form(), _merged(request, opened))

    async def _open(self, request: Request) -> _Opened:
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        themes = await reading.themes_of(consultation.id, field.id, self._documents)
        loaded = await reading.load_theme(request.path_params["theme"], consultation.id, field.id, self._documents)
        return _Opened(consultation, field, themes, loaded.value, await index_of(consultation.id, self._documents))

    async def _show(self, request: Request, opened: _Opened, form: Form, told: Sequence[str] = ()) -> Response:
        mine = [entry for entry in opened.index.newest_first() if self._has(opened, entry)]
        waiting = await self._waiting(opened)
        page = page_number(request.query_params.get("page", ""), max(1, -(-len(mine) // ON_A_PAGE)))
        more = page_number(request.query_params.get("more", ""), LAST_PAGE)
        others = [theme for theme in opened.themes.there if theme.id != opened.theme.id]
        typed = {name: form.all(name) for name in form.names}
        return await self._desk.page(
            "staff/reading/theme.html",
            request,
            Form({"name": [opened.theme.name], **typed}, form.errors),
            consultation=opened.consultation,
            field=opened.field,
            theme=opened.theme,
            others=[(theme.id, theme.name) for theme in others],
            answers=mine[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
            total=len(mine),
            waiting=waiting[(more - 1) * ON_A_PAGE : more * ON_A_PAGE],
            waiting_total=len(waiting),
            page=page,
            pages=max(1, -(-len(mine) // ON_A_PAGE)),
            told=told,
            new_id=new_id(""),
        )

    def _has(self, opened: _Opened, entry: Entry) -> bool:
        coding = opened.index.coding(entry, opened.field.id)
        return coding is not None and opened.theme.id in opened.themes.now(coding.themes)

    async def _waiting(self, opened: _Opened) -> list[Entry]:
        """Answers that the theme is suggested for, and on which nobody has decided."""
        ids = await queries.suggested_answers(opened.theme, opened.themes, self._documents)
        entries = [opened.index.entries[id] for id in ids if id in opened.index.entries]
        return [each for each in entries if each.text(opened.field.id) and not self._is_decided(opened, each)]

    def _is_decided(self, opened: _Opened, entry: Entry) -> bool:
        coding = opened.index.coding(entry, opened.field.id)
        if coding is None:
            return False
        return coding.no_theme or opened.theme.id in opened.themes.now((*coding.themes, *coding.rejected))

    async def rename(self, request: Request) -> Response:
        return await self._change(
            request,
            lambda opened, form, by: self._rename(opened, " ".join(form.value("name").split()), by),
        )

    async def _rename(self, opened: _Opened, name: str, by: str) -> str:
        command = reading.RenameTheme(opened.theme.id, opened.consultation.id, opened.field.id, name, by)
        await reading.rename_theme(command, self._documents, self._desk.edge.parts.clock())
        return f"{opened.base}/{opened.theme.id}"

    async def merge(self, request: Request) -> Response:
        return await self._change(request, lambda opened, form, by: self._merge(opened, form.value("into"), by))

    async def _merge(self, opened: _Opened, into: str, by: str) -> str:
        if into not in {theme.id for theme in opened.themes.there}:
            raise Invalid({"into": "Choose the theme that it goes into"})
        command = reading.MergeTheme(opened.theme.id, opened.consultation.id, opened.field.id, into, by)
        theme = await reading.merge_theme(command, self._documents, self._desk.edge.parts.clock())
        return f"{opened.base}/{theme.id}?merged={opened.theme.id}"

    async def delete(self, request: Request) -> Response:
        return await self._change(request, lambda opened, form, by: self._delete(opened, form.value("sure"), by))

    async def _delete(self, opened: _Opened, sure: str, by: str) -> str:
        if sure != "yes":
            raise Invalid({"sure": "Tick the box if you want to delete this theme"})
        command = reading.DeleteTheme(opened.theme.id, opened.consultation.id, opened.field.id, by)
        await reading.delete_theme(command, self._documents, self._desk.edge.parts.clock())
        return opened.base

    async def _change(self, request: Request, change: Callable[[_Opened, Form, str], Awaitable[str]]) -> Response:
        """One change of the theme, which returns where to go on; or the page again with what stands against it."""
        viewer, opened, form = await self._desk.officer(request), await self._open(request), await read_form(request)
        try:
            where = await self._desk.edge.run(lambda: change(opened, form, viewer.person or ""))
        except Refusal as refusal:
            return await self._show(request, opened, form.with_errors(refusal.errors))
        return RedirectResponse(where, 303)

    async def confirm(self, request: Request) -> Response:
        """Answers of the suggestion that were ticked have the theme; with the other button, they do not."""
        viewer, opened, form = await self._desk.officer(request), await self._open(request), await read_form(request)
        marks = _ticked(form)
        if not marks:
            errors = {"suggested": "Tick the answers that you mean"}
            return await self._show(request, opened, form.with_errors(errors))
        mine = (opened.theme.id,)
        rejecting = form.value("do") == "reject"
        command = reading.CodeAnswers(
            opened.consultation.id,
            opened.field.id,
            marks,
            viewer.person or "",
            add=() if rejecting else mine,
            reject=mine if rejecting else (),
        )
        return await self._code(request, command)

    async def move(self, request: Request) -> Response:
        """Take answers out of the theme, or split them off into a new one."""
        viewer, opened, form = await self._desk.officer(request), await self._open(request), await read_form(request)
        by, marks = viewer.person or "", _ticked(form)
        splitting = form.value("do") == "split"
        run, now = self._desk.edge.run, self._desk.edge.parts.clock()
        add: tuple[str, ...] = ()
        try:
            if not marks:
                raise Invalid({ANSWERS: "Tick the answers that you mean"})
            if splitting:
                name = " ".join(form.value("new-name").split())
                if not name:
                    raise Invalid({"new-name": "Enter a name for the new theme"})
                make = reading.MakeTheme(
                    new_id(form.value("new-id")),
                    opened.consultation.id,
                    opened.field.id,
                    name,
                    by,
                    split_from=opened.theme.id,
                )
                add = ((await run(lambda: reading.make_theme(make, self._documents, now))).id,)
        except Refusal as refusal:
            return await self._show(request, opened, form.with_errors(refusal.errors))
        command = reading.CodeAnswers(
            opened.consultation.id, opened.field.id, marks, by, add=add, out=(opened.theme.id,)
        )
        return await self._code(request, command)

    async def _code(self, request: Request, command: reading.CodeAnswers) -> Response:
        now = self._desk.edge.parts.clock()
        _, told = await self._desk.edge.run(lambda: reading.code_answers(command, self._documents, now))
        opened = await self._open(request)
        current = opened.themes.of(opened.theme.id)
        if current is None:
            return RedirectResponse(opened.base, 303)
        if told:
            return await self._show(request, await self._as_now(opened, current), Form(), told)
        return RedirectResponse(f"{opened.base}/{current.id}", 303)

    async def _as_now(self, opened: _Opened, theme: Theme) -> _Opened:
        return _Opened(opened.consultation, opened.field, opened.themes, theme, opened.index)


def _merged(request: Request, opened: _Opened) -> Sequence[str]:
    merged = request.query_params.get("merged", "")
    was = next((each for each in opened.themes.merged_in(opened.theme.id) if each.id == merged), None)
    if was is None or was.id == opened.theme.id:
        return ()
    return (f"“{was.name}” was merged into “{opened.theme.name}”. Its answers are here",)


def _ticked(form: Form) -> list[tuple[str, str]]:
    """Responses, with the marks of the texts that the officer saw."""
    pairs = (value.partition(":") for value in form.all(ANSWERS))
    return [(response, mark) for response, _, mark in pairs if response and mark]
