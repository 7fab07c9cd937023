"""The themes of a question: how many answers have each, what is suggested, and looking for more."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation
from services.consultation.domain.reading import TextField, group_questions
from services.consultation.domain.theme_run import EXAMPLES, FEWEST_TEXTS, Suggestion
from services.consultation.queries import themes as queries
from services.consultation.queries.answer_index import index_of
from services.consultation.queries.theme_groups import theme_groups
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.reading.counting import count_chart
from services.consultation.web.reading.looking import new_id, text_field
from shared.errors import Invalid, NotFound, Refusal
from shared.web.forms import Form, read_form

REFRESH_S = "5"
PATH = ONE + "/texts/{question}/themes"


class ThemesOfQuestion:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.make, methods=["POST"]),
            Route(PATH + "/look", self.look, methods=["POST"]),
            Route(PATH + "/suggested", self.use, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, Form())

    async def _list(self, request: Request, form: Form) -> Response:
        consultation, field = await self._field(request)
        themes = await reading.themes_of(consultation.id, field.id, self._documents)
        by = next((q for q in group_questions(consultation) if q.id == request.query_params.get("by")), None)
        counts = await queries.theme_counts(consultation, field.id, themes, self._documents, by)
        rows = queries.theme_rows(themes, counts)
        run = await queries.newest_run(consultation.id, field.id, self._documents)
        suggestions = await queries.suggestions_of(run, self._documents) if run else []
        used = await queries.suggestions_behind(themes.there, self._documents)
        watch = run is not None and run.due_at is not None and request.query_params.get("watch") == "yes"
        answer = await self._desk.page(
            "staff/reading/themes.html",
            request,
            form,
            consultation=consultation,
            field=field,
            counts=counts,
            rows=rows,
            chart=count_chart(rows, field.question),
            table=theme_groups(themes, counts, by),
            groups=[("", "How they answered"), *((q.id, q.text) for q in group_questions(consultation))],
            by=by.id if by else "",
            run=run,
            suggestions=[(each, each.id in used, await self._examples(each, consultation)) for each in suggestions],
            fewest=FEWEST_TEXTS,
            watch=watch,
            new_id=new_id(""),
        )
        if watch:  # not as an element of the page: nobody's page is to change under them unless they asked for it
            answer.headers["refresh"] = REFRESH_S
        return answer

    async def _examples(self, suggestion: Suggestion, consultation: Consultation) -> Sequence[str]:
        index = await index_of(consultation.id, self._documents)
        found = [index.entries[id].text(suggestion.question) for id in suggestion.responses if id in index.entries]
        return [text for text in found if text][:EXAMPLES]

    async def make(self, request: Request) -> Response:
        viewer, (consultation, field) = await self._desk.officer(request), await self._field(request)
        form = await read_form(request)
        name = " ".join(form.value("name").split())
        command = reading.MakeTheme(new_id(form.value("id")), consultation.id, field.id, name, viewer.person or "")
        now = self._desk.edge.parts.clock()
        try:
            await self._desk.edge.run(lambda: reading.make_theme(command, self._documents, now))
        except Invalid as invalid:
            return await self._list(request, form.with_errors(invalid.errors))
        return _back(consultation, field)

    async def use(self, request: Request) -> Response:
        """Make a theme of a suggestion. Its answers are shown to be confirmed; none of them counts by it."""
        viewer, (consultation, field) = await self._desk.officer(request), await self._field(request)
        suggestion = await self._documents.suggestions.get((await read_form(request)).value("suggestion"))
        if suggestion is None or suggestion.value.question != field.id:
            raise NotFound("This suggestion is not there any more")
        id = suggestion.id.replace(":", "")[-32:].rjust(32, "0")
        command = reading.MakeTheme(
            id, consultation.id, field.id, suggestion.value.name[:100], viewer.person or "", suggestion.id
        )
        now = self._desk.edge.parts.clock()
        theme = await self._desk.edge.run(lambda: reading.make_theme(command, self._documents, now))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/texts/{field.id}/themes/{theme.id}", 303)

    async def look(self, request: Request) -> Response:
        viewer, (consultation, field) = await self._desk.officer(request), await self._field(request)
        form = await read_form(request)
        try:
            wanted = _wanted(form)
            command = reading.AskForThemes(consultation.id, field.id, wanted, viewer.person or "")
            now = self._desk.edge.parts.clock()
            await self._desk.edge.run(lambda: reading.ask_for_themes(command, self._documents, now))
        except Refusal as refusal:
            return await self._list(request, form.with_errors(refusal.errors))
        return _back(consultation, field, "suggestions")

    async def _field(self, request: Request) -> tuple[Consultation, TextField]:
        consultation = await self._desk.consultation(request)
        return consultation, text_field(consultation, request.path_params["question"])


def _wanted(form: Form) -> int | None:
    typed = form.value("wanted").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 3):  # noqa: PLR2004
        raise Invalid({"wanted": "Enter a whole number, or leave it empty"})
    return int(typed)


def _back(consultation: Consultation, field: TextField, anchor: str = "themes") -> Response:
    return RedirectResponse(f"/staff/consultations/{consultation.id}/texts/{field.id}/themes#{anchor}", 303)
