"""Who lives in a place: the share of each group, with its source, and which answers people are compared by."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]

ROUNDING = 0.02
"""Published shares are rounded, so that they may come to a little more or less than 1."""


class Compared(BaseModel):
    """One group as it can be compared: groups of the population together, and the answers that mean them.

    Published groups and the answers of a form seldom have the same borders. Where they can be put together so that
    they do, this says how; where they cannot, they are not compared.
    """

    model_config = ConfigDict(frozen=True)

    name: Text
    groups: tuple[Text, ...] = Field(min_length=1)
    options: tuple[Text, ...] = Field(min_length=1)
    """Ids of options of the question on equality."""


class Characteristic(BaseModel):
    """`shares` from 0 to 1, by group, of everyone who lives there. `question`: the one on equality that asks for it."""

    model_config = ConfigDict(frozen=True)

    name: Text
    source: Text
    shares: Mapping[Text, float] = Field(min_length=1)
    note: str = ""
    """What to know about the comparison. Shown beside it."""

    question: str = ""
    compare: tuple[Compared, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if min(self.shares.values()) < 0 or abs(sum(self.shares.values()) - 1) > ROUNDING:
            raise ValueError(f"the shares come to {sum(self.shares.values()):.0%}, and must come to 100%")
        groups = [group for each in self.compare for group in each.groups]
        for group in groups:
            if group not in self.shares:
                raise ValueError(f"compare names the group {group}, which shares does not have")
        for what, named in (
            ("group", groups),
            ("option", [option for each in self.compare for option in each.options]),
            ("name", [each.name for each in self.compare]),
        ):
            if twice := _twice(named):
                raise ValueError(f"compare has the {what} {twice} twice")
        return self

    def share_of(self, compared: Compared) -> float:
        return sum(self.shares[group] for group in compared.groups)


def _twice(names: Sequence[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")


WARD = "ward"
"""The id of the characteristic whose groups are the wards."""
