"""Voting on statements, adding one, and what people think: the pages for everyone."""

from collections.abc import Sequence
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import ID, Audience, Consultation
from services.consultation.domain.statement import STATEMENT_LIMIT, Conversation, Vote
from services.consultation.queries import statements as queries
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import statements
from shared.errors import Conflict, NotFound, Refusal, SignInNeeded, TooMany
from shared.service import Edge
from shared.web.charts import SHAPES, Stack, dot_map, stacked_chart
from shared.web.forms import Form, read_form
from shared.web.viewer import Viewer

HERE = "/consultations/{id}/statements"
COOKIE = "engage_ballot"
KEEP_S = 180 * 24 * 3600
VOTES = {"agree": Vote.AGREE, "disagree": Vote.DISAGREE, "pass": Vote.PASS}
CHARTED = 20
ON_FORM = (409, 422, 429)


class Statements:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._secure = not edge.parts.settings.public_url.startswith("http://")

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(HERE, self.show, methods=["GET"]),
            Route(HERE + "/vote", self.vote, methods=["POST"]),
            Route(HERE + "/add", self.write, methods=["GET"]),
            Route(HERE + "/add", self.add, methods=["POST"]),
            Route(HERE + "/map", self.map, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._turn(request, Form({"token": [self._token(request, Form())]}))

    async def vote(self, request: Request) -> Response:
        """Each button is a vote; the next statement follows."""
        form = await read_form(request)
        consultation, _ = await self._conversation(request)
        viewer = await self._edge.sessions.viewer(request)
        token = self._token(request, form)
        vote = VOTES.get(form.value("vote"))
        if vote is None:
            return await self._turn(request, form.with_errors({"vote": "Choose agree, disagree or pass"}))
        ballot = statements.ballot_of(consultation.id, viewer.person, token)
        command = statements.CastVotes(consultation.id, ballot, [(form.value("statement"), vote)], viewer.person)
        try:
            await self._edge.run(lambda: statements.cast_votes(command, self._documents, self._edge.parts.clock()))
        except Conflict as refused:
            return await self._turn(request, form.with_errors({"vote": refused.sentence}))
        return self._with_token(RedirectResponse(f"/consultations/{consultation.id}/statements", 303), token)

    async def write(self, request: Request) -> Response:
        form = Form({"token": [self._token(request, Form())], "statement": [uuid4().hex]})
        return await self._writing(request, form)

    async def add(self, request: Request) -> Response:
        form = await read_form(request)
        consultation, conversation = await self._conversation(request)
        viewer = await self._edge.sessions.viewer(request)
        if not ID.fullmatch(form.value("statement")):
            return await self._writing(request, form.with_value("statement", [uuid4().hex]))
        token = self._token(request, form)
        ballot = statements.ballot_of(consultation.id, viewer.person, token)
        command = statements.PutStatement(form.value("statement"), consultation.id, form.value("text"), ballot)
        try:
            self._may_take_part(consultation, viewer)
            await self._edge.run(lambda: statements.add_statement(command, self._documents, self._edge.parts.clock()))
        except Refusal as refused:
            if refused.status not in ON_FORM:
                raise
            faults = {"text": refused.sentence} if isinstance(refused, Conflict | TooMany) else refused.errors
            return await self._writing(request, form.with_errors(faults))
        page = await self._page("statements/added.html", request, consultation=consultation, conversation=conversation)
        return self._with_token(page, token)

    async def map(self, request: Request) -> Response:
        """What people think so far. Kept up to date in the background, so that it costs a look at a few documents."""
        consultation, conversation = await self._conversation(request)
        now = self._edge.parts.clock()
        viewer = await self._edge.sessions.viewer(request)
        if not consultation.shows_results(now) and not viewer.has("officer"):
            return await self._page("results_later.html", request, consultation=consultation)
        found = await queries.opinions(conversation, self._documents)
        return await self._page(
            "statements/map.html",
            request,
            consultation=consultation,
            opinions=found,
            is_open=consultation.is_open(now),
            chart=_chart(found),
            stacked=_stacked(found),
            shapes=SHAPES,
            letters="ABCDE",
        )

    async def _turn(self, request: Request, form: Form) -> Response:
        consultation, conversation = await self._conversation(request)
        viewer = await self._edge.sessions.viewer(request)
        now = self._edge.parts.clock()
        if not consultation.is_open(now) or not conversation.is_on:
            return await self._page("statements/ended.html", request, consultation=consultation, open=False)
        self._may_take_part(consultation, viewer)
        token = self._token(request, form)
        ballot = statements.ballot_of(consultation.id, viewer.person, token)
        turn = await queries.turn(consultation.id, ballot, self._documents)
        return await self._page(
            "statements/vote.html",
            request,
            consultation=consultation,
            conversation=conversation,
            turn=turn,
            token=token,
            form=form,
            shows_results=consultation.shows_results(now),
        )

    async def _writing(self, request: Request, form: Form) -> Response:
        consultation, conversation = await self._conversation(request)
        consultation.must_be_open(self._edge.parts.clock())
        self._may_take_part(consultation, await self._edge.sessions.viewer(request))
        return await self._page(
            "statements/add.html",
            request,
            consultation=consultation,
            conversation=conversation,
            form=form,
            limit=STATEMENT_LIMIT,
        )

    def _may_take_part(self, consultation: Consultation, viewer: Viewer) -> None:
        if consultation.details.audience is Audience.SIGNED_IN and not viewer.is_signed_in:
            raise SignInNeeded("Sign in to vote on statements")

    async def _conversation(self, request: Request) -> tuple[Consultation, Conversation]:
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        consultation.must_be_published()
        conversation = await queries.conversation(consultation.id, self._documents)
        if conversation is None:
            raise NotFound("There are no statements at this address")
        return consultation, conversation

    def _token(self, request: Request, form: Form) -> str:
        """What stands for the browser: of its cookie; else of the form, where it takes no cookies; else a new one."""
        for token in (request.cookies.get(COOKIE, ""), form.value("token")):
            if ID.fullmatch(token):
                return token
        return uuid4().hex

    def _with_token(self, response: Response, token: str) -> Response:
        response.set_cookie(
            COOKIE, token, max_age=KEEP_S, httponly=True, samesite="lax", secure=self._secure, path="/consultations"
        )
        return response

    async def _page(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        form = context.get("form")
        status = 422 if isinstance(form, Form) and form.errors else 200
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context), status)


def _chart(found: queries.Opinions) -> str:
    if found.map is None or not found.map.has_groups:
        return ""
    return dot_map(
        found.map.points,
        title="A map of everyone who voted",
        description="Each sign is a person. People who voted alike are near each other. The table has the sizes of the"
        " groups.",
    )


def _stacked(found: queries.Opinions) -> str:
    rows = [
        Stack(row.statement.text, (row.share(row.agree), row.share(row.passed), row.share(row.disagree)))
        for row in found.rows[:CHARTED]
        if row.votes
    ]
    if not rows:
        return ""
    return stacked_chart(
        rows,
        ["Agree", "Pass", "Disagree"],
        title="How people voted on the statements with the most votes",
        description="The table has the same figures.",
    )
