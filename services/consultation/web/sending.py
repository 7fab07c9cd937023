"""Sending a form, and the receipt of it."""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import domain, usecases
from services.consultation.domain import Consultation, Origin, Questionnaire, WardOf, hash_of
from services.consultation.storage import ConsultationDocuments
from services.consultation.web.hidden_field import why_aside
from services.consultation.web.question_page import given_in
from services.consultation.web.spoken import Reader, spoken_in, spoken_to
from shared.errors import NotFound, SignInNeeded
from shared.service import Edge
from shared.web.forms import Form
from shared.web.viewer import Viewer


async def store(  # noqa: PLR0913
    consultation: Consultation,
    asked: Questionnaire,
    form: Form,
    viewer: Viewer,
    documents: ConsultationDocuments,
    now: datetime,
    ward_of: WardOf,
) -> domain.Response:
    """The answers of a form, or other answers in place of those sent before. Raises what the use cases raise."""
    given, response = given_in(form), form.value("response")
    invitation = hash_of(form.value("invitation")) if form.value("invitation") else None
    if stored := form.value("stored"):
        if viewer.person is None and invitation is None:
            raise SignInNeeded("Sign in to change your answers")
        holder = usecases.Holder(viewer.person, invitation)
        change = usecases.ChangeResponse(consultation.id, response, given, holder, stored)
        return await usecases.change_response(change, documents, now, ward_of)
    origin = Origin(
        resident=viewer.person,
        invitation=invitation,
        language=spoken_to(viewer).language.id,
        network=network_of(viewer),
        set_aside=why_aside(form),
    )
    submit = usecases.SubmitResponse(consultation.id, response, given, origin, asked.version)
    return await usecases.submit_response(submit, documents, now, ward_of)


def network_of(viewer: Viewer) -> str:
    return viewer.network if isinstance(viewer, Reader) else ""


class Receipt:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents

    def routes(self) -> Sequence[BaseRoute]:
        return [Route("/consultations/{id}/receipt/{response}", self.receipt, methods=["GET"])]

    async def receipt(self, request: Request) -> Response:
        """For whoever has its address: it has no answers on it."""
        viewer = await self._edge.sessions.viewer(request)
        loaded = await self._documents.responses.get(request.path_params["response"])
        if loaded is None or loaded.value.consultation != request.path_params["id"]:
            raise NotFound("There is no receipt at this address")
        consultation = (await usecases.load(loaded.value.consultation, self._documents)).value
        asked = consultation.version(loaded.value.version)
        spoken = await spoken_in(loaded.value.language, consultation, asked, self._documents)
        said = spoken.consultation(consultation)
        pages = self._edge.parts.pages
        return HTMLResponse(
            pages.render("receipt.html", viewer, consultation=said, response=loaded.value, spoken=spoken)
        )
