"""Before the form: who may begin it, and what they did before."""

from dataclasses import dataclass
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from services.consultation import usecases
from services.consultation.domain import Audience, Consultation, Invitation, NotInvited
from services.consultation.storage import ConsultationDocuments
from shared.errors import SignInNeeded
from shared.service import Edge
from shared.web.forms import Form
from shared.web.viewer import Viewer

BEGIN = "/consultations/{id}/answer"


@dataclass(frozen=True)
class Begun:
    """The id of the response to come, where it is not a new one; and the token that lets in."""

    response: str = ""
    token: str = ""

    @property
    def is_new(self) -> bool:
        return not self.response

    def values(self) -> dict[str, list[str]]:
        token = {"invitation": [self.token]} if self.token else {}
        return {"response": [self.response or uuid4().hex], **token}


class Entry:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    async def begin(self, request: Request, consultation: Consultation, viewer: Viewer) -> Begun | Response:
        """What to begin with, or the page to show instead. Raises SignInNeeded."""
        if consultation.details.audience is Audience.INVITED:
            return await self._invited(request, consultation, viewer)
        if viewer.person is None:
            if consultation.details.audience is Audience.SIGNED_IN:
                raise SignInNeeded("Sign in to answer this consultation")
            return Begun()
        sent = await usecases.response_of(viewer.person, consultation.id, self._documents)
        if sent is not None and sent.value.withdrawn_at is None:
            return RedirectResponse(f"/my-answers/{sent.id}", 303)
        draft = await usecases.draft_of(viewer.person, consultation.id, self._documents)
        if draft is not None:
            return RedirectResponse(f"/consultations/{consultation.id}/drafts/{draft.id}", 303)
        return Begun(sent.id) if sent is not None else Begun()

    async def _invited(self, request: Request, consultation: Consultation, viewer: Viewer) -> Begun | Response:
        """The token is in the link; who has a letter can type it in."""
        token = request.query_params.get("invitation", "").strip()
        form = Form({"invitation": [token]})
        if not token:
            return self._ask(consultation, form, viewer)
        try:
            invitation = await usecases.invitation_by(token, consultation.id, self._documents)
        except NotInvited as refused:
            return self._ask(consultation, form.with_errors({"invitation": refused.sentence}), viewer)
        return await self._used(invitation, token) or Begun(invitation.response, token)

    async def _used(self, invitation: Invitation, token: str) -> Response | None:
        """To what was sent or saved with it before; one that was withdrawn begins again."""
        sent = await self._documents.responses.get(invitation.response)
        if sent is not None and sent.value.withdrawn_at is None:
            return RedirectResponse(f"/my-answers/{sent.id}?invitation={token}", 303)
        draft = await self._documents.drafts.get(invitation.response)
        if draft is not None and draft.value.is_of(None, invitation.id):
            at = f"/consultations/{invitation.consultation}/drafts/{draft.id}"
            return RedirectResponse(f"{at}?invitation={token}", 303)
        return None

    def _ask(self, consultation: Consultation, form: Form, viewer: Viewer) -> Response:
        html = self._edge.parts.pages.render("invited.html", viewer, consultation=consultation, form=form)
        return HTMLResponse(html, 422 if form.errors else 200)
