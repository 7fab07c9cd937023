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

NOT_GIVEN = ""


@dataclass(frozen=True, slots=True)
class Weighting:
    """`weights`: one for each entry of people, with a mean of 1 over the people.

    `effective`: how many answers of a random sample would be as sure as these (Kish), in answers.
    `capped`: how many people's weights were cut; `largest`: the largest there would have been without. `off`: by how
    much a weighted share is off the town's at the most, from 0 to 1.
    """

    weights: Vector
    people: int
    effective: float
    capped: int
    largest: float
    off: float

    @property
    def design_effect(self) -> float:
        return self.people / self.effective


def rake(
    people: Sequence[Mapping[str, str]],
    town: Mapping[str, Mapping[str, float]],
    cap: float = CAP,
    numbers: Sequence[int] | None = None,
) -> Weighting:
    """Weights with which the people have the town's shares.

    `people`: each one's group by characteristic; who did not give one keeps the share that such people have now.
    `numbers`: how many people each entry stands for; one, if they are not given. `town`: for each characteristic the
    share of each group, from 0 to 1, with a sum of 1.
    Raises Refusal where a group of the town has nobody here, or where the shares cannot be met together.
    """
    if not people or not town:
        raise Refusal("Nobody has answered yet, so there is nothing to weight")
    sample = _Sample(people, town, numbers)
    raw = sample.fit(np.ones(len(people)))
    if raw is None:
        raise Refusal(
            "No weights give these answers all of the town’s shares at once: some groups that the town has together"
            " are never together here. Weight by fewer characteristics"
        )
    weights = sample.capped(raw, cap)
    total, squares = float(weights @ sample.numbers), float(weights**2 @ sample.numbers)
    return Weighting(
        weights,
        int(sample.people),
        total**2 / squares,
        int(sample.numbers[raw > cap].sum()),
        float(raw.max()),
        sample.off(weights),
    )


class _Sample:
    """For each characteristic the group of each entry as a number, and the share that each group is to have."""

    def __init__(
        self,
        people: Sequence[Mapping[str, str]],
        town: Mapping[str, Mapping[str, float]],
        numbers: Sequence[int] | None,
    ) -> None:
        self.numbers = np.ones(len(people)) if numbers is None else np.array(numbers, float)
        self.people = float(self.numbers.sum())
        self._margins = [self._margin(people, name, shares) for name, shares in town.items()]

    def _margin(
        self, people: Sequence[Mapping[str, str]], characteristic: str, shares: Mapping[str, float]
    ) -> tuple[NDArray[np.intp], Vector]:
        names = {name: number for number, name in enumerate(shares)}
        given = [each.get(characteristic, NOT_GIVEN) for each in people]
        column = np.array([names.get(name, len(shares)) for name in given], dtype=np.intp)
        counts = np.bincount(column, self.numbers, minlength=len(shares) + 1)
        missing = [name for name, share in shares.items() if share > 0 and not counts[names[name]]]
        if missing:
            named = " or ".join(f"“{name}”" for name in missing)
            raise Refusal(
                f"Nobody who answered is in the group {named}, so nobody can speak for it. Leave out this"
                " characteristic, or put groups together"
            )
        silent = counts[-1] / self.people
        return column, np.append(np.array(list(shares.values())) * (1 - silent), silent)

    def fit(self, weights: Vector) -> Vector | None:
        """With a mean of 1; None where it comes to no end."""
        for _ in range(ROUNDS):
            weights = self._once(weights)
            if self.off(weights) < NEAR:
                return weights
        return None

    def capped(self, raw: Vector, cap: float) -> Vector:
        """No weight above the cap; the rest are fitted again, as near to the shares as that leaves them."""
        weights = raw
        for _ in range(ROUNDS):
            if weights.max() <= cap * (1 + NEAR):
                return weights
            weights = self._once(self._cut(weights, cap))
        return self._cut(weights, cap)

    def off(self, weights: Vector) -> float:
        total = float(weights @ self.numbers)
        return max(
            float(np.abs(self._held(column, weights, len(target)) / total - target).max())
            for column, target in self._margins
        )

    def _once(self, weights: Vector) -> Vector:
        for column, target in self._margins:
            held = self._held(column, weights, len(target)) / self.people
            weights = weights * np.divide(target, held, out=np.zeros_like(target), where=held > 0)[column]
        return weights

    def _held(self, column: NDArray[np.intp], weights: Vector, groups: int) -> Vector:
        return np.asarray(np.bincount(column, weights * self.numbers, minlength=groups), float)

    def _cut(self, weights: Vector, cap: float) -> Vector:
        """None above the cap, and a mean of 1: what is cut off goes to all who are below it."""
        for _ in range(ROUNDS):
            above = weights >= cap
            below = float(weights[~above] @ self.numbers[~above])
            if not below or (abs(weights @ self.numbers - self.people) < NEAR and not (weights > cap).any()):
                break
            weights = np.where(above, cap, weights * (self.people - cap * self.numbers[above].sum()) / below)
        return weights
