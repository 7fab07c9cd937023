"""What the pages show, in the shape in which they show it."""

from services.consultation.queries.lists import Card, Lists, StaffRow, lists, staff_list, status
from services.consultation.queries.results import CHANNEL_WORDS, QuestionResult, Results, results
from services.consultation.queries.texts import Text, texts
from services.consultation.queries.trends import QuestionTrends, Trend, Trends, chain_of, name_of, trends
from services.consultation.queries.words import NO_FILES, check_rows, in_words

__all__ = [
    "CHANNEL_WORDS",
    "NO_FILES",
    "Card",
    "Lists",
    "QuestionResult",
    "QuestionTrends",
    "Results",
    "StaffRow",
    "Text",
    "Trend",
    "Trends",
    "chain_of",
    "check_rows",
    "in_words",
    "lists",
    "name_of",
    "results",
    "staff_list",
    "status",
    "texts",
    "trends",
]
