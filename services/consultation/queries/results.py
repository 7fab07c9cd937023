"""How many chose what: the totals, question by question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.consultation.domain import Channel, Consultation, Kind, Question, asked_ever, sum_parts
from services.consultation.domain.abuse import WHY
from services.consultation.domain.language import IN_ENGLISH, language
from services.consultation.domain.tally import sum_of
from services.consultation.storage import ConsultationDocuments
from shared.web.charts import Bar

CHANNEL_WORDS = {
    Channel.ONLINE: "online",
    Channel.PAPER: "on paper",
    Channel.FACE_TO_FACE: "face to face",
    Channel.PHONE: "by phone",
}


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

    @property
    def agreeing(self) -> Bar | None:
        """Those who agree or strongly agree, of a question that asks how far."""
        if self.kind is not Kind.AGREE or not self.bars:
            return None
        count = sum(bar.count for bar in self.bars[:2])
        return Bar("Agree or strongly agree", count, count / self.answered if self.answered else 0.0)


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
