"""What law and good practice ask of a consultation before it is published (docs/consulting.md says where from).

The Gunning principles: the decision is still open, people have enough information, they have enough time, and what
they say is considered. The first two and the last are asked for; of time there are warnings, since the law sets none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import holidays

from services.consultation.domain.details import Details
from shared.clock import LONDON

FORMAL_DAYS = 42
SURVEY_DAYS = 14
CHRISTMAS = ((12, 20), (1, 3))
SUMMER = ((7, 22), (8, 31))
"""School holidays by month and day: councils differ by some days."""

LISTED = 6

FORMAL = (
    ("background", "Write the background: what people need to know to answer"),
    ("proposal", "Say what is proposed"),
    ("alternatives", "Say which other options were considered, or why there are none"),
    ("reasons", "Give the reasons for the proposal"),
    ("impact", "Say what the impact on people is, on those whom equality law protects above all, or why there is none"),
    ("next_steps", "Say who will consider the answers, and when people hear what came of them"),
)
ALWAYS = (
    ("summary", "Write a summary: what this is about and who it concerns"),
    ("decision", "Say which decision the answers will inform"),
    ("contact_team", "Name the team that people can ask"),
    ("formats", "Say how people get this in another format, such as paper or large print"),
)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the officer, and the field of the details that it is about."""

    field: str
    sentence: str


def lacking(details: Details, now: datetime) -> tuple[Note, ...]:
    """What stands in the way of publication."""
    wanted = (*ALWAYS[:1], *FORMAL, *ALWAYS[1:]) if details.formal else ALWAYS
    notes = [Note(field, sentence) for field, sentence in wanted if not getattr(details, field).strip()]
    if not (details.contact_email or details.contact_phone):
        notes.append(Note("contact_email", "Give an e-mail address or a phone number of that team"))
    if details.decision and not details.decision_open:
        sentence = "The decision is recorded as taken. People can only be consulted while it is still open"
        notes.append(Note("decision_open", sentence))
    if details.closes_at <= now:
        notes.append(Note("closes_at", "The closing time has passed. Choose a later one"))
    return tuple(notes)


def days_open(opens_at: datetime, closes_at: datetime) -> int:
    """Whole days."""
    return (closes_at - opens_at).days


def warnings(details: Details) -> tuple[Note, ...]:
    """What makes the time too short for some. The officer may have reasons: nothing is refused for them."""
    sentences = (_short(details), _school_holidays(details), _bank_holidays(details), _closing_day(details))
    return tuple(Note("closes_at", sentence) for sentence in sentences if sentence)


def _short(details: Details) -> str:
    days = days_open(details.opens_at, details.closes_at)
    least = FORMAL_DAYS if details.formal else SURVEY_DAYS
    if days >= least:
        return ""
    kind = "a consultation on a proposal" if details.formal else "a survey"
    return f"It is open for {days_words(days)}. That is short for {kind}: {least // 7} weeks or more give people time"


def _school_holidays(details: Details) -> str:
    first, last = _days(details)
    away = [name for name, begin, end in _breaks(first, last) if first <= end and begin <= last]
    if not away:
        return ""
    return f"People are away for part of it: {' and '.join(dict.fromkeys(away))}. Think of opening it for longer"


def _breaks(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """From the year before: a Christmas begins in it."""
    for year in range(first.year - 1, last.year + 1):
        yield "the Christmas weeks", date(year, *CHRISTMAS[0]), date(year + 1, *CHRISTMAS[1])
        yield "the summer school holidays", date(year, *SUMMER[0]), date(year, *SUMMER[1])


def _bank_holidays(details: Details) -> str:
    first, last = _days(details)
    found = [
        f"{name} ({day.day} {day:%B %Y})"
        for year in range(first.year, last.year + 1)
        for day, name in bank_holidays(year)
        if first <= day <= last
    ]
    if not found:
        return ""
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return f"Bank holidays fall within it: {', '.join(found[:LISTED])}{more}"


def _closing_day(details: Details) -> str:
    last = details.closes_at.astimezone(LONDON).date()
    name = dict(bank_holidays(last.year)).get(last)
    return f"It closes on a bank holiday, {name}, when nobody is there to help with answering" if name else ""


def _days(details: Details) -> tuple[date, date]:
    """The first and the last day on which it is open, in London. At midnight the last is the day before."""
    last = details.closes_at.astimezone(LONDON) - timedelta(microseconds=1)
    return details.opens_at.astimezone(LONDON).date(), last.date()


def days_words(days: int) -> str:
    if days < 1:
        return "less than a day"
    return f"{days} day{'s' if days > 1 else ''}"


@cache
def bank_holidays(year: int) -> tuple[tuple[date, str], ...]:
    """Of England, in order."""
    return tuple(sorted(holidays.country_holidays("GB", subdiv="ENG", years=year).items()))
