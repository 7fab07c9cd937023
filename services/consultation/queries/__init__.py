"""What the pages show, in the shape in which they show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from services.consultation.domain import (
    OTHER,
    Answers,
    Channel,
    Consultation,
    Kind,
    Question,
    State,
    Walk,
    asked_ever,
    sum_parts,
)
from services.consultation.domain.abuse import WHY
from services.consultation.domain.language import IN_ENGLISH, language
from services.consultation.domain.tally import sum_of
from services.consultation.storage import ConsultationDocuments
from shared.web.charts import Bar
from shared.web.words import date_words

CHANNEL_WORDS = {
    Channel.ONLINE: "online",
    Channel.PAPER: "on paper",
    Channel.FACE_TO_FACE: "face to face",
    Channel.PHONE: "by phone",
}
NO_FILES: Mapping[str, str] = MappingProxyType({})
LISTED = 200
"""Consultations on one page at the most; a council runs a few dozen a year."""


@dataclass(frozen=True)
class Card:
    """A consultation in a list."""

    title: str
    summary: str
    url: str
    results_url: str
    opens_at: datetime
    closes_at: datetime
    responses: int
    is_example: bool


@dataclass(frozen=True)
class Lists:
    open: list[Card]
    coming: list[Card]
    closed: list[Card]


@dataclass(frozen=True)
class QuestionResult:
    """`answered`: how many answered this question; bars' shares are of them, from 0 to 1. No bars for texts."""

    id: str
    text: str
    kind: Kind
    answered: int
    bars: tuple[Bar, ...]
    number: str = ""
    """As on the form; empty for a question that only an earlier version asked."""


@dataclass(frozen=True)
class Results:
    consultation: Consultation
    responses: int
    questions: tuple[QuestionResult, ...]
    versions: Mapping[int, int] = field(default_factory=dict)
    """How many answered each version of the questionnaire."""

    languages: Mapping[str, int] = field(default_factory=dict)
    """How many answered in each language, by its name; none where all did in English."""

    channels: Mapping[str, int] = field(default_factory=dict)
    """How many came by each channel; none where all came online."""

    set_aside: Mapping[str, int] = field(default_factory=dict)
    """How many responses were left out, by why."""


@dataclass(frozen=True)
class StaffRow:
    consultation: Consultation
    status: str
    responses: int


async def lists(documents: ConsultationDocuments, now: datetime) -> Lists:
    """Published consultations: open ones that close soonest first, then coming, then closed, newest first."""
    found = [each.value for each in await documents.consultations.find({"state": State.PUBLISHED}, limit=LISTED)]
    totals = await _responses_by_consultation(documents)
    cards = [(each, _card(each, totals.get(each.id, 0))) for each in found]
    return Lists(
        open=sorted((c for each, c in cards if each.is_open(now)), key=lambda card: card.closes_at),
        coming=sorted((c for each, c in cards if now < each.details.opens_at), key=lambda card: card.opens_at),
        closed=sorted((c for each, c in cards if each.has_closed(now)), key=lambda card: card.closes_at, reverse=True),
    )


async def staff_list(documents: ConsultationDocuments, now: datetime) -> list[StaffRow]:
    """All consultations, drafts first, then those that close last."""
    found = [each.value for each in await documents.consultations.find(limit=LISTED)]
    totals = await _responses_by_consultation(documents)
    rows = [StaffRow(each, status(each, now), totals.get(each.id, 0)) for each in found]
    return sorted(
        rows, key=lambda row: (row.consultation.is_published, -row.consultation.details.closes_at.timestamp())
    )


def status(consultation: Consultation, now: datetime) -> str:
    if not consultation.is_published:
        return "Draft"
    if consultation.is_open(now):
        return "Open"
    return "Closed" if consultation.has_closed(now) else "Opens later"


async def results(consultation: Consultation, documents: ConsultationDocuments) -> Results:
    """The answers counted so far; read from the parts of the tally, whatever the number of responses."""
    parts = await documents.store.find("tallies", {"consultation": consultation.id}, limit=50)
    total = sum_parts([part.body for part in parts])
    questions = tuple(
        replace(result, number=f"{consultation.questionnaire.number_of(question) or ''}")
        for question in asked_ever(consultation)
        for result in _question_results(question, total)
    )
    versions = dict(sorted((int(version), count) for version, count in total["versions"].items()))
    bodies = [part.body for part in parts]
    aside = {WHY.get(why, WHY["other"]): count for why, count in sorted(sum_of(bodies, "set_aside").items())}
    return Results(
        consultation,
        total["responses"],
        questions,
        versions,
        _languages(bodies, total["responses"]),
        _channels(bodies, total["responses"]),
        aside,
    )


