"""One answer: which themes and tags it has, and what of it may be published."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation
from services.consultation.domain.coding import Change, Coding, coding_id, tags_in
from services.consultation.domain.personal_data import find_personal_data, pieces, without
from services.consultation.domain.reading import TextField, mark_of_text
from services.consultation.domain.redaction import Redaction
from services.consultation.domain.theme import Themes
from services.consultation.queries import themes as theme_queries
from services.consultation.queries.answer_index import Entry, index_of
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.reading.looking import new_id, text_field
from services.consultation.web.reading.texts import checked_of
from shared.errors import Invalid, NotFound, Refusal
from shared.web.forms import Form, read_form

NO_THEME = "none"
CHUNK = 50


@dataclass(frozen=True)
class _Opened:
    """An answer with all that is known of it."""

    consultation: Consultation
    field: TextField
    entry: Entry
    text: str
    themes: Themes
    coding: Coding | None
    redaction: Redaction | None

    @property
    def mark(self) -> str:
        return mark_of_text(self.text)

    @property
    def path(self) -> str:
        return f"/staff/consultations/{self.consultation.id}/texts/{self.field.id}"

    @property
    def chosen(self) -> frozenset[str]:
        """Themes, and "none" where it was said that it has none."""
        if self.coding is None or self.coding.mark != self.mark:
            return frozenset()
        return self.themes.now(self.coding.themes) or frozenset({NO_THEME} if self.coding.no_theme else ())


class OneAnswer:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        one = ONE + "/texts/{question}/answers/{response}"
        return [
            Route(one, self.show, methods=["GET"]),
            Route(one + "/themes", self.code, methods=["POST"]),
            Route(one + "/check", self.check, methods=["POST"]),
            Route(ONE + "/texts/{question}/next/{what}", self.next, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._show(request, await self._open(request), Form())

    async def _open(self, request: Request) -> _Opened:
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        index = await index_of(consultation.id, self._documents)
        entry = index.entries.get(request.path_params["response"])
        if entry is None or not entry.text(field.id):
            raise NotFound("There is no answer at this address any more")
        id = coding_id(entry.id, field.id)
        coding, redaction = await self._documents.codings.get(id), await self._documents.redactions.get(id)
        return _Opened(
            consultation,
            field,
            entry,
            entry.text(field.id),
            await reading.themes_of(consultation.id, field.id, self._documents),
            coding.value if coding else None,
            redaction.value if redaction else None,
        )

    async def _show(self, request: Request, opened: _Opened, form: Form, told: Sequence[str] = ()) -> Response:
        flags = find_personal_data(opened.text)
        suggested = await theme_queries.suggested_for(opened.entry.id, opened.themes, self._documents)
        rejected = opened.themes.now(opened.coding.rejected) if opened.coding else frozenset()
        held = opened.redaction.holds(opened.mark) if opened.redaction else None
        proposed = held.shown if held and held.published else without(opened.text, flags)
        tags = opened.coding.tags if opened.coding else ()
        defaults = {
            "themes": sorted(opened.chosen),
            "tags": [", ".join(tags)],
            "publish": ["yes" if held.published else "no"] if held else [],
            "shown": [proposed],
            "reason": [held.reason if held else "Personal data" if flags else ""],
        }
        typed = {name: form.all(name) if name in form.names else values for name, values in defaults.items()}
        return await self._desk.page(
            "staff/reading/answer.html",
            request,
            Form({**{name: form.all(name) for name in form.names}, **typed}, form.errors),
            consultation=opened.consultation,
            field=opened.field,
            entry=opened.entry,
            text=opened.text,
            mark=opened.mark,
            pieces=pieces(opened.text, flags),
            flags=flags,
            options=_options(opened.themes, suggested - rejected),
            chosen_now=sorted(opened.chosen),
            tags=tags,
            coding=opened.coding,
            redaction=opened.redaction,
            held=held,
            themes=opened.themes,
            new_theme=new_id(""),
            told=told,
        )

    async def code(self, request: Request) -> Response:
        viewer, opened = await self._desk.officer(request), await self._open(request)
        form, by = await read_form(request), viewer.person or ""
        try:
            told = await self._code(opened, form, by)
        except Refusal as refusal:
            return await self._refused(request, opened, form, refusal)
        if told:
            return await self._show(request, await self._open(request), Form(), told)
        return await self._on(form, opened, "themes")

    async def _code(self, opened: _Opened, form: Form, by: str) -> tuple[str, ...]:
        chosen, shown = set(form.all("themes")), set(form.all("shown-themes"))
        tags, tags_shown = tags_in(form.value("tags")), tags_in(form.value("shown-tags"))
        run, now = self._desk.edge.run, self._desk.edge.parts.clock()
        where = (opened.consultation.id, opened.field.id)
        if NO_THEME in chosen and (chosen != {NO_THEME} or form.value("new").strip()):
            raise Invalid({"themes": "Choose themes, or that it has none of them"})
        if name := " ".join(form.value("new").split()):
            make = reading.MakeTheme(new_id(form.value("new-id")), *where, name, by)
            chosen.add((await run(lambda: reading.make_theme(make, self._documents, now))).id)
        change = Change(
            form.value("mark"),
            add=tuple(sorted(chosen - shown - {NO_THEME})),
            out=tuple(sorted(shown - chosen - {NO_THEME})),
            no_theme=(NO_THEME in chosen) if (NO_THEME in chosen) != (NO_THEME in shown) else None,
            tags=tuple(tag for tag in tags if tag not in tags_shown),
            tags_out=tuple(tag for tag in tags_shown if tag not in tags),
        )
        command = reading.CodeAnswer(opened.consultation.id, opened.entry.id, opened.field.id, change, by)
        _, told = await run(lambda: reading.code_answer(command, self._documents, now))
        return told

    async def check(self, request: Request) -> Response:
        viewer, opened = await self._desk.officer(request), await self._open(request)
        form = await read_form(request)
        try:
            if form.value("publish") not in {"yes", "no"}:
                raise Invalid({"publish": "Choose whether it may be published"})
            command = reading.DecidePublication(
                opened.consultation.id,
                opened.entry.id,
                opened.field.id,
                form.value("mark"),
                form.value("publish") == "yes",
                form.value("shown").strip(),
                form.value("reason").strip(),
                viewer.person or "",
            )
            now = self._desk.edge.parts.clock()
            await self._desk.edge.run(lambda: reading.decide_publication(command, self._documents, now))
        except Refusal as refusal:
            return await self._refused(request, opened, form, refusal)
        return await self._on(form, opened, "check")

    async def _refused(self, request: Request, opened: _Opened, form: Form, refusal: Refusal) -> Response:
        if refusal.status not in {409, 422}:
            raise refusal
        return await self._show(request, opened, form.with_errors(refusal.errors))

    async def _on(self, form: Form, opened: _Opened, what: str) -> Response:
        """Back to the answer, or to the next one with which the same is still to be done."""
        if form.value("go") == "next":
            return RedirectResponse(f"{opened.path}/next/{what}?after={opened.entry.id}", 303)
        return RedirectResponse(f"{opened.path}/answers/{opened.entry.id}#{what}", 303)

    async def next(self, request: Request) -> Response:
        """The next answer that nobody has coded, or checked."""
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        path = f"/staff/consultations/{consultation.id}/texts/{field.id}"
        index = await index_of(consultation.id, self._documents)
        entries = [entry for entry in index.newest_first() if entry.text(field.id)]
        ids = [entry.id for entry in entries]
        after = request.query_params.get("after", "")
        start = ids.index(after) + 1 if after in ids else 0
        ordered = [entry for entry in (*entries[start:], *entries[:start]) if entry.id != after]
        if request.path_params["what"] == "check":
            found = await self._first_unchecked(ordered, field.id)
        else:
            themes = await reading.themes_of(consultation.id, field.id, self._documents)
            found = next((each for each in ordered if not _is_coded(index.coding(each, field.id), themes)), None)
        anchor = "check" if request.path_params["what"] == "check" else "themes"
        return RedirectResponse(f"{path}/answers/{found.id}#{anchor}" if found else path, 303)

    async def _first_unchecked(self, entries: Sequence[Entry], field: str) -> Entry | None:
        for start in range(0, len(entries), CHUNK):
            some = entries[start : start + CHUNK]
            checked = await checked_of(field, some, self._documents)
            for entry in some:
                if entry.id not in checked or checked[entry.id].holds(entry.mark(field)) is None:
                    return entry
        return None


def _is_coded(coding: Coding | None, themes: Themes) -> bool:
    return coding is not None and (coding.no_theme or bool(themes.now(coding.themes)))


def _options(themes: Themes, suggested: frozenset[str]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (theme.id, theme.name, "Suggested for this answer") if theme.id in suggested else (theme.id, theme.name)
        for theme in themes.there
    ]
    return [*rows, (NO_THEME, "It has none of these themes")]
