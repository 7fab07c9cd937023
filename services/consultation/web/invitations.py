"""Officers make invitations, hand them on once, and take back those that nobody has used."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.storage import ConsultationDocuments
from shared.errors import Refusal
from shared.service import Edge
from shared.sheets import BOM, csv_lines
from shared.web.forms import Form, read_form
from shared.web.sessions import need

HERE = "/staff/consultations/{id}/invitations"
DIGITS = 6
STATES = ("unused", "used", "revoked")


@dataclass(frozen=True)
class Row:
    """How many invitations of one label are in each state."""

    label: str
    unused: int
    used: int
    revoked: int


class Invitations:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(HERE, self.show, methods=["GET"]),
            Route(HERE, self.make, methods=["POST"]),
            Route(HERE + "/letters.csv", self.letters, methods=["POST"]),
            Route(HERE + "/take-back", self.ask, methods=["GET"]),
            Route(HERE + "/take-back", self.take_back, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._list(request, Form({"batch": [uuid4().hex]}))

    async def make(self, request: Request) -> Response:
        """The page with the links is the only one that ever shows them."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        form = await read_form(request)
        id, typed = request.path_params["id"], form.value("number").strip()
        number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= DIGITS else 0
        label = " ".join(form.value("label").split())
        command = usecases.MakeInvitations(id, form.value("batch"), number, label, viewer.person or "")
        try:
            tokens = await self._edge.run(
                lambda: usecases.make_invitations(command, self._documents, self._edge.parts.clock())
            )
        except Refusal as refused:
            fresh = {"label": [label], "number": [typed], "batch": [uuid4().hex]}
            return await self._list(request, Form(fresh, refused.errors))
        consultation = await self._consultation(request)
        form = Form({"label": [label], "token": list(tokens)})
        links = [(token, self._link(id, token)) for token in tokens]
        return await self._page(
            "staff/invitations_made.html", request, consultation=consultation, form=form, links=links
        )

    async def letters(self, request: Request) -> Response:
        """What the page before shows, as a table to write letters from."""
        need(await self._edge.sessions.viewer(request), "officer")
        consultation = await self._consultation(request)
        form = await read_form(request)
        label, tokens = form.value("label"), form.all("token")
        rows = [
            (str(number), label, token, self._link(consultation.id, token)) for number, token in enumerate(tokens, 1)
        ]
        table = csv_lines([("Number", "For", "Code", "Link"), *rows])
        headers = {"content-disposition": f'attachment; filename="invitations-{consultation.id}.csv"'}
        # With a byte order mark: without one spreadsheet programs read other letters than ours.
        return Response(BOM + table, media_type="text/csv; charset=utf-8", headers=headers)

    async def ask(self, request: Request) -> Response:
        consultation = await self._consultation(request)
        label = request.query_params.get("label", "")
        row = next((each for each in await self._rows(consultation.id) if each.label == label), Row(label, 0, 0, 0))
        return await self._page("staff/invitations_take_back.html", request, consultation=consultation, row=row)

    async def take_back(self, request: Request) -> Response:
        need(await self._edge.sessions.viewer(request), "officer")
        label = (await read_form(request)).value("label")
        id = request.path_params["id"]
        await usecases.revoke_unused(id, label, self._documents, self._edge.parts.clock())
        return RedirectResponse(f"/staff/consultations/{id}/invitations", 303)

    async def _list(self, request: Request, form: Form) -> Response:
        consultation = await self._consultation(request)
        rows = await self._rows(consultation.id)
        return await self._page("staff/invitations.html", request, consultation=consultation, rows=rows, form=form)

    async def _rows(self, consultation: str) -> list[Row]:
        store, where = self._documents.store, {"consultation": consultation}
        counts = {state: await store.count_by("invitations", "label", {**where, "state": state}) for state in STATES}
        labels = sorted({str(label) for found in counts.values() for label in found})
        return [Row(label, *(counts[state].get(label, 0) for state in STATES)) for label in labels]

    async def _consultation(self, request: Request) -> Consultation:
        return (await usecases.load(request.path_params["id"], self._documents)).value

    def _link(self, id: str, token: str) -> str:
        return f"{self._edge.parts.settings.public_url.rstrip('/')}/consultations/{id}/answer?invitation={token}"

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        form = context.get("form")
        status = 422 if isinstance(form, Form) and form.errors else 200
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context), status)
