"""Officers look at the report of a consultation as a whole, publish it, and put off the day of feedback."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.consultation import usecases
from services.consultation.domain import Consultation
from services.consultation.domain.feedback import feedback_due, is_overdue, owes_feedback
from services.consultation.domain.report import PdfState, Report
from services.consultation.queries import report as views
from services.consultation.queries import seams
from services.consultation.web.desk import ONE, Desk, UseCase
from services.consultation.web.entry_fields import read_day
from services.consultation.web.publishing import lines, may_decide
from services.consultation.web.report import chart
from services.consultation.web.reporting import REPORT
from shared.web.forms import Form, read_form


class ReportPublishing:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route(REPORT, self.show, methods=["GET"]),
            Route(REPORT + "/preview", self.preview, methods=["GET"]),
            Route(REPORT + "/publish", self.publish, methods=["POST"]),
            Route(REPORT + "/ask", self.ask, methods=["POST"]),
            Route(REPORT + "/approval", self.decide, methods=["POST"]),
            Route(REPORT + "/pdf", self.pdf, methods=["POST"]),
            Route(ONE + "/feedback", self.feedback, methods=["GET"]),
            Route(ONE + "/feedback", self.put_off, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, Form())

    async def _page(self, request: Request, form: Form) -> Response:
        consultation = await self._desk.consultation(request)
        viewer, parts = await self._desk.officer(request), self._desk.edge.parts
        report = await usecases.report_of(consultation.id, self._desk.documents) or Report(consultation.id, "")
        now = parts.clock()
        return await self._desk.page(
            "staff/report.html",
            request,
            form,
            consultation=consultation,
            report=report,
            lacks=report.lacks(consultation, now),
            headings=views.HEADINGS,
            themes=await seams.confirmed_themes(consultation.id, self._desk.documents),
            owes=owes_feedback(consultation),
            due=feedback_due(consultation),
            overdue=is_overdue(consultation, now),
            second_officer=parts.place.second_officer,
            may_decide=may_decide(report.history, report.mark, report.created_by, viewer),
            history=lines(report.history, viewer),
            failed=any(each.pdf.state is PdfState.FAILED for each in report.editions),
        )

    async def preview(self, request: Request) -> Response:
        """As everyone would see it, from what is written now."""
        consultation, documents = await self._desk.consultation(request), self._desk.documents
        report = (await usecases.load_report(consultation.id, documents)).value
        edition = views.next_edition(report, self._desk.edge.parts.clock())
        view = await views.report_view(consultation, report, edition, documents)
        viewer, pages = await self._desk.officer(request), self._desk.edge.parts.pages
        return HTMLResponse(pages.render("report.html", viewer, view=view, chart=chart, preview=True))

    async def publish(self, request: Request) -> Response:
        command, form = await self._command(request)
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        return await self._do(request, form, lambda: usecases.publish_report(command, documents, clock()))

    async def ask(self, request: Request) -> Response:
        command, form = await self._command(request)
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        return await self._do(request, form, lambda: usecases.ask_for_report(command, documents, clock()))

    async def _command(self, request: Request) -> tuple[usecases.PublishReport, Form]:
        officer, form = await self._desk.officer(request), await read_form(request)
        second = self._desk.edge.parts.place.second_officer
        id, corrects = request.path_params["id"], form.value("corrects").strip()
        return usecases.PublishReport(id, officer.person or "", corrects, second), form

    async def decide(self, request: Request) -> Response:
        """The second officer approves it, or sends it back."""
        officer, form = await self._desk.officer(request), await read_form(request)
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        command = usecases.DecideOnReport(
            request.path_params["id"], officer.person or "", form.value("seen"), form.value("note").strip()
        )
        if form.value("go") == "approve":
            return await self._do(request, form, lambda: usecases.approve_report(command, documents, clock()))
        return await self._do(request, form, lambda: usecases.send_report_back(command, documents, clock()))

    async def pdf(self, request: Request) -> Response:
        await self._desk.officer(request)
        id, documents, clock = request.path_params["id"], self._desk.documents, self._desk.edge.parts.clock
        return await self._do(request, Form(), lambda: usecases.try_pdf_again(id, documents, clock()))

    async def _do(self, request: Request, form: Form, use_case: UseCase) -> Response:
        if errors := await self._desk.errors(use_case):
            return await self._page(request, form.with_errors(errors))
        return RedirectResponse(f"/staff/consultations/{request.path_params['id']}/report#publish", 303)

    async def feedback(self, request: Request) -> Response:
        return await self._feedback_page(request, await self._desk.consultation(request), Form())

    async def put_off(self, request: Request) -> Response:
        consultation, form = await self._desk.consultation(request), await read_form(request)
        officer = await self._desk.officer(request)
        documents, clock = self._desk.documents, self._desk.edge.parts.clock
        errors: dict[str, str] = {}
        until = read_day(form, "feedback_on", errors)
        if until is None:
            return await self._feedback_page(request, consultation, form.with_errors(_no_day(errors)))
        command = usecases.PutOffFeedback(consultation.id, until, form.value("reason").strip(), officer.person or "")
        if found := await self._desk.errors(lambda: usecases.put_off_feedback(command, documents, clock())):
            return await self._feedback_page(request, consultation, form.with_errors(found))
        return RedirectResponse(f"/staff/consultations/{consultation.id}/report", 303)

    async def _feedback_page(self, request: Request, consultation: Consultation, form: Form) -> Response:
        return await self._desk.page(
            "staff/feedback.html", request, form, consultation=consultation, due=feedback_due(consultation)
        )


def _no_day(errors: Mapping[str, str]) -> Mapping[str, str]:
    return errors or {"feedback_on": "Enter a day"}
