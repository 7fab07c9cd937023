"""Publishing a report and its corrections, alone or with a second officer; and its PDF."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.consultation.domain.approval import Step, must_be_second, must_have_reason, waiting
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.publishing import SECOND_NEEDED
from services.consultation.domain.report import PDF_TRIES, Edition, Pdf, PdfState, Report
from services.consultation.domain.report_words import CORRECTION_LIMIT, too_long
from shared.contracts.consultation import ReportPublishedV1
from shared.errors import Conflict, Refusal

FIRST_WAIT = timedelta(seconds=2)

Published = tuple[Report, ReportPublishedV1]


def publish_report(  # noqa: PLR0913
    report: Report, consultation: Consultation, by: str, now: datetime, *, corrects: str = "", second_officer: bool
) -> Published:
    """Raises Conflict with what it lacks or where a second officer has to approve, Refusal by the correction."""
    if second_officer:
        raise Conflict(SECOND_NEEDED)
    return correcting(report, corrects).publish(consultation, by, now)


def ask_for_report(report: Report, consultation: Consultation, by: str, now: datetime, corrects: str = "") -> Report:
    """The same again changes nothing. Raises Conflict with what it lacks, Refusal by the correction."""
    corrected = correcting(report, corrects)
    if waiting(report.history, corrected.mark):
        return report
    if lacking := corrected.lacks(consultation, now):
        raise Conflict(". ".join(lacking))
    return corrected.noted(Step.ASKED, by, now)


def approve_report(report: Report, consultation: Consultation, by: str, now: datetime, seen: str) -> Published:
    """Publish what `seen` marks. Raises Conflict, Forbidden."""
    must_be_second(report.history, report.mark, by, report.created_by, seen)
    return report.noted(Step.APPROVED, by, now).publish(consultation, by, now)


def send_report_back(report: Report, by: str, now: datetime, seen: str, note: str) -> Report:
    """Raises Conflict, Forbidden, Refusal without a reason."""
    must_be_second(report.history, report.mark, by, report.created_by, seen)
    must_have_reason(note)
    return report.noted(Step.SENT_BACK, by, now, note)


def correcting(report: Report, corrects: str) -> Report:
    """What everyone reads beside a later edition. Raises Refusal where there is none, or it is too long."""
    if not report.is_published:
        return replace(report, corrects="")
    if not corrects:
        raise Refusal("Say what you correct. Everyone can read this", "corrects")
    if sentence := too_long(corrects, "text", CORRECTION_LIMIT):
        raise Refusal(sentence, "corrects")
    return replace(report, corrects=corrects)


def with_pdf(report: Report, number: int, file: str, digest: str, size: int) -> Report:
    """The PDF of an edition is there. Raises NotFound."""
    made = replace(report.edition(number).pdf, state=PdfState.MADE, file=file, digest=digest, size=size)
    return _still_owed(_put(report, number, made), report.pdf_due)


def without_pdf(report: Report, number: int, now: datetime) -> Report:
    """It could not be made: tried again, later each time, and given up after PDF_TRIES. Raises NotFound."""
    tries = report.edition(number).pdf.tries + 1
    state = PdfState.FAILED if tries >= PDF_TRIES else PdfState.OWED
    tried = replace(report.edition(number).pdf, state=state, tries=tries)
    return _still_owed(_put(report, number, tried), now + FIRST_WAIT * 2**tries)


def try_pdf_again(report: Report, now: datetime) -> Report:
    """Those that were given up are owed again."""
    editions = tuple(
        replace(each, pdf=Pdf()) if each.pdf.state is PdfState.FAILED else each for each in report.editions
    )
    return _still_owed(replace(report, editions=editions), now)


def owed_pdf(report: Report) -> Edition | None:
    """The newest first: it is the one that people read."""
    return next((each for each in reversed(report.editions) if each.pdf.state is PdfState.OWED), None)


def _put(report: Report, number: int, pdf: Pdf) -> Report:
    editions = tuple(replace(each, pdf=pdf) if each.number == number else each for each in report.editions)
    return replace(report, editions=editions)


def _still_owed(report: Report, due: datetime | None) -> Report:
    return replace(report, pdf_due=due if owed_pdf(report) else None)
