"""The town this runs for, read from places/<name>/place.json: a council changes that file and no code."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contrast import contrast
from shared.data_file import read_data_file
from shared.population import WARD, Characteristic

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]

WHITE = "#ffffff"
TEXT_CONTRAST = 4.5
"""The least ratio for text, WCAG 2.2 success criterion 1.4.3."""


class BrokenPlace(ValueError):  # noqa: N818
    """A place.json that cannot be used; the sentence names the file and the field."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Colours(_Part):
    """Set so that text can be read: each pair that pages put on each other is checked."""

    brand: Colour
    brand_dark: Colour
    support: Colour
    accent: Colour
    link: Colour
    tint: Colour
    warm: Colour

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        light = {"white": WHITE, "tint": self.tint, "warm": self.warm}
        pairs = [(name, back) for name in ("brand", "brand_dark", "support", "link") for back in light]
        for name, back in [*pairs, ("brand_dark", "accent")]:
            ratio = contrast(getattr(self, name), light.get(back) or getattr(self, back))
            if ratio < TEXT_CONTRAST:
                message = f"{name} on {back} has a contrast of {ratio:.1f} to 1; text needs {TEXT_CONTRAST} or more"
                raise ValueError(message)
        return self


class Population(_Part):
    total: int = Field(gt=0)
    source: Text


class Outcome(_Part):
    id: Id
    title: Text


class Priority(_Part):
    id: Id
    title: Text
    board: Text
    outcomes: tuple[Outcome, ...] = Field(min_length=1)


class Measure(_Part):
    outcome: Id
    title: Text
    unit: Text
    series: tuple[tuple[Text, float], ...] = Field(min_length=1)
    """Year and figure, the oldest first."""
    direction: Literal["up", "down"]
    target: tuple[Text, float] | None = None


class PublishedShare(_Part):
    """`share`, from 0 to 1, is of those who answered the question `text` and chose one of `options`."""

    question: Id
    text: Text
    options: tuple[Text, ...] = Field(min_length=1)
    label: Text
    share: float = Field(ge=0, le=1)


class PublishedWave(_Part):
    """A year of a survey of which only totals were published. `source` says where, and what is not known."""

    name: Text
    source: Text
    shares: tuple[PublishedShare, ...] = Field(min_length=1)


class Survey(_Part):
    """A survey that is asked again and again; `waves` are those that were not asked here, the oldest first."""

    id: Id
    title: Text
    waves: tuple[PublishedWave, ...] = Field(min_length=1)


class Place(_Part):
    name: Text
    council: Text
    programme: Text
    tagline: Text
    contact_email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    post_to: tuple[Text, ...] = ()
    """Lines of the address to which forms on paper are sent, without the council's name."""

    population: Population
    characteristics: Mapping[Text, Characteristic] = {}
    """Who lives here, by what they are compared by. Ward populations, where they are known, are under "ward"."""

    wards: tuple[Text, ...] = Field(min_length=1)
    languages: tuple[Id, ...] = Field(min_length=1)
    priorities: tuple[Priority, ...] = Field(min_length=1)
    missions: tuple[Text, ...] = ()
    measures: tuple[Measure, ...] = ()
    surveys: tuple[Survey, ...] = ()
    venues: tuple[Text, ...] = ()
    colours: Colours
    small_numbers: Literal[5, 10] = 5
    """Fewer people than this are never shown as a group in cross tables."""

    second_officer: bool = False
    """Whether another officer has to approve a consultation before it is published."""

    postcodes: Mapping[str, str] = Field(default_factory=dict)
    """The ward by postcode, without spaces; from postcodes.csv, where the place has that."""

    @property
    def interests(self) -> tuple[tuple[str, str], ...]:
        """What a resident can follow: id and title of every priority."""
        return tuple((priority.id, priority.title) for priority in self.priorities)

    def ward_of(self, postcode: str) -> str | None:
        """None for a postcode that is not listed."""
        return self.postcodes.get(_bare(postcode))

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        outcomes = [outcome.id for priority in self.priorities for outcome in priority.outcomes]
        for what, names in (
            ("wards", self.wards),
            ("priorities", [priority.id for priority in self.priorities]),
            ("outcomes", outcomes),
            ("surveys", [survey.id for survey in self.surveys]),
        ):
            if len(set(names)) < len(names):
                raise ValueError(f"{what} holds the same one twice")
        if WARD in self.characteristics and set(self.characteristics[WARD].shares) != set(self.wards):
            raise ValueError("characteristics.ward must have a share for each of the wards, and for nothing else")
        for measure in self.measures:
            if measure.outcome not in outcomes:
                raise ValueError(f"measures names the outcome {measure.outcome}, which no priority has")
        return self


def load_place(folder: Path) -> Place:
    """Read `folder`/place.json, and `folder`/postcodes.csv where it is there. Raises BrokenPlace."""
    place, listed = read_data_file(folder / "place.json", Place, BrokenPlace), folder / "postcodes.csv"
    return place.model_copy(update={"postcodes": _postcodes(listed, place.wards)}) if listed.exists() else place


def _postcodes(path: Path, wards: tuple[str, ...]) -> Mapping[str, str]:
    """Of lines with a postcode and the name of its ward, under the heading postcode,ward. Raises BrokenPlace."""
    try:
        lines = csv.reader(path.read_text("utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenPlace(f"{path} cannot be read: {error}.") from error
    if next(lines, None) != ["postcode", "ward"]:
        raise BrokenPlace(f"{path}: The first line must be postcode,ward.")
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 2):
        postcode, _, ward = (text.strip() for text in ",".join(line).partition(","))
        if not postcode or ward not in wards:
            raise BrokenPlace(f"{path}, line {number}: There must be a postcode, and a ward that place.json has.")
        if found.setdefault(_bare(postcode), ward) != ward:
            raise BrokenPlace(f"{path}, line {number}: {postcode} is in two wards.")
    return found


def _bare(postcode: str) -> str:
    return "".join(postcode.upper().split())
