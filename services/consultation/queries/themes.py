"""Themes as pages show them: how many answers have each, in which groups, and what is suggested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.consultation.domain import Consultation, Question
from services.consultation.domain.coding import Coded, ThemeCounts, coded, count_themes
from services.consultation.domain.theme import Theme, Themes
from services.consultation.domain.theme_run import Suggestion, ThemeRun
from services.consultation.queries.answer_index import Entry, index_of
from services.consultation.storage import ConsultationDocuments
from shared.store.port import In

BY_CHANNEL = "channel"
NOT_SAID = ""
"""The group of those who did not answer the question that groups are by."""


async def suggested_for(response: str, themes: Themes, documents: ConsultationDocuments) -> frozenset[str]:
    """The themes that are suggested for an answer."""
    found = await suggestions_behind([each for theme in themes.there for each in themes.merged_in(theme.id)], documents)
    return themes.now(
        each.id
        for theme in themes.there
        for each in themes.merged_in(theme.id)
        if each.suggestion in found and response in found[each.suggestion].responses
    )


async def suggestions_behind(themes: Sequence[Theme], documents: ConsultationDocuments) -> Mapping[str, Suggestion]:
    """By id: those that these themes were made from."""
    ids = sorted({theme.suggestion for theme in themes if theme.suggestion})
    found = await documents.suggestions.find({"id": In(ids)}, limit=max(1, len(ids))) if ids else []
    return {each.id: each.value for each in found}


async def suggested_answers(theme: Theme, themes: Themes, documents: ConsultationDocuments) -> list[str]:
    """Responses whose answer may have the theme, the strongest first."""
    found = await suggestions_behind(themes.merged_in(theme.id), documents)
    return list(dict.fromkeys(response for each in found.values() for response in each.responses))


async def newest_run(consultation: str, question: str, documents: ConsultationDocuments) -> ThemeRun | None:
    found = [each.value for each in await documents.theme_runs.find({"consultation": consultation}, limit=1_000)]
    mine = [each for each in found if each.question == question]
    return max(mine, key=lambda run: run.at, default=None)


async def suggestions_of(run: ThemeRun, documents: ConsultationDocuments) -> list[Suggestion]:
    found = [each.value for each in await documents.suggestions.find({"run": run.id})]
    return sorted(found, key=lambda each: each.place)


async def theme_counts(
    consultation: Consultation,
    question: str,
    themes: Themes,
    documents: ConsultationDocuments,
    by: Question | None = None,
) -> ThemeCounts:
    """Of confirmed themes alone, by the options of a question, or else by channel."""
    index = await index_of(consultation.id, documents)
    answers = [
        coded(index.coding(entry, question), entry.mark(question), themes, _group(entry, by))
        for entry in index.entries.values()
        if entry.text(question)
    ]
    return count_themes(answers)


def _group(entry: Entry, by: Question | None) -> str:
    return (entry.chose(by.id) or NOT_SAID) if by else entry.channel


@dataclass(frozen=True)
class ThemeRow:
    """A theme that was confirmed for answers: for a report, and for what the public reads."""

    id: str
    name: str
    count: int
    share: float
    """Of the answers that were decided on, from 0 to 1."""


def theme_rows(themes: Themes, counts: ThemeCounts) -> list[ThemeRow]:
    """The largest first."""
    rows = [
        ThemeRow(theme.id, theme.name, counts.themes.get(theme.id, 0), _share(counts, theme.id))
        for theme in themes.there
    ]
    return sorted(rows, key=lambda row: (-row.count, row.name.casefold()))


def _share(counts: ThemeCounts, theme: str) -> float:
    return counts.themes.get(theme, 0) / counts.decided if counts.decided else 0.0


__all__ = [
    "BY_CHANNEL",
    "NOT_SAID",
    "Coded",
    "ThemeRow",
    "newest_run",
    "suggested_answers",
    "suggested_for",
    "suggestions_behind",
    "suggestions_of",
    "theme_counts",
    "theme_rows",
]
