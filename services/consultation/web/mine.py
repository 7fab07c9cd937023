"""A resident's own page: what they answered and have begun, to read, change and withdraw.

Who answered by an invitation sees that one response with the token that brought it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import domain, queries, usecases
from services.consultation.domain import Consultation, as_given, hash_of, walk
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PREFIX, question_page
from services.consultation.web.spoken import spoken_in
from services.consultation.web.uploads import Uploads, shown_files
from shared.errors import NotFound, SignInNeeded
from shared.service import Edge
from shared.store.documents import Loaded
from shared.web.forms import Form, read_form
from shared.web.sessions import need

ONE = "/my-answers/{response}"
SHOWN = 200


@dataclass(frozen=True)
class Held:
    """A response, and the way in which it is held: `token` is that of an invitation, empty for the account's own."""

    loaded: Loaded[domain.Response]
    consultation: Consultation
    token: str
    is_open: bool

    @property
    def response(self) -> domain.Response:
        return self.loaded.value

    def form(self) -> Form:
        """Filled with the answers as they are stored, to be sent in their place."""
        response = self.response
        asked = self.consultation.version(response.version)
        given = {field: value for each in asked.asked for field, value in as_given(each, response.answers).items()}
        own = {
            "response": [response.id],
            "version": [str(response.version)],
            "lang": [response.language],
            "stored": [usecases.edition(self.loaded)],
            "invitation": [self.token] if self.token else [],
        }
        return Form({**{PREFIX + field: list(value) for field, value in given.items()}, **own})


class Mine:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._uploads = Uploads(edge, documents)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/my-answers", self.list, methods=["GET"]),
            Route(ONE, self.show, methods=["GET"]),
            Route(ONE + "/change", self.change, methods=["GET"]),
            Route(ONE + "/withdraw", self.ask, methods=["GET"]),
            Route(ONE + "/withdraw", self.withdraw, methods=["POST"]),
        ]

    async def list(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        drafts = await self._documents.drafts.find({"person": viewer.person}, limit=SHOWN)
        found = await self._documents.responses.find(
            {"resident": viewer.person}, sort="submitted_at", descending=True, limit=SHOWN
        )
        now = self._edge.parts.clock()
        sent = [(each.value, await self._asked(each.value.consultation)) for each in found]
        begun = [(each.value, await self._asked(each.value.consultation)) for each in drafts]
        return await self._page("mine.html", request, sent=sent, begun=begun, now=now)

    async def show(self, request: Request) -> Response:
        held = await self._held(request, request.query_params.get("invitation", ""))
        asked = held.consultation.version(held.response.version)
        files = shown_files(await self._uploads.named(held.form(), asked))
        rows = queries.check_rows(walk(asked, held.response.answers), files)
        return await self._page("my_answers.html", request, held=held, rows=rows)

    async def change(self, request: Request) -> Response:
        """The form with what was sent. What comes of it is sent under the same id."""
        held = await self._held(request, request.query_params.get("invitation", ""))
        held.consultation.must_be_open(self._edge.parts.clock())
        if held.response.withdrawn_at is not None:
            raise NotFound("These answers were withdrawn. Open the consultation to answer it again")
        viewer = await self._edge.sessions.viewer(request)
        asked = held.consultation.version(held.response.version)
        form = await self._uploads.named(held.form(), asked)
        spoken = await spoken_in(form.value("lang"), held.consultation, asked, self._documents)
        pages = self._edge.parts.pages
        html = question_page(
            pages, held.consultation, asked, asked.pages[0], form, viewer, preview=False, spoken=spoken
        )
        return HTMLResponse(html)

    async def ask(self, request: Request) -> Response:
        held = await self._held(request, request.query_params.get("invitation", ""))
        return await self._page("withdraw.html", request, held=held)

    async def withdraw(self, request: Request) -> Response:
        """Twice is once. Raises NotOpen, NotFound."""
        held = await self._held(request, (await read_form(request)).value("invitation"))
        viewer = await self._edge.sessions.viewer(request)
        holder = usecases.Holder(viewer.person, held.response.invitation)
        command = usecases.WithdrawResponse(held.loaded.id, holder)
        await self._edge.run(lambda: usecases.withdraw_response(command, self._documents, self._edge.parts.clock()))
        return await self._page("withdrawn.html", request, held=held)

    async def _held(self, request: Request, token: str) -> Held:
        viewer = await self._edge.sessions.viewer(request)
        if not token and not viewer.is_signed_in:
            raise SignInNeeded("Sign in to see your answers")
        holder = usecases.Holder(viewer.person, hash_of(token) if token else None)
        loaded = await usecases.held_response(request.path_params["response"], holder, self._documents)
        consultation = await self._asked(loaded.value.consultation)
        mine = token if loaded.value.invitation else ""
        return Held(loaded, consultation, mine, consultation.is_open(self._edge.parts.clock()))

    async def _asked(self, id: str) -> Consultation:
        return (await usecases.load(id, self._documents)).value

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context))
