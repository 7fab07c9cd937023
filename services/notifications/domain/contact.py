"""People as the sender of mail knows them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain.choice import DIGESTS, Choice, Frequency, Topic
from services.notifications.domain.report import Fate, Report, SoftBounce, too_many, with_soft_bounce


@dataclass(frozen=True, slots=True)
class Lifted:
    """A suppression that an officer took away: what it was for, since when, and who ended it when."""

    reason: str
    since: datetime | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's address, kept here alone, and what they chose to hear about: the newest choice of a topic counts.

    `suppressed` is why nothing more is sent to the address, `suppressed_at` since when: it bounced for good, or softly
    for too often. `as_of` is when the details were told.
    """

    id: str
    email: str
    ward: str | None = None
    interests: tuple[str, ...] = ()
    staff: bool = False
    choices: tuple[Choice, ...] = ()
    suppressed: str = ""
    as_of: datetime | None = None
    suppressed_at: datetime | None = None
    soft_bounces: tuple[SoftBounce, ...] = ()
    lifted: tuple[Lifted, ...] = ()

    sought: str = ""
    """By which staff find it: capital letters make no other address for them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sought", self.email.casefold())

    def frequency(self, topic: Topic, at: datetime | None = None) -> Frequency:
        """What counts now or, if given, what counted at a time. NEVER for what they did not ask for."""
        made = [c.frequency for c in self.choices if c.topic is topic and (at is None or c.at <= at)]
        return made[-1] if made else Frequency.NEVER

    def choose(self, frequencies: Mapping[Topic, Frequency], at: datetime, source: str) -> "Contact":
        """Those that change something are put behind the choices made before, which are kept: they show who agreed."""
        changed = [
            Choice(topic, frequency, at, source)
            for topic, frequency in frequencies.items()
            if frequency is not self.frequency(topic)
        ]
        return replace(self, choices=(*self.choices, *changed)) if changed else self

    def unsubscribe(self, kind: str, at: datetime) -> "Contact":
        """Nothing of a topic any more or, for the kind of a digest, of all topics that come in it."""
        stopped = [topic for topic in Topic if kind in {topic, digest_kind(self.frequency(topic))}]
        unasked = tuple(Choice(t, Frequency.NEVER, at, "unsubscribe") for t in stopped if not self._chosen(t))
        chosen = self.choose(dict.fromkeys(stopped, Frequency.NEVER), at, "unsubscribe")
        return replace(chosen, choices=(*chosen.choices, *unasked))

    def has_refused(self, topic: Topic) -> bool:
        """Whether they said that they want none of it, where NEVER may be that they never said anything."""
        return self._chosen(topic)[-1:] == [Frequency.NEVER]

    def _chosen(self, topic: Topic) -> list[Frequency]:
        return [choice.frequency for choice in self.choices if choice.topic is topic]

    def as_confirmed(self, at: datetime) -> "Contact":
        """Who chose interests when asked "What would you like to hear about?" has asked to hear of consultations.

        It counts from when they used the link that was mailed to them: before, anyone may have entered the address.
        """
        if self.staff or not self.interests or any(c.topic is Topic.CONSULTATION_OPENED for c in self.choices):
            return self
        return self.choose({Topic.CONSULTATION_OPENED: Frequency.NOW}, at, "sign-up")

    def with_details_of(self, newer: "Contact") -> "Contact":
        """How to reach them from `newer`; what they chose stays theirs. A new address has not bounced.

        What was told before what is known stays untold: two relays may publish in another order than it happened.
        """
        if self.as_of is not None and newer.as_of is not None and newer.as_of < self.as_of:
            return self
        told = replace(
            self,
            email=newer.email,
            ward=newer.ward,
            interests=newer.interests,
            staff=newer.staff,
            as_of=newer.as_of,
        )
        same = newer.email.casefold() == self.email.casefold()
        return told if same else replace(told, suppressed="", suppressed_at=None, soft_bounces=())

    def after_report(self, report: Report, at: datetime) -> "Contact":
        """What a report of a mail to this address changes. That one arrived clears soft bounces, not a suppression.

        What was sent before an officer lifted a suppression says nothing new, however late its report comes.
        """
        before_lifted = self.lifted and report.sent_at is not None and report.sent_at < self.lifted[-1].at
        if self.suppressed or report.fate is Fate.LOST or before_lifted:
            return self
        if report.fate is Fate.DELIVERED:
            return replace(self, soft_bounces=())
        if report.fate is Fate.GONE:
            return replace(self, suppressed=report.reason, suppressed_at=at)
        bounces = with_soft_bounce(self.soft_bounces, report.message, at)
        if too_many(bounces):
            return replace(self, soft_bounces=bounces, suppressed=f"{report.reason}, again and again", suppressed_at=at)
        return replace(self, soft_bounces=bounces)

    def send_again(self, by: str, at: datetime) -> "Contact":
        """The address counts as if nothing had come back. Where nothing is suppressed, nothing changes."""
        if not self.suppressed:
            return self
        lifted = (*self.lifted, Lifted(self.suppressed, self.suppressed_at, by, at))
        return replace(self, suppressed="", suppressed_at=None, soft_bounces=(), lifted=lifted)


def digest_kind(frequency: Frequency) -> str:
    """What a link to unsubscribe from a digest is for, where that from another mail names its topic."""
    return f"digest_{frequency}"


KINDS = frozenset([*Topic, *(digest_kind(frequency) for frequency in DIGESTS)])
"""All that can be unsubscribed from."""
