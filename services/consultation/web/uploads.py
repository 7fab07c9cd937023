"""Files in answers: taken in with a page of the form, and downloaded by officers."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Audience, Consultation, Kind, Question, Questionnaire
from services.consultation.domain.upload import Upload, most_bytes
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PREFIX
from shared.errors import Invalid, NotFound
from shared.files import FileFolder
from shared.service import Edge
from shared.settings import Settings
from shared.web.forms import Form, read_form
from shared.web.multipart import FileLimits, SentFile
from shared.web.sessions import need
from shared.web.viewer import Viewer

ANSWERS = 4_000_000
"""Bytes of the answers in a form: who pasted a million characters is told so by the field, with all else kept."""

IN_ALL = 250_000_000
"""Bytes that are read of a form with files, for the same reason. What a file has over its limit is not kept."""

SHUT_IN = "sandbox; default-src 'none'"
"""Should a browser show a file all the same, nothing in it runs."""

SHOWN = "file-"
NOT_SIGNED_IN = "Sign in to send a file: open this consultation in another tab, sign in, and choose the file again"


def file_folder(settings: Settings) -> FileFolder:
    return FileFolder(settings.files or settings.data / "files")


def shown_files(form: Form) -> Mapping[str, str]:
    """What the files of a form are called, by their ids."""
    return {name.removeprefix(SHOWN): form.value(name) for name in form.names if name.startswith(SHOWN)}


class Uploads:
    """What the form needs for its questions that ask for files."""

    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._folder = file_folder(edge.parts.settings)

    async def read_form(self, request: Request, consultation: Consultation) -> Form:
        """A form of this consultation; with files where it asks for some."""
        asked = (consultation.questionnaire, *consultation.earlier)
        limits = {PREFIX + each.id: most_bytes(each) for version in asked for each in _file_questions(version)}
        files = FileLimits(limits, IN_ALL, self._folder.temporary) if limits else None
        return await read_form(request, ANSWERS, files)

    async def take_in(self, form: Form, consultation: Consultation, asked: Questionnaire, viewer: Viewer) -> Form:
        """The form with the ids of its files, and sentences by those that cannot be taken."""
        for name, file in form.files:
            form = await self._take(form, name, file, consultation, asked, viewer)
        return await self.named(form, asked)

    async def named(self, form: Form, asked: Questionnaire) -> Form:
        """With what each of its files is called under SHOWN and its id: for the pages alone, it does not travel on.

        Files that were not sent for the question, or have gone since, are taken out, with a sentence.
        """
        questions = [question for question in _file_questions(asked) if form.all(PREFIX + question.id)]
        if not questions:
            return form
        there = await usecases.uploads_of(form.value("response"), self._documents)
        for question in questions:
            form = _without_strangers(form, question, there)
        for upload in there.values():
            form = form.with_value(SHOWN + upload.id, (upload.shown,))
        return form

    async def _take(  # noqa: PLR0913
        self, form: Form, name: str, file: SentFile, consultation: Consultation, asked: Questionnaire, viewer: Viewer
    ) -> Form:
        question = next((each for each in _file_questions(asked) if PREFIX + each.id == name), None)
        if question is None:
            return form
        if consultation.details.audience is Audience.SIGNED_IN and not viewer.is_signed_in:
            return form.with_errors({**form.errors, name: NOT_SIGNED_IN})
        command = usecases.KeepUpload(
            consultation.id, form.value("response"), question, viewer.person, file.name, file.size, file.content
        )
        try:
            upload = await usecases.keep_upload(command, self._documents, self._folder, self._edge.parts.clock())
        except Invalid as invalid:
            return form.with_errors({**form.errors, name: invalid.sentence})
        return form.with_value(name, (*form.all(name), upload.id))


class Files:
    """Officers download what people sent."""

    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._folder = file_folder(edge.parts.settings)

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/staff/consultations/{id}/files/{upload}", self.download, methods=["GET"])]

    async def download(self, request: Request) -> Response:
        """Never shown in the browser, whatever it is."""
        need(await self._edge.sessions.viewer(request), "officer")
        loaded = await self._documents.uploads.get(request.path_params["upload"])
        if loaded is None or loaded.value.consultation != request.path_params["id"]:
            raise NotFound("There is no file at this address")
        if not self._folder.has(loaded.id):
            raise NotFound("This file is not there any more")
        return FileResponse(
            self._folder.path(loaded.id),
            filename=loaded.value.name,
            media_type="application/octet-stream",
            headers={"Content-Security-Policy": SHUT_IN},
        )


def _without_strangers(form: Form, question: Question, there: Mapping[str, Upload]) -> Form:
    """Without files that were not sent for this question of this response, or have gone since."""
    name = PREFIX + question.id
    sent = [id for id in form.all(name) if id]
    mine = [id for id in sent if id in there and there[id].question == question.id]
    if mine == sent:
        return form
    errors = {name: "A file that you chose here is not there any more. Choose it again", **form.errors}
    return form.with_value(name, mine).with_errors(errors)


def _file_questions(asked: Questionnaire) -> list[Question]:
    return [question for question in asked.asked if question.kind is Kind.FILE]
