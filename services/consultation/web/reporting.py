"""Officers write the report of a consultation: its introduction, the decision, and what was said and done."""

from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, slug
from services.consultation.domain.report import Report
from services.consultation.domain.report_words import Decision, Item, Upshot
from services.consultation.queries import seams
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.entry_fields import read_day, show_day
from shared.errors import NotFound
from shared.web.forms import Form, read_form

REPORT = ONE + "/report"
STEPS = {"up": -1, "down": 1}
UPSHOTS = (
    (Upshot.DONE, "It was done"),
    (Upshot.PLANNED, "It is planned"),
    (Upshot.NOT_DONE, "It is not done", "Say why. People accept a no with a reason more readily than silence."),
)


class Reporting:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        item = REPORT + "/items/{item}"
        return [
            Route(REPORT + "/words", self.words, methods=["GET"]),
            Route(REPORT + "/words", self.save_words, methods=["POST"]),
            Route(REPORT + "/decision", self.decision, methods=["GET"]),
            Route(REPORT + "/decision", self.save_decision, methods=["POST"]),
            Route(REPORT + "/themes", self.themes, methods=["POST"]),
            Route(item, self.item, methods=["GET"]),
            Route(item, self.save_item, methods=["POST"]),
            Route(item + "/move", self.move, methods=["POST"]),
            Route(item + "/remove", self.remove, methods=["POST"]),
        ]

    async def words(self, request: Request) -> Response:
        consultation, report = await self._report(request)
        content = report.content
        form = Form({"introduction": [content.introduction], "method": [content.method]})
        return await self._desk.page("staff/report_words.html", request, form, consultation=consultation)

    async def save_words(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        by = (await self._desk.officer(request)).person or ""
        introduction, method = (form.value(name).strip() for name in ("introduction", "method"))
        command = usecases.WriteReport(consultation.id, by, introduction, method)
        if errors := await self._desk.errors(lambda: usecases.write_report(command, self._desk.documents)):
            form = form.with_errors(errors)
            return await self._desk.page("staff/report_words.html", request, form, consultation=consultation)
        return _back(consultation.id, "words")

    async def decision(self, request: Request) -> Response:
        consultation, report = await self._report(request)
        return await self._decision_page(request, _show_decision(report.content.decision), consultation)

    async def save_decision(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        by, clock = (await self._desk.officer(request)).person or "", self._desk.edge.parts.clock
        errors: dict[str, str] = {}
        decision = _read_decision(form, errors)
        if not errors:
            command, documents = usecases.RecordDecision(consultation.id, by, decision), self._desk.documents
            errors = dict(await self._desk.errors(lambda: usecases.record_decision(command, documents, clock())))
        if errors:
            return await self._decision_page(request, form.with_errors(errors), consultation)
        return _back(consultation.id, "decision")

    async def _decision_page(self, request: Request, form: Form, consultation: Consultation) -> Response:
        return await self._desk.page("staff/report_decision.html", request, form, consultation=consultation)

    async def item(self, request: Request) -> Response:
        """A new theme, or one that is there."""
        consultation, report = await self._report(request)
        id = request.path_params["item"]
        form = Form({"token": [uuid4().hex[:8]]}) if id == "new" else _show_item(report.content.item(id))
        return await self._item_page(request, form, consultation)

    async def save_item(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        by, clock = (await self._desk.officer(request)).person or "", self._desk.edge.parts.clock
        errors: dict[str, str] = {}
        item = _read_item(request.path_params["item"], form, errors)
        command = usecases.PutItem(consultation.id, by, item)
        if not errors:
            documents = self._desk.documents
            errors = dict(await self._desk.errors(lambda: usecases.put_item(command, documents, clock())))
        if errors:
            return await self._item_page(request, form.with_errors(errors), consultation)
        return _back(consultation.id, "items")

    async def _item_page(self, request: Request, form: Form, consultation: Consultation) -> Response:
        return await self._desk.page(
            "staff/report_item.html",
            request,
            form,
            consultation=consultation,
            item=request.path_params["item"],
            upshots=UPSHOTS,
        )

    async def move(self, request: Request) -> Response:
        await self._desk.officer(request)
        form, id, item = await read_form(request), request.path_params["id"], request.path_params["item"]
        step, documents = STEPS.get(form.value("way"), 0), self._desk.documents
        await self._desk.edge.run(lambda: usecases.move_item(id, item, step, documents))
        return _back(id, "items")

    async def remove(self, request: Request) -> Response:
        await self._desk.officer(request)
        id, item, documents = request.path_params["id"], request.path_params["item"], self._desk.documents
        await self._desk.edge.run(lambda: usecases.remove_item(id, item, documents))
        return _back(id, "items")

    async def themes(self, request: Request) -> Response:
        """A theme of the report for each that was confirmed in what people wrote."""
        viewer = await self._desk.officer(request)
        id, documents = request.path_params["id"], self._desk.documents
        found = await seams.confirmed_themes(id, documents)
        themes = [(uuid4().hex[:8], title, f"{count:,} people wrote about this.") for title, count in found]
        command = usecases.PutThemes(id, viewer.person or "", themes)
        await self._desk.edge.run(lambda: usecases.put_themes(command, documents))
        return _back(id, "items")

    async def _report(self, request: Request) -> tuple[Consultation, Report]:
        """An empty one where nothing was written yet."""
        consultation = await self._desk.consultation(request)
        return consultation, await usecases.report_of(consultation.id, self._desk.documents) or Report(
            consultation.id, ""
        )


def _back(id: str, anchor: str) -> Response:
    return RedirectResponse(f"/staff/consultations/{id}/report#{anchor}", 303)


def _read_decision(form: Form, errors: dict[str, str]) -> Decision:
    taken = form.value("taken")
    if taken not in {"yes", "no"}:
        errors["taken"] = "Say whether the decision is taken"
    if taken != "yes":
        return Decision(taken=False, on=read_day(form, "on", errors), reasons=form.value("reasons").strip())
    return Decision(
        taken=True,
        on=read_day(form, "on", errors),
        reasons=form.value("reasons").strip(),
        by=form.value("by").strip(),
        words=form.value("words").strip(),
    )


def _show_decision(decision: Decision | None) -> Form:
    if decision is None:
        return Form()
    return Form(
        {
            "taken": ["yes" if decision.taken else "no"],
            "by": [decision.by],
            "words": [decision.words],
            "reasons": [decision.reasons],
            **show_day("on", decision.on),
        }
    )


def _read_item(id: str, form: Form, errors: dict[str, str]) -> Item:
    """Raises NotFound for a new one whose form is not ours."""
    new = slug(form.value("token"), 8) if id == "new" else id
    if not new:
        raise NotFound("There is no such theme in this report")
    chosen = form.value("upshot")
    return Item(
        new,
        " ".join(form.value("theme").split()),
        form.value("said").strip(),
        Upshot(chosen) if chosen in set(Upshot) else None,
        form.value("did").strip(),
        read_day(form, "on", errors),
    )


def _show_item(item: Item) -> Form:
    return Form(
        {
            "theme": [item.theme],
            "said": [item.said],
            "upshot": [item.upshot or ""],
            "did": [item.did],
            **show_day("on", item.on),
        }
    )
