"""Two officers code a sample apart from each other; then both see how far they agree."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation
from services.consultation.domain.double_coding import LARGEST, NO_THEME, SMALLEST, Compared, Sample
from services.consultation.domain.reading import TextField
from services.consultation.domain.theme import Themes
from services.consultation.queries import agreement as queries
from services.consultation.queries.answer_index import Index, index_of
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.reading.looking import text_field
from shared.errors import Invalid, Refusal
from shared.store.documents import Loaded
from shared.web.forms import Form, read_form

PATH = ONE + "/texts/{question}/agreement"
SAMPLE = PATH + "/{sample}"
SUGGESTED_SIZE = "30"


@dataclass(frozen=True)
class _Opened:
    consultation: Consultation
    field: TextField
    themes: Themes
    loaded: Loaded[Sample]
    by: str

    @property
    def sample(self) -> Sample:
        return self.loaded.value

    @property
    def path(self) -> str:
        return f"/staff/consultations/{self.consultation.id}/texts/{self.field.id}/agreement/{self.sample.id}"


class Agreement:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.draw, methods=["POST"]),
            Route(SAMPLE, self.show, methods=["GET"]),
            Route(SAMPLE + "/join", self.join, methods=["POST"]),
            Route(SAMPLE + "/code/{response}", self.answer, methods=["GET"]),
            Route(SAMPLE + "/code/{response}", self.code, methods=["POST"]),
            Route(SAMPLE + "/finish", self.finish, methods=["POST"]),
            Route(SAMPLE + "/settle", self.settle, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, Form({"size": [SUGGESTED_SIZE]}))

    async def _list(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        return await self._desk.page(
            "staff/reading/agreement.html",
            request,
            form,
            consultation=consultation,
            field=field,
            samples=await reading.samples_of(consultation.id, field.id, self._documents),
            themes=await reading.themes_of(consultation.id, field.id, self._documents),
            smallest=SMALLEST,
            largest=LARGEST,
        )

    async def draw(self, request: Request) -> Response:
        viewer, form = await self._desk.officer(request), await read_form(request)
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        try:
            seed = form.value("seed").strip()[:40] or uuid4().hex[:8]
            command = reading.DrawSample(consultation.id, field.id, _size(form), seed, viewer.person or "")
            sample = await reading.draw_sample(command, self._documents, self._desk.edge.parts.clock())
        except Refusal as refusal:
            return await self._list(request, form.with_errors(refusal.errors))
        path = f"/staff/consultations/{consultation.id}/texts/{field.id}/agreement/{sample.id}"
        return RedirectResponse(path, 303)

    async def _open(self, request: Request) -> _Opened:
        viewer = await self._desk.officer(request)
        consultation = await self._desk.consultation(request)
        field = text_field(consultation, request.path_params["question"])
        themes = await reading.themes_of(consultation.id, field.id, self._documents)
        loaded = await reading.load_sample(request.path_params["sample"], consultation.id, field.id, self._documents)
        return _Opened(consultation, field, themes, loaded, viewer.person or "")

    async def show(self, request: Request) -> Response:
        return await self._show(request, await self._open(request), Form())

    async def _show(self, request: Request, opened: _Opened, form: Form) -> Response:
        found = await queries.agreement(opened.sample, opened.themes, self._documents)
        index = await index_of(opened.consultation.id, self._documents)
        mine = found.coded_by(opened.by)
        return await self._desk.page(
            "staff/reading/sample.html",
            request,
            form,
            consultation=opened.consultation,
            field=opened.field,
            sample=opened.sample,
            by=opened.by,
            found=found,
            mine=mine,
            next=next((each.response for each in opened.sample.answers if each.response not in mine), None),
            text=lambda response: index.entries[response].text(opened.field.id) if response in index.entries else "",
            names=lambda ids: sorted(theme.name for id in ids if (theme := opened.themes.of(id))) or ["No theme"],
            settled=lambda pair: _is_settled(pair, index, opened),
        )

    async def join(self, request: Request) -> Response:
        return await self._do(request, lambda opened: reading.join_sample(opened.loaded, opened.by, self._documents))

    async def finish(self, request: Request) -> Response:
        return await self._do(request, lambda opened: reading.finish_sample(opened.loaded, opened.by, self._documents))

    async def settle(self, request: Request) -> Response:
        """What both chose becomes the coding of the answer."""
        return await self._do(request, self._settle)

    async def _settle(self, opened: _Opened) -> None:
        command = reading.SettleAgreed(opened.sample.id, opened.consultation.id, opened.field.id, opened.by)
        await reading.settle_agreed(command, self._documents, self._desk.edge.parts.clock())

    async def _do(self, request: Request, change: Callable[[_Opened], Awaitable[None]]) -> Response:
        """Opened again for each try, so that a stale save is done anew with what is there."""
        opened = await self._open(request)

        async def once() -> None:
            await change(await self._open(request))

        try:
            await self._desk.edge.run(once)
        except Refusal as refusal:
            return await self._show(request, opened, Form(errors=refusal.errors))
        return RedirectResponse(opened.path, 303)

    async def answer(self, request: Request) -> Response:
        return await self._answer(request, await self._open(request), Form())

    async def _answer(self, request: Request, opened: _Opened, form: Form) -> Response:
        response = request.path_params["response"]
        opened.sample.must_be_coded_by(opened.by, response)
        index = await index_of(opened.consultation.id, self._documents)
        entry = index.entries.get(response)
        chosen = await queries.chosen_by(opened.sample.id, opened.by, response, self._documents)
        before = [] if chosen is None else sorted(opened.themes.now(chosen)) or [NO_THEME]
        place = [each.response for each in opened.sample.answers].index(response) + 1
        return await self._desk.page(
            "staff/reading/blind.html",
            request,
            form if form.errors else Form({"themes": before}),
            consultation=opened.consultation,
            field=opened.field,
            sample=opened.sample,
            text=entry.text(opened.field.id) if entry else "",
            response=response,
            number=place,
            options=[*((each.id, each.name) for each in opened.themes.there), (NO_THEME, "None of these themes")],
        )

    async def code(self, request: Request) -> Response:
        opened, form = await self._open(request), await read_form(request)
        response, chosen = request.path_params["response"], form.all("themes")
        if not chosen or (NO_THEME in chosen and len(chosen) > 1):
            errors = {"themes": "Choose themes, or that it has none of them"}
            return await self._answer(request, opened, form.with_errors(errors))
        command = reading.CodeBlind(
            opened.sample.id, opened.consultation.id, opened.field.id, response, chosen, opened.by
        )
        now = self._desk.edge.parts.clock()
        await self._desk.edge.run(lambda: reading.code_blind(command, self._documents, now))
        found = await queries.agreement(opened.sample, opened.themes, self._documents)
        mine = found.coded_by(opened.by)
        after = next((each.response for each in opened.sample.answers if each.response not in mine), None)
        return RedirectResponse(f"{opened.path}/code/{after}" if after else opened.path, 303)


def _size(form: Form) -> int:
    typed = form.value("size").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):  # noqa: PLR2004
        raise Invalid({"size": f"Enter a whole number from {SMALLEST} to {LARGEST}"})
    return int(typed)


def _is_settled(pair: Compared, index: Index, opened: _Opened) -> bool:
    """Whether the answer is coded, by whatever of the two, or otherwise."""
    entry = index.entries.get(pair.response)
    coding = index.coding(entry, opened.field.id) if entry else None
    return coding is not None and (coding.no_theme or bool(opened.themes.now(coding.themes)))
