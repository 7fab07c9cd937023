"""The figures of the pages of results as one table that anyone may publish.

It is made of the protected tables, not of single responses: a row for each person, however much was left out of it,
would let anyone count the groups that those tables hide.
"""

from collections.abc import Iterator, Sequence

from services.consultation.domain import Consultation, Kind
from services.consultation.queries.crossing import CrossTables
from services.consultation.queries.results import Results
from shared.sheets import Cell

HEADING = ("question", "question_text", "group_by", "group", "answer", "count", "share", "hidden")
HIDDEN = "yes"


def total_rows(results: Results) -> Iterator[Sequence[Cell]]:
    """All responses, then each question: exact."""
    yield ("", "All responses", "", "", "", results.responses, "", "")
    for result in results.questions:
        start = (result.id, result.text, "", "")
        yield (*start, "All who answered", result.answered, "", "")
        for bar in (*result.bars, *([result.agreeing] if result.agreeing else [])):
            yield (*start, bar.label, bar.count, round(bar.share, 4), "")


def group_rows(found: CrossTables) -> Iterator[Sequence[Cell]]:
    """Rounded to 5, with shares of what is rounded; where it says hidden, there is neither."""
    for table in found.tables:
        for row in table.rows:
            where = (table.id, table.text, found.breakdown.name, row.group.name)
            for label, cell, share in zip(table.columns, row.cells, row.shares, strict=True):
                if cell is None or share is None:
                    yield (*where, label, "", "", HIDDEN)
                else:
                    yield (*where, label, cell, round(share, 4), "")


def notes(consultation: Consultation, threshold: int) -> list[str]:
    said = [
        "Totals of each question are exact. Where answers are broken down by groups, counts are rounded to 5, and"
        f" counts under {threshold}, with others from which they could be worked out, are hidden.",
        "Responses that were withdrawn or set aside are left out. Nothing that people wrote is in this file.",
    ]
    if any(question.kind is Kind.SEVERAL_CHOICES for question in consultation.questionnaire.asked):
        said.append("Where people could choose several answers, counts come to more than the people who answered.")
    return [*said, consultation.source] if consultation.source else said
