"""Translating a consultation: one command and one function each. Each changes one document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from services.consultation.domain import Consultation
from services.consultation.domain.language import LANGUAGES, Change, Entry, Row, Translation, language, translation_id
from services.consultation.domain.phrases import WORDS, Phrase, phrases_of
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Invalid, NotFound
from shared.store.documents import Loaded
from shared.store.port import Duplicate

CATALOGUE = Path(__file__).parents[1] / "words"
"""The fixed words of the form in languages of which we know them: a start, which officers may change."""


@dataclass(frozen=True)
class AddLanguage:
    consultation: str
    language: str
    by: str


async def add_language(command: AddLanguage, documents: ConsultationDocuments, now: datetime) -> None:
    """Begin a translation. The same again changes nothing. Raises Invalid, NotFound."""
    if command.language not in {each.id for each in LANGUAGES}:
        raise Invalid({"language": "Choose a language from the list"})
    version = (await load(command.consultation, documents)).value.writing.version
    entries = tuple(Entry(f"word.{id}", WORDS[id], text) for id, text in _known_words(command.language).items())
    id = translation_id(command.consultation, command.language)
    made = Translation(id, command.consultation, command.language, entries, version, now, command.by)
    try:
        await documents.translations.add(made)
    except Duplicate:
        return


def _known_words(language_id: str) -> Mapping[str, str]:
    path = CATALOGUE / f"{language_id}.json"
    words: dict[str, str] = json.loads(path.read_text()) if path.is_file() else {}
    return words


@dataclass(frozen=True)
class WriteTexts:
    consultation: str
    language: str
    changes: Sequence[Change]
    by: str


async def write_texts(command: WriteTexts, documents: ConsultationDocuments, now: datetime) -> None:
    """Raises Invalid by key, NotFound."""
    consultation, loaded = await _both(command.consultation, command.language, documents)
    written = loaded.value.write(
        command.changes, to_translate(consultation), consultation.writing.version, command.by, now
    )
    if written is not loaded.value:
        await documents.translations.save(loaded, written)


@dataclass(frozen=True)
class FromTranslator:
    """A line of a file: `english` is what the translator had before them."""

    number: int
    key: str
    english: str
    text: str


@dataclass(frozen=True)
class TakeInTexts:
    consultation: str
    language: str
    lines: Sequence[FromTranslator]
    by: str


@dataclass(frozen=True)
class TakenIn:
    """How many texts are as the file has them now, and a sentence for each line that was left out."""

    texts: int
    left_out: Sequence[str]


async def take_in_texts(command: TakeInTexts, documents: ConsultationDocuments, now: datetime) -> TakenIn:
    """Take in what fits and say what does not. A line with no translation changes nothing. Raises NotFound."""
    consultation, loaded = await _both(command.consultation, command.language, documents)
    phrases = {phrase.key: phrase for phrase in to_translate(consultation)}
    left_out: dict[int, str] = {}
    good: dict[str, FromTranslator] = {}
    for line in command.lines:
        if not line.text:
            continue
        if why := _why_not(line, phrases.get(line.key), good):
            left_out[line.number] = why
        else:
            good[line.key] = line
    translation = loaded.value
    version = consultation.writing.version
    try:
        written = translation.write(_changes(good), tuple(phrases.values()), version, command.by, now)
    except Invalid as invalid:
        for key, why in invalid.errors.items():
            left_out[good.pop(key).number] = why
        written = translation.write(_changes(good), tuple(phrases.values()), version, command.by, now)
    if written is not translation:
        await documents.translations.save(loaded, written)
    return TakenIn(len(good), [f"Line {number}: {why}" for number, why in sorted(left_out.items())])


def _changes(lines: Mapping[str, FromTranslator]) -> list[Change]:
    return [Change(line.key, line.text) for line in lines.values()]


def _why_not(line: FromTranslator, phrase: Phrase | None, before: Mapping[str, FromTranslator]) -> str:
    if phrase is None:
        return "the consultation has no such text any more"
    if " ".join(line.english.split()) != " ".join(phrase.text.split()):
        return "the English is not what it was when the file was made"
    if line.key in before:
        return f"the text stands in line {before[line.key].number} already"
    return ""


@dataclass(frozen=True)
class OfferLanguage:
    consultation: str
    language: str


async def offer_language(command: OfferLanguage, documents: ConsultationDocuments) -> None:
    """Publish a language. Raises Conflict, NotFound."""
    _, translation = await _both(command.consultation, command.language, documents)
    loaded = await load(command.consultation, documents)
    translation.value.must_be_publishable(to_translate(loaded.value))
    offered = loaded.value.offer(command.language)
    if offered is not loaded.value:
        await documents.consultations.save(loaded, offered)


async def no_longer_offer_language(command: OfferLanguage, documents: ConsultationDocuments) -> None:
    loaded = await load(command.consultation, documents)
    await documents.consultations.save(loaded, loaded.value.no_longer_offer(command.language))


def to_translate(consultation: Consultation) -> tuple[Phrase, ...]:
    """The texts of the version that officers see: the one being written, where there is one."""
    return phrases_of(consultation.details, consultation.writing)


async def translation(consultation: str, language_id: str, documents: ConsultationDocuments) -> Loaded[Translation]:
    """Raises NotFound."""
    loaded = await documents.translations.get(translation_id(consultation, language(language_id).id))
    if loaded is None:
        raise NotFound("This language has not been added to the consultation")
    return loaded


async def translations(consultation: str, documents: ConsultationDocuments) -> list[Translation]:
    found = await documents.translations.find({"consultation": consultation}, limit=len(LANGUAGES))
    return [each.value for each in found]


@dataclass(frozen=True)
class Progress:
    done: int
    total: int
    outdated: int


def progress(rows: Sequence[Row]) -> Progress:
    return Progress(sum(bool(row.text) for row in rows), len(rows), sum(bool(row.outdated) for row in rows))


async def _both(
    consultation: str, language_id: str, documents: ConsultationDocuments
) -> tuple[Consultation, Loaded[Translation]]:
    loaded = await load(consultation, documents)
    return loaded.value, await translation(consultation, language_id, documents)
