"""The draw in the open: what is frozen and published before it, and the record that anyone can check after it.

Both are JSON in the canonical form of RFC 8785: keys in order, no blanks, UTF-8, and no number that is not whole.
`verify.py` checks them without anything from here; docs/selection.md says what each part is for.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from services.fairness_taskforce.selection.pool import Person, Pool
from services.fairness_taskforce.selection.source import Balls, Beacon, source_of
from shared.errors import Refusal

FROZEN = "engage draw: frozen before, version 1"
RECORD = "engage draw: record, version 1"
MOST_GROUPS = 65_536
"""As many as the first four hex digits of a hash can name (source.py)."""
SHORTEST_SALT = 16
"""Bytes. With a short one, pseudonyms could be traced back to people by trying ids."""

_PSEUDONYM = 12
_DIGITS = 9
"""Of a target chance, behind the point."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is published before the draw, as bytes. The pseudonyms stay with the council, and so does the salt."""

    content: bytes
    source: Beacon | Balls
    groups: int
    pseudonyms: Mapping[str, str] = field(repr=False)
    """By id."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Drawn:
    """After the draw: the record as bytes, the number as it is written, and the ids it drew, without the seated."""

    content: bytes
    number: str
    winner: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Program:
    """What made the groups, so that they can be made again."""

    version: str
    seed: int


def freeze(  # noqa: PLR0913
    pool: Pool,
    groups: Sequence[Collection[str]],
    probabilities: Mapping[str, float],
    program: Program,
    source: Beacon | Balls,
    *,
    salt: bytes,
) -> Frozen:
    """The document whose hash is published before the draw.

    `groups` are the ids to be drawn, without those already seated; a group's number is its place in the sequence.
    `probabilities` are the chances aimed at, by id, from 0 to 1. `salt` is secret, SHORTEST_SALT bytes or more.
    Raises Refusal for a salt that is too short and for no groups or more than MOST_GROUPS.
    """
    if len(salt) < SHORTEST_SALT:
        raise Refusal(f"The salt must have at least {SHORTEST_SALT} bytes.")
    if not 1 <= len(groups) <= MOST_GROUPS:
        raise Refusal(f"There must be from 1 to {MOST_GROUPS:,} groups.")
    names = _pseudonyms((*pool.people, *pool.seated), salt)
    numbered = {number_of(at, len(groups)): sorted(names[id] for id in group) for at, group in enumerate(groups)}
    document = {
        "format": FROZEN,
        "program": program.version,
        "seed": program.seed,
        "source": source.frozen(),
        "seats": pool.seats,
        "categories": list(pool.categories),
        "quotas": [_quota(quota.category, quota.feature, quota.least, quota.most) for quota in pool.quotas],
        "people": _people(pool, names, groups, probabilities),
        "seated": sorted((_person(person, names) for person in pool.seated), key=_by_pseudonym),
        "apart": _apart(pool, names),
        "groups": numbered,
    }
    return Frozen(canonical(document), source, len(groups), names)


def reopen(content: bytes, pool: Pool, salt: bytes) -> Frozen:
    """What was frozen on an earlier day. Raises Refusal when it was frozen of another pool or with another salt."""
    document = json.loads(content)
    names = _pseudonyms((*pool.people, *pool.seated), salt)
    if {person["pseudonym"] for person in document["people"]} != {names[person.id] for person in pool.people}:
        raise Refusal("This was frozen of another pool, or with another salt.")
    return Frozen(content, source_of(document["source"]), len(document["groups"]), names)


def draw(frozen: Frozen, number: str) -> Drawn:
    """The group that the number names, and the record of it.

    `number` is what the source gave: a beacon's randomness in hex, or the digits on the balls. Raises Refusal when it
    is not what the source gives.
    """
    drawn, value = frozen.source.drawn(number, frozen.groups)
    document = json.loads(frozen.content)
    name = number_of(value, frozen.groups)
    record: dict[str, Any] = {
        "format": RECORD,
        "frozen": document,
        "frozen_sha256": frozen.sha256,
        "drawn": drawn,
        "number": name,
        "winner": document["groups"][name],
    }
    record["sha256"] = hashlib.sha256(canonical(record)).hexdigest()
    ids = {pseudonym: id for id, pseudonym in frozen.pseudonyms.items()}
    return Drawn(canonical(record), name, tuple(sorted(ids[each] for each in record["winner"])))


def canonical(document: Any) -> bytes:
    """The one way to write a document of texts, whole numbers, lists and objects as bytes."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def number_of(at: int, groups: int) -> str:
    """As written: 007 of 1,000 groups, which go from 000 to 999."""
    return str(at).zfill(len(str(groups - 1)))


def _pseudonyms(people: Iterable[Person], salt: bytes) -> dict[str, str]:
    """Without the salt nobody can tell whose they are. Raises Refusal when two people would share one."""
    names = {
        person.id: hmac.new(salt, person.id.encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM] for person in people
    }
    if len(set(names.values())) < len(names):
        raise Refusal("Two people would have the same pseudonym. Take another salt.")
    return names


def _people(
    pool: Pool, names: Mapping[str, str], groups: Sequence[Collection[str]], probabilities: Mapping[str, float]
) -> list[dict[str, Any]]:
    counts = dict.fromkeys((person.id for person in pool.people), 0)
    for group in groups:
        for id in group:
            counts[id] += 1
    people = [
        _person(person, names) | {"groups": counts[person.id], "target": _decimal(probabilities[person.id])}
        for person in pool.people
    ]
    return sorted(people, key=_by_pseudonym)


def _person(person: Person, names: Mapping[str, str]) -> dict[str, Any]:
    return {"pseudonym": names[person.id], "features": list(person.features)}


def _decimal(chance: float) -> str:
    return f"{min(max(chance, 0.0), 1.0):.{_DIGITS}f}"


def _by_pseudonym(person: Mapping[str, Any]) -> str:
    """An order that says nothing of the order in which people volunteered."""
    return str(person["pseudonym"])


def _quota(category: str, feature: str, least: int, most: int) -> dict[str, Any]:
    return {"category": category, "feature": feature, "least": least, "most": most}


def _apart(pool: Pool, names: Mapping[str, str]) -> list[list[str]]:
    """Pairs of which a group has one at the most. Households are among them: nobody sees which pairs live together."""
    homes: dict[str, list[str]] = {}
    for person in (*pool.people, *pool.seated):
        if person.household:
            homes.setdefault(person.household, []).append(person.id)
    pairs = [*pool.apart, *(pair for home in homes.values() for pair in combinations(home, 2))]
    seated = {person.id for person in pool.seated}
    open_pairs = (pair for pair in pairs if not seated.issuperset(pair))
    named = {tuple(sorted((names[one], names[other]))) for one, other in open_pairs}
    return [list(pair) for pair in sorted(named)]
