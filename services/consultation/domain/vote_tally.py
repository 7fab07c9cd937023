"""Counts of votes, in parts that are summed when they are read.

A part: {"consultation", "people": n, "votes": {statement: {"1": n, "0": n, "-1": n}}, "seen": [ids]}.
"undrawn": "yes" while the map of opinions has not all of its votes: by that the map that is due is found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.contracts.consultation import VotesCastV1


def count_votes_into(body: dict[str, Any], fact: VotesCastV1) -> None:
    """What is voted anew is taken out where it was, so a part that gets events in another order ends the same."""
    body["people"] += fact.is_first
    body["undrawn"] = "yes"
    for id, vote in fact.before.items():
        _step(body["votes"].setdefault(id, {}), str(vote), -1)
    for id, vote in fact.votes.items():
        _step(body["votes"].setdefault(id, {}), str(vote), 1)


def _step(counts: dict[str, int], vote: str, number: int) -> None:
    counts[vote] = counts.get(vote, 0) + number
    if not counts[vote]:
        del counts[vote]


@dataclass(frozen=True, slots=True)
class Totals:
    """`votes`: of each statement how many agree, pass and disagree."""

    people: int
    votes: Mapping[str, tuple[int, int, int]]

    @property
    def cast(self) -> int:
        return sum(sum(each) for each in self.votes.values())

    def on(self, statement: str) -> int:
        return sum(self.votes.get(statement, (0, 0, 0)))


def totals_of(parts: Sequence[Mapping[str, Any]]) -> Totals:
    votes: dict[str, tuple[int, int, int]] = {}
    for part in parts:
        for id, counts in part["votes"].items():
            agree, passed, disagree = votes.get(id, (0, 0, 0))
            votes[id] = (
                agree + counts.get("1", 0),
                passed + counts.get("0", 0),
                disagree + counts.get("-1", 0),
            )
    return Totals(sum(part["people"] for part in parts), votes)
