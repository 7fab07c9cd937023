"""A whole questionnaire at once: to a file, from a file, from another consultation or from a starting point."""

import io
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import FILE_LIMIT, Consultation, Questionnaire, Unfit, read_file, write_file
from services.consultation.web.desk import ONE, Desk
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits

FILE = FileLimits({"file": FILE_LIMIT}, in_all=20 * FILE_LIMIT, open=io.BytesIO)
"""A form with a file that is too large is read so far that we can say so by the field."""


class Exchange:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/export", self.export, methods=["GET"]),
            Route(ONE + "/import", self.choose_file, methods=["GET"]),
            Route(ONE + "/import", self.bring_in, methods=["POST"]),
            Route(ONE + "/copy", self.choose, methods=["GET"]),
            Route(ONE + "/copy", self.copy, methods=["POST"]),
        ]

    async def export(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        asked = consultation.writing
        if number := request.query_params.get("version"):
            asked = consultation.version(int(number) if number.isascii() and number.isdigit() else 0)
        name = f"{consultation.id}-version-{asked.version}.json"
        return Response(
            write_file(asked, consultation.title),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    async def choose_file(self, request: Request) -> Response:
        return await self._import_page(request, await self._desk.consultation(request), None)

    async def bring_in(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        try:
            file = read_file(await _file(request), usecases.ward_options(self._desk.edge.parts.place))
        except Unfit as unfit:
            return await self._import_page(request, consultation, unfit)
        return await self._put(request, file.questionnaire)

    async def _import_page(self, request: Request, consultation: Consultation, unfit: Unfit | None) -> Response:
        form = Form(errors=unfit.errors if unfit else {})
        return await self._desk.page(
            "staff/import.html", request, form, consultation=consultation, unfit=unfit, kilobytes=FILE_LIMIT // 1000
        )

    async def choose(self, request: Request) -> Response:
        return await self._copy_page(request, Form(), await self._desk.consultation(request))

    async def copy(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        choice = form.value("from")
        if not choice:
            shown = form.with_errors({"from": "Choose what to copy"})
            return await self._copy_page(request, shown, consultation)
        start = await usecases.start_from(choice, self._desk.edge.parts.place, self._desk.documents)
        return await self._put(request, start.questionnaire)

    async def _put(self, request: Request, questionnaire: Questionnaire) -> Response:
        command = usecases.PutQuestionnaire(request.path_params["id"], questionnaire)
        return await self._desk.do(request, lambda: usecases.put_questionnaire(command, self._desk.documents))

    async def _copy_page(self, request: Request, form: Form, consultation: Consultation) -> Response:
        place, documents = self._desk.edge.parts.place, self._desk.documents
        starts = await usecases.starts(documents, place, but=consultation.id)
        return await self._desk.page("staff/copy.html", request, form, consultation=consultation, starts=starts)


async def _file(request: Request) -> bytes:
    """The file of a form with one. Raises TooLarge, Unfit, Unreadable."""
    form = await read_form(request, files=FILE)
    sent = next((file for _, file in form.files), None)
    if sent is None:
        raise Unfit(["Choose a file"])
    if sent.size > FILE_LIMIT:
        raise Unfit([f"The file is larger than {FILE_LIMIT // 1000:,} kB. A questionnaire is much smaller"])
    if sent.content is None:
        return b""
    sent.content.seek(0)
    return sent.content.read()
