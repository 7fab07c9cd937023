"""The page on which an officer says that a consultation is a wave of an earlier one."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation
from services.consultation.domain.wave import wave_of
from services.consultation.web.desk import ONE, Desk
from shared.errors import Invalid
from shared.web.forms import Form, read_form


class Waves:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [Route(ONE + "/wave", self.show, methods=["GET"]), Route(ONE + "/wave", self.save, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        wave = consultation.wave
        sampled = ["yes"] if wave.random_sample else []
        return await self._page(
            request, consultation, Form({"of": [wave.of], "name": [wave.name], "random_sample": sampled})
        )

    async def save(self, request: Request) -> Response:
        """Both are refused by the field: what it is a wave of, and its name."""
        consultation, form = await self._desk.consultation(request), await read_form(request)
        try:
            sampled = form.value("random_sample") == "yes"
            wave = wave_of(form.value("of"), form.value("name").strip(), random_sample=sampled)
        except Invalid as invalid:
            return await self._page(request, consultation, form.with_errors(invalid.errors))
        command, place = usecases.SetWave(consultation.id, wave), self._desk.edge.parts.place
        errors = await self._desk.errors(lambda: usecases.set_wave(command, self._desk.documents, place))
        if errors:
            return await self._page(request, consultation, form.with_errors(errors))
        return self._desk.back(request, "waves")

    async def _page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        earlier = await usecases.earlier_waves(consultation.id, self._desk.documents, self._desk.edge.parts.place)
        return await self._desk.page(
            "staff/wave.html",
            request,
            form,
            consultation=consultation,
            earlier=[("", "Nothing: it is not a wave, or the first one"), *earlier],
            year=queries.year_of(consultation),
        )
