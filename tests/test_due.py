"""What falls due by the clock: done once, whatever stops, starts or jumps in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import LONDON
from shared.due import Due
from shared.errors import Unavailable
from shared.local import SUNDAY, THURSDAY, last_local, next_local
from shared.sqlite_file import SqliteFile
from shared.store.documents import Documents, Loaded, as_text
from shared.store.port import Collection, Range
from shared.store.sqlite import SqliteStore
from tests.eventually import eventually
from tests.town import NOON, SetClock

ALARMS = Collection("alarms", indexed=("due_at",))


@dataclass(frozen=True)
class Alarm:
    id: str
    due_at: datetime | None
    rings: int = 0


class Tower:
    """Alarms in a file; each process that looks after them has a Due of its own."""

    def __init__(self, file: SqliteFile) -> None:
        self.alarms = Documents(SqliteStore(file, "tower", [ALARMS]), ALARMS, Alarm)
        self.clock = SetClock()
        self.rung: list[str] = []

    def process(self) -> Due[Loaded[Alarm]]:
        return Due(self._find, self.ring, self.clock)

    async def _find(self, now: datetime) -> list[Loaded[Alarm]]:
        return await self.alarms.find({"due_at": Range(below=as_text(now))}, sort="due_at")

    async def ring(self, loaded: Loaded[Alarm]) -> None:
        if loaded.id == "broken":
            raise ValueError(loaded.id)
        await self.alarms.save(loaded, replace(loaded.value, due_at=None, rings=loaded.value.rings + 1))
        self.rung.append(loaded.id)

    async def set(self, id: str, due_at: datetime) -> None:
        await self.alarms.add(Alarm(id, due_at))


@pytest.fixture
async def tower(tmp_path: Path) -> AsyncIterator[Tower]:
    file = SqliteFile(tmp_path / "tower.db")
    yield Tower(file)
    await file.close()


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


async def test_what_is_due_is_done_once_and_what_is_not_is_left(tower: Tower) -> None:
    await tower.set("now", NOON)
    await tower.set("tomorrow", NOON + timedelta(days=1))
    process = tower.process()

    assert await process.run_once() == 1
    assert await process.run_once() == 0
    assert tower.rung == ["now"]


async def test_many_processes_do_it_once_and_none_of_them_complains(
    tower: Tower, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20):
        await tower.set(f"alarm-{number}", NOON)

    done = await asyncio.gather(*(tower.process().run_once() for _ in range(5)))

    assert sum(done) == 20
    assert caplog.records == []
    assert sorted(tower.rung) == sorted({f"alarm-{number}" for number in range(20)})


async def test_what_a_kill_left_is_found_after_a_restart(tower: Tower) -> None:
    await tower.set("alarm", NOON)
    tower.process()  # found nothing yet when it was killed

    assert await tower.process().run_once() == 1


async def test_a_clock_that_jumps_forward_loses_nothing_and_one_that_jumps_back_repeats_nothing(tower: Tower) -> None:
    for day in range(5):
        await tower.set(f"day-{day}", NOON + timedelta(days=day))
    process = tower.process()

    tower.clock.forward(timedelta(days=7))
    assert await process.run_once() == 5
    tower.clock.forward(timedelta(days=-7))
    assert await process.run_once() == 0
    assert tower.rung == [f"day-{day}" for day in range(5)]


async def test_one_that_cannot_be_done_holds_up_no_other_and_stays_due(tower: Tower) -> None:
    await tower.set("broken", NOON - timedelta(hours=1))
    await tower.set("sound", NOON)

    assert await tower.process().run_once() == 1

    assert tower.rung == ["sound"]
    broken = await tower.alarms.get("broken")
    assert broken is not None
    assert broken.value.due_at is not None


async def test_it_goes_on_after_the_store_was_away_and_ends_when_told(tower: Tower) -> None:
    away = [True, True]

    async def find(now: datetime) -> list[Loaded[Alarm]]:
        if away:
            away.pop()
            raise Unavailable("away")
        return await tower._find(now)

    await tower.set("alarm", NOON)
    process = Due(find, tower.ring, tower.clock)
    process.start()
    await eventually(lambda: tower.rung == ["alarm"])
    await process.stop()

    await tower.set("later", NOON)
    await asyncio.sleep(0.05)
    assert tower.rung == ["alarm"]


@pytest.mark.parametrize(
    ("after", "moment"),
    [
        (utc(2026, 3, 26, 8, 59), utc(2026, 3, 26, 9)),  # Thursday, winter
        (utc(2026, 3, 26, 9), utc(2026, 4, 2, 8)),  # over the change to summer time on 29 March
        (utc(2026, 10, 22, 8), utc(2026, 10, 29, 9)),  # and back on 25 October
        (utc(2026, 10, 22, 7, 59), utc(2026, 10, 22, 8)),
    ],
)
def test_thursday_at_nine_is_by_the_clock_in_london(after: datetime, moment: datetime) -> None:
    assert next_local(after, THURSDAY, 9) == moment
    assert last_local(moment, THURSDAY, 9) == moment


def test_a_time_that_no_clock_shows_is_taken_an_hour_later() -> None:
    assert next_local(utc(2026, 3, 28, 12), None, 1, 30) == utc(2026, 3, 29, 1, 30)  # 2:30am in summer time
    assert next_local(utc(2026, 3, 29, 1, 30), None, 1, 30) == utc(2026, 3, 30, 0, 30)


def test_a_time_that_is_shown_twice_is_its_first_showing_alone() -> None:
    first = utc(2026, 10, 25, 0, 30)
    assert next_local(utc(2026, 10, 24, 12), SUNDAY, 1, 30) == first
    assert next_local(first, None, 1, 30) == utc(2026, 10, 26, 1, 30)
    assert last_local(utc(2026, 10, 25, 2), None, 1, 30) == first


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.none() | st.integers(0, 6),
    st.integers(3, 23),
    st.integers(0, 59),
)
def test_the_clock_shows_the_time_and_no_such_moment_lies_in_between(
    after: datetime, weekday: int | None, hour: int, minute: int
) -> None:
    moment = next_local(after, weekday, hour, minute)
    shown = moment.astimezone(LONDON)

    assert (shown.hour, shown.minute) == (hour, minute)
    assert weekday in {None, shown.weekday()}
    assert after < moment <= after + timedelta(days=1 if weekday is None else 7, hours=1)
    assert last_local(moment - timedelta(microseconds=1), weekday, hour, minute) <= after
    assert last_local(moment, weekday, hour, minute) == moment
