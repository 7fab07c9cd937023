"""Which statement comes next: those that fewest have seen, so that every one of them is heard."""

import random
from collections.abc import Mapping, Sequence

SHARPNESS = 2
"""How much likelier a statement is that few have seen: the chance falls with this power of its votes."""


def next_statement(
    shown: Sequence[str], voted: Mapping[str, int], votes: Mapping[str, int], dice: random.Random
) -> str | None:
    """One that this person has not voted on; None when there is none left.

    `votes`: how many have voted on each. Drawn by lot, since the counts lag behind: if everybody got the one with
    the fewest votes, a crowd would get the same one.
    """
    left = [id for id in shown if id not in voted]
    if not left:
        return None
    fewest = min(votes.get(id, 0) for id in left)
    weights = [1 / (1 + votes.get(id, 0) - fewest) ** SHARPNESS for id in left]
    return dice.choices(left, weights)[0]
