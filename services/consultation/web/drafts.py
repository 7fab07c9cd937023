"""Save and come back: drafts, kept with an account or under an invitation."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation, Draft, Questionnaire, hash_of, walk
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.question_page import PREFIX, given_in, question_page
from services.consultation.web.spoken import spoken_in
from services.consultation.web.uploads import Uploads
from shared.errors import Conflict, NotFound, SignInNeeded
from shared.service import Edge
from shared.web.forms import Form, read_form
from shared.web.sessions import need
from shared.web.viewer import Viewer

BEFORE_THE_CLOSE = timedelta(days=3)
"""When notifications reminds people; who saves later is not."""

ONE = "/consultations/{id}/drafts/{draft}"


class Drafts:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._uploads = Uploads(edge, documents)
        self._ward_of = usecases.ward_finder(edge.parts.place)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE, self.show, methods=["GET"]),
            Route(ONE, self.claim, methods=["POST"]),
            Route(ONE + "/answer", self.go_on, methods=["GET"]),
            Route(ONE + "/delete", self.ask, methods=["GET"]),
            Route(ONE + "/delete", self.delete, methods=["POST"]),
        ]

    async def save(self, consultation: Consultation, asked: Questionnaire, form: Form, viewer: Viewer) -> Response:
        """With no check: whoever goes on later is told then what is to be put right. Raises NotOpen."""
        token = form.value("invitation")
        command = usecases.SaveDraft(
            consultation.id,
            form.value("response"),
            given_in(form),
            asked.version,
            form.value("page"),
            viewer.person,
            hash_of(token) if token else None,
            form.value("lang") or "en",
        )
        try:
            draft = await self._edge.run(
                lambda: usecases.save_draft(command, self._documents, self._edge.parts.clock(), self._ward_of)
            )
        except Conflict as conflict:
            shown = form.with_errors({"": conflict.sentence})
            return await self._page_of(consultation, asked, shown, form.value("page"), viewer)
        return RedirectResponse(_at(draft, token), 303)

    async def show(self, request: Request) -> Response:
        """For who may see it, the way to go on; for who saved it without an account, how to keep it."""
        viewer = await self._edge.sessions.viewer(request)
        draft, consultation = await self._draft(request)
        token = request.query_params.get("invitation", "")
        if draft.is_unclaimed:
            template = "saved_claim.html" if viewer.is_signed_in else "saved_sign_in.html"
        elif draft.is_of(viewer.person, hash_of(token)):
            template = "saved.html"
        elif viewer.is_signed_in or draft.invitation is not None:
            raise NotFound(usecases.GONE)
        else:
            raise SignInNeeded("Sign in to go on with your answers")
        now = self._edge.parts.clock()
        reminded = now < consultation.details.closes_at - BEFORE_THE_CLOSE
        context = {"draft": draft, "consultation": consultation, "token": token, "reminded": reminded}
        context["closed"] = consultation.has_closed(now)
        return await self._render(template, request, **context)

    async def claim(self, request: Request) -> Response:
        """From now on it is with the account of who signed in."""
        viewer = await self._edge.sessions.viewer(request)
        need(viewer)
        draft, _ = await self._draft(request)
        command = usecases.ClaimDraft(draft.id, viewer.person or "")
        await self._edge.run(lambda: usecases.claim_draft(command, self._documents, self._edge.parts.clock()))
        return RedirectResponse(_at(draft) + "/answer", 303)

    async def go_on(self, request: Request) -> Response:
        """On the page where they stopped, or the first of those that their answers still lead to."""
        viewer = await self._edge.sessions.viewer(request)
        draft, consultation, token = await self._mine(request, viewer)
        consultation.must_be_open(self._edge.parts.clock())
        asked = consultation.version(draft.version)
        values = {PREFIX + field: list(given) for field, given in draft.given.items()}
        own = {"response": [draft.id], "version": [str(draft.version)], "lang": [draft.language]}
        invited = {"invitation": [token]} if draft.invitation else {}
        return await self._page_of(consultation, asked, Form({**values, **own, **invited}), draft.page, viewer)

    async def ask(self, request: Request) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        draft, consultation, token = await self._mine(request, viewer)
        return await self._render("saved_delete.html", request, draft=draft, consultation=consultation, token=token)

    async def delete(self, request: Request) -> Response:
        """A second click finds it gone already, which is what was wanted."""
        viewer = await self._edge.sessions.viewer(request)
        invitation = (await read_form(request)).value("invitation")
        holder = usecases.Holder(viewer.person, hash_of(invitation) if invitation else None)
        await self._edge.run(
            lambda: usecases.delete_draft(
                request.path_params["draft"], holder, self._documents, self._edge.parts.clock()
            )
        )
        return await self._render("saved_deleted.html", request, id=request.path_params["id"])

    async def _page_of(
        self, consultation: Consultation, asked: Questionnaire, form: Form, page: str, viewer: Viewer
    ) -> Response:
        form = await self._uploads.named(form, asked)
        walked = walk(asked, given_in(form))
        here = next((each for each in walked.pages if each.id == page), walked.pages[-1])
        spoken = await spoken_in(form.value("lang"), consultation, asked, self._documents)
        pages = self._edge.parts.pages
        html = question_page(pages, consultation, asked, here, form, viewer, preview=False, spoken=spoken)
        return HTMLResponse(html, 422 if form.errors else 200)

    async def _mine(self, request: Request, viewer: Viewer) -> tuple[Draft, Consultation, str]:
        draft, consultation = await self._draft(request)
        token = request.query_params.get("invitation", "")
        if not draft.is_of(viewer.person, hash_of(token)):
            need(viewer)
            raise NotFound(usecases.GONE)
        return draft, consultation, token

    async def _draft(self, request: Request) -> tuple[Draft, Consultation]:
        loaded = await self._documents.drafts.get(request.path_params["draft"])
        if loaded is None or loaded.value.ended_at or loaded.value.consultation != request.path_params["id"]:
            raise NotFound(usecases.GONE)
        return loaded.value, (await usecases.load(loaded.value.consultation, self._documents)).value

    async def _render(self, template: str, request: Request, **context: object) -> Response:
        viewer = await self._edge.sessions.viewer(request)
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, **context))


def _at(draft: Draft, token: str = "") -> str:
    query = f"?invitation={token}" if draft.invitation else ""
    return f"/consultations/{draft.consultation}/drafts/{draft.id}{query}"
