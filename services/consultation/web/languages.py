"""Officers' pages: the languages of a consultation, and each text beside its translation."""

import io
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.domain.language import LANGUAGES, Change, Language, Row, Translation, language
from services.consultation.domain.phrases import phrases_of
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PLACE_FOR_ID, page_number, question_page
from services.consultation.web.spoken import Spoken
from services.consultation.web.translation_csv import read_csv, write_csv
from shared.errors import Conflict, Invalid
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits
from shared.web.sessions import need

PART = 150
"""Texts on one page: a form of ours may have two thousand fields."""

FILE = FileLimits({"file": 1_000_000}, in_all=1_100_000, open=io.BytesIO)

FIELD = "t-"
WAS = "was-"
RIGHT = "right-"


class Languages:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        all_, one = "/staff/consultations/{id}/languages", "/staff/consultations/{id}/languages/{language}"
        return [
            Route(all_, self.list, methods=["GET"]),
            Route(all_, self.add, methods=["POST"]),
            Route(one, self.texts, methods=["GET"]),
            Route(one, self.save, methods=["POST"]),
            Route(one + "/file.csv", self.file, methods=["GET"]),
            Route(one + "/file", self.take_in, methods=["POST"]),
            Route(one + "/preview", self.preview, methods=["GET"]),
            Route(one + "/publish", self.publish, methods=["POST"]),
            Route(one + "/take-back", self.take_back, methods=["POST"]),
        ]

    async def list(self, request: Request, form: Form | None = None) -> Response:
        await self._officer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        phrases = usecases.to_translate(consultation)
        found = await usecases.translations(consultation.id, self._documents)
        rows = sorted(
            ((each, usecases.progress(each.rows(phrases))) for each in found), key=lambda row: row[0].spoken.name
        )
        there = {each.language for each in found}
        return await self._page(
            "staff/languages.html",
            request,
            form or Form(),
            consultation=consultation,
            rows=rows,
            to_add=[each for each in self._towns_first() if each.id not in there],
        )

    def _towns_first(self) -> Sequence[Language]:
        """Easy read, then the languages of the town, then all others."""
        town = self._edge.parts.place.languages
        return sorted(LANGUAGES, key=lambda each: (not each.easy, each.id not in town, each.name))

    async def add(self, request: Request) -> Response:
        by = await self._officer(request)
        form, id = await read_form(request), request.path_params["id"]
        command = usecases.AddLanguage(id, form.value("language"), by)
        try:
            now = self._edge.parts.clock()
            await self._edge.run(lambda: usecases.add_language(command, self._documents, now))
        except Invalid as invalid:
            return await self.list(request, form.with_errors(invalid.errors))
        return RedirectResponse(_address(id, command.language), 303)

    async def texts(
        self, request: Request, form: Form | None = None, taken_in: usecases.TakenIn | None = None
    ) -> Response:
        await self._officer(request)
        consultation, translation, rows = await self._rows(request)
        parts = -(-len(rows) // PART)
        part = page_number(request.query_params.get("part", ""), parts)
        return await self._page(
            "staff/language.html",
            request,
            form or _form(rows),
            consultation=consultation,
            translation=translation,
            spoken=translation.spoken,
            progress=usecases.progress(rows),
            rows=rows[(part - 1) * PART : part * PART],
            part=part,
            parts=parts,
            offered=translation.language in consultation.languages,
            saved="saved" in request.query_params,
            taken_in=taken_in,
        )

    async def save(self, request: Request) -> Response:
        """Only what stands in the form changes; what someone else changed meanwhile is told by the field."""
        by = await self._officer(request)
        form = await read_form(request)
        consultation, translation, rows = await self._rows(request)
        changes = _changes(form, rows)
        command = usecases.WriteTexts(consultation.id, translation.language, changes, by)
        try:
            now = self._edge.parts.clock()
            await self._edge.run(lambda: usecases.write_texts(command, self._documents, now))
        except Invalid as invalid:
            errors = {FIELD + key: sentence for key, sentence in invalid.errors.items()}
            return await self.texts(request, form.with_errors(errors))
        part = page_number(request.query_params.get("part", ""), -(-len(rows) // PART))
        return RedirectResponse(f"{_address(consultation.id, translation.language)}?part={part}&saved=yes", 303)

    async def file(self, request: Request) -> Response:
        await self._officer(request)
        consultation, translation, rows = await self._rows(request)
        name = f"{consultation.id}-{translation.language}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(write_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def take_in(self, request: Request) -> Response:
        by = await self._officer(request)
        id, spoken = request.path_params["id"], language(request.path_params["language"])
        try:
            lines = await read_csv(await _file(request), spoken)
            command = usecases.TakeInTexts(id, spoken.id, lines, by)
            now = self._edge.parts.clock()
            taken_in = await self._edge.run(lambda: usecases.take_in_texts(command, self._documents, now))
        except Invalid as invalid:
            _, _, rows = await self._rows(request)
            return await self.texts(request, _form(rows).with_errors(invalid.errors))
        return await self.texts(request, taken_in=taken_in)

    async def preview(self, request: Request) -> Response:
        """The form in the language, one page of it at a time, also before it is published."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        consultation, translation, _ = await self._rows(request)
        asked = consultation.writing
        spoken = Spoken(translation.spoken, (), translation.texts(phrases_of(consultation.details, asked)))
        page = asked.pages[page_number(request.query_params.get("page", ""), len(asked.pages)) - 1]
        form = Form({"response": [PLACE_FOR_ID], "version": [str(asked.version)]})
        html = question_page(
            self._edge.parts.pages, consultation, asked, page, form, viewer, preview=True, spoken=spoken
        )
        return HTMLResponse(html)

    async def publish(self, request: Request) -> Response:
        await self._officer(request)
        command = _offer(request)
        try:
            await self._edge.run(lambda: usecases.offer_language(command, self._documents))
        except Conflict as refusal:
            _, _, rows = await self._rows(request)
            return await self.texts(request, _form(rows).with_errors({"": refusal.sentence}))
        return RedirectResponse(_address(command.consultation, command.language), 303)

    async def take_back(self, request: Request) -> Response:
        await self._officer(request)
        command = _offer(request)
        await self._edge.run(lambda: usecases.no_longer_offer_language(command, self._documents))
        return RedirectResponse(_address(command.consultation, command.language), 303)

    async def _rows(self, request: Request) -> tuple[Consultation, Translation, tuple[Row, ...]]:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        found = await usecases.translation(consultation.id, request.path_params["language"], self._documents)
        return consultation, found.value, found.value.rows(usecases.to_translate(consultation))

    async def _officer(self, request: Request) -> str:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer, "officer")
        return viewer.person or ""

    async def _page(self, template: str, request: Request, form: Form, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        html = self._edge.parts.pages.render(template, viewer, form=form, **context)
        return HTMLResponse(html, 422 if form.errors else 200)


def _offer(request: Request) -> usecases.OfferLanguage:
    return usecases.OfferLanguage(request.path_params["id"], request.path_params["language"])


async def _file(request: Request) -> bytes:
    """Raises Invalid where there is none, or it is too large."""
    form = await read_form(request, files=FILE)
    if not form.files:
        raise Invalid({"file": "Choose the file that you have from the translator"})
    sent = form.files[0][1]
    try:
        if sent.content is None:
            raise Invalid({"file": "The file is larger than 1 MB"})
        sent.content.seek(0)
        return sent.content.read()
    finally:
        for _, each in form.files:
            each.close()


def _address(consultation: str, language_id: str) -> str:
    return f"/staff/consultations/{consultation}/languages/{language_id}"


def _form(rows: Sequence[Row]) -> Form:
    return Form({FIELD + row.phrase.key: [row.text] for row in rows})


def _changes(form: Form, rows: Sequence[Row]) -> list[Change]:
    """What the form says of the texts in it. `right`: a translation of the English before still holds."""
    changes = []
    for row in rows:
        key = row.phrase.key
        if FIELD + key not in form.names:
            continue
        text = form.value(FIELD + key).strip()
        if not text and form.value(RIGHT + key):
            text = row.outdated
        was = form.value(WAS + key)
        changes.append(Change(key, text, was or None))
    return changes
