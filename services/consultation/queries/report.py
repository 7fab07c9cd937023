"""The report of a consultation as everyone reads it: on its page and, in other clothes, on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import AGREE_SCALE, Consultation, Kind
from services.consultation.domain.report import Edition, Report
from services.consultation.domain.report_words import Content, Item, Upshot
from services.consultation.queries import QuestionResult, Results, results
from services.consultation.storage import ConsultationDocuments
from shared.web.words import date_words, percent

HEADINGS: Mapping[Upshot | None, str] = {
    Upshot.DONE: "We did",
    Upshot.PLANNED: "We will",
    Upshot.NOT_DONE: "We did not",
    None: "Not written yet",
}
DAYS: Mapping[Upshot | None, str] = {Upshot.DONE: "Done on", Upshot.PLANNED: "By", Upshot.NOT_DONE: "Decided on"}
AGREEING = frozenset(option.text for option in AGREE_SCALE[:2])


@dataclass(frozen=True)
class Correction:
    """A later edition: when, and what it put right."""

    number: int
    at: datetime
    words: str


@dataclass(frozen=True)
class Figure:
    """`agreeing` is the sentence on how many agreed; empty for a question of another kind."""

    result: QuestionResult
    agreeing: str


@dataclass(frozen=True)
class ReportView:
    """One edition, or what would be the next one. `newest` is the number of the one that counts."""

    consultation: Consultation
    edition: Edition
    newest: int
    first_at: datetime | None
    corrections: Sequence[Correction]
    results: Results
    figures: Sequence[Figure]

    @property
    def content(self) -> Content:
        return self.edition.content

    @property
    def decision_words(self) -> str:
        """When it was taken, and by whom; or since when it is not."""
        decision = self.content.decision
        if decision is None or decision.on is None:
            return "Nothing is recorded yet."
        day = date_words(decision.on)
        return f"Decided on {day} by {decision.by}." if decision.taken else f"As of {day} this is not decided yet."

    def heading(self, item: Item) -> str:
        return HEADINGS[item.upshot]

    def day(self, item: Item) -> str:
        """The sentence with the day of an item."""
        return f"{DAYS[item.upshot]} {date_words(item.on)}." if item.on and item.upshot else ""


async def report_view(
    consultation: Consultation, report: Report, edition: Edition, documents: ConsultationDocuments
) -> ReportView:
    """The figures are counted as of now."""
    found = await results(consultation, documents)
    later = [each for each in report.editions[1:] if each.number <= max(edition.number, 1)]
    return ReportView(
        consultation,
        edition,
        len(report.editions),
        report.editions[0].at if report.editions else None,
        [Correction(each.number, each.at, each.corrects) for each in reversed(later)],
        found,
        [Figure(each, _agreeing(each)) for each in found.questions],
    )


def next_edition(report: Report, now: datetime) -> Edition:
    """What would be published now, to look at."""
    return Edition(len(report.editions) + 1, now, "", report.content, report.corrects)


def _agreeing(result: QuestionResult) -> str:
    if result.kind is not Kind.AGREE or not result.answered:
        return ""
    share = sum(bar.share for bar in result.bars if bar.label in AGREEING)
    return f"{percent(share)} agreed or strongly agreed."
