"""Equality monitoring: the page after the answers, the officer's choice of questions, and the counts."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import domain, usecases
from services.consultation.domain import Consultation
from services.consultation.domain.equality import question_sets
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.desk import ONE, Desk
from shared.errors import Invalid, NotFound
from shared.secrets import Secrets
from shared.service import Edge
from shared.web.forms import Form, read_form

PREFIX = "e-"


async def page_after_sending(
    consultation: Consultation, response: str, documents: ConsultationDocuments, secrets: Secrets
) -> str:
    """The questions on equality, once for each response; the receipt where there are none, or nothing to lock with."""
    asks = consultation.monitoring.questions and secrets.has_equality
    page = "equality" if asks and not await usecases.has_equality(response, documents, secrets) else "receipt"
    return f"/consultations/{consultation.id}/{page}/{response}"


class Equality:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._secrets = edge.parts.secrets

    def routes(self) -> Sequence[BaseRoute]:
        one = "/consultations/{id}/equality/{response}"
        return [Route(one, self.questions, methods=["GET"]), Route(one, self.send, methods=["POST"])]

    async def questions(self, request: Request) -> Response:
        consultation, response = await self._sent(request)
        page = await page_after_sending(consultation, response.id, self._documents, self._secrets)
        if page.endswith(f"/receipt/{response.id}"):
            return RedirectResponse(page, 303)
        return await self._page(request, consultation, Form())

    async def send(self, request: Request) -> Response:
        """Skipping stores nothing; sent twice, the first is kept."""
        consultation, response = await self._sent(request)
        form = await read_form(request)
        receipt = RedirectResponse(f"/consultations/{consultation.id}/receipt/{response.id}", 303)
        if form.value("go") == "skip" or not self._secrets.has_equality or response.withdrawn_at:
            return receipt
        given = {id: form.all(PREFIX + id) for id in consultation.monitoring.questions}
        command = usecases.KeepEquality(consultation.id, response.id, given)
        try:
            await usecases.keep_equality(command, self._documents, self._secrets)
        except Invalid as invalid:
            errors = {PREFIX + id: sentence for id, sentence in invalid.errors.items()}
            return await self._page(request, consultation, form.with_errors(errors))
        return receipt

    async def _sent(self, request: Request) -> tuple[Consultation, domain.Response]:
        loaded = await self._documents.responses.get(request.path_params["response"])
        if loaded is None or loaded.value.consultation != request.path_params["id"]:
            raise NotFound("There are no answers at this address")
        return (await usecases.load(loaded.value.consultation, self._documents)).value, loaded.value

    async def _page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        html = self._edge.parts.pages.render("equality.html", viewer, consultation=consultation, form=form)
        return HTMLResponse(html, 422 if form.errors else 200)


class EqualityDesk:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/equality", self.show, methods=["GET"]),
            Route(ONE + "/equality", self.choose, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The choice while it is a draft; the counts once it has closed, when nothing can be told from their growth."""
        consultation = await self._desk.consultation(request)
        if not consultation.is_published:
            chosen = consultation.monitoring
            form = Form({"set": [chosen.set], "questions": chosen.questions, "reason": [chosen.reason]})
            return await self._choice_page(request, consultation, form)
        parts, closed = self._desk.edge.parts, consultation.has_closed(self._desk.edge.parts.clock())
        counts = None
        if closed:
            counts = await usecases.equality_counts(
                consultation.id, consultation.monitoring, self._desk.documents, parts.secrets
            )
        return await self._desk.page(
            "staff/equality_counts.html", request, Form(), consultation=consultation, counts=counts
        )

    async def choose(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        form = await read_form(request)
        command = usecases.ChooseMonitoring(
            consultation.id, form.value("set"), form.all("questions"), form.value("reason").strip()
        )
        errors = await self._desk.errors(lambda: usecases.choose_monitoring(command, self._desk.documents))
        if errors:
            return await self._choice_page(request, consultation, form.with_errors(errors))
        return self._desk.back(request, "equality")

    async def _choice_page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        """Of the set that was chosen before, so that its words stay; else of the newest."""
        sets = question_sets()
        offered = next((each for each in sets if each.id == form.value("set")), sets[-1])
        return await self._desk.page(
            "staff/equality.html",
            request,
            form,
            consultation=consultation,
            offered=offered,
            has_key=self._desk.edge.parts.secrets.has_equality,
        )
