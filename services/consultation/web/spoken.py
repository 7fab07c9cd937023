"""A consultation as it is said in one language: what of it is translated, and the English where it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from markupsafe import Markup

from services.consultation import usecases
from services.consultation.domain import Consultation, Question, Questionnaire
from services.consultation.domain.language import IN_ENGLISH, Language, language
from services.consultation.domain.phrases import WORDS, Texts, phrases_of, translated, translated_details
from services.consultation.storage import ConsultationDocuments
from shared.errors import NotFound
from shared.web.english import InEnglish
from shared.web.forms import Form
from shared.web.viewer import Viewer

Rows = Sequence[tuple[Question, str, str]]
"""As queries.check_rows gives them."""


@dataclass(frozen=True)
class Spoken:
    """Templates take it as `spoken`. `texts` are those of the version that is shown."""

    language: Language = IN_ENGLISH
    offered: Sequence[Language] = ()
    """All languages to choose from, English first; none where there is English alone."""

    texts: Texts = field(default_factory=dict)

    @property
    def is_english(self) -> bool:
        return self.language == IN_ENGLISH

    @property
    def others(self) -> list[Language]:
        return [each for each in self.offered if each != self.language]

    @property
    def attributes(self) -> Markup:
        """For the element around what is said in the language."""
        easy = ' class="engage-easy"' if self.language.easy else ""
        return Markup(f'lang="{self.language.lang}" dir="{self.language.dir}"{easy}')  # noqa: S704 - from our own list

    @property
    def query(self) -> str:
        """What an address ends with to stay in the language."""
        return "" if self.is_english else f"?lang={self.language.id}"

    def word(self, id: str) -> str:
        """A fixed word of the form."""
        return self.texts.get(f"word.{id}") or self.english(WORDS[id])

    def english(self, text: str) -> str:
        """English that nobody has translated, marked as such among another language."""
        return text if self.language.lang == IN_ENGLISH.lang else InEnglish(text)

    def questionnaire(self, asked: Questionnaire) -> Questionnaire:
        return asked if self.is_english else translated(asked, self.texts, self.english)

    def consultation(self, consultation: Consultation) -> Consultation:
        if self.is_english:
            return consultation
        return replace(consultation, details=translated_details(consultation.details, self.texts, self.english))

    def rows(self, said: Rows, english: Rows) -> Rows:
        """Answers in words, marked where they are those of the English: of options that nobody has translated."""
        return [
            (question, self.english(words) if question.is_chosen and words and words == plain else words, page)
            for (question, words, page), (_, plain, _) in zip(said, english, strict=True)
        ]

    def with_errors(self, form: Form, errors: Mapping[str, str]) -> Form:
        """Sentences about faults are English in every language so far."""
        if self.is_english:
            return form.with_errors(errors)
        return form.with_errors({name: self.english(sentence) for name, sentence in errors.items()})


SPOKEN_ENGLISH = Spoken()


async def spoken_in(
    id: str, consultation: Consultation, asked: Questionnaire, documents: ConsultationDocuments
) -> Spoken:
    """In the language with this id, or in English where the consultation is not offered in it."""
    if not consultation.languages:
        return SPOKEN_ENGLISH
    offered = (IN_ENGLISH, *(language(each) for each in consultation.languages))
    if id not in consultation.languages:
        return Spoken(offered=offered)
    try:
        translation = (await usecases.translation(consultation.id, id, documents)).value
    except NotFound:
        return Spoken(offered=offered)
    return Spoken(language(id), offered, translation.texts(phrases_of(consultation.details, asked)))


def switched(form: Form, to: str) -> Form:
    """The same answers in a form of another language."""
    return form.with_value("lang", [to])


@dataclass(frozen=True, slots=True)
class Reader(Viewer):
    """Who answers: in which language, and from which network so far as it may be known (shared/web/arrivals.py)."""

    spoken: Spoken = SPOKEN_ENGLISH
    network: str = ""


def spoken_to(viewer: Viewer) -> Spoken:
    return viewer.spoken if isinstance(viewer, Reader) else SPOKEN_ENGLISH
