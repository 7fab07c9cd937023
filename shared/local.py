"""When the clock in London shows a time, through both changes of clocks.

When clocks go forward, a time that no clock shows (1:30am) is taken an hour later, so that nothing daily leaves out a
day. When they go back, a time that is shown twice is its first showing, so that nothing daily comes twice a day.
"""

from datetime import UTC, date, datetime, time, timedelta

from shared.clock import LONDON

A_DAY = timedelta(days=1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def next_local(after: datetime, weekday: int | None, hour: int, minute: int = 0) -> datetime:
    """The first such moment later than `after`, in UTC. `weekday` is 0 for Monday to 6; None for every day."""
    moment, day = after, after.astimezone(LONDON).date()
    while moment <= after:
        moment, day = _moment(_on(weekday, day, A_DAY), hour, minute), day + A_DAY
    return moment


def last_local(until: datetime, weekday: int | None, hour: int, minute: int = 0) -> datetime:
    """The last such moment not later than `until`, in UTC."""
    moment, day = until + A_DAY, until.astimezone(LONDON).date()
    while moment > until:
        moment, day = _moment(_on(weekday, day, -A_DAY), hour, minute), day - A_DAY
    return moment


def _on(weekday: int | None, day: date, step: timedelta) -> date:
    """The day itself, or the nearest of that weekday in the direction of `step`."""
    while weekday is not None and day.weekday() != weekday:
        day += step
    return day


def _moment(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)
