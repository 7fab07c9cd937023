"""Officers' pages for exports: ask for one, see how far it is, download it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.domain.exporting import KEEP, Export, ExportState, Format, codebook
from services.consultation.usecases.export_file import ENDINGS
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.uploads import SHUT_IN, file_folder
from shared.files import FileFolder
from shared.sheets import BOM, csv_lines
from shared.web.forms import Form, read_form

FORMATS = (
    (Format.XLSX, "Excel (XLSX)"),
    (Format.ODS, "OpenDocument (ODS), for LibreOffice"),
    (Format.CSV, "CSV"),
    (Format.SPSS, "SPSS: a table of codes, and the syntax that reads it with its labels"),
    (Format.JSON, "JSON, for programs"),
)
NAMES = {Format.XLSX: "Excel", Format.ODS: "OpenDocument", Format.CSV: "CSV", Format.SPSS: "SPSS", Format.JSON: "JSON"}
STATES = {
    ExportState.WAITING: "Waiting",
    ExportState.MAKING: "Being made",
    ExportState.READY: "Ready",
    ExportState.FORGOTTEN: "Deleted",
}
REFRESH_S = "5"


class Exports:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._folder: FileFolder = file_folder(desk.edge.parts.settings)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/exports", self.list, methods=["GET"]),
            Route(ONE + "/exports", self.ask, methods=["POST"]),
            Route(ONE + "/exports/{of}/file", self.download, methods=["GET"]),
            Route(ONE + "/exports/{of}/codebook.csv", self.codebook, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request, await self._desk.consultation(request), Form())

    async def _list(self, request: Request, consultation: Consultation, form: Form) -> Response:
        exports = await usecases.exports_of(consultation.id, self._desk.documents)
        at_work = any(each.state in {ExportState.WAITING, ExportState.MAKING} for each in exports)
        watch = at_work and request.query_params.get("watch") == "yes"
        page = await self._desk.page(
            "staff/exports.html",
            request,
            form,
            consultation=consultation,
            exports=exports,
            formats=FORMATS,
            names=NAMES,
            states=STATES,
            days=KEEP.days,
            at_work=at_work,
            watch=watch,
        )
        if watch:  # nobody's page is to change under them unless they asked for it
            page.headers["refresh"] = REFRESH_S
        return page

    async def ask(self, request: Request) -> Response:
        viewer, consultation = await self._desk.officer(request), await self._desk.consultation(request)
        form = await read_form(request)
        if form.value("format") not in {name for name, _ in FORMATS}:
            return await self._list(request, consultation, form.with_errors({"format": "Choose a kind of file"}))
        command = usecases.AskForExport(consultation.id, viewer.person or "", Format(form.value("format")))
        now = self._desk.edge.parts.clock()
        await self._desk.edge.run(lambda: usecases.ask_for_export(command, self._desk.documents, now))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/exports?watch=yes#exports", 303)

    async def download(self, request: Request) -> Response:
        _, export = await self._export(request)
        export.must_be_ready()
        ending = ENDINGS[export.format]
        return FileResponse(
            self._folder.path(export.id),
            filename=f"{export.consultation}-responses-{export.at:%Y-%m-%d}.{ending}",
            media_type="application/octet-stream",
            headers={"Content-Security-Policy": SHUT_IN, "cache-control": "no-store"},
        )

    async def codebook(self, request: Request) -> Response:
        consultation, export = await self._export(request)
        return Response(
            BOM + csv_lines(codebook(export, consultation)),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{consultation.id}-codebook.csv"'},
        )

    async def _export(self, request: Request) -> tuple[Consultation, Export]:
        consultation = await self._desk.consultation(request)
        id = request.path_params["of"]
        return consultation, (await usecases.load_export(id, consultation.id, self._desk.documents)).value
