"""The languages in which a consultation can be read, and the translation of one into one of them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.phrases import Phrase
from services.consultation.domain.response import ENGLISH
from shared.errors import Conflict, Invalid, NotFound

ROOM = 200
TIMES_AS_LONG = 4
"""How long a translation may be: some languages take twice the letters, none takes four times."""


@dataclass(frozen=True, slots=True)
class Language:
    """`own` is what its speakers call it; `html` what a browser and a screen reader know it by."""

    id: str
    name: str
    own: str
    rtl: bool = False
    html: str = ""
    easy: bool = False

    @property
    def lang(self) -> str:
        return self.html or self.id

    @property
    def dir(self) -> str:
        return "rtl" if self.rtl else "ltr"


IN_ENGLISH = Language(ENGLISH, "English", "English", html="en-GB")
EASY_READ = Language("en-easy", "Easy read", "Easy read", html="en-GB", easy=True)

LANGUAGES = (
    EASY_READ,
    Language("sq", "Albanian", "Shqip"),
    Language("am", "Amharic", "አማርኛ"),
    Language("ar", "Arabic", "العربية", rtl=True),
    Language("bn", "Bengali", "বাংলা"),
    Language("bg", "Bulgarian", "Български"),
    Language("zh-Hans", "Chinese, simplified", "简体中文"),
    Language("zh-Hant", "Chinese, traditional", "繁體中文"),
    Language("cs", "Czech", "Čeština"),
    Language("fr", "French", "Français"),
    Language("de", "German", "Deutsch"),
    Language("el", "Greek", "Ελληνικά"),
    Language("gu", "Gujarati", "ગુજરાતી"),
    Language("he", "Hebrew", "עברית", rtl=True),
    Language("hi", "Hindi", "हिन्दी"),
    Language("hu", "Hungarian", "Magyar"),
    Language("ga", "Irish", "Gaeilge"),
    Language("it", "Italian", "Italiano"),
    Language("ckb", "Kurdish, Sorani", "کوردی", rtl=True),
    Language("lv", "Latvian", "Latviešu"),
    Language("lt", "Lithuanian", "Lietuvių"),
    Language("ml", "Malayalam", "മലയാളം"),
    Language("ne", "Nepali", "नेपाली"),
    Language("ps", "Pashto", "پښتو", rtl=True),
    Language("fa", "Persian", "فارسی", rtl=True),
    Language("pl", "Polish", "Polski"),
    Language("pt", "Portuguese", "Português"),
    Language("pa", "Punjabi", "ਪੰਜਾਬੀ"),
    Language("ro", "Romanian", "Română"),
    Language("ru", "Russian", "Русский"),
    Language("gd", "Scottish Gaelic", "Gàidhlig"),
    Language("sk", "Slovak", "Slovenčina"),
    Language("so", "Somali", "Soomaali"),
    Language("es", "Spanish", "Español"),
    Language("ta", "Tamil", "தமிழ்"),
    Language("te", "Telugu", "తెలుగు"),
    Language("tr", "Turkish", "Türkçe"),
    Language("uk", "Ukrainian", "Українська"),
    Language("ur", "Urdu", "اردو", rtl=True),
    Language("vi", "Vietnamese", "Tiếng Việt"),
    Language("cy", "Welsh", "Cymraeg"),
)

_BY_ID = {each.id: each for each in (IN_ENGLISH, *LANGUAGES)}


def language(id: str) -> Language:
    """Raises NotFound."""
    if id not in _BY_ID:
        raise NotFound("We do not know this language")
    return _BY_ID[id]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one text says in the language. `original` is the English that it was made from."""

    key: str
    original: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What an officer gives for a text: `was` names what stood there when they began (see `mark_of`)."""

    key: str
    text: str
    was: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A text beside its translation; `outdated` is a translation of what the English said before."""

    phrase: Phrase
    text: str
    outdated: str = ""

    @property
    def mark(self) -> str:
        return mark_of(self.text)


@dataclass(frozen=True, slots=True)
class Translation:
    """One language of one consultation. An entry stays when the English changes, and counts only for what it was of.

    So each version of a questionnaire finds its own, whichever is answered while the other is written.
    """

    id: str
    consultation: str
    language: str
    entries: tuple[Entry, ...] = ()
    version: int = 1
    """Of the questionnaire that was translated last."""

    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def spoken(self) -> Language:
        return language(self.language)

    def rows(self, phrases: Iterable[Phrase]) -> tuple[Row, ...]:
        now = {(entry.key, entry.original): entry.text for entry in self.entries}
        last = {entry.key: entry.text for entry in self.entries}
        return tuple(
            Row(phrase, text, "" if text else last.get(phrase.key, ""))
            for phrase in phrases
            for text in (now.get((phrase.key, phrase.text), ""),)
        )

    def texts(self, phrases: Iterable[Phrase]) -> Mapping[str, str]:
        """By key; those that are missing or out of date are left out."""
        return {row.phrase.key: row.text for row in self.rows(phrases) if row.text}

    def write(
        self, changes: Sequence[Change], phrases: Sequence[Phrase], version: int, by: str, now: datetime
    ) -> "Translation":
        """Take in what differs. Raises Invalid by key where a text is too long, or someone else has changed it."""
        rows = {row.phrase.key: row for row in self.rows(phrases)}
        faults: dict[str, str] = {}
        made: dict[tuple[str, str], Entry] = {(entry.key, entry.original): entry for entry in self.entries}
        for change in changes:
            row = rows.get(change.key)
            if row is None or _untouched(change, row):
                continue
            if fault := _fault(change, row):
                faults[change.key] = fault
            place = (change.key, row.phrase.text)
            made.pop(place, None)  # so that the newest of a text stands last
            if change.text:
                made[place] = Entry(change.key, row.phrase.text, change.text)
        if faults:
            raise Invalid(faults)
        entries = tuple(made.values())
        if entries == self.entries:
            return self
        return replace(self, entries=entries, version=version, changed_at=now, changed_by=by)

    def must_be_publishable(self, phrases: Iterable[Phrase]) -> None:
        """Raises Conflict while there is no title in the language."""
        if "details.title" not in self.texts(phrases):
            raise Conflict("Translate the title first: people choose a consultation by it")


def translation_id(consultation: str, language_id: str) -> str:
    return f"{consultation}:{language_id}"


def mark_of(text: str) -> str:
    """A short sign by which a form knows whether a text is still the one that it was opened with."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _untouched(change: Change, row: Row) -> bool:
    return change.text == row.text or (change.was is not None and change.was == mark_of(change.text))


def _fault(change: Change, row: Row) -> str:
    limit = TIMES_AS_LONG * len(row.phrase.text) + ROOM
    if len(change.text) > limit:
        return f"This is {len(change.text) - limit:,} characters too long for “{row.phrase.name}”"
    if change.was is not None and change.was != row.mark:
        now = f"It now says: {row.text}" if row.text else "It is empty now"
        return f"Someone else has changed this since you opened the page. {now}. Save again to put yours in its place"
    return ""
