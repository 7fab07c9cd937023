"""Themes are made, renamed, merged and deleted: each time one document changes."""

from dataclasses import dataclass
from datetime import datetime

from services.consultation.domain import theme as domain
from services.consultation.domain.theme import Theme, Themes
from services.consultation.storage import ConsultationDocuments
from shared.errors import NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate

MOST = 1_000
"""Themes of a consultation, with those that were merged and deleted."""


async def themes_of(consultation: str, question: str, documents: ConsultationDocuments) -> Themes:
    found = await documents.themes.find({"consultation": consultation}, limit=MOST)
    return Themes(each.value for each in found if each.value.question == question)


async def load_theme(id: str, consultation: str, question: str, documents: ConsultationDocuments) -> Loaded[Theme]:
    """Raises NotFound."""
    loaded = await documents.themes.get(id)
    if loaded is None or (loaded.value.consultation, loaded.value.question) != (consultation, question):
        raise NotFound("There is no theme at this address")
    return loaded


@dataclass(frozen=True)
class MakeTheme:
    """`id` is of the form's choosing: sent twice, it is made once."""

    id: str
    consultation: str
    question: str
    name: str
    by: str
    suggestion: str = ""
    split_from: str = ""


async def make_theme(command: MakeTheme, documents: ConsultationDocuments, now: datetime) -> Theme:
    """Raises Invalid."""
    theme = domain.make_theme(
        command.id,
        command.consultation,
        command.question,
        command.name,
        command.by,
        now,
        suggestion=command.suggestion,
        split_from=command.split_from,
    )
    try:
        await documents.themes.add(theme)
    except Duplicate:
        return (await load_theme(command.id, command.consultation, command.question, documents)).value
    return theme


@dataclass(frozen=True)
class RenameTheme:
    id: str
    consultation: str
    question: str
    name: str
    by: str


async def rename_theme(command: RenameTheme, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises NotFound, Conflict, Invalid."""
    loaded = await load_theme(command.id, command.consultation, command.question, documents)
    await _save(loaded, loaded.value.rename(command.name, command.by, now), documents)


@dataclass(frozen=True)
class MergeTheme:
    id: str
    consultation: str
    question: str
    into: str
    by: str


async def merge_theme(command: MergeTheme, documents: ConsultationDocuments, now: datetime) -> Theme:
    """Returns the theme that it went into. Raises NotFound, Conflict, Invalid."""
    loaded = await load_theme(command.id, command.consultation, command.question, documents)
    into = (await load_theme(command.into, command.consultation, command.question, documents)).value
    await _save(loaded, loaded.value.merge_into(into, command.by, now), documents)
    return into


@dataclass(frozen=True)
class DeleteTheme:
    id: str
    consultation: str
    question: str
    by: str


async def delete_theme(command: DeleteTheme, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises NotFound, Conflict."""
    loaded = await load_theme(command.id, command.consultation, command.question, documents)
    await _save(loaded, loaded.value.delete(command.by, now), documents)


async def _save(loaded: Loaded[Theme], theme: Theme, documents: ConsultationDocuments) -> None:
    if theme != loaded.value:
        await documents.themes.save(loaded, theme)
