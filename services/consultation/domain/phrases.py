"""Every text of a consultation that people read, and the questionnaire in other words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from services.consultation.domain.details import PUBLIC_TEXTS, Details
from services.consultation.domain.question import AGREE_SCALE, OTHER, RESPONDENTS, Kind, Option, Question
from services.consultation.domain.questionnaire import Exit, Page, Questionnaire

Texts = Mapping[str, str]
"""By the key of a phrase."""

Fallback = Callable[[str], str]
"""What stands in for a text that is not translated: the English, which a page may mark as such."""

QUESTION_TEXTS = {
    "text": "question",
    "hint": "hint",
    "keep_why": "why we need the postcode",
    "facts_title": "heading of the background",
    "facts": "background",
}
LONG = 80
"""From so many characters on a text has a box of several lines."""

WORDS = {
    "start": "Have your say",
    "continue": "Continue",
    "back": "Back",
    "optional": "optional",
    "check": "Check your answers",
    "change": "Change",
    "not_answered": "Not answered",
    "send": "Send your answers",
    "received": "We have your answers",
    "reference": "Your reference",
    "thanks": "Thank you for answering.",
    "other": OTHER.text,
}
"""The fixed words of answering, in the order in which people meet them."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text: `group` is the part of the consultation that it stands in, `name` what it is there."""

    key: str
    text: str
    group: str
    name: str

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG or "\n" in self.text


def phrases_of(details: Details, questionnaire: Questionnaire) -> tuple[Phrase, ...]:
    """In the order in which people read them; a text that stands in several places, such as a scale, once."""
    found = [
        *(Phrase(f"details.{field}", getattr(details, field), "Consultation", name) for field, name in PUBLIC_TEXTS),
        *(phrase for number, page in enumerate(questionnaire.pages, 1) for phrase in _of_page(page, f"Page {number}")),
        *(
            Phrase(f"exit.{each.id}.{part}", text, "Exit pages", part)
            for each in questionnaire.exits
            for part, text in (("title", each.title), ("text", each.text))
        ),
        *(Phrase(f"word.{id}", text, "Words of the form", "word") for id, text in WORDS.items()),
    ]
    by_key = {phrase.key: phrase for phrase in found if phrase.text.strip()}
    return tuple(by_key.values())


def _of_page(page: Page, group: str) -> list[Phrase]:
    parts = (
        ("section", page.section, "section"),
        ("title", page.title, "title"),
        ("intro", page.intro, "introduction"),
    )
    return [
        *(Phrase(f"page.{page.id}.{part}", text, group, name) for part, text, name in parts),
        *(phrase for question in page.questions for phrase in _of_question(question, group)),
    ]


def _of_question(question: Question, group: str) -> list[Phrase]:
    return [
        *(
            Phrase(f"question.{question.id}.{field}", getattr(question, field), group, name)
            for field, name in QUESTION_TEXTS.items()
        ),
        *(Phrase(_row(question, row), row.text, group, "row") for row in question.rows),
        *(
            Phrase(_option(question, option), option.text, group, "answer")
            for option in question.options
            if question.kind is not Kind.WARD  # names of places
        ),
    ]


def _option(question: Question, option: Option) -> str:
    if option in AGREE_SCALE or option in RESPONDENTS:
        return f"answer.{option.id}"
    return f"option.{question.id}.{option.id}"


def _row(question: Question, row: Option) -> str:
    return f"row.{question.id}.{row.id}"


def unmarked(text: str) -> str:
    return text


def translated(questionnaire: Questionnaire, texts: Texts, fallback: Fallback = unmarked) -> Questionnaire:
    """The same questionnaire in other words: ids, routes and version stay."""

    def say(key: str, text: str) -> str:
        return texts.get(key) or (fallback(text) if text else text)

    return replace(
        questionnaire,
        pages=tuple(_page(page, say) for page in questionnaire.pages),
        exits=tuple(_exit(each, say) for each in questionnaire.exits),
    )


def translated_details(details: Details, texts: Texts, fallback: Fallback = unmarked) -> Details:
    """What the page of a consultation shows, in other words."""
    said: dict[str, Any] = {
        field: texts.get(f"details.{field}") or fallback(text)
        for field, _ in PUBLIC_TEXTS
        if (text := getattr(details, field))
    }
    return replace(details, **said)


Say = Callable[[str, str], str]


def _page(page: Page, say: Say) -> Page:
    said: dict[str, Any] = {
        part: say(f"page.{page.id}.{part}", getattr(page, part)) for part in ("section", "title", "intro")
    }
    return replace(page, **said, questions=tuple(_question(question, say) for question in page.questions))


def _question(question: Question, say: Say) -> Question:
    said: dict[str, Any] = {
        field: say(f"question.{question.id}.{field}", getattr(question, field)) for field in QUESTION_TEXTS
    }
    options = question.options
    if question.kind is not Kind.WARD:
        options = tuple(replace(each, text=say(_option(question, each), each.text)) for each in options)
    rows = tuple(replace(each, text=say(_row(question, each), each.text)) for each in question.rows)
    return replace(question, **said, options=options, rows=rows, other_text=say("word.other", question.other_text))


def _exit(exit: Exit, say: Say) -> Exit:
    said = {part: say(f"exit.{exit.id}.{part}", getattr(exit, part)) for part in ("title", "text")}
    return replace(exit, **said)
