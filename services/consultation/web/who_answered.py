"""Who answered beside who lives here: for officers at any time, for everyone once the consultation has closed."""

from collections.abc import Sequence

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain.representation import Comparison
from services.consultation.queries.representation import who_answered
from services.consultation.web.desk import ONE, Desk
from shared.errors import NotFound
from shared.web.forms import Form
from shared.web.pairs import Names, Pair, pair_chart

NAMES = Names("of those who answered", "of everyone who lives here")


class WhoAnsweredPages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE + "/who-answered", self.for_officers, methods=["GET"]),
            Route("/consultations/{id}/who-answered", self.for_everyone, methods=["GET"]),
        ]

    async def for_officers(self, request: Request) -> Response:
        consultation = await self._desk.consultation(request)
        parts = self._desk.edge.parts
        found = await who_answered(consultation, parts.place, self._desk.documents)
        return await self._desk.page(
            "staff/who_answered.html",
            request,
            Form(),
            consultation=consultation,
            found=found,
            chart=_chart,
            closed=consultation.has_closed(parts.clock()),
            place=parts.place,
        )

    async def for_everyone(self, request: Request) -> Response:
        """Raises NotFound while it is open: who is named as not heard from could still be found by looking again."""
        consultation = (await usecases.load(request.path_params["id"], self._desk.documents)).value
        parts = self._desk.edge.parts
        consultation.must_be_published()
        now = parts.clock()
        if not (consultation.has_closed(now) and consultation.shows_results(now)):
            raise NotFound("Who answered is shown once the consultation has closed and its results are public")
        found = await who_answered(consultation, parts.place, self._desk.documents)
        viewer = await self._desk.edge.sessions.viewer(request)
        html = parts.pages.render(
            "who_answered.html", viewer, consultation=consultation, found=found, chart=_chart, place=parts.place
        )
        return HTMLResponse(html)


def _chart(comparison: Comparison) -> Markup:
    return pair_chart(
        [Pair(group.name, group.heard, group.lives_here) for group in comparison.groups],
        NAMES,
        title=f"{comparison.name}: who answered beside who lives here",
        description="For each group its share of those who answered, and of everyone. The table has the same figures.",
    )
