"""Made-up recruitment pools: volunteers who are not like the town, categories that hang together, tight quotas."""

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
