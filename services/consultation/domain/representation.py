"""Who answered beside who lives here, and which groups are not heard from.

Answers on equality are locked, and what is shown of them must tell of nobody (docs/privacy.md). While a consultation is
open a count that grows by one would, so a `Snapshot` is taken now and then: at most once a day, and only when TOGETHER
more people have told something since the last. It has names of groups and no figure of them. After the close there are
shares, made of what the table of each question shows and no more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.consultation.domain.consultation import Consultation
from services.consultation.domain.equality import FEWEST, suppressed
from services.consultation.domain.ever import asked_ever
from services.consultation.domain.question import Kind
from services.consultation.domain.statistics.disclosure import TOGETHER, rounded
from services.consultation.domain.statistics.interval import FEWEST as ENOUGH
from services.consultation.domain.statistics.interval import interval
from services.consultation.domain.tally import sum_parts
from shared.population import WARD, Characteristic

EVERY = timedelta(days=1)
LOOK_AGAIN = timedelta(hours=1)
SETTLED = timedelta(hours=1)
"""After the close who sent answers last has had the time for the questions on equality."""

CLEARLY = 0.8
"""A group is not heard from when its share is under four fifths of its share of the population, and no chance of the
draw would explain that (it lies outside the 95% interval)."""


@dataclass(frozen=True, slots=True)
class Group:
    """Shares from 0 to 1. `heard` is None where it is not shown, or is not known yet."""

    name: str
    lives_here: float
    heard: float | None
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """`people`: how many of those who answered are compared; rounded where they told it in confidence."""

    name: str
    source: str
    note: str
    groups: tuple[Group, ...]
    people: int

    @property
    def quiet(self) -> tuple[str, ...]:
        return tuple(group.name for group in self.groups if group.is_quiet)


@dataclass(frozen=True, slots=True)
class Quiet:
    """A group that is not heard from."""

    characteristic: str
    group: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Of one consultation, and under its id. `of`: how many had told something when it was taken."""

    id: str
    look_at: datetime | None
    """When to look whether it is time for another; none once there is the last."""

    taken_at: datetime | None = None
    of: int = 0
    quiet: tuple[Quiet, ...] = ()
    quiet_wards: tuple[Quiet, ...] = ()
    """By counts that are public anyway, so looked at whenever there is a look."""

    last: tuple[Comparison, ...] = ()
    """After the close: the shares, once and for all."""

    @property
    def named(self) -> tuple[Quiet, ...]:
        return (*self.quiet_wards, *self.quiet)


def is_time(snapshot: Snapshot, told: int, now: datetime) -> bool:
    """Whether another snapshot may be taken when so many have told something."""
    if snapshot.taken_at is not None and now - snapshot.taken_at < EVERY:
        return False
    return told >= max(ENOUGH, snapshot.of + TOGETHER)


def is_quiet(count: int, people: int, lives_here: float) -> bool:
    """Whether so many of so many people are clearly fewer than live here. Of few people nothing is said."""
    if people < ENOUGH or not lives_here:
        return False
    share = count / people
    return share < CLEARLY * lives_here and interval(share, people).high < lives_here


def quiet_groups(characteristic: Characteristic, answers: Iterable[Mapping[str, str]]) -> tuple[Quiet, ...]:
    """Which groups are not heard from, by answers on equality."""
    counts = _by_option(characteristic, answers)
    whole = [sum(counts[option] for option in each.options) for each in characteristic.compare]
    return tuple(
        Quiet(characteristic.name, each.name)
        for each, count in zip(characteristic.compare, whole, strict=True)
        if is_quiet(count, sum(whole), characteristic.share_of(each))
    )


def compare_in_confidence(
    characteristic: Characteristic, options: Sequence[str], answers: Iterable[Mapping[str, str]]
) -> Comparison:
    """By answers on equality; `options`: all of the question, in its order, whose table is shown beside this.

    What is hidden there stays hidden: of a group that has answers which are not shown the rest is taken, unless those
    are enough people together that nobody can be found by subtracting.
    """
    counts = _by_option(characteristic, answers, options)
    shown = dict(zip(options, suppressed([counts[option] for option in options]), strict=True))
    heard = [_of_group(each.options, counts, shown) for each in characteristic.compare]
    people = sum(count or 0 for count in heard)
    groups = []
    for each, count in zip(characteristic.compare, heard, strict=True):
        lives_here = characteristic.share_of(each)
        share = count / people if count is not None and people else None
        groups.append(Group(each.name, lives_here, share, is_quiet(count or 0, people, lives_here)))
    return Comparison(characteristic.name, characteristic.source, characteristic.note, tuple(groups), people)


def compare_openly(characteristic: Characteristic, counts: Mapping[str, int]) -> Comparison:
    """By counts that are public as they are, such as those of a question on wards: by group of the population."""
    people = sum(counts.get(group, 0) for group in characteristic.shares)
    groups = tuple(
        Group(
            group,
            share,
            counts.get(group, 0) / people if people else None,
            is_quiet(counts.get(group, 0), people, share),
        )
        for group, share in characteristic.shares.items()
    )
    return Comparison(characteristic.name, characteristic.source, characteristic.note, groups, people)


def compare_wards(
    consultation: Consultation, characteristics: Mapping[str, Characteristic], parts: Sequence[Mapping[str, Any]]
) -> tuple[Comparison, ...]:
    """By the first question that asks for the ward, where it is known how many live in each; `parts` of the tally."""
    asked = next((each for each in asked_ever(consultation) if each.kind is Kind.WARD), None)
    if asked is None or WARD not in characteristics:
        return ()
    counts = sum_parts(parts)["choices"].get(asked.id, {})
    return (compare_openly(characteristics[WARD], {each.text: counts.get(each.id, 0) for each in asked.all_options}),)


def all_quiet(comparisons: Iterable[Comparison]) -> tuple[Quiet, ...]:
    return tuple(Quiet(each.name, group) for each in comparisons for group in each.quiet)


def _of_group(options: Sequence[str], counts: Mapping[str, int], shown: Mapping[str, int | None]) -> int | None:
    hidden = [counts[option] for option in options if shown[option] is None]
    if not hidden or sum(hidden) >= FEWEST:
        return rounded(sum(counts[option] for option in options))
    seen = [count for option in options if (count := shown[option]) is not None]
    return sum(seen) if seen else None


def _by_option(
    characteristic: Characteristic, answers: Iterable[Mapping[str, str]], options: Sequence[str] = ()
) -> dict[str, int]:
    known = [*options, *(option for each in characteristic.compare for option in each.options)]
    counts = dict.fromkeys(known, 0)
    for each in answers:
        option = each.get(characteristic.question, "")
        if option in counts:
            counts[option] += 1
    return counts
