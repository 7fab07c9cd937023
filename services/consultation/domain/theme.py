"""Themes of what people wrote to one question: made, renamed, merged and deleted by officers.

A theme that was merged stays, and leads to the one that it went into. So merging changes one document, and an answer
that somebody confirms into it at the same moment is in the other theme with the rest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.errors import Conflict, Invalid

NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class ThemeStep:
    """What was done: made, renamed, merged or deleted; `note` has the name it had before, or that it went into."""

    at: datetime
    by: str
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """`suggestion` is the suggested theme that it was made from, `split_from` the theme that its answers were in."""

    id: str
    consultation: str
    question: str
    name: str
    steps: tuple[ThemeStep, ...]
    merged_into: str = ""
    deleted: bool = False
    suggestion: str = ""
    split_from: str = ""

    @property
    def is_there(self) -> bool:
        return not (self.merged_into or self.deleted)

    def rename(self, name: str, by: str, now: datetime) -> "Theme":
        """The same name again changes nothing. Raises Conflict, Invalid."""
        self._must_be_there()
        if name == self.name:
            return self
        _must_be_a_name(name)
        return replace(self, name=name, steps=(*self.steps, ThemeStep(now, by, "renamed", self.name)))

    def merge_into(self, other: "Theme", by: str, now: datetime) -> "Theme":
        """Raises Conflict where either is not there any more, Invalid for itself or a theme of another question."""
        if self.merged_into == other.id:
            return self
        self._must_be_there()
        if not other.is_there:
            raise Conflict(f"“{other.name}” is not there any more. Choose another theme")
        if other.id == self.id or (other.consultation, other.question) != (self.consultation, self.question):
            raise Invalid({"into": "Choose another theme of the same question"})
        return replace(self, merged_into=other.id, steps=(*self.steps, ThemeStep(now, by, "merged", other.name)))

    def delete(self, by: str, now: datetime) -> "Theme":
        """Answers that were in it are kept, and are not in it any more. Raises Conflict where it was merged."""
        if self.deleted:
            return self
        self._must_be_there()
        return replace(self, deleted=True, steps=(*self.steps, ThemeStep(now, by, "deleted")))

    def _must_be_there(self) -> None:
        if self.merged_into:
            raise Conflict(f"“{self.name}” was merged into another theme meanwhile. Open that one")
        if self.deleted:
            raise Conflict(f"“{self.name}” was deleted meanwhile")


def make_theme(  # noqa: PLR0913
    id: str,
    consultation: str,
    question: str,
    name: str,
    by: str,
    now: datetime,
    *,
    suggestion: str = "",
    split_from: str = "",
) -> Theme:
    """Raises Invalid."""
    _must_be_a_name(name)
    step = ThemeStep(now, by, "made")
    return Theme(id, consultation, question, name, (step,), suggestion=suggestion, split_from=split_from)


def _must_be_a_name(name: str) -> None:
    if not name:
        raise Invalid({"name": "Enter a name for the theme"})
    if len(name) > NAME_LIMIT:
        over = len(name) - NAME_LIMIT
        raise Invalid({"name": f"The name must be {NAME_LIMIT} characters or fewer. It is {over} over"})


class Themes:
    """All themes of a question, with what each has become."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._by_id: Mapping[str, Theme] = {theme.id: theme for theme in themes}

    @property
    def there(self) -> list[Theme]:
        """By name; of those that were merged into each other at the same moment, one stays."""
        found = {theme.id: theme for id in self._by_id if (theme := self.of(id)) is not None}
        return sorted(found.values(), key=lambda theme: (theme.name.casefold(), theme.id))

    def of(self, id: str) -> Theme | None:
        """What a theme is now: itself, or the one that it was merged into in the end; None where that was deleted."""
        way: list[str] = []
        while id in self._by_id and id not in way:
            way.append(id)
            theme = self._by_id[id]
            if not theme.merged_into:
                return None if theme.deleted else theme
            id = theme.merged_into
        if id not in way:
            return None
        # Two officers merged them into each other at once: all look to the same one.
        return self._by_id[min(way[way.index(id) :])]

    def now(self, ids: Iterable[str]) -> frozenset[str]:
        """The themes that these have become: each once."""
        return frozenset(theme.id for id in ids if (theme := self.of(id)) is not None)

    def merged_in(self, id: str) -> list[Theme]:
        """The theme itself and those that were merged into it."""
        return [theme for theme in self._by_id.values() if (now := self.of(theme.id)) is not None and now.id == id]
