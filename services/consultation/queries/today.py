"""The start page of staff: what needs doing across all consultations, and where each thing is done.

It reads what is kept as counts or found by an index, and the consultations that it lists: never responses.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.consultation.domain import Consultation
from services.consultation.domain.approval import Step, waiting
from services.consultation.domain.feedback import days_over, feedback_due, is_overdue, is_owed
from services.consultation.domain.importing import ImportState
from services.consultation.domain.report import Report
from services.consultation.domain.tally import sum_of
from services.consultation.queries import LISTED, StaffRow, seams, status
from services.consultation.storage import ConsultationDocuments
from shared.store.port import In
from shared.web.words import date_words, london_time, number

SOON = timedelta(days=7)
PARTS = 50 * LISTED
UNFINISHED = In((ImportState.FAULTY, ImportState.READY))
OTHERS = 100
"""Imports and reports that are listed at the most."""


@dataclass(frozen=True)
class Todo:
    """`title` of the consultation, what is to be done, and where."""

    title: str
    sentence: str
    href: str


@dataclass(frozen=True)
class Task:
    """Things of one kind to do; `urgent` ones are marked so."""

    id: str
    heading: str
    todos: Sequence[Todo]
    urgent: bool = False


@dataclass(frozen=True)
class Today:
    tasks: Sequence[Task]
    rows: Sequence[StaffRow]
    """All consultations, drafts first, then those that close last."""


@dataclass(frozen=True)
class _Known:
    """What the tasks are made of; loaded once."""

    consultations: Mapping[str, Consultation]
    responses: Mapping[str, int]
    set_aside: Mapping[str, int]
    viewer: str
    now: datetime

    def open(self) -> list[Consultation]:
        """Those that close first, first."""
        found = (each for each in self.consultations.values() if each.is_open(self.now))
        return sorted(found, key=lambda each: each.details.closes_at)

    def counted(self, counts: Iterable[tuple[str, int]]) -> list[tuple[Consultation, int]]:
        """Those that there are some of, in consultations that are still there."""
        return [(self.consultations[id], count) for id, count in counts if count > 0 and id in self.consultations]


async def today(documents: ConsultationDocuments, viewer: str, now: datetime) -> Today:
    known = await _known(documents, viewer, now)
    tasks = [
        _overdue(known),
        await _approvals(known, documents),
        _closing(known),
        _owed(known),
        await _not_heard_from(known, documents),
        await _unread(known, documents),
        await _moderation(known, documents),
        _set_aside(known),
        await _imports(known, documents),
        await _without_pdf(known, documents),
    ]
    rows = [StaffRow(each, status(each, now), known.responses.get(each.id, 0)) for each in known.consultations.values()]
    rows.sort(key=lambda row: (row.consultation.is_published, -row.consultation.details.closes_at.timestamp()))
    return Today([task for task in tasks if task.todos], rows)


async def _known(documents: ConsultationDocuments, viewer: str, now: datetime) -> _Known:
    found = {each.id: each.value for each in await documents.consultations.find(limit=LISTED)}
    parts: dict[str, list[Mapping[str, object]]] = {}
    for part in await documents.store.find("tallies", limit=PARTS):
        parts.setdefault(part.body["consultation"], []).append(part.body)
    responses = {id: sum(int(str(body["responses"])) for body in bodies) for id, bodies in parts.items()}
    aside = {id: sum(sum_of(bodies, "set_aside").values()) for id, bodies in parts.items()}
    return _Known(found, responses, aside, viewer, now)


def _here(consultation: Consultation) -> str:
    return f"/staff/consultations/{consultation.id}"


def _overdue(known: _Known) -> Task:
    late = [each for each in known.consultations.values() if is_overdue(each, known.now)]
    late.sort(key=feedback_due)
    todos = []
    for each in late:
        days = days_over(each, known.now)
        words = f"People were to hear what came of it by {date_words(feedback_due(each))}. That is {_days(days)} ago."
        todos.append(Todo(each.title, words, f"{_here(each)}/report"))
    return Task("overdue", "Feedback is overdue", todos, urgent=True)


def _owed(known: _Known) -> Task:
    owed = [each for each in known.consultations.values() if is_owed(each, known.now)]
    on_time = sorted((each for each in owed if not is_overdue(each, known.now)), key=feedback_due)
    return Task(
        "owed",
        "Feedback is owed",
        [
            Todo(
                each.title,
                f"People are to hear what came of it by {date_words(feedback_due(each))}.",
                f"{_here(each)}/report",
            )
            for each in on_time
        ],
    )


async def _approvals(known: _Known, documents: ConsultationDocuments) -> Task:
    """Those that this officer may decide on."""
    todos = [
        Todo(each.title, "Another officer asked for publication. Read it and decide.", f"{_here(each)}/approval")
        for each in known.consultations.values()
        if _asked(each) and known.viewer not in {each.history[-1].by, each.created_by}
    ]
    for loaded in await documents.reports.find({"asked": "yes"}, limit=OTHERS):
        report, consultation = loaded.value, known.consultations.get(loaded.id)
        if consultation and known.viewer not in {report.history[-1].by, report.created_by}:
            words = "Another officer asked for publication of the report. Read it and decide."
            todos.append(Todo(consultation.title, words, f"{_here(consultation)}/report"))
    return Task("approvals", "Approvals are waiting", todos)


def _asked(consultation: Consultation) -> bool:
    history = consultation.history
    return bool(history) and history[-1].step is Step.ASKED and waiting(history, consultation.mark) is not None


def _closing(known: _Known) -> Task:
    soon = [each for each in known.open() if each.details.closes_at <= known.now + SOON]
    return Task("closing", "Closing soon", [Todo(each.title, _closes(each, known), _here(each)) for each in soon])


def _closes(consultation: Consultation, known: _Known) -> str:
    closes = london_time(consultation.details.closes_at, zone=True)
    return f"Closes at {closes}. {_many(known.responses.get(consultation.id, 0), 'response')} so far."


async def _not_heard_from(known: _Known, documents: ConsultationDocuments) -> Task:
    todos = []
    for each in known.open():
        if groups := await seams.groups_not_heard_from(each.id, documents):
            words = f"Few answers yet from: {', '.join(groups)}."
            todos.append(Todo(each.title, words, seams.groups_address(each.id)))
    return Task("groups", "Groups not heard from", todos)


async def _unread(known: _Known, documents: ConsultationDocuments) -> Task:
    todos = [
        Todo(each.title, f"{_many(count, 'response')} that nobody has read.", seams.unread_address(each.id))
        for each, count in known.counted(await seams.unread_responses(documents))
    ]
    return Task("unread", "Responses to read", todos)


async def _moderation(known: _Known, documents: ConsultationDocuments) -> Task:
    todos = [
        Todo(each.title, f"{_many(count, 'statement')} to look at.", seams.moderation_address(each.id))
        for each, count in known.counted(await seams.statements_to_moderate(documents))
    ]
    return Task("moderation", "Statements to moderate", todos)


def _set_aside(known: _Known) -> Task:
    """Until people are told what came of it: then the results have been used as they are."""
    todos = [
        Todo(each.title, f"{_many(count, 'response')} set aside. Check that it is right.", f"{_here(each)}/set-aside")
        for each, count in known.counted(known.set_aside.items())
        if each.reported_at is None
    ]
    return Task("set-aside", "Responses that are set aside", todos)


async def _imports(known: _Known, documents: ConsultationDocuments) -> Task:
    todos = []
    for loaded in await documents.imports.find({"state": UNFINISHED}, limit=OTHERS):
        importing, consultation = loaded.value, known.consultations.get(loaded.value.consultation)
        if consultation is not None:
            faulty = importing.state is ImportState.FAULTY
            words = "The file has faults, and nothing of it is stored." if faulty else "The file is ready to be stored."
            todos.append(Todo(consultation.title, words, f"{_here(consultation)}/imports/{importing.id}"))
    return Task("imports", "Imports to finish", todos)


async def _without_pdf(known: _Known, documents: ConsultationDocuments) -> Task:
    todos = []
    for loaded in await documents.reports.find({"failed": "yes"}, limit=OTHERS):
        report: Report = loaded.value
        if consultation := known.consultations.get(report.id):
            words = "The PDF of the report could not be made. Try it again."
            todos.append(Todo(consultation.title, words, f"{_here(consultation)}/report"))
    return Task("pdfs", "Reports without a PDF", todos)


def _many(count: int, what: str) -> str:
    return f"{number(count)} {what}{'' if count == 1 else 's'}"


def _days(days: int) -> str:
    return f"{days} day{'' if days == 1 else 's'}"
