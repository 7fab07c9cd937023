"""What people answered to one question, searched and filtered."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.consultation.domain import Consultation, Kind, Question, asked_ever
from services.consultation.domain.coding import coding_id
from services.consultation.domain.reading import TextField, text_fields
from services.consultation.domain.redaction import Redaction
from services.consultation.domain.searching import hits
from services.consultation.domain.upload import Upload
from services.consultation.queries import in_words
from services.consultation.queries import reading as queries
from services.consultation.queries.answer_index import Entry, index_of
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import reading
from services.consultation.web.desk import ONE, Desk
from services.consultation.web.entry_fields import CHANNELS
from services.consultation.web.question_page import page_number
from services.consultation.web.reading.looking import (
    ON_A_PAGE,
    address_of,
    choices,
    filter_of,
    typed_in,
)
from shared.errors import NotFound
from shared.store.port import In


class Texts:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._documents = desk.documents

    def routes(self) -> Sequence[BaseRoute]:
        return [Route(ONE + "/texts/{question}", self.list, methods=["GET"])]

    async def list(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        id = request.path_params["question"]
        field = next((each for each in text_fields(consultation) if each.id == id), None)
        if field is not None:
            return await self._written(request, consultation, field)
        question = next((each for each in asked_ever(consultation) if each.id == id), None)
        if question is None or not question.is_asked:
            raise NotFound("This question is not there")
        return await self._answered(request, consultation, question)

    async def _written(self, request: Request, consultation: Consultation, field: TextField) -> Response:
        form = typed_in(request)
        themes = await reading.themes_of(consultation.id, field.id, self._documents)
        wanted = filter_of(form, field.id)
        found = await queries.found(consultation, wanted, themes, self._documents)
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = page_number(request.query_params.get("page", ""), pages)
        shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        index = await index_of(consultation.id, self._documents)
        checked = await checked_of(field.id, [each.entry for each in shown], self._documents)
        tags = await queries.tags_in(consultation.id, self._documents)
        return await self._desk.page(
            "staff/reading/texts.html",
            request,
            form,
            consultation=consultation,
            field=field,
            found=shown,
            total=len(found),
            pieces=lambda text: hits(text, wanted.search),
            coding=lambda entry: index.coding(entry, field.id),
            theme_names=lambda ids: sorted(theme.name for id in themes.now(ids) if (theme := themes.of(id))),
            checked=lambda entry: _holds(checked, entry, field.id),
            choices=choices(consultation, tags, themes, questions=False),
            channels=CHANNELS,
            filtered=bool(form.names),
            address=address_of(form),
            page=page,
            pages=pages,
        )

    async def _answered(self, request: Request, consultation: Consultation, question: Question) -> Response:
        """Answers that are no texts, such as dates and files."""
        index = await index_of(consultation.id, self._documents)
        found = [entry for entry in index.newest_first() if any(entry.answers.get(field) for field in question.fields)]
        pages = max(1, -(-len(found) // ON_A_PAGE))
        page = page_number(request.query_params.get("page", ""), pages)
        shown = found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
        is_file = question.kind is Kind.FILE
        rows = [
            (entry, await self._files(entry, question) if is_file else (), _words(entry, question)) for entry in shown
        ]
        return await self._desk.page(
            "staff/reading/answers.html",
            request,
            typed_in(request),
            consultation=consultation,
            question=question,
            rows=rows,
            total=len(found),
            page=page,
            pages=pages,
        )

    async def _files(self, entry: Entry, question: Question) -> Sequence[Upload]:
        loaded = [await self._documents.uploads.get(id) for id in entry.answers[question.id]]
        return [each.value for each in loaded if each is not None]


def _words(entry: Entry, question: Question) -> str:
    return in_words(question, {field: tuple(values) for field, values in entry.answers.items()})


async def checked_of(
    question: str, entries: Sequence[Entry], documents: ConsultationDocuments
) -> Mapping[str, Redaction]:
    """By response."""
    ids = [coding_id(entry.id, question) for entry in entries]
    found = await documents.redactions.find({"id": In(ids)}, limit=max(1, len(ids)))
    return {each.value.response: each.value for each in found}


def _holds(checked: Mapping[str, Redaction], entry: Entry, question: str) -> str:
    """What was decided on publishing it, in words; empty while nobody has."""
    redaction = checked.get(entry.id)
    decision = redaction.holds(entry.mark(question)) if redaction else None
    if decision is None:
        return ""
    if not decision.published:
        return "Not to be published"
    return "Published" if decision.shown == entry.text(question) else "Published with parts removed"
