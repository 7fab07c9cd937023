"""Results weighted to the population: what an officer asks for, and what came of it.

An officer says which question tells a characteristic, and which of its answers mean which group of the population.
Answers on equality are never used for it: nothing puts them beside what people said (docs/privacy.md).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.details import Audience
from services.consultation.domain.ever import asked_ever
from services.consultation.domain.question import Kind, Question
from services.consultation.domain.statistics.interval import interval, why_none
from services.consultation.domain.statistics.weighting import CAP, rake
from shared.errors import Conflict, Invalid
from shared.population import Characteristic

TELLING = frozenset({Kind.ONE_CHOICE, Kind.WARD, Kind.RESPONDENT})
"""Kinds of question that can tell which group of the population somebody is in."""

MOST = 4
"""Characteristics at once. With more, weights grow large, and what is gained in likeness is lost in certainty."""

Choices = Mapping[str, Sequence[str]]
"""Options chosen, by field."""


class State(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Use:
    """Which question tells a characteristic; `groups`: of the population, by option. Options left out tell nothing."""

    characteristic: str
    question: str
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Margin:
    """Shares from 0 to 1: of the population, of those who answered, and of these when weighted."""

    characteristic: str
    group: str
    lives_here: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class WeightedOption:
    """Shares from 0 to 1, of those who answered. `low` to `high`: where the share of all lies, if that can be said."""

    text: str
    share: float
    weighted: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class WeightedQuestion:
    """`effective`: in answers of a random sample; `no_interval`: why none applies."""

    id: str
    text: str
    answered: int
    effective: float
    options: tuple[WeightedOption, ...]
    no_interval: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    at: datetime
    responses: int
    effective: float
    capped: int
    largest: float
    off: float
    margins: tuple[Margin, ...]
    questions: tuple[WeightedQuestion, ...]
    cap: float = CAP

    @property
    def design_effect(self) -> float:
        return self.responses / self.effective


@dataclass(frozen=True, slots=True)
class Weighted:
    """Of one consultation, and under its id: the newest that was asked for."""

    id: str
    uses: tuple[Use, ...]
    is_random_sample: bool
    asked_by: str
    asked_at: datetime
    state: State = State.ASKED
    why: str = ""
    """Why it was refused, as a sentence."""

    outcome: Outcome | None = None

    def came_to(self, outcome: Outcome) -> "Weighted":
        return replace(self, state=State.DONE, outcome=outcome)

    def refused(self, why: str) -> "Weighted":
        return replace(self, state=State.REFUSED, why=why)


def tell(consultation: Consultation) -> tuple[Question, ...]:
    """Questions that can tell a group."""
    return tuple(each for each in asked_ever(consultation) if each.kind in TELLING)


def groups_of(characteristic: Characteristic) -> dict[str, float]:
    """Share by group, as answers can be put to them: put together, where the place says how."""
    if characteristic.compare:
        return {each.name: characteristic.share_of(each) for each in characteristic.compare}
    return dict(characteristic.shares)


def ask(  # noqa: PLR0913
    consultation: Consultation,
    uses: Sequence[Use],
    characteristics: Mapping[str, Characteristic],
    by: str,
    now: datetime,
    *,
    is_random_sample: bool,
) -> Weighted:
    """Raises Invalid, by characteristic; Conflict where people cannot have been drawn at random."""
    if not uses:
        raise Invalid({"": "Choose a question for one of the characteristics at least"})
    if len(uses) > MOST:
        raise Invalid({"": f"Weight by {MOST} characteristics at the most"})
    known = {question.id: question for question in tell(consultation)}
    faults = {}
    for use in uses:
        question = known.get(use.question)
        if question is None or use.characteristic not in characteristics:
            faults[use.characteristic] = "Choose a question from the list"
            continue
        offered = groups_of(characteristics[use.characteristic])
        options = {option.id for option in question.all_options}
        if not use.groups.keys() <= options or not offered.keys() >= set(use.groups.values()):
            faults[use.characteristic] = "Choose a group from the list for each answer"
        elif missing := [group for group in offered if group not in use.groups.values()]:
            faults[use.characteristic] = f"No answer stands for: {', '.join(missing)}. Each group needs one at least"
    if faults:
        raise Invalid(faults)
    if is_random_sample and consultation.details.audience is not Audience.INVITED:
        raise Conflict("Only people who are invited can have been drawn at random. This consultation is open to others")
    return Weighted(consultation.id, tuple(uses), is_random_sample, by, now)


@dataclass
class Sample:
    """Responses counted by kind: people who are in the same group of everything they are weighted by."""

    uses: Sequence[Use]
    kinds: Counter[tuple[str, ...]] = field(default_factory=Counter)
    answered: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)
    chose: dict[tuple[str, str], Counter[tuple[str, ...]]] = field(default_factory=dict)

    def add(self, choices: Choices) -> None:
        kind = tuple(use.groups.get(next(iter(choices.get(use.question, ())), ""), "") for use in self.uses)
        self.kinds[kind] += 1
        for name, options in choices.items():
            self.answered.setdefault(name, Counter())[kind] += 1
            for option in options:
                self.chose.setdefault((name, option), Counter())[kind] += 1


def weigh(
    sample: Sample,
    consultation: Consultation,
    characteristics: Mapping[str, Characteristic],
    population: int | None,
    now: datetime,
) -> Outcome:
    """`population`: of how many they are a random sample; None where they are none. Raises Refusal if it cannot be."""
    kinds = list(sample.kinds)
    names = [use.characteristic for use in sample.uses]
    town = {name: _whole(groups_of(characteristics[name])) for name in names}
    people = [{name: group for name, group in zip(names, kind, strict=True) if group} for kind in kinds]
    raked = rake(people, town, numbers=[sample.kinds[kind] for kind in kinds])
    weights = dict(zip(kinds, (float(weight) for weight in raked.weights), strict=True))
    questions = tuple(
        _question(name, text, question, sample, weights, population)
        for question in asked_ever(consultation)
        for name, text in _fields(question)
        if name in sample.answered
    )
    margins = tuple(_margins(town, characteristics, sample.kinds, weights))
    return Outcome(now, raked.people, raked.effective, raked.capped, raked.largest, raked.off, margins, questions)


def _whole(shares: Mapping[str, float]) -> dict[str, float]:
    """Published shares are rounded: made to come to 1."""
    total = sum(shares.values())
    return {group: share / total for group, share in shares.items()}


def _fields(question: Question) -> Iterable[tuple[str, str]]:
    if question.kind is Kind.MATRIX:
        return [(f"{question.id}.{row.id}", f"{question.text} {row.text}") for row in question.rows]
    if question.kind is Kind.RANKING:
        return [(f"{question.id}#1", f"{question.text} (put first)")]
    return [(question.id, question.text)] if question.is_chosen else []


def _question(  # noqa: PLR0913
    name: str,
    text: str,
    question: Question,
    sample: Sample,
    weights: Mapping[tuple[str, ...], float],
    population: int | None,
) -> WeightedQuestion:
    answered = sample.answered[name]
    people, total = answered.total(), _sum(answered, weights)
    effective = total**2 / sum(count * weights[kind] ** 2 for kind, count in answered.items()) if total else 0.0
    none = why_none(random_sample=population is not None, answers=effective)
    options = []
    for option in question.all_options:
        chose = sample.chose.get((name, option.id), Counter())
        share = min(1.0, _sum(chose, weights) / total) if total else 0.0
        span = None if none else interval(share, effective, population)
        low, high = (span.low, span.high) if span else (None, None)
        options.append(WeightedOption(option.text, chose.total() / people, share, low, high))
    return WeightedQuestion(name, text, people, effective, tuple(options), none)


def _sum(counted: Mapping[tuple[str, ...], int], weights: Mapping[tuple[str, ...], float]) -> float:
    return sum(count * weights[kind] for kind, count in counted.items())


def _margins(
    town: Mapping[str, Mapping[str, float]],
    characteristics: Mapping[str, Characteristic],
    kinds: Mapping[tuple[str, ...], int],
    weights: Mapping[tuple[str, ...], float],
) -> Iterable[Margin]:
    """Of those who said in which group they are."""
    for at, (name, shares) in enumerate(town.items()):
        known = {kind: count for kind, count in kinds.items() if kind[at]}
        people, total = sum(known.values()), _sum(known, weights)
        for group, share in shares.items():
            mine = {kind: count for kind, count in known.items() if kind[at] == group}
            yield Margin(
                characteristics[name].name, group, share, sum(mine.values()) / people, _sum(mine, weights) / total
            )
