"""When mail that nobody waits for stays where it is: at night."""

from dataclasses import dataclass
from datetime import datetime

from shared.clock import LONDON
from shared.local import next_local


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From an hour to another by the clock in London; the same hour twice for none."""

    begin: int
    end: int

    def after(self, moment: datetime) -> datetime:
        """`moment` itself by day; in quiet hours, the moment they end. In UTC."""
        hour = moment.astimezone(LONDON).hour
        over_midnight = self.begin > self.end
        late, early = hour >= self.begin, hour < self.end
        quiet = late or early if over_midnight else late and early
        return next_local(moment, None, self.end) if quiet else moment


NEVER_QUIET = QuietHours(0, 0)


def read_quiet_hours(text: str) -> QuietHours:
    """From a setting such as 21-8; empty for none."""
    begin, _, end = text.partition("-")
    return QuietHours(int(begin), int(end)) if text else NEVER_QUIET
