"""The values that every part of the selection works on: who volunteered, and what a group must be like."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quota:
    """How few and how many members of a group may have one feature of one category; both ends are allowed."""

    category: str
    feature: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Person:
    """One who volunteered, with one feature for each category, in the order of `Pool.categories`."""

    id: str
    features: tuple[str, ...]
    household: str = ""
    """At most one person of a household is selected. Empty: nothing is known of a household."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Who can be selected, how many are, and what every group must keep to."""

    categories: tuple[str, ...]
    quotas: tuple[Quota, ...]
    people: tuple[Person, ...]
    """Who can be drawn. Nobody of `seated` is among them."""
    seats: int
    """How many members the whole group has, those already seated among them."""
    apart: tuple[tuple[str, str], ...] = ()
    """Pairs of ids who must not sit together. Either may be of `seated`."""
    seated: tuple[Person, ...] = ()
    """Who already has a seat. They take part of `seats` and count for the quotas, and are not drawn."""

    @property
    def to_draw(self) -> int:
        """How many seats are still to be filled."""
        return self.seats - len(self.seated)
