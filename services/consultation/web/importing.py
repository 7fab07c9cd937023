"""Officers' pages for importing answers: the template, the upload, the dry run, and how far it is."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.domain.columns import columns
from services.consultation.domain.importing import Import
from services.consultation.domain.upload import clean_name
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import import_rows
from services.consultation.web.entry_fields import CHANNELS, ENTERED, read_channel, read_day
from services.consultation.web.question_page import page_number
from services.consultation.web.uploads import IN_ALL, file_folder
from shared import sheets
from shared.errors import Invalid, Refusal
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits
from shared.web.sessions import need

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    "read": "Being checked",
    "faulty": "Has faults",
    "ready": "Ready to store",
    "storing": "Being stored",
    "stored": "Stored",
    "cancelled": "Given up",
}
REFRESH_S = "5"


class Importing:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._limits = FileLimits({"file": sheets.LARGEST_FILE}, IN_ALL, file_folder(edge.parts.settings).temporary)

    def routes(self) -> Sequence[BaseRoute]:
        all_, one = "/staff/consultations/{id}/imports", "/staff/consultations/{id}/imports/{of}"
        return [
            Route(all_, self.list, methods=["GET"]),
            Route(all_, self.upload, methods=["POST"]),
            Route(all_ + "/template.csv", self.template_csv, methods=["GET"]),
            Route(all_ + "/template.xlsx", self.template_xlsx, methods=["GET"]),
            Route(one, self.show, methods=["GET"]),
            Route(one + "/store", self.store, methods=["POST"]),
            Route(one + "/cancel", self.cancel, methods=["POST"]),
            Route(one + "/faults.csv", self.faults, methods=["GET"]),
            Route(one + "/left-out.csv", self.left_out, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        consultation, _ = await self._consultation(request)
        return await self._list(request, consultation, Form())

    async def _list(self, request: Request, consultation: Consultation, form: Form) -> Response:
        found = await import_rows.imports_of(consultation.id, self._documents)
        html = self._edge.parts.pages.render(
            "staff/answer_imports.html",
            await self._edge.sessions.viewer(request),
            consultation=consultation,
            imports=found,
            form=form,
            channels=ENTERED,
            states=STATES,
        )
        return HTMLResponse(html, 422 if form.errors else 200)

    async def upload(self, request: Request) -> Response:
        consultation, by = await self._consultation(request)
        form = await read_form(request, files=self._limits)
        try:
            begun = await self._take_in(consultation, by, form)
        except Refusal as refusal:
            return await self._list(request, consultation, form.with_errors(refusal.errors))
        finally:
            form.close()
        return RedirectResponse(f"/staff/consultations/{consultation.id}/imports/{begun.id}", 303)

    async def _take_in(self, consultation: Consultation, by: str, form: Form) -> Import:
        errors: dict[str, str] = {}
        channel = read_channel(form, errors)
        received = read_day(form, "received", errors)
        name, content = _file(form, errors)
        if errors or channel is None:
            raise Invalid(errors)
        rows = await sheets.read_file(content)
        digest = hashlib.sha256(content).hexdigest()
        command = usecases.UploadRows(consultation.id, by, name, digest, rows, channel, received)
        return await usecases.upload_rows(command, self._documents, self._edge.parts.clock())

    async def template_csv(self, request: Request) -> Response:
        consultation, _ = await self._consultation(request)
        content = sheets.BOM + sheets.csv_lines(_template(consultation))
        return _download(content.encode(), f"{consultation.id}-answers.csv", "text/csv; charset=utf-8")

    async def template_xlsx(self, request: Request) -> Response:
        consultation, _ = await self._consultation(request)
        return _download(sheets.xlsx(_template(consultation)), f"{consultation.id}-answers.xlsx", XLSX)

    async def show(self, request: Request) -> Response:
        return await self._show(request, Form())

    async def _show(self, request: Request, form: Form) -> Response:
        consultation, importing = await self._import(request)
        pages = -(-importing.faults // import_rows.FAULTS_SHOWN)
        page = page_number(request.query_params.get("page", ""), max(1, pages))
        watch = importing.is_at_work and request.query_params.get("watch") == "yes"
        html = self._edge.parts.pages.render(
            "staff/answer_import.html",
            await self._edge.sessions.viewer(request),
            consultation=consultation,
            importing=importing,
            state=STATES[importing.state],
            channel=CHANNELS[importing.channel],
            faults=await import_rows.faults_shown(importing, self._documents, page) if importing.has_rows else [],
            page=page,
            pages=pages,
            watch=watch,
            form=form,
        )
        status = next(iter(form.errors.values()), "") and 409
        # Not as an element of the page: nobody's page is to change under them unless they asked for it.
        return HTMLResponse(html, status or 200, {"refresh": REFRESH_S} if watch else None)

    async def store(self, request: Request) -> Response:
        consultation, by = await self._consultation(request)
        id, now = request.path_params["of"], self._edge.parts.clock()
        command = usecases.ConfirmImport(id, consultation.id, by)
        try:
            await self._edge.run(lambda: usecases.confirm_import(command, self._documents, now))
        except Refusal as refusal:
            return await self._show(request, Form(errors=refusal.errors))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/imports/{id}", 303)

    async def cancel(self, request: Request) -> Response:
        consultation, _ = await self._consultation(request)
        id, now = request.path_params["of"], self._edge.parts.clock()
        try:
            await self._edge.run(lambda: usecases.cancel_import(id, consultation.id, self._documents, now))
        except Refusal as refusal:
            return await self._show(request, Form(errors=refusal.errors))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/imports", 303)

    async def faults(self, request: Request) -> Response:
        """Every fault, as a table."""
        _, importing = await self._import(request)
        return _stream(self._fault_rows(importing), "faults.csv")

    async def _fault_rows(self, importing: Import) -> AsyncIterator[Sequence[str]]:
        yield ("Row", "Column", "What it says", "What is wrong", "Is the row stored?")
        for sentence in importing.heading_faults:
            yield ("1", "", "", sentence, "No")
        async for fault in import_rows.all_faults(importing, self._documents):
            yield (str(fault.row), fault.column, fault.says, fault.sentence, "Yes" if fault.note else "No")

    async def left_out(self, request: Request) -> Response:
        """The rows with faults under the headings of the file, to be put right and uploaded."""
        _, importing = await self._import(request)

        async def rows() -> AsyncIterator[Sequence[str]]:
            yield importing.heading
            async for cells in import_rows.rows_left_out(importing, self._documents):
                yield cells

        return _stream(rows(), "rows-left-out.csv")

    async def _consultation(self, request: Request) -> tuple[Consultation, str]:
        """And the id of the officer who asks."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return (await usecases.load(request.path_params["id"], self._documents)).value, viewer.person or ""

    async def _import(self, request: Request) -> tuple[Consultation, Import]:
        consultation, _ = await self._consultation(request)
        loaded = await usecases.load_import(request.path_params["of"], consultation.id, self._documents)
        return consultation, loaded.value


def _file(form: Form, errors: dict[str, str]) -> tuple[str, bytes]:
    sent = next((each for name, each in form.files if name == "file" and each.size), None)
    if sent is None:
        errors["file"] = "Choose the file with the answers"
        return "", b""
    if sent.content is None:
        errors["file"] = f"The file must be {sheets.LARGEST_FILE // 1_000_000} MB or smaller. Split it into several"
        return "", b""
    sent.content.seek(0)
    return clean_name(sent.name), sent.content.read()


def _template(consultation: Consultation) -> Iterable[Sequence[str]]:
    wanted = columns(consultation.questionnaire)
    return [[column.name for column in wanted], [column.help for column in wanted]]


def _named(name: str) -> Mapping[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}


def _download(content: bytes, name: str, kind: str) -> Response:
    return Response(content, media_type=kind, headers=_named(name))


def _stream(rows: AsyncIterator[Sequence[str]], name: str) -> Response:
    async def lines() -> AsyncIterator[str]:
        yield sheets.BOM
        async for row in rows:
            yield sheets.csv_lines([row])

    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=_named(name))
