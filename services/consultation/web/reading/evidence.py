"""Evidence packs: asking for one, how far it is, its hash, and the file."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain.evidence import PackKind, PackState
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.uploads import SHUT_IN, file_folder
from shared.errors import NotFound, Refusal
from shared.web.forms import Form, read_form

PATH = ONE + "/evidence"
REFRESH_S = "5"
KINDS = (
    ("full", "All of it", "With every word that people wrote. For the council, its auditors and the courts."),
    ("public", "What may be published", "Of what people wrote, what an officer has checked and published alone."),
)


class Evidence:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents
        self._folder = file_folder(desk.edge.parts.settings)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(PATH, self.list, methods=["GET"]),
            Route(PATH, self.ask, methods=["POST"]),
            Route(PATH + "/{number}.zip", self.download, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, Form())

    async def _list(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        packs = await reading.packs_of(consultation.id, self._documents)
        working = any(each.state is PackState.WAITING for each in packs)
        watch = working and request.query_params.get("watch") == "yes"
        answer = await self._desk.page(
            "staff/reading/evidence.html",
            request,
            form,
            consultation=consultation,
            packs=packs,
            kinds=KINDS,
            kind_names={kind: name for kind, name, _ in KINDS},
            working=working,
            watch=watch,
        )
        if watch:  # not as an element of the page: nobody's page is to change under them unless they asked for it
            answer.headers["refresh"] = REFRESH_S
        return answer

    async def ask(self, request: Request) -> Response:
        viewer, form = await self._desk.officer(request), await read_form(request)
        if form.value("kind") not in set(PackKind):
            return await self._list(request, form.with_errors({"kind": "Choose what is in the pack"}))
        command = reading.AskForPack(request.path_params["id"], PackKind(form.value("kind")), viewer.person or "")
        now = self._desk.edge.parts.clock()
        try:
            await self._desk.edge.run(lambda: reading.ask_for_pack(command, self._documents, now))
        except Refusal as refusal:
            return await self._list(request, form.with_errors(refusal.errors))
        return RedirectResponse(f"/staff/consultations/{command.consultation}/evidence", 303)

    async def download(self, request: Request) -> Response:
        """As a file, never shown in the browser."""
        consultation = await self._desk.consultation(request)
        pack = await reading.load_pack(consultation.id, request.path_params["number"], self._documents)
        if pack.state is not PackState.READY or not self._folder.has(pack.file):
            raise NotFound("The file of this pack is not there")
        return FileResponse(
            self._folder.path(pack.file),
            filename=f"{consultation.id}-evidence-{pack.number}-{pack.kind}.zip",
            media_type="application/octet-stream",
            headers={"Content-Security-Policy": SHUT_IN},
        )
