"""Answers that officers enter for people who answered on paper, face to face or by phone: until when, for which day."""

from datetime import date, datetime, timedelta

from services.consultation.domain.details import Details
from shared.clock import LONDON

ENTRY_DAYS = 28
"""Days after the close in which what came in time can still be entered."""

FORM_NUMBER_LIMIT = 40


def last_entry_day(details: Details) -> date:
    return _day(details.closes_at + timedelta(days=ENTRY_DAYS))


def why_not_entered_now(details: Details, now: datetime) -> str:
    """A sentence; empty while answers can be entered."""
    if now < details.opens_at:
        return "This consultation is not open yet"
    last = last_entry_day(details)
    return f"Answers could be entered until {_words(last)}. The time for it is over" if _day(now) > last else ""


def fault_in_received(details: Details, received_on: date | None, now: datetime) -> str:
    """A sentence where answers that came on that day cannot be counted; empty otherwise."""
    opening, closing = _day(details.opens_at), _day(details.closes_at)
    if received_on is None:
        late = f"The consultation closed on {_words(closing)}. Enter the date received"
        return late if now >= details.closes_at else ""
    if received_on > closing:
        return f"It came after the consultation closed on {_words(closing)}. It cannot be counted"
    if received_on > _day(now):
        return "The date received is in the future. Check the day, the month and the year"
    early = f"The date received is before the consultation opened on {_words(opening)}"
    return early if received_on < opening else ""


def fault_in_form_number(number: str) -> str:
    return f"The form number must be {FORM_NUMBER_LIMIT} characters or fewer" if len(number) > FORM_NUMBER_LIMIT else ""


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"
