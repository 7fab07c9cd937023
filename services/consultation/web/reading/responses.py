"""The list of responses, and one response with all its answers. Opening one is reading it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, Kind
from services.consultation.domain import Response as Sent
from services.consultation.domain.abuse import WHY
from services.consultation.domain.reading import edition_of, text_fields, texts_in
from services.consultation.domain.searching import hits
from services.consultation.domain.theme import Themes
from services.consultation.queries import in_words
from services.consultation.queries import reading as queries
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.entry_fields import CHANNELS
from services.consultation.web.question_page import page_number
from services.consultation.web.reading.looking import ON_A_PAGE, address_of, choices, filter_of, typed_in
from shared.web.forms import Form


class Responses:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/reading", self.list, methods=["GET"]),
            Route(ONE + "/reading/next", self.next, methods=["GET"]),
            Route(ONE + "/reading/{response}", self.show, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        form = typed_in(request)
        wanted = filter_of(form)
        found = await queries.found(consultation, wanted, Themes(()), self._documents)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = page_number(request.query_params.get("page", ""), pages)
        tags = await queries.tags_in(consultation.id, self._documents)
        return await self._desk.page(
            "staff/reading/responses.html",
            request,
            form,
            consultation=consultation,
            found=found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
            total=len(found),
            unread=await queries.unread_in(consultation.id, self._documents),
            choices=choices(consultation, tags, None, questions=True),
            questions={each.id: each.question for each in text_fields(consultation)},
            pieces=lambda text: hits(text, wanted.search),
            channels=CHANNELS,
            filtered=bool(form.names),
            address=address_of(form),
            page=page,
            pages=pages,
        )

    async def next(self, request: Request) -> Response:
        """To a response that nobody has read, or back to the list."""
        consultation = await self._desk.consultation(request)
        after = request.query_params.get("after", "")
        id = await queries.next_unread(consultation.id, after, self._documents)
        path = f"/staff/consultations/{consultation.id}/reading"
        return RedirectResponse(f"{path}/{id}" if id else path, 303)

    async def show(self, request: Request) -> Response:
        viewer = await self._desk.officer(request)
        consultation = await self._desk.consultation(request)
        response = await self._read(request, consultation, viewer.person or "")
        marks = await queries.marks_of(response.id, self._documents)
        fields = text_fields(consultation)
        version = consultation.version(response.version)
        uploads = await usecases.uploads_of(response.id, self._documents)
        names = {id: upload.name for id, upload in uploads.items()}
        answers = [
            (question, in_words(question, response.answers, names))
            for question in version.questions
            if question.is_asked and question.kind is not Kind.FILE
        ]
        files = [
            (question, [uploads[id] for id in response.answers[question.id] if id in uploads])
            for question in version.questions
            if question.kind is Kind.FILE and response.answers.get(question.id)
        ]
        return await self._desk.page(
            "staff/reading/response.html",
            request,
            Form(),
            consultation=consultation,
            response=response,
            answers=answers,
            files=files,
            texts=texts_in(response.answers, fields),
            marks=marks,
            edition=edition_of(response),
            channels=CHANNELS,
            reasons=WHY,
            unread=await queries.unread_in(consultation.id, self._documents),
        )

    async def _read(self, request: Request, consultation: Consultation, by: str) -> Sent:
        command = reading.ReadResponse(consultation.id, request.path_params["response"], by)
        now = self._desk.edge.parts.clock()
        if "prefetch" in request.headers.get("sec-purpose", ""):  # a browser that guesses has read nothing
            return await reading.load_response(command.response, consultation.id, self._documents)
        return await self._desk.edge.run(lambda: reading.read_response(command, self._documents, now))
