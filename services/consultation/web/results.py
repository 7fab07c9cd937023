"""What was answered, for everyone: totals, cross tables, trends over waves, and open data."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from services.consultation import queries, usecases
from services.consultation.domain import Consultation
from services.consultation.domain.crossing import CHANNEL, LANGUAGE
from services.consultation.queries import open_data
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import showing
from services.consultation.web.public import must_be_published
from shared.errors import NotFound, Refusal
from shared.service import Edge
from shared.sheets import BOM, csv_lines
from shared.web.charts import Bar, Dot, Row, Stack, bar_chart, line_chart, stacked_chart
from shared.web.viewer import Viewer

ONE = "/consultations/{id}/results"
MOST_PARTS = 8
"""Of a bar; beyond that the table alone can be read."""

MOST_LINES = 7
"""In one chart; the table has all."""


class ResultPages:
    def __init__(self, edge: Edge, documents: ConsultationDocuments) -> None:
        self._edge = edge
        self._documents = documents
        self._kept = queries.CrossTablesKept()

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(ONE, self.results, methods=["GET"]),
            Route(ONE + "/by/{field}", self.by, methods=["GET"]),
            Route(ONE + "/trends", self.trends, methods=["GET"]),
            Route(ONE + "/open-data.csv", self.open_csv, methods=["GET"]),
            Route(ONE + "/open-data.json", self.open_json, methods=["GET"]),
        ]

    async def results(self, request: Request) -> Response:
        """Results as the officer chose to show them; officers see them at any time."""
        viewer, consultation = await self._asked(request)
        if not self._shows(viewer, consultation):
            return self._page("results_later.html", viewer, consultation=consultation)
        results = await queries.results(consultation, self._documents)
        one_group = {CHANNEL} if not results.channels else set()
        one_group |= {LANGUAGE} if not results.languages else set()
        return self._page(
            "results.html",
            viewer,
            results=results,
            consultation=consultation,
            breakdowns=[each for each in queries.breakdowns(consultation) if each.id not in one_group],
            shows_groups=self._shows_groups(viewer, consultation),
            status=queries.status(consultation, self._edge.parts.clock()),
            chart=_chart,
        )

    async def by(self, request: Request) -> Response:
        """One breakdown, or one group of it where `only` names one."""
        viewer, consultation = await self._asked(request)
        if not self._shows(viewer, consultation):
            return self._page("results_later.html", viewer, consultation=consultation)
        if not self._shows_groups(viewer, consultation):
            return self._page("results_by_later.html", viewer, consultation=consultation)
        crossing, tables = await self._tables(consultation, request.path_params["field"])
        only, refused = request.query_params.get("only", ""), ""
        shown = tables
        if only:
            try:
                shown = tables.only(only)
            except NotFound:
                raise
            except Refusal as refusal:
                refused = refusal.sentence
        page = self._page(
            "results_by.html",
            viewer,
            consultation=consultation,
            breakdowns=queries.breakdowns(consultation),
            all=tables,
            shown=shown,
            only=next((each for each in tables.groups if each.id == only), None),
            refused=refused,
            held_since=crossing.held_since,
            chart=_group_chart if only else _stacked,
        )
        page.status_code = 422 if refused else 200
        return page

    async def trends(self, request: Request) -> Response:
        viewer, consultation = await self._asked(request)
        if not self._shows(viewer, consultation):
            return self._page("results_later.html", viewer, consultation=consultation)
        now = self._edge.parts.clock()
        found = await queries.trends(consultation, self._documents, self._edge.parts.place, now)
        return self._page("trends.html", viewer, consultation=consultation, trends=found, chart=_lines(found))

    async def open_csv(self, request: Request) -> Response:
        """All figures of the pages as one table, and nothing that these do not show."""
        consultation, tables = await self._open_data(request)
        results = await queries.results(consultation, self._documents)

        async def lines() -> AsyncIterator[str]:
            yield BOM + csv_lines([open_data.HEADING, *open_data.total_rows(results)])
            async for each in tables:
                yield csv_lines(open_data.group_rows(each))

        headers = {"content-disposition": f'attachment; filename="{consultation.id}-open-data.csv"'}
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)

    async def open_json(self, request: Request) -> Response:
        consultation, tables = await self._open_data(request)
        results = await queries.results(consultation, self._documents)
        rows = [*open_data.total_rows(results)]
        async for each in tables:
            rows += open_data.group_rows(each)
        records = [dict(zip(open_data.HEADING, row, strict=True)) for row in rows]
        notes = open_data.notes(consultation, self._edge.parts.place.small_numbers)
        return JSONResponse({"title": consultation.title, "notes": notes, "figures": records})

    async def _open_data(self, request: Request) -> tuple[Consultation, AsyncIterator[queries.CrossTables]]:
        """Cross tables only where the pages show them."""
        viewer, consultation = await self._asked(request)
        if not self._shows(viewer, consultation):
            raise NotFound("The results of this consultation are not shown yet")
        all_ = queries.breakdowns(consultation) if self._shows_groups(viewer, consultation) else ()

        async def tables() -> AsyncIterator[queries.CrossTables]:
            for breakdown in all_:
                _, tables = await self._tables(consultation, breakdown.id)
                yield tables

        return consultation, tables()

    async def _tables(self, consultation: Consultation, by: str) -> tuple[showing.Crossing, queries.CrossTables]:
        """Raises NotFound."""
        parts, breakdown = self._edge.parts, queries.breakdown(consultation, by)
        if consultation.has_closed(parts.clock()):
            crossing = await showing.crossing_to_show(consultation.id, by, self._documents, parts.clock())
        else:
            crossing = await showing.crossing_now(consultation.id, by, self._documents)
        threshold = parts.place.small_numbers
        tables = await self._kept.cross_tables(consultation, breakdown, crossing.parts, crossing.mark, threshold)
        return crossing, tables

    async def _asked(self, request: Request) -> tuple[Viewer, Consultation]:
        viewer = await self._edge.sessions.viewer(request)
        consultation = (await usecases.load(request.path_params["id"], self._documents)).value
        if not viewer.has("officer"):
            must_be_published(consultation)
        return viewer, consultation

    def _shows(self, viewer: Viewer, consultation: Consultation) -> bool:
        return viewer.has("officer") or consultation.shows_results(self._edge.parts.clock())

    def _shows_groups(self, viewer: Viewer, consultation: Consultation) -> bool:
        """After the close: two tables from before and after an answer, subtracted, would tell what it was."""
        return viewer.has("officer") or consultation.has_closed(self._edge.parts.clock())

    def _page(self, template: str, viewer: Viewer, **context: object) -> HTMLResponse:
        return HTMLResponse(self._edge.parts.pages.render(template, viewer, quote=quote, **context))


def _chart(result: queries.QuestionResult) -> str:
    return bar_chart(
        result.bars,
        title=result.text,
        description=f"Shares of the {result.answered:,} who answered this question. The table has the same figures.",
    )


def _stacked(table: queries.CrossTable) -> str:
    """Empty where several answers could be chosen, as shares that do not add up are not stacked, and for too many."""
    rows = [Stack(row.group.name, row.shares) for row in table.rows if row.group.responses]
    nothing_shown = all(share is None for row in rows for share in row.shares)
    if table.several or nothing_shown or len(table.columns) > MOST_PARTS:
        return ""
    description = "How each group divides between the answers. The table has the same figures."
    return stacked_chart(rows, table.columns, title=table.text, description=description)


def _group_chart(table: queries.CrossTable) -> str:
    bars = [
        Bar(label, cell or 0, share)
        for row in table.rows
        for label, cell, share in zip(table.columns, row.cells, row.shares, strict=True)
        if share is not None
    ]
    return bar_chart(bars, title=table.text, description="Shares of this group. The table has the same figures.")


def _lines(found: queries.Trends) -> Callable[[queries.QuestionTrends], str]:
    times = [wave.name for wave in found.waves]

    def chart(question: queries.QuestionTrends) -> str:
        last: Mapping[str, float] = {
            trend.label: next((point.share for point in reversed(trend.points) if point), 0.0)
            for trend in question.trends
        }
        most = sorted(question.trends, key=lambda trend: last[trend.label], reverse=True)[:MOST_LINES]
        rows = [Row(trend.label, tuple(_dots(trend))) for trend in question.trends if trend in most]
        description = "Shares in each wave, from 0% to 100%. The table has the same figures."
        return line_chart(rows, times, title=question.text, description=description)

    return chart


def _dots(trend: queries.Trend) -> list[Dot | None]:
    """What was asked in other words is not joined to its neighbours."""
    dots: list[Dot | None] = []
    for place, point in enumerate(trend.points):
        if point is None:
            dots.append(None)
            continue
        before = trend.points[place - 1] if place else None
        same = before is not None and before.other_words == point.other_words
        reach = point.interval
        dots.append(Dot(point.share, reach.low if reach else None, reach.high if reach else None, same))
    return dots