def _languages(parts: Sequence[Mapping[str, Any]], responses: int) -> dict[str, int]:
    """English first; what was counted before languages were is English."""
    others = {id: count for id, count in sum_of(parts, "languages").items() if id != IN_ENGLISH.id}
    if not others:
        return {}
    named = {language(id).name: count for id, count in sorted(others.items())}
    return {IN_ENGLISH.name: responses - sum(others.values()), **named}


def _channels(parts: Sequence[Mapping[str, Any]], responses: int) -> dict[str, int]:
    """Online first; what was counted before channels were came online."""
    counts = sum_of(parts, "channels")
    others = {channel: counts[channel] for channel in Channel if channel in counts and channel is not Channel.ONLINE}
    if not others:
        return {}
    return {CHANNEL_WORDS[Channel.ONLINE]: responses - sum(others.values())} | {
        CHANNEL_WORDS[channel]: count for channel, count in others.items()
    }


async def _responses_by_consultation(documents: ConsultationDocuments) -> dict[str, int]:
    totals: dict[str, int] = {}
    for part in await documents.store.find("tallies", limit=50 * LISTED):
        totals[part.body["consultation"]] = totals.get(part.body["consultation"], 0) + part.body["responses"]
    return totals


def _card(consultation: Consultation, responses: int) -> Card:
    url = f"/consultations/{consultation.id}"
    details = consultation.details
    return Card(
        title=details.title,
        summary=details.summary,
        url=url,
        results_url=f"{url}/results",
        opens_at=details.opens_at,
        closes_at=details.closes_at,
        responses=responses,
        is_example=bool(consultation.source),
    )


def _question_results(question: Question, total: dict[str, Any]) -> list[QuestionResult]:
    """One for a question; for a matrix one for each row."""
    if question.kind is Kind.MATRIX:
        return [
            _result(question, f"{question.id}.{row.id}", f"{question.text} {row.text}", total) for row in question.rows
        ]
    if question.kind is Kind.RANKING:
        return [_result(question, f"{question.id}#1", f"{question.text} (put first)", total)]
    return [_result(question, question.id, question.text, total)] if question.is_asked else []


def _result(question: Question, field: str, text: str, total: dict[str, Any]) -> QuestionResult:
    answered = total["answered"].get(field, 0)
    counts = total["choices"].get(field, {})
    bars = tuple(
        Bar(option.text, counts.get(option.id, 0), counts.get(option.id, 0) / answered if answered else 0.0)
        for option in (question.all_options if question.is_chosen else ())
    )
    return QuestionResult(field, text, question.kind, answered, bars)


def check_rows(walked: Walk, files: Mapping[str, str] = NO_FILES) -> Sequence[tuple[Question, str, str]]:
    """Each question on the way, its answer in words and the id of its page, for the page on which a person checks."""
    return [
        (question, in_words(question, walked.answers, files), page.id)
        for page in walked.pages
        for question in page.questions
        if question.is_asked
    ]


def in_words(question: Question, answers: Answers, files: Mapping[str, str] = NO_FILES) -> str:
    """An answer as people read it: a line for each of several. `files`: what each upload is called, by its id."""
    answer = answers.get(question.id, ())
    names = {option.id: option.text for option in question.all_options}
    match question.kind:
        case Kind.MATRIX:
            rows = ((row.text, answers.get(f"{question.id}.{row.id}", ())) for row in question.rows)
            return "\n".join(f"{row}: {names[chosen[0]]}" for row, chosen in rows if chosen)
        case Kind.RANKING:
            return "\n".join(f"{rank}. {names[option]}" for rank, option in enumerate(answer, 1))
        case Kind.DATE:
            return date_words(date.fromisoformat(answer[0])) if answer else ""
        case Kind.FILE:
            return "\n".join(files.get(id, "A file") for id in answer)
    if not question.is_chosen:
        return names.get(answer[0], answer[0]) if answer else ""
    other = "".join(answers.get(question.other_field, ()))
    lines = [f"{names[option]}: {other}" if option == OTHER.id and other else names[option] for option in answer]
    return "\n".join(lines)
