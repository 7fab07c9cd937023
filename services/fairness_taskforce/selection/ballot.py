"""A stratified ballot: who of those who asked for a place at a session gets one, when there are more than places."""

from collections.abc import Sequence
from math import ceil, floor

from services.fairness_taskforce.selection.pool import Person, Pool, Quota

HAIR = 1e-9


def stratified(categories: Sequence[str], people: Sequence[Person], places: int) -> Pool:
    """The pool in which each feature has its share of the places, rounded down or up, by those who asked.

    A lottery that gives everyone the chance places / people keeps to these quotas on average, so that a selection from
    this pool is a ballot of equal chances (unless no group can round all of several categories so; then it is as near
    to it as groups come) that cannot by bad luck be all of one kind. `places`: from 1 to as many as there are people.
    """
    quotas = []
    for at, category in enumerate(categories):
        held = [person.features[at] for person in people]
        for feature in dict.fromkeys(held):
            share = places * held.count(feature) / len(people)
            quotas.append(Quota(category, feature, floor(share + HAIR), ceil(share - HAIR)))
    return Pool(tuple(categories), tuple(quotas), tuple(people), places)
