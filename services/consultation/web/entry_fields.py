"""What officers say about answers that came to them: by which way, and when."""

import re
from collections.abc import Mapping
from datetime import date

from services.consultation.domain import Channel
from shared.web.forms import Form

CHANNELS = {
    Channel.PAPER: "On paper",
    Channel.FACE_TO_FACE: "Face to face",
    Channel.PHONE: "By phone",
    Channel.ONLINE: "Online",
}
ENTERED = tuple((channel.value, CHANNELS[channel]) for channel in Channel if channel is not Channel.ONLINE)
PARTS = ("day", "month", "year")
ENTRY = ("channel", *(f"received-{part}" for part in PARTS), "form_number")
"""Fields that travel with the answers that an officer enters."""


def read_channel(form: Form, errors: dict[str, str]) -> Channel | None:
    if form.value("channel") in dict(ENTERED):
        return Channel(form.value("channel"))
    errors["channel"] = "Choose how the answers came"
    return None


def read_day(form: Form, name: str, errors: dict[str, str]) -> date | None:
    """From the fields name-day, name-month and name-year; None where all are empty, or with a sentence in `errors`."""
    typed = {part: form.value(f"{name}-{part}").strip() for part in PARTS}
    lacking = [part for part in PARTS if not typed[part]]
    if len(lacking) == len(PARTS):
        return None
    if lacking:
        errors[name] = f"Enter the {' and the '.join(lacking)} as well"
        return None
    if not re.fullmatch(r"\d{4}", typed["year"], re.ASCII):
        errors[name] = "Enter the year with 4 numbers, such as 2026"
        return None
    try:
        return date(*(int(typed[part]) for part in reversed(PARTS)))
    except (ValueError, OverflowError):
        errors[name] = "Enter a real date: check the day and the month, in numbers"
        return None


def show_day(name: str, day: date | None) -> Mapping[str, tuple[str]]:
    """Field values that read_day reads as `day`."""
    values = (str(day.day), str(day.month), f"{day.year:04}") if day else ("", "", "")
    return {f"{name}-{part}": (value,) for part, value in zip(PARTS, values, strict=True)}
