"""What officers read: responses and answers that fit what they look for, and how many nobody has read yet.

How many are unread is counted by the indexed field `unread_in` of ToRead, which holds nothing for those that were
read: the cost is that of what is unread, and no response is looked at.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.consultation.domain import Consultation
from services.consultation.domain.coding import Coding
from services.consultation.domain.reading import ReadMark, TextField, text_fields
from services.consultation.domain.searching import Search
from services.consultation.domain.theme import Themes
from services.consultation.queries.answer_index import Entry, Index, index_of
from services.consultation.storage import TO_READ, ConsultationDocuments
from shared.store.port import Range

MARKS = 1_000


@dataclass(frozen=True)
class Filter:
    """What is looked for; what is empty leaves all in. `chosen` are options by question."""

    search: Search = field(default_factory=Search)
    question: str = ""
    theme: str = ""
    """A theme's id; "none" for answers without one, "open" for those that nobody has decided on."""

    tag: str = ""
    channel: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    unread: bool = False


NO_THEME, NOT_DECIDED = "none", "open"


@dataclass(frozen=True)
class Found:
    """A response that fits, and those of its texts that do, by field."""

    entry: Entry
    texts: Mapping[str, str]


async def unread_by_consultation(documents: ConsultationDocuments) -> dict[str, int]:
    """How many responses of each consultation nobody has read as they are now; those with none are not in it."""
    found = await documents.store.count_by(TO_READ.name, "unread_in", {"unread_in": Range(least="!")})
    return {str(consultation): count for consultation, count in found.items()}


async def unread_in(consultation: str, documents: ConsultationDocuments) -> int:
    return await documents.store.count(TO_READ.name, {"unread_in": consultation})


async def next_unread(consultation: str, after: str, documents: ConsultationDocuments) -> str | None:
    """The id of a response that nobody has read, other than this one."""
    found = await documents.store.find(TO_READ.name, {"unread_in": consultation}, limit=2)
    return next((each.id for each in found if each.id != after), None)


async def marks_of(response: str, documents: ConsultationDocuments) -> list[ReadMark]:
    """Who has read it and when, the earliest first."""
    found = [each.value for each in await documents.read_marks.find({"response": response}, limit=MARKS)]
    return sorted(found, key=lambda mark: mark.at)


async def found(
    consultation: Consultation, wanted: Filter, themes: Themes, documents: ConsultationDocuments
) -> list[Found]:
    """The newest first. With a question, those alone who wrote an answer to it."""
    index = await index_of(consultation.id, documents)
    fields = [each for each in text_fields(consultation) if wanted.question in {"", each.id}]
    fitting = (_fit(entry, fields, wanted, themes, index) for entry in index.newest_first())
    return [each for each in fitting if each is not None]


def _fit(entry: Entry, fields: Sequence[TextField], wanted: Filter, themes: Themes, index: Index) -> Found | None:
    if wanted.unread and not entry.unread:
        return None
    if wanted.channel and entry.channel != wanted.channel:
        return None
    if any(option and entry.chose(question) != option for question, option in wanted.chosen.items()):
        return None
    texts = {
        each.id: text
        for each in fields
        if (text := entry.text(each.id)) and _text_fits(entry, each.id, wanted, themes, index)
    }
    about_texts = wanted.question or wanted.search.parts or wanted.theme or wanted.tag
    return None if about_texts and not texts else Found(entry, texts)


def _text_fits(entry: Entry, question: str, wanted: Filter, themes: Themes, index: Index) -> bool:
    if wanted.search.parts and not wanted.search.fits(entry.searched(question)):
        return False
    coding = index.coding(entry, question)
    if wanted.tag and (coding is None or wanted.tag not in coding.tags):
        return False
    return not wanted.theme or wanted.theme in _standing(coding, themes)


def _standing(coding: Coding | None, themes: Themes) -> frozenset[str]:
    """The themes that an answer has as they are now, or which of the words of a filter it has instead."""
    now = themes.now(coding.themes) if coding else frozenset()
    return now or frozenset({NO_THEME if coding and coding.no_theme else NOT_DECIDED})


async def tags_in(consultation: str, documents: ConsultationDocuments) -> list[str]:
    index = await index_of(consultation, documents)
    return sorted({tag for coding in index.codings.values() for tag in coding.tags})
