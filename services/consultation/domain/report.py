"""Reports: what people said in a consultation, what was done about it, and what was decided."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from services.consultation.domain.approval import Entry, Step, mark_of, waiting
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.report_words import (
    Content,
    Decision,
    Item,
    Upshot,
    decision_faults,
    in_future,
    introduction_faults,
    item_faults,
)
from shared.contracts.consultation import ReportPublishedV1
from shared.errors import Conflict, Invalid, NotFound

EDITIONS = 20
"""Of one report at the most: all of them are kept in one document."""

PDF_TRIES = 5


class PdfState(StrEnum):
    """What is known of the PDF of an edition."""

    OWED = "owed"
    MADE = "made"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Pdf:
    """`file` is the id of a file, `size` in bytes, `digest` its SHA-256 in hexadecimal."""

    state: PdfState = PdfState.OWED
    file: str = ""
    digest: str = ""
    size: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Edition:
    """The report as it was published once; never changed but for its PDF. `corrects`: what the one before had wrong."""

    number: int
    at: datetime
    by: str
    content: Content
    corrects: str = ""
    pdf: Pdf = field(default_factory=Pdf)


@dataclass(frozen=True, slots=True)
class Report:
    """Of one consultation, under its id. `content` is what officers write; `editions` are what everyone reads.

    `pdf_due` is when the next try is made at a PDF that is owed; None where none is. `asked` is "yes" while another
    officer has to decide, and `failed` while a PDF was given up: by these they are found.
    """

    id: str
    created_by: str
    content: Content = field(default_factory=Content)
    corrects: str = ""
    editions: tuple[Edition, ...] = ()
    history: tuple[Entry, ...] = ()
    pdf_due: datetime | None = None
    asked: str = ""
    failed: str = ""

    def __post_init__(self) -> None:
        is_asked = bool(self.history) and self.history[-1].step is Step.ASKED
        object.__setattr__(self, "asked", "yes" if is_asked and waiting(self.history, self.mark) else "")
        failed = any(each.pdf.state is PdfState.FAILED for each in self.editions)
        object.__setattr__(self, "failed", "yes" if failed else "")

    @property
    def is_published(self) -> bool:
        return bool(self.editions)

    @property
    def newest(self) -> Edition:
        """Raises NotFound while nothing is published."""
        return self.edition(len(self.editions))

    def edition(self, number: int) -> Edition:
        """Raises NotFound."""
        if not 1 <= number <= len(self.editions):
            raise NotFound("There is no report at this address")
        return self.editions[number - 1]

    @property
    def mark(self) -> str:
        """Of what would be published now."""
        return mark_of(self.content, self.corrects)

    @property
    def has_changes(self) -> bool:
        return not self.editions or self.content != self.editions[-1].content

    def with_content(self, content: Content) -> "Report":
        return replace(self, content=content)

    def write(self, introduction: str, method: str) -> "Report":
        """Raises Invalid."""
        _refuse(introduction_faults(introduction, method))
        return replace(self, content=replace(self.content, introduction=introduction, method=method))

    def decide(self, decision: Decision, today: date) -> "Report":
        """Raises Invalid."""
        _refuse(decision_faults(decision) | in_future("on", decision.on, today))
        return replace(self, content=replace(self.content, decision=decision))

    def put(self, item: Item, today: date) -> "Report":
        """In place of the one with its id, or as the last. Raises Invalid."""
        _refuse(item_faults(item) | (in_future("on", item.on, today) if item.upshot is not Upshot.PLANNED else {}))
        return replace(self, content=self.content.put(item))

    def move(self, item: str, step: int) -> "Report":
        """-1 is up. Raises NotFound."""
        return replace(self, content=self.content.move(item, step))

    def remove(self, item: str) -> "Report":
        """One that has gone already is no error: who presses twice wanted it once."""
        items = tuple(each for each in self.content.items if each.id != item)
        return replace(self, content=replace(self.content, items=items))

    def lacks(self, consultation: Consultation, now: datetime) -> tuple[str, ...]:
        """What stands in the way of publication, as sentences."""
        lacking = self.content.lacks()
        if not consultation.has_closed(now):
            lacking = ("The consultation has not closed yet", *lacking)
        if self.editions and not self.has_changes:
            lacking = (*lacking, "Nothing was changed since it was published")
        if len(self.editions) >= EDITIONS:
            lacking = (*lacking, f"It was corrected {EDITIONS - 1} times. That is all there is room for")
        return lacking

    def noted(self, step: Step, by: str, now: datetime, note: str = "") -> "Report":
        entry = Entry(step, by, now, len(self.editions) + 1, self.mark, note)
        return replace(self, history=(*self.history, entry))

    def publish(self, consultation: Consultation, by: str, now: datetime) -> tuple["Report", ReportPublishedV1]:
        """The next edition; its PDF is owed. Raises Conflict with what it lacks."""
        if lacking := self.lacks(consultation, now):
            raise Conflict(". ".join(lacking))
        noted = self.noted(Step.PUBLISHED, by, now)
        edition = Edition(len(self.editions) + 1, now, by, self.content, self.corrects)
        published = replace(noted, editions=(*self.editions, edition), corrects="", pdf_due=now)
        return published, ReportPublishedV1(
            consultation=self.id,
            title=consultation.title,
            edition=edition.number,
            published_by=by,
            interests=consultation.details.interests,
            wards=consultation.details.wards,
        )


def _refuse(faults: dict[str, str]) -> None:
    if faults:
        raise Invalid(faults)
