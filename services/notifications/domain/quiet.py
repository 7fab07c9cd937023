"""When mail that nobody waits for stays where it is: at night."""

from datetime import datetime

from shared.clock import LONDON
from shared.local import next_local

QUIET_FROM = 21
QUIET_UNTIL = 8
"""Hours by the clock in London."""


def after_quiet_hours(moment: datetime) -> datetime:
    """`moment` itself by day; in quiet hours, the moment they end. In UTC."""
    hour = moment.astimezone(LONDON).hour
    by_day = QUIET_UNTIL <= hour < QUIET_FROM
    return moment if by_day else next_local(moment, None, QUIET_UNTIL)
