"""The same questions from wave to wave of a consultation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.consultation.domain import Consultation, Question, asked_ever, sum_parts
from services.consultation.domain.statistics.interval import Interval, interval, why_none
from services.consultation.domain.wave import COMPARED, SURVEY, Line, lines_of, same_words
from services.consultation.storage import ConsultationDocuments
from shared.clock import LONDON
from shared.place import Place, PublishedWave, Survey

MOST_WAVES = 30
NOT_KNOWN = "Only the published share is known, so nobody can say here how far it may be from that of everyone."


@dataclass(frozen=True)
class WaveShown:
    """One wave, as a column. `url` is empty for one of which only totals were published, and `source` says so."""

    name: str
    url: str
    source: str
    responses: int | None
    why_no_interval: str


@dataclass(frozen=True)
class Point:
    """`answered` is None where it was not published. `other_words`: what was asked, where it was not the same."""

    wave: str
    share: float
    answered: int | None
    interval: Interval | None = None
    other_words: str = ""


@dataclass(frozen=True)
class Trend:
    """`points`: one for each wave, None where it was not asked or nobody answered."""

    label: str
    points: tuple[Point | None, ...]


@dataclass(frozen=True)
class QuestionTrends:
    id: str
    text: str
    trends: tuple[Trend, ...]

    @property
    def other_words(self) -> Mapping[str, str]:
        """By wave."""
        points = (point for trend in self.trends for point in trend.points if point is not None)
        return {point.wave: point.other_words for point in points if point.other_words}


@dataclass(frozen=True)
class Trends:
    """The oldest wave first."""

    waves: tuple[WaveShown, ...]
    questions: tuple[QuestionTrends, ...]


@dataclass(frozen=True)
class _Asked:
    """A wave that was asked here, with its counts."""

    consultation: Consultation
    total: Mapping[str, Any]
    questions: Mapping[str, Question]


async def trends(consultation: Consultation, documents: ConsultationDocuments, place: Place, now: datetime) -> Trends:
    """Waves whose results are not shown yet are left out; so are questions that only one wave asked."""
    chain, survey = await chain_of(consultation, documents, place)
    asked = [await _asked(each, documents) for each in reversed(chain) if each.shows_results(now)]
    published = survey.waves if survey else ()
    waves = (*(_published(each) for each in published), *(_wave(each) for each in asked))
    newest = asked[-1].questions.values() if asked else ()
    found = [
        QuestionTrends(question.id, question.text, _trends(question, asked, survey))
        for question in newest
        if question.kind in COMPARED
    ]
    return Trends(waves, tuple(each for each in found if _compares(each)))


async def chain_of(
    consultation: Consultation, documents: ConsultationDocuments, place: Place
) -> tuple[list[Consultation], Survey | None]:
    """The consultation and those before it, the newest first, and the survey that they go on with."""
    chain, seen = [consultation], {consultation.id}
    while (of := chain[-1].wave.of) and not of.startswith(SURVEY) and len(chain) < MOST_WAVES:
        loaded = await documents.consultations.get(of)
        if loaded is None or loaded.id in seen:
            return chain, None
        chain.append(loaded.value)
        seen.add(loaded.id)
    return chain, next((survey for survey in place.surveys if SURVEY + survey.id == chain[-1].wave.of), None)


async def _asked(consultation: Consultation, documents: ConsultationDocuments) -> _Asked:
    parts = await documents.store.find("tallies", {"consultation": consultation.id}, limit=50)
    questions = {question.id: question for question in asked_ever(consultation)}
    return _Asked(consultation, sum_parts([part.body for part in parts]), questions)


def name_of(consultation: Consultation) -> str:
    return consultation.wave.name or year_of(consultation)


def year_of(consultation: Consultation) -> str:
    return f"{consultation.details.closes_at.astimezone(LONDON):%Y}"


def _wave(asked: _Asked) -> WaveShown:
    consultation, responses = asked.consultation, asked.total["responses"]
    why = why_none(random_sample=consultation.wave.random_sample, answers=responses)
    url = f"/consultations/{consultation.id}/results"
    return WaveShown(name_of(consultation), url, consultation.source, responses, why)


def _published(wave: PublishedWave) -> WaveShown:
    return WaveShown(wave.name, "", wave.source, None, NOT_KNOWN)


def _trends(question: Question, asked: Sequence[_Asked], survey: Survey | None) -> tuple[Trend, ...]:
    made = []
    for line in lines_of(question, survey):
        before = [_published_point(each, question, line) for each in (survey.waves if survey else ())]
        made.append(Trend(line.label, (*before, *(_point(each, question, line) for each in asked))))
    return tuple(made)


def _published_point(wave: PublishedWave, question: Question, line: Line) -> Point | None:
    for each in wave.shares:
        if each.question == question.id and frozenset(each.options) == line.options:
            other = "" if same_words(each.text, question.text) else each.text
            return Point(wave.name, each.share, None, other_words=other)
    return None


def _point(asked: _Asked, question: Question, line: Line) -> Point | None:
    """None where a wave did not ask it, asked it in another way, or nobody answered."""
    mine, answered = asked.questions.get(question.id), asked.total["answered"].get(question.id, 0)
    if mine is None or mine.kind is not question.kind or not answered:
        return None
    counts = asked.total["choices"].get(question.id, {})
    share = sum(counts.get(option, 0) for option in line.options) / answered
    sampled = not why_none(random_sample=asked.consultation.wave.random_sample, answers=answered)
    return Point(
        name_of(asked.consultation),
        share,
        answered,
        interval(share, answered) if sampled else None,
        "" if same_words(mine.text, question.text) else mine.text,
    )


def _compares(found: QuestionTrends) -> bool:
    return any(sum(point is not None for point in trend.points) > 1 for trend in found.trends)
