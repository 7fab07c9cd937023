"""Counts of answers within each group of respondents, such as a ward: what cross tables are read from.

A part counts one consultation by one breakdown: {"consultation", "by", "groups": {option: {"responses": n,
"answered": {field: n}, "choices": {field: {option: n}}}}, "seen": [ids]}. As in a tally, what is taken out is
subtracted, so that events in another order end in the same counts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.question import Kind, Question
from services.consultation.domain.tally import count_answers
from shared.contracts.consultation import Counted, ResponseRevisedV1, ResponseSubmittedV1

CHANNEL, LANGUAGE = "_channel", "_language"
"""Breakdowns by what a response itself says; those by a question have its id, which never begins with _."""

OWN = frozenset({CHANNEL, LANGUAGE})

NOT_ANSWERED = "_"
"""The group of those who were asked and chose nothing: without it the groups would not add up to all."""

MOST_QUESTIONS = 12
MOST_OPTIONS = 25
"""Of a question that people are broken down by: beyond this a table is read by nobody."""

SINGLE = frozenset({Kind.ONE_CHOICE, Kind.AGREE})
ABOUT_PEOPLE = frozenset({Kind.WARD, Kind.RESPONDENT})
"""Always broken down by, however many options they have."""

Fact = ResponseSubmittedV1 | ResponseRevisedV1


def breakdown_questions(consultation: Consultation) -> tuple[str, ...]:
    """The questions of all versions that people are broken down by, in the order in which they were first asked.

    A question has its place for good, so that no later version opens one that was not counted from its beginning.
    """
    versions = sorted((*consultation.earlier, consultation.questionnaire), key=lambda each: each.version)
    first = {question.id: question for version in reversed(versions) for question in version.questions}
    order = dict.fromkeys(question.id for version in versions for question in version.questions)
    about = [id for id in order if first[id].kind in ABOUT_PEOPLE]
    others = [id for id in order if first[id].kind in SINGLE and len(first[id].all_options) <= MOST_OPTIONS]
    return (*about, *others[:MOST_QUESTIONS])


def counted_by(consultation: Consultation, version: int) -> tuple[str, ...]:
    """The breakdowns into which a response to this version counts. The same for ever: a published version is."""
    asked = {question.id for question in consultation.version(version).questions if is_breakdown(question)}
    return (CHANNEL, LANGUAGE, *(id for id in breakdown_questions(consultation) if id in asked))


def is_breakdown(question: Question) -> bool:
    return question.kind in SINGLE | ABOUT_PEOPLE


@dataclass(frozen=True, slots=True)
class Change:
    """So many responses more (or fewer: -1) with these answers."""

    counted: Counted
    number: int
    channel: str
    language: str

    def group(self, by: str) -> str:
        if by in OWN:
            return self.channel if by == CHANNEL else self.language
        chosen = self.counted.choices.get(by, ())
        return chosen[0] if len(chosen) == 1 else NOT_ANSWERED


def changes(fact: Fact) -> tuple[Change, ...]:
    """What one event adds to the counts, and what it takes out."""
    if isinstance(fact, ResponseSubmittedV1):
        before = None
        after = None if fact.set_aside else Counted(choices=fact.choices, texts=fact.texts, version=fact.version)
    else:
        before, after = fact.before, fact.after
    steps = ((before, -1), (after, 1))
    return tuple(Change(_shown(each), step, fact.channel, fact.language) for each, step in steps if each is not None)


def _shown(counted: Counted) -> Counted:
    """Without the places of a ranking below the first: no table shows them."""
    if not any("#" in field for field in counted.choices):
        return counted
    shown = {field: chosen for field, chosen in counted.choices.items() if field.partition("#")[2] in {"", "1"}}
    return counted.model_copy(update={"choices": shown})


def cross_into(body: dict[str, Any], changed: Sequence[Change], breakdowns: Mapping[int, Sequence[str]]) -> None:
    """Count changes into a part. `breakdowns`: those of each version of the questionnaire, as counted_by has them."""
    by, groups = body["by"], body["groups"]
    for change in changed:
        if by not in breakdowns[change.counted.version]:
            continue
        name = change.group(by)
        group = groups.setdefault(name, {"responses": 0, "answered": {}, "choices": {}})
        count_answers(group, change.counted, change.number)
        if not any(group.values()):
            del groups[name]


Groups = Mapping[str, Mapping[str, Any]]
"""A part's "groups", or those of all parts together."""


def responses_between(before: Groups, after: Groups) -> int:
    """How many responses came, went or were changed between two counts, at the least."""
    was, is_ = _cells(before), _cells(after)
    more, fewer = Counter[str](), Counter[str]()
    for cell in was.keys() | is_.keys():
        step, field = is_[cell] - was[cell], cell[1]
        more[field] += max(0, step)
        fewer[field] += max(0, -step)
    return max((*more.values(), *fewer.values()), default=0)


def _cells(groups: Groups) -> Counter[tuple[str, str, str]]:
    """By group, field and option; who answered nothing counts in the field without a name."""
    cells = Counter[tuple[str, str, str]]()
    for name, group in groups.items():
        cells[name, "", ""] = group["responses"]
        for field, counts in group["choices"].items():
            for option, count in counts.items():
                cells[name, field, option] = count
    return cells


def sum_crossings(parts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The parts of one breakdown together, by group."""
    total: dict[str, dict[str, Any]] = {}
    for part in parts:
        for name, group in part["groups"].items():
            into = total.setdefault(name, {"responses": 0, "answered": Counter(), "choices": {}})
            into["responses"] += group["responses"]
            into["answered"].update(group["answered"])
            for field, counts in group["choices"].items():
                into["choices"].setdefault(field, Counter()).update(counts)
    return total
