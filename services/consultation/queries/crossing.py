"""Cross tables: how each group of respondents answered each question, protected as disclosure.py says."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.consultation.domain import Channel, Consultation, Kind, Option, Question, asked_ever
from services.consultation.domain.crossing import (
    CHANNEL,
    LANGUAGE,
    NOT_ANSWERED,
    Groups,
    breakdown_questions,
    is_breakdown,
    sum_crossings,
)
from services.consultation.domain.language import language
from services.consultation.domain.statistics.disclosure import protect, protect_several, rounded
from services.consultation.queries.results import CHANNEL_WORDS
from shared.errors import NotFound, Refusal

KEPT = 200
"""Breakdowns whose tables a process keeps."""

NO_ANSWER = "No answer"


@dataclass(frozen=True)
class Breakdown:
    """What respondents are grouped by: `id` as in addresses."""

    id: str
    name: str


@dataclass(frozen=True)
class Group:
    """`responses` is exact, as on the page of results."""

    id: str
    name: str
    responses: int


@dataclass(frozen=True)
class Row:
    """`cells`: rounded counts, None for what is hidden; `shares` of the group, from 0 to 1."""

    group: Group
    cells: tuple[int | None, ...]

    @property
    def shares(self) -> tuple[float | None, ...]:
        """From the figures that are shown, so that they say no more than these."""
        whole = rounded(self.group.responses)
        return tuple(None if cell is None else min(1.0, cell / whole) if whole else 0.0 for cell in self.cells)


@dataclass(frozen=True)
class CrossTable:
    """One question by groups. `several`: people could choose several answers, so that a row does not add up."""

    id: str
    text: str
    number: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    several: bool = False

    @property
    def hidden(self) -> int:
        return sum(cell is None for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class CrossTables:
    breakdown: Breakdown
    groups: tuple[Group, ...]
    tables: tuple[CrossTable, ...]
    responses: int
    """How many are counted by this breakdown."""

    threshold: int

    def only(self, group: str) -> "CrossTables":
        """A filter: one row of each table, and so nothing that the tables do not say. Raises NotFound, Refusal."""
        found = next((each for each in self.groups if each.id == group), None)
        if found is None:
            raise NotFound("There is no such group in this consultation")
        if found.responses < self.threshold:
            raise Refusal(
                f"Fewer than {self.threshold} people are in this group. We show no answers of so few, because somebody"
                " could find out who said what",
                "only",
            )
        tables = tuple(
            CrossTable(each.id, each.text, each.number, each.columns, _of(found, each.rows), each.several)
            for each in self.tables
        )
        return CrossTables(self.breakdown, self.groups, tables, self.responses, self.threshold)


def _of(group: Group, rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.group.id == group.id)


def breakdowns(consultation: Consultation) -> tuple[Breakdown, ...]:
    """Those of questions in the order of the form, then by channel and language."""
    ids = set(breakdown_questions(consultation))
    asked = (question for question in asked_ever(consultation) if question.id in ids and is_breakdown(question))
    own = (Breakdown(CHANNEL, "How answers came"), Breakdown(LANGUAGE, "Language of the answers"))
    return (*(Breakdown(question.id, question.text) for question in asked), *own)


def breakdown(consultation: Consultation, id: str) -> Breakdown:
    """Raises NotFound."""
    found = next((each for each in breakdowns(consultation) if each.id == id), None)
    if found is None:
        raise NotFound("Answers are not broken down by this")
    return found


Key = tuple[str, str, int, int, str]


@dataclass
class CrossTablesKept:
    """Tables as they were worked out, for as long as nothing that they were worked out from has changed."""

    _kept: OrderedDict[Key, CrossTables] = field(default_factory=OrderedDict)

    async def cross_tables(
        self, consultation: Consultation, by: Breakdown, parts: Sequence[Mapping[str, Any]], mark: str, threshold: int
    ) -> CrossTables:
        """`mark` changes with `parts`. They are worked out in a thread, so that nobody else waits for them."""
        key = (consultation.id, by.id, threshold, consultation.questionnaire.version, mark)
        if key not in self._kept:
            total = sum_crossings(parts)
            self._kept[key] = await asyncio.to_thread(_cross_tables, consultation, by, total, threshold)
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]


def _cross_tables(consultation: Consultation, breakdown: Breakdown, total: Groups, threshold: int) -> CrossTables:
    groups = _groups(consultation, breakdown, total)
    tables: list[CrossTable] = []
    for question in asked_ever(consultation):
        if question.is_chosen and question.id != breakdown.id:
            number = f"{consultation.questionnaire.number_of(question) or ''}"
            tables += _of_question(question, number, groups, total, threshold)
    return CrossTables(breakdown, groups, tuple(tables), sum(group.responses for group in groups), threshold)


def _groups(consultation: Consultation, breakdown: Breakdown, total: Groups) -> tuple[Group, ...]:
    """Those of a question in its order, with who left it out; those of channels and languages that there are."""
    names = _names(consultation, breakdown, total)
    return tuple(Group(id, name, max(0, total[id]["responses"]) if id in total else 0) for id, name in names.items())


def _names(consultation: Consultation, breakdown: Breakdown, total: Groups) -> Mapping[str, str]:
    if breakdown.id == CHANNEL:
        return {channel: CHANNEL_WORDS[channel].capitalize() for channel in Channel if channel in total}
    if breakdown.id == LANGUAGE:
        return {id: language(id).name for id in sorted(total)}
    question = next(each for each in asked_ever(consultation) if each.id == breakdown.id)
    return {option.id: option.text for option in question.all_options} | {NOT_ANSWERED: NO_ANSWER}


def _of_question(
    question: Question, number: str, groups: Sequence[Group], total: Groups, threshold: int
) -> list[CrossTable]:
    """One table; for a matrix one for each row."""
    fields = {question.id: question.text}
    if question.kind is Kind.MATRIX:
        fields = {f"{question.id}.{row.id}": f"{question.text} {row.text}" for row in question.rows}
    elif question.kind is Kind.RANKING:
        fields = {f"{question.id}#1": f"{question.text} (put first)"}
    several = question.kind is Kind.SEVERAL_CHOICES
    made = []
    for field_, text in fields.items():
        counts = _counts(field_, question.all_options, groups, total)
        cells = _several(counts, field_, groups, total, threshold) if several else _single(counts, groups, threshold)
        columns = tuple(option.text for option in question.all_options)
        rows = tuple(Row(group, row) for group, row in zip(groups, cells, strict=True))
        made.append(CrossTable(field_, text, number, columns if several else (*columns, NO_ANSWER), rows, several))
    return made


def _counts(field: str, options: Sequence[Option], groups: Sequence[Group], total: Groups) -> list[list[int]]:
    """How many of each group chose each option."""
    chosen = [total.get(group.id, {}).get("choices", {}).get(field, {}) for group in groups]
    return [[max(0, each.get(option.id, 0)) for option in options] for each in chosen]


Cells = list[tuple[int | None, ...]]


def _single(counts: list[list[int]], groups: Sequence[Group], threshold: int) -> Cells:
    """With a column for who left it out: every person is in one cell."""
    whole = [[*row, max(0, group.responses - sum(row))] for row, group in zip(counts, groups, strict=True)]
    return list(protect(np.array(whole, np.int64), threshold).cells) if whole else []


def _several(counts: list[list[int]], field: str, groups: Sequence[Group], total: Groups, threshold: int) -> Cells:
    """All answers together: who answered gave one of them at least, so that one count says something of the others."""
    answered = [max(0, total.get(group.id, {}).get("answered", {}).get(field, 0)) for group in groups]
    return list(protect_several(counts, answered, threshold).cells)
