"""Leximin over a list of all groups, person by person: slow, and another way than the product's.

In each stage the smallest chance is made as large as it can be; then each person who is not fixed yet is asked for the
largest chance they could have beside it, and fixed if that is no larger.
"""

from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

CLOSE = 1e-7


def slow_leximin(ids: Sequence[str], groups: Sequence[tuple[str, ...]]) -> dict[str, float]:
    places = {id: place for place, id in enumerate(ids)}
    member = np.zeros((len(ids), len(groups)))
    for column, group in enumerate(groups):
        for id in group:
            member[places[id], column] = 1.0
    fixed: dict[int, float] = {}
    while len(fixed) < len(ids):
        smallest = _largest(member, fixed, None, 0.0)
        for person in range(len(ids)):
            if person not in fixed and _largest(member, fixed, person, smallest) <= smallest + CLOSE:
                fixed[person] = smallest
    return {id: fixed[place] for id, place in places.items()}


def _largest(member: np.ndarray, fixed: dict[int, float], person: int | None, smallest: float) -> float:
    """The largest smallest chance; or, for a person, their largest chance while nobody is below `smallest`."""
    people, groups = member.shape
    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    weights = [highs.addVariable(lb=0) for _ in range(groups)]
    highs.addConstr(sum(weights) == 1)
    level = highs.addVariable(lb=0, ub=1)
    for each in range(people):
        chance = sum(weights[column] for column in np.nonzero(member[each])[0])
        if each in fixed:
            highs.addConstr(chance + 0 * level >= fixed[each] - CLOSE / 10)
        elif each == person or person is None:
            highs.addConstr(chance - level >= 0)
        else:
            highs.addConstr(chance + 0 * level >= smallest - CLOSE / 10)
    highs.maximize(level)
    return float(highs.getObjectiveValue())
