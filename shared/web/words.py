"""Times, dates and numbers as pages and mails write them, by the GOV.UK style guide."""

from datetime import date, datetime, time

from shared.clock import LONDON

_NOON = 12


def london(when: datetime) -> datetime:
    """`when` by the clock in London. A time without a zone is refused: it could be an hour off."""
    if when.tzinfo is None:
        raise ValueError(f"{when} has no zone")
    return when.astimezone(LONDON)


def london_date(when: datetime) -> str:
    """Tuesday 3 March 2026"""
    return date_words(london(when))


def london_time(when: datetime, *, zone: bool = False) -> str:
    """5pm on Tuesday 3 March 2026; with `zone`, 5pm UK time on Tuesday 3 March 2026."""
    local = london(when)
    uk = " UK time" if zone else ""
    if (local.hour, local.minute) == (0, 0):
        # "midnight on Tuesday" is read as the end of Tuesday by half of its readers.
        return f"midnight{uk} at the start of {date_words(local)}"
    return f"{clock_words(local.time())}{uk} on {date_words(local)}"


def date_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def clock_words(at: time) -> str:
    """5pm, 5:30pm, midday; midnight is 12am."""
    if (at.hour, at.minute) == (_NOON, 0):
        return "midday"
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{at.hour % _NOON or _NOON}{minutes}{'pm' if at.hour >= _NOON else 'am'}"


def number(count: float) -> str:
    """225,300; a figure that is not whole keeps its decimals."""
    return f"{count:,.0f}" if float(count).is_integer() else f"{count:,}"


def percent(share: float) -> str:
    """62%; a share that is there but rounds to nothing says so: <1%."""
    return "<1%" if 0 < share < 0.005 else f"{share:.0%}"  # noqa: PLR2004
