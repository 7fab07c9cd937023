"""Digests each week and each day for 400 days, over both changes of clocks, beside an account kept by hand."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from services.notifications.domain import Frequency, Topic
from tests.notifications.digest_desk import A_DAY, Desk, opened_desk

# The account is written by hand, with nothing of ours in it.
SUMMER_TIME = [(date(2026, 3, 29), date(2026, 10, 25)), (date(2027, 3, 28), date(2027, 10, 31))]
START, DAYS = date(2026, 1, 1), 400


@pytest.fixture
async def desk(tmp_path: Path, engine: str) -> AsyncIterator[Desk]:
    async with opened_desk(engine, tmp_path) as desk:
        yield desk


def in_london(day: date, hour: int) -> datetime:
    ahead = 1 if any(begin <= day < end for begin, end in SUMMER_TIME) else 0
    return datetime.combine(day, time(hour - ahead), UTC)


ALL_DAYS = [START + number * A_DAY for number in range(DAYS)]
TIMES = {
    "daily": {in_london(day, 18): f"daily {day}" for day in ALL_DAYS},
    "weekly": {in_london(day, 9): f"weekly {day}" for day in ALL_DAYS if day.weekday() == 3},
}


@dataclass
class Expected:
    """What each person chose, and by that what must be in which digest."""

    chosen: dict[tuple[str, Topic], str] = field(default_factory=dict)
    waiting: list[tuple[str, Topic, str, str, datetime]] = field(default_factory=list)
    digests: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    closed: int = 0

    def announced(self, id: str, topic: Topic, closes: datetime) -> None:
        self.waiting += [(p, t, f, id, closes) for (p, t), f in self.chosen.items() if t is topic]

    def time_comes(self, frequency: str, name: str, now: datetime) -> None:
        for each in [each for each in self.waiting if each[2] == frequency]:
            person, topic, _, id, closes = each
            self.waiting.remove(each)
            if topic is not Topic.REPORT_PUBLISHED and closes <= now:
                self.closed += 1
            elif self.chosen[person, topic] != "never":
                self.digests.setdefault(person, {}).setdefault(name, set()).add(id)


@pytest.mark.parametrize("seed", range(3))
async def test_over_400_days_with_both_changes_of_clocks_each_digest_holds_what_it_must(desk: Desk, seed: int) -> None:
    rng, expected, people = random.Random(seed), Expected(), ["anna", "bola", "cem", "dipa"]
    desk.now = datetime.combine(START, time(0, 30), UTC)
    for person in people:
        await desk.know(person, frequency=Frequency.WEEKLY)
        expected.chosen |= {(person, topic): "weekly" for topic in Topic}
    await desk.look()
    at_random = [
        datetime.combine(rng.choice(ALL_DAYS), time(rng.randrange(1, 24), rng.randrange(60), 7), UTC)
        for _ in range(500)
    ]
    moments = {*at_random, *TIMES["daily"], *TIMES["weekly"]}
    moments |= {moment - timedelta(minutes=1) for moment in TIMES["weekly"]}
    for number, moment in enumerate(sorted(moments)):
        await desk.look(moment)
        for frequency, times in TIMES.items():
            if moment in times:
                expected.time_comes(frequency, times[moment], moment)
        if moment in at_random:
            await something_happens(desk, expected, rng, people, f"news-{number}")

    got = {person: await desk.digests(person) for person in people}
    assert {p: {name: set(ids) for name, ids in digests.items()} for p, digests in got.items()} == expected.digests
    assert all(len(ids) == len(set(ids)) for digests in got.values() for ids in digests.values())
    assert sum(len(digests) for digests in got.values()) > 150
    assert expected.closed > 20
    by_name = {name: moment for times in TIMES.values() for moment, name in times.items()}
    for message in await desk.messages():
        _, frequency, day, _ = message.id.split(":")
        assert message.created_at == message.next_try == by_name[f"{frequency} {day}"]


async def something_happens(desk: Desk, expected: Expected, rng: random.Random, people: list[str], id: str) -> None:
    topic = rng.choice(list(Topic))
    if rng.random() < 0.6:
        open_for = A_DAY * rng.choice((1, 3, 14))
        await desk.announce(id, topic, open_for)
        expected.announced(id, topic, desk.now + open_for)
        return
    person, frequency = rng.choice(people), rng.choice(["now", "daily", "weekly", "weekly", "never"])
    await desk.choose(person, Frequency(frequency), topic)
    expected.chosen[person, topic] = frequency
