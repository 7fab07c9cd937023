"""The words of a report: its introduction, the decision, and what was said and done about each theme."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from shared.errors import Conflict, NotFound

ITEMS = 40
"""Themes of one report at the most."""

THEME_LIMIT = 120
WHO_LIMIT = 200
TEXT_LIMIT = 2_000
INTRODUCTION_LIMIT = 5_000
CORRECTION_LIMIT = 600


class Upshot(StrEnum):
    """What came of what people said about a theme."""

    DONE = "done"
    PLANNED = "planned"
    NOT_DONE = "not_done"


@dataclass(frozen=True, slots=True)
class Item:
    """`did` is what was done or is planned, or why it is not done; `on` when, by when, or when that was decided."""

    id: str
    theme: str
    said: str = ""
    upshot: Upshot | None = None
    did: str = ""
    on: date | None = None

    @property
    def is_whole(self) -> bool:
        return not item_faults(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """Taken: on which day, by whom, what and why. Not taken: since which day that is so, and why not yet."""

    taken: bool
    on: date | None
    reasons: str
    by: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    introduction: str = ""
    method: str = ""
    decision: Decision | None = None
    items: tuple[Item, ...] = ()

    def item(self, id: str) -> Item:
        """Raises NotFound."""
        for each in self.items:
            if each.id == id:
                return each
        raise NotFound("There is no such theme in this report")

    def put(self, item: Item) -> "Content":
        """Raises Conflict when there is no room for one more."""
        if any(each.id == item.id for each in self.items):
            return replace(self, items=tuple(item if each.id == item.id else each for each in self.items))
        if len(self.items) >= ITEMS:
            raise Conflict(f"A report can have {ITEMS} themes. Put some of them together")
        return replace(self, items=(*self.items, item))

    def move(self, id: str, step: int) -> "Content":
        """Raises NotFound; beyond either end it stays."""
        items = list(self.items)
        place = items.index(self.item(id))
        items.insert(max(0, place + step), items.pop(place))
        return replace(self, items=tuple(items))

    def lacks(self) -> tuple[str, ...]:
        """Sentences; empty where it can be published."""
        lacking = []
        if self.decision is None:
            lacking.append("Record the decision, or say that it is not taken yet and why")
        if not self.items:
            lacking.append("Add at least one theme: what people said about it, and what was done")
        lacking += [f"Finish “{item.theme}”: {_first(item)}" for item in self.items if not item.is_whole]
        return tuple(lacking)


def with_themes(content: Content, themes: Sequence[tuple[str, str, str]]) -> Content:
    """`themes`: id, title and what was said. Those that are there by title stay; there is room for ITEMS in all."""
    there = {item.theme.casefold() for item in content.items}
    new = [Item(id, title[:THEME_LIMIT], said) for id, title, said in themes if title.casefold() not in there]
    return replace(content, items=(*content.items, *new)[:ITEMS])


def item_faults(item: Item) -> dict[str, str]:
    """Sentence by field."""
    texts = (("theme", "theme", THEME_LIMIT), ("said", "text", TEXT_LIMIT), ("did", "text", TEXT_LIMIT))
    faults = {
        field: sentence for field, name, limit in texts if (sentence := too_long(getattr(item, field), name, limit))
    }
    needed = (
        ("theme", "Name the theme"),
        ("said", "Say what people said about it"),
        ("upshot", "Choose what came of it"),
        ("did", "Say what was done or is planned, or why it is not done"),
        ("on", "Enter a day"),
    )
    return {field: sentence for field, sentence in needed if not getattr(item, field)} | faults


def decision_faults(decision: Decision) -> dict[str, str]:
    """Sentence by field."""
    texts = (("words", "decision", TEXT_LIMIT), ("by", "name", WHO_LIMIT), ("reasons", "text", TEXT_LIMIT))
    faults = _too_long(decision, texts)
    if decision.on is None:
        faults["on"] = "Enter the day of the decision" if decision.taken else "Enter the day on which you say this"
    if decision.taken and not decision.by:
        faults["by"] = "Say who took the decision"
    if decision.taken and not decision.words:
        faults["words"] = "Say what was decided"
    if not decision.reasons:
        faults["reasons"] = "Give the reasons" if decision.taken else "Say why it is not decided yet"
    return faults


def introduction_faults(introduction: str, method: str) -> dict[str, str]:
    """Sentence by field."""
    texts = (("introduction", introduction, "introduction"), ("method", method, "text"))
    return {field: sentence for field, text, name in texts if (sentence := too_long(text, name, INTRODUCTION_LIMIT))}


def too_long(text: str, name: str, limit: int) -> str:
    """A sentence, or nothing."""
    over = len(text) - limit
    return f"The {name} must be {limit:,} characters or fewer. It is {over:,} over" if over > 0 else ""


def _too_long(written: Item | Decision, texts: Sequence[tuple[str, str, int]]) -> dict[str, str]:
    """`texts`: field, what it is called, and its limit."""
    found = {field: too_long(getattr(written, field), name, limit) for field, name, limit in texts}
    return {field: sentence for field, sentence in found.items() if sentence}


def in_future(field: str, day: date | None, today: date) -> dict[str, str]:
    """Sentence by field, for what is said to have happened."""
    return {field: "This day is still to come. Enter the day on which it happened"} if day and day > today else {}


def _first(item: Item) -> str:
    sentence = next(iter(item_faults(item).values()))
    return sentence[0].lower() + sentence[1:]
