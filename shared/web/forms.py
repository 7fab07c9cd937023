"""What a person typed into a form, and the sentences about it.

Days and times are typed by the clock in London and kept in UTC.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.requests import Request

from shared.clock import LONDON
from shared.errors import Invalid, TooLarge, Unreadable
from shared.web.multipart import MOST_FIELDS, NO_FORM, FileLimits, Parts, SentFile
from shared.web.words import clock_words, date_words, london

_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})
_NO_ERRORS: Mapping[str, str] = MappingProxyType({})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PARTS = ("day", "month", "year", "time")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
_TWELVE = 12
_NO_TEXT = "Some of what you sent cannot be read as text. Go back, type it again and send it."


class Form:
    """Never changes: `with_errors` makes another one."""

    __slots__ = ("_errors", "_files", "_values")

    def __init__(
        self,
        values: Mapping[str, Sequence[str]] = _NOTHING,
        errors: Mapping[str, str] = _NO_ERRORS,
        files: Sequence[tuple[str, SentFile]] = (),
    ) -> None:
        self._values = {name: tuple(typed) for name, typed in values.items()}
        self._errors = MappingProxyType(dict(errors))
        self._files = tuple(files)

    @property
    def errors(self) -> Mapping[str, str]:
        """Sentence by field, in the order given; '' is the form as a whole."""
        return self._errors

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._values)

    def value(self, name: str) -> str:
        """The first value under `name`, or ''."""
        typed = self._values.get(name)
        return typed[0] if typed else ""

    def all(self, name: str) -> tuple[str, ...]:
        return self._values.get(name, ())

    @property
    def files(self) -> tuple[tuple[str, SentFile], ...]:
        """Field and file, in the order sent. Who reads a form with files closes it."""
        return self._files

    def close(self) -> None:
        """Let go of its files: what was not kept elsewhere is gone."""
        for _, file in self._files:
            file.close()

    def error(self, name: str) -> str | None:
        return self._errors.get(name)

    def with_errors(self, errors: Mapping[str, str]) -> "Form":
        return Form(self._values, errors, self._files)

    def with_value(self, name: str, values: Sequence[str]) -> "Form":
        return Form({**self._values, name: values}, self._errors, self._files)


async def read_form(request: Request, limit_bytes: int = 1_000_000, files: FileLimits | None = None) -> Form:
    """What a form sends, every line end a single newline; with `files`, also one that has files in it.

    Raises TooLarge as soon as more than `limit_bytes` of fields arrived, or more than the limit of the files in all,
    and Unreadable for another type of content, for bytes that are not UTF-8 and for control characters other than tab
    and line ends. A file over its own limit is no error here: it comes without content.
    """
    content_type = request.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and files is not None:
        parts = Parts(content_type, files, limit_bytes)
        await parts.read(request.stream(), request.headers.get("content-length", ""))
        return _with_files(parts)
    if kind != "application/x-www-form-urlencoded":
        raise Unreadable(NO_FORM)
    body = await _body(request, limit_bytes)
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise Unreadable(_NO_TEXT) from error
    except ValueError as error:
        raise TooLarge(
            "What you sent has more fields than any of our forms. Go back and send the form again."
        ) from error
    return Form(_values(pairs))


def _values(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    values: dict[str, list[str]] = {}
    for name, typed in pairs:
        values.setdefault(name, []).append(_clean(typed))
    return values


def _with_files(parts: Parts) -> Form:
    try:
        pairs = [(name, typed.decode()) for name, typed in parts.fields]
        return Form(_values(pairs), files=parts.files)
    except UnicodeDecodeError as error:
        parts.close()
        raise Unreadable(_NO_TEXT) from error
    except Unreadable:
        parts.close()
        raise


async def _body(request: Request, limit_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit_bytes:
            raise TooLarge("What you sent is too long for this form. Go back, shorten it and send it again.")
        chunks.append(chunk)
    return b"".join(chunks)


def _clean(typed: str) -> str:
    # Browsers send \r\n for a line end: left so, a limit of characters would count each line end twice.
    if "\r" in typed:
        typed = typed.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL.search(typed):
        raise Unreadable(
            "Some of what you sent holds an invisible character that cannot be kept. It often comes with pasted text: "
            "go back, type that part by hand and send it again."
        )
    return typed


def parse_date_time(form: Form, name: str) -> datetime:
    """The moment in UTC from the fields name-day, name-month, name-year and name-time.

    Raises Invalid under `name`. When clocks go back, an hour that happens twice is taken as the first.
    """
    typed = {part: form.value(f"{name}-{part}").strip() for part in _PARTS}
    missing = [part for part in _PARTS if not typed[part]]
    if len(missing) == len(_PARTS):
        raise Invalid({name: "Enter a date and a time"})
    if missing:
        raise Invalid({name: f"Enter the {' and the '.join(missing)} as well"})
    local = datetime.combine(_day(name, typed), _time(name, typed["time"]), LONDON)
    moment = local.astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != local.replace(tzinfo=None):
        sentence = f"There is no {clock_words(local.time())} on {date_words(local)}, because the clocks go forward then"
        raise Invalid({name: f"{sentence}: choose a time before 1am or from 2am"})
    return moment


def show_date_time(name: str, moment: datetime) -> dict[str, tuple[str]]:
    """Field values that parse_date_time reads as `moment`, to the minute."""
    local = london(moment)
    parts = (str(local.day), str(local.month), f"{local.year:04}", clock_words(local.time()))
    return {f"{name}-{part}": (value,) for part, value in zip(_PARTS, parts, strict=True)}


def _day(name: str, typed: dict[str, str]) -> date:
    if not re.fullmatch(r"\d{4}", typed["year"]):
        raise Invalid({name: "Enter the year with 4 numbers, such as 2026"})
    try:
        return date(*(int(typed[part]) for part in ("year", "month", "day")))
    except (ValueError, OverflowError) as error:
        raise Invalid({name: "Enter a real date: check the day and the month, in numbers"}) from error


def _time(name: str, typed: str) -> time:
    if typed.lower() in ("midday", "noon"):
        return time(_TWELVE)
    if typed.lower() == "midnight":
        # Half of its readers take midnight on Tuesday as the start of Tuesday, half as the end.
        raise Invalid({name: "Enter 11:59pm or 12:01am instead of midnight, so that nobody mistakes the day"})
    found = _CLOCK.fullmatch(typed)
    if found is None:
        raise Invalid({name: "Enter a time such as 5pm, 5:30pm or 17:30"})
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if not half and (len(found[1]) == 1 or not found[2]):
        raise Invalid({name: f"Say whether the time is am or pm, such as {found[0]}pm"})
    if half and not 1 <= hour <= _TWELVE:
        raise Invalid({name: f"Leave out {half}m, or enter an hour from 1 to 12"})
    try:
        return time(hour % _TWELVE + (_TWELVE if half == "p" else 0) if half else hour, minute)
    except ValueError as error:
        raise Invalid({name: "Enter a time such as 5pm, 5:30pm or 17:30"}) from error
