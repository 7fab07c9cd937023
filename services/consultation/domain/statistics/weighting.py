"""Weights that give a set of answers the town's make-up: raking, with a cap, and what it costs.

Raking is iterative proportional fitting: the weights are set to each characteristic's shares in turn, again and again,
until all are met at once (W. E. Deming, F. F. Stephan, Annals of Mathematical Statistics 11, 1940).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.errors import Refusal

Vector = NDArray[np.float64]

CAP = 5.0
"""Times the mean weight. One person who speaks for more is no longer a survey."""

ROUNDS = 500
NEAR = 1e-8
"""Of a share: as near as weighted shares must come to the town's."""

NEAR_ENOUGH = 0.005
"""Of a share, where weights were capped; beyond it the page says by how much."""

NOT_GIVEN = ""


@dataclass(frozen=True, slots=True)
class Weighting:
    """`weights`: one for each person, with a mean of 1.

    `effective`: how many answers of a random sample would be as sure as these (Kish), in answers.
    `capped`: how many weights were cut; `largest`: the largest there would have been without. `off`: by how much a
    weighted share is off the town's at the most, from 0 to 1.
    """

    weights: Vector
    effective: float
    capped: int
    largest: float
    off: float

    @property
    def design_effect(self) -> float:
        return len(self.weights) / self.effective


def rake(people: Sequence[Mapping[str, str]], town: Mapping[str, Mapping[str, float]], cap: float = CAP) -> Weighting:
    """Weights with which the people have the town's shares.

    `people`: each one's group by characteristic; who did not give one keeps the share that such people have now.
    `town`: for each characteristic the share of each group, from 0 to 1, with a sum of 1.
    Raises Refusal where a group of the town has nobody here, or where the shares cannot be met together.
    """
    if not people:
        raise Refusal("Nobody has answered yet, so there is nothing to weight")
    groups, targets = _margins(people, town)
    raw = _fit(np.ones(len(people)), groups, targets)
    if raw is None:
        raise Refusal(
            "No weights give these answers all of the town’s shares at once: some groups that the town has together"
            " are never together here. Weight by fewer characteristics"
        )
    weights = _capped(raw, groups, targets, cap)
    return Weighting(
        weights,
        float(weights.sum() ** 2 / (weights**2).sum()),
        int((raw > cap).sum()),
        float(raw.max()),
        _off(weights, groups, targets),
    )


def _margins(
    people: Sequence[Mapping[str, str]], town: Mapping[str, Mapping[str, float]]
) -> tuple[list[NDArray[np.intp]], list[Vector]]:
    """For each characteristic the group of each person as a number, and the share that each group is to have."""
    groups, targets = [], []
    for characteristic, shares in town.items():
        names = [*shares, NOT_GIVEN]
        numbers = {name: number for number, name in enumerate(names)}
        given = [each.get(characteristic, NOT_GIVEN) for each in people]
        column = np.array([numbers.get(name, len(shares)) for name in given], dtype=np.intp)
        counts = np.bincount(column, minlength=len(names))
        for name, share in shares.items():
            if share > 0 and not counts[numbers[name]]:
                raise Refusal(
                    f"Nobody who answered is in the group “{name}”, so nobody can speak for it. Leave out this"
                    " characteristic, or put groups together"
                )
        silent = counts[-1] / len(people)
        targets.append(np.append(np.array(list(shares.values())) * (1 - silent), silent))
        groups.append(column)
    return groups, targets


def _fit(weights: Vector, groups: list[NDArray[np.intp]], targets: list[Vector]) -> Vector | None:
    """With a mean of 1; None where it comes to no end."""
    for _ in range(ROUNDS):
        for column, target in zip(groups, targets, strict=True):
            held = np.bincount(column, weights, minlength=len(target)) / len(weights)
            weights = weights * np.divide(target, held, out=np.zeros_like(target), where=held > 0)[column]
        if _off(weights, groups, targets) < NEAR:
            return weights
    return None


def _capped(raw: Vector, groups: list[NDArray[np.intp]], targets: list[Vector], cap: float) -> Vector:
    """No weight above the cap; the rest are fitted again, as near to the shares as that leaves them."""
    weights = raw
    for _ in range(ROUNDS):
        if weights.max() <= cap * (1 + NEAR):
            return weights
        weights = _cut(weights, cap)
        for column, target in zip(groups, targets, strict=True):
            held = np.bincount(column, weights, minlength=len(target)) / len(weights)
            weights = weights * np.divide(target, held, out=np.zeros_like(target), where=held > 0)[column]
    return _cut(weights, cap)


def _cut(weights: Vector, cap: float) -> Vector:
    """None above the cap, and a mean of 1: what is cut off goes to all who are below it."""
    for _ in range(ROUNDS):
        above = weights >= cap
        below = weights[~above].sum()
        if not below or (abs(weights.sum() - len(weights)) < NEAR and not (weights > cap).any()):
            break
        weights = np.where(above, cap, weights * (len(weights) - cap * above.sum()) / below)
    return weights


def _off(weights: Vector, groups: list[NDArray[np.intp]], targets: list[Vector]) -> float:
    return max(
        float(np.abs(np.bincount(column, weights, minlength=len(target)) / weights.sum() - target).max())
        for column, target in zip(groups, targets, strict=True)
    )
