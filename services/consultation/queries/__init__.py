"""What the pages show, in the shape in which they show it."""

from services.consultation.queries.crossing import (
    Breakdown,
    CrossTable,
    CrossTables,
    CrossTablesKept,
    breakdown,
    breakdowns,
)
from services.consultation.queries.lists import LISTED, Card, Lists, StaffRow, lists, status
from services.consultation.queries.results import CHANNEL_WORDS, QuestionResult, Results, results
from services.consultation.queries.trends import QuestionTrends, Trend, Trends, trends, year_of
from services.consultation.queries.words import NO_FILES, check_rows, in_words

__all__ = [
    "CHANNEL_WORDS",
    "LISTED",
    "NO_FILES",
    "Breakdown",
    "Card",
    "CrossTable",
    "CrossTables",
    "CrossTablesKept",
    "Lists",
    "QuestionResult",
    "QuestionTrends",
    "Results",
    "StaffRow",
    "Trend",
    "Trends",
    "breakdown",
    "breakdowns",
    "check_rows",
    "in_words",
    "lists",
    "results",
    "status",
    "trends",
    "year_of",
]
