"""What a template's folder says of it in about.json: its name, when it is sent, and what officers may change."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from services.notifications.domain import SUBJECT, TEST, Passage
from shared.data_file import read_data_file

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$")]
TAKEN = frozenset({TEST, "items", "wording", "unsubscribe", "preferences"})
"""Names that the composer gives a meaning of its own."""


class BrokenMail(ValueError):  # noqa: N818
    """A template that cannot be used; the sentence names the file and the field."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AboutPassage(_Part):
    label: Text
    text: str
    """As it is delivered."""
    values: tuple[Name, ...] = ()
    required: bool = True


class Sample(_Part):
    """What fills the template where it is shown to officers."""

    values: dict[Name, str]
    items: tuple[dict[Name, str], ...] = ()


class About(_Part):
    name: Text
    sent: Text
    """When it is sent, in a sentence."""
    passages: dict[Name, AboutPassage]
    sample: Sample
    unsubscribe: bool = False
    """Whether it ends with the links to stop such mails."""
    secret: tuple[Name, ...] = ()
    """Values that only the recipient may see."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if SUBJECT not in self.passages:
            raise ValueError(f"passages has no {SUBJECT}")
        for name in sorted(TAKEN & set(self.sample.values)):
            raise ValueError(f"sample.values cannot have a value called {name}")
        for passage in self.editable:
            if fault := passage.fault(passage.text):
                raise ValueError(f"passages.{passage.name}.text: {fault}")
            for name in sorted(set(passage.values) & {*self.secret, "link"}):
                raise ValueError(f"passages.{passage.name}.values: {name} is the recipient's alone")
        return self

    @property
    def editable(self) -> tuple[Passage, ...]:
        return tuple(Passage(name, **dict(about)) for name, about in self.passages.items())


def read_about(folder: Path) -> About:
    """Raises BrokenMail."""
    return read_data_file(folder / "about.json", About, BrokenMail)
