"""Coding: which themes an officer says that an answer has, and how it is tagged. Nothing else is counted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.consultation.domain.theme import Themes
from shared.errors import Invalid

TAG_LIMIT, TAGS_LIMIT = 40, 20


@dataclass(frozen=True, slots=True)
class CodingStep:
    at: datetime
    by: str
    added: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()
    no_theme: bool = False


@dataclass(frozen=True, slots=True)
class Coding:
    """Of one answer: `mark` is that of its text. Where the text is another now, its themes count no more.

    `rejected` are themes that were suggested for it and that it does not have.
    """

    id: str
    consultation: str
    response: str
    question: str
    mark: str
    touched: datetime
    themes: tuple[str, ...] = ()
    no_theme: bool = False
    rejected: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    steps: tuple[CodingStep, ...] = ()

    @property
    def is_decided(self) -> bool:
        return bool(self.themes) or self.no_theme

    def code(self, change: "Change", by: str, now: datetime) -> "Coding":
        """Put themes in and take some out: what others did meanwhile stays. The same again changes nothing."""
        mine = self if self.mark == change.mark else replace(self, mark=change.mark, themes=(), rejected=())
        kept = [id for id in mine.themes if id not in change.out]
        themes = tuple(dict.fromkeys((*kept, *change.add)))
        no_theme = change.no_theme and not change.add
        if no_theme:
            themes = ()
        elif change.no_theme is None:
            no_theme = mine.no_theme and not themes
        rejected = tuple(dict.fromkeys((*mine.rejected, *change.reject)))
        rejected = tuple(id for id in rejected if id not in themes)
        added = tuple(id for id in themes if id not in mine.themes)
        gone = tuple(id for id in self.themes if id not in themes)
        after = replace(mine, themes=themes, no_theme=bool(no_theme), rejected=rejected, tags=_tags(mine.tags, change))
        if after == self:
            return self
        step = CodingStep(now, by, added, gone, after.no_theme)
        return replace(after, touched=now, steps=(*self.steps, step))


@dataclass(frozen=True, slots=True)
class Change:
    """`no_theme` None leaves that as it is. `mark` is that of the text which the officer saw."""

    mark: str
    add: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    no_theme: bool | None = None
    reject: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    tags_out: tuple[str, ...] = ()


def coding_id(response: str, question: str) -> str:
    return f"{response}:{question}"


def uncoded(consultation: str, response: str, question: str, now: datetime) -> Coding:
    return Coding(coding_id(response, question), consultation, response, question, "", now)


def tags_in(typed: str) -> tuple[str, ...]:
    """Tags with commas between them. Raises Invalid."""
    tags = tuple(dict.fromkeys(" ".join(part.split()).casefold() for part in typed.split(",") if part.strip()))
    if any(len(tag) > TAG_LIMIT for tag in tags):
        raise Invalid({"tags": f"Each tag must be {TAG_LIMIT} characters or fewer. Put commas between them"})
    if len(tags) > TAGS_LIMIT:
        raise Invalid({"tags": f"An answer can have up to {TAGS_LIMIT} tags"})
    return tags


def _tags(tags: Sequence[str], change: Change) -> tuple[str, ...]:
    kept = [tag for tag in tags if tag not in change.tags_out]
    return tuple(dict.fromkeys((*kept, *change.tags)))


@dataclass(frozen=True, slots=True)
class Coded:
    """An answer as counts need it: in which group its respondent is, and what an officer has decided."""

    group: str
    themes: frozenset[str]
    is_decided: bool


@dataclass(frozen=True, slots=True)
class ThemeCounts:
    """How many answers have each theme, by group of respondents; an answer with several is counted in each."""

    answers: int
    decided: int
    none: int
    themes: Mapping[str, int]
    by_group: Mapping[str, Mapping[str, int]]
    """By group: by theme."""

    decided_by_group: Mapping[str, int]


def count_themes(answers: Iterable[Coded]) -> ThemeCounts:
    themes, none = Counter[str](), 0
    by_group: dict[str, Counter[str]] = {}
    total, decided = 0, Counter[str]()
    for answer in answers:
        total += 1
        if not answer.is_decided:
            continue
        decided[answer.group] += 1
        none += not answer.themes
        themes.update(answer.themes)
        by_group.setdefault(answer.group, Counter()).update(answer.themes)
    return ThemeCounts(total, sum(decided.values()), none, themes, by_group, decided)


def coded(coding: Coding | None, mark: str, themes: Themes, group: str) -> Coded:
    """An answer whose text has changed since it was coded is not decided; one whose themes are all gone neither."""
    if coding is None or coding.mark != mark:
        return Coded(group, frozenset(), is_decided=False)
    now = themes.now(coding.themes)
    return Coded(group, now, is_decided=bool(now) or coding.no_theme)
