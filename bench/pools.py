"""Made-up recruitment pools: volunteers who are not like the town, categories that hang together, tight quotas."""

from dataclasses import dataclass

import numpy as np

from services.fairness_taskforce.selection.pool import Person, Pool, Quota


def made_up(people: int, seats: int, features: tuple[int, ...], *, slack: int = 1, seed: int = 1) -> Pool:
    """`features`: how many in each category. `slack`: seats by which a quota is wider than the town's share."""
    dice = np.random.default_rng(seed)
    categories = tuple(f"category_{number}" for number in range(len(features)))
    leaning, town_leaning = dice.normal(0.6, 1.0, people), dice.normal(0.0, 1.0, 100_000)
    columns, quotas = [], []
    for category, count in zip(categories, features, strict=True):
        pull, edges = dice.uniform(0.3, 1.2), np.sort(dice.normal(0.0, 0.9, count - 1))
        own = pull * leaning + dice.normal(0.0, 1.0, people)
        town = np.digitize(pull * town_leaning + dice.normal(0.0, 1.0, 100_000), edges)
        column = np.digitize(own, edges)
        columns.append([f"feature_{each}" for each in column])
        for feature in range(count):
            share = seats * float((town == feature).mean())
            there = int((column == feature).sum())
            least, most = max(0, int(share) - slack + 1), int(share) + slack
            quotas.append(Quota(category, f"feature_{feature}", min(least, there), most))
    volunteers = tuple(
        Person(str(number + 1), tuple(features)) for number, features in enumerate(zip(*columns, strict=True))
    )
    return Pool(categories, tuple(quotas), volunteers, seats)


@dataclass(frozen=True, slots=True)
class Around:
    """What a pool of `around_a_group` is like."""

    people: int
    seats: int
    features: tuple[int, ...]
    """How many in each category."""
    slack: int = 0
    """By how many seats a quota may be wider than the hidden group, at random, at each end."""
    pull: float = 1.5
    """How much categories hang together; 0: not at all."""
    rare: float = 0.0
    """The share of people who have the last feature of each category."""
    households: float = 0.0
    """The share of people who live with somebody else in the pool."""
    pairs: int = 0
    """How many pairs must be kept apart."""


def around_a_group(like: Around, *, seed: int = 1) -> Pool:
    """Quotas drawn close around a group that is hidden in the pool and unlike it, so that there is one at the least."""
    dice = np.random.default_rng(seed)
    leaning = dice.normal(0.0, 1.0, (like.people, 2))
    columns = np.array([_column(leaning, count, like, dice) for count in like.features])
    homes = _homes(like, dice)
    wish = np.exp(leaning @ np.array([-0.7, 0.4])) * dice.random(like.people) ** 0.2
    hidden, taken = list[int](), set[str]()
    for each in dice.choice(like.people, like.people, replace=False, p=wish / wish.sum()).tolist():
        if len(hidden) < like.seats and homes[each] not in taken:
            hidden.append(each)
            taken |= {homes[each]} - {""}
    quotas = []
    for place, count in enumerate(like.features):
        for feature in range(count):
            held = int((columns[place, hidden] == feature).sum())
            least = max(0, held - int(dice.integers(0, like.slack + 1)))
            quotas.append(Quota(f"c{place}", f"f{feature}", least, held + int(dice.integers(0, like.slack + 1))))
    people = tuple(
        Person(f"p{number}", tuple(f"f{each}" for each in columns[:, number]), homes[number])
        for number in range(like.people)
    )
    others = dice.permutation(np.setdiff1d(np.arange(like.people), hidden[1:]))[: 2 * like.pairs].reshape(-1, 2)
    apart = tuple((f"p{one}", f"p{other}") for one, other in others)
    return Pool(tuple(f"c{place}" for place in range(len(like.features))), tuple(quotas), people, like.seats, apart)


def _column(leaning: np.ndarray, count: int, like: Around, dice: np.random.Generator) -> np.ndarray:
    way = dice.normal(0.0, 1.0, 2)
    score = like.pull * leaning @ way + dice.normal(0.0, 1.0, like.people)
    shares = dice.dirichlet(np.full(count, 2.0))
    if like.rare:
        shares = np.append(shares[:-1] / shares[:-1].sum() * (1 - like.rare), like.rare)
    return np.asarray(np.digitize(score, np.quantile(score, np.cumsum(shares)[:-1])))


def _homes(like: Around, dice: np.random.Generator) -> list[str]:
    homes = [""] * like.people
    left = dice.permutation(like.people)[: int(like.households * like.people)].tolist()
    while len(left) > 1:
        size = int(dice.choice([2, 2, 2, 3, 4]))
        for each in left[:size]:
            homes[each] = f"h{len(left)}"
        left = left[size:]
    return homes
