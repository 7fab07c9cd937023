"""The words of a mail that officers may change. All else of it stays as it was delivered."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.notifications.domain.message import Message, owe
from shared.errors import Invalid, NotFound

SUBJECT = "subject"
LONGEST = 1000
LONGEST_SUBJECT = 150
"""In characters. What is longer is cut off in most lists of mails, and values may make it longer still."""

VALUE = re.compile(r"\(\(([^()]*)\)\)")
TEST = "test"
"""A message with this value is filled with its template's sample."""

CHANGED_MEANWHILE = (
    "Someone else has saved another wording while you were writing. The history below shows it. "
    "Your text is still here: save it again to use it instead."
)


class MissingValue(ValueError):  # noqa: N818
    """A passage names a value that the mail does not have."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a mail whose words can be changed; `values` are the names that may stand in it as ((name))."""

    name: str
    label: str
    text: str
    values: tuple[str, ...] = ()
    required: bool = True

    @property
    def longest(self) -> int:
        return LONGEST_SUBJECT if self.name == SUBJECT else LONGEST

    def fault(self, text: str) -> str | None:
        """What is wrong with a text for it, as a sentence."""
        if not text.strip():
            return f"Enter the {self.label.lower()}" if self.required else None
        if self.name == SUBJECT and len(text.strip().splitlines()) > 1:
            return "Put the subject on one line"
        if len(text) > self.longest:
            return f"The {self.label.lower()} must be {self.longest} characters or fewer. It has {len(text)}"
        return self._unknown(text)

    def _unknown(self, text: str) -> str | None:
        wrong = [f"(({name}))" for name in VALUE.findall(text) if name.strip() not in self.values]
        if wrong:
            known = ", ".join(f"(({name}))" for name in self.values)
            return f"{wrong[0]} cannot be used here. {f'You can use {known}' if known else 'Write it in words'}"
        if "((" in VALUE.sub("", text):
            return "Close what begins with (( with two brackets, such as ((title))"
        return None


@dataclass(frozen=True, slots=True)
class Version:
    """The texts of a mail's passages as somebody saved them. `by` is a person's id."""

    number: int
    by: str
    at: datetime
    texts: Mapping[str, str]

    def text(self, passage: Passage) -> str:
        """The delivered text where it has none, or one that a newer template has no values for."""
        text = self.texts.get(passage.name)
        return passage.text if text is None or passage.fault(text) else text

    def of(self, passages: Sequence[Passage]) -> dict[str, str]:
        return {each.name: self.text(each) for each in passages}


AS_DELIVERED = Version(0, "", datetime.min.replace(tzinfo=UTC), {})


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording of one template, whose name is its id: every version that was ever saved, the oldest first."""

    id: str
    versions: tuple[Version, ...] = ()

    @property
    def current(self) -> Version:
        return self.versions[-1] if self.versions else AS_DELIVERED

    def version(self, number: int) -> Version:
        """0 for the texts as they were delivered. Raises NotFound."""
        for version in (AS_DELIVERED, *self.versions):
            if version.number == number:
                return version
        raise NotFound("There is no such version of this wording")

    def at(self, moment: datetime) -> Version:
        """The version that counted then."""
        return next((each for each in reversed(self.versions) if each.at <= moment), AS_DELIVERED)

    def reworded(
        self, passages: Sequence[Passage], given: Mapping[str, str], seen: int, by: str, now: datetime
    ) -> "Wording":
        """With one more version, by who saw version `seen`. The same texts again change nothing. Raises Invalid."""
        current, texts = self.current, read_texts(passages, given)
        if texts == current.of(passages):
            return self
        if seen != current.number:
            raise Invalid({"": CHANGED_MEANWHILE})
        return Wording(self.id, (*self.versions, Version(current.number + 1, by, now, texts)))


def read_texts(passages: Sequence[Passage], given: Mapping[str, str]) -> dict[str, str]:
    """A text for every passage. Raises Invalid."""
    faults = {each.name: fault for each in passages if (fault := each.fault(given.get(each.name, "")))}
    if faults:
        raise Invalid(faults)
    return {each.name: given.get(each.name, "").strip() for each in passages}


def fill(text: str, allowed: Sequence[str], values: Mapping[str, object]) -> str:
    """Put values in place of their names, once: what a value holds is never taken for a name. Raises MissingValue."""

    def value(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name not in allowed or name not in values:
            raise MissingValue(name)
        return str(values[name])

    return VALUE.sub(value, text)


def owe_test(template: str, person: str, token: str, now: datetime, version: int) -> Message:
    """A mail with sample data to who asks for it; `token` makes a second press of the button the same mail."""
    message = owe(f"test:{template}:{person}:{token}", template, person, {TEST: "yes"}, now)
    return message.worded(version)
