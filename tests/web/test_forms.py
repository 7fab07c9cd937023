from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import BinaryIO
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from shared.clock import LONDON
from shared.errors import Invalid, TooLarge, Unavailable, Unreadable
from shared.web.forms import Form, parse_date_time, read_form, show_date_time
from shared.web.multipart import FileLimits

FORM = "application/x-www-form-urlencoded"
MINUTES = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(second=0, microsecond=0)
)


def request_of(chunks: Iterator[bytes], content_type: str = FORM) -> Request:
    async def receive() -> Message:
        chunk = next(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    return Request({"type": "http", "headers": [(b"content-type", content_type.encode())]}, receive)


async def read(body: bytes, content_type: str = FORM) -> Form:
    return await read_form(request_of(iter([body]), content_type))


def typed(day: str, month: str, year: str, time: str) -> Form:
    return Form({"closes-day": [day], "closes-month": [month], "closes-year": [year], "closes-time": [time]})


async def test_a_form_keeps_every_value_of_a_field_in_order() -> None:
    form = await read(b"interest=economy&name=Zo%C3%AB+K&interest=fairness&blank=")
    assert form.all("interest") == ("economy", "fairness")
    assert (form.value("interest"), form.value("name"), form.value("blank")) == ("economy", "Zoë K", "")
    assert (form.value("absent"), form.all("absent"), form.error("name")) == ("", (), None)


async def test_line_ends_become_newlines() -> None:
    assert (await read(b"why=one%0D%0Atwo%0Dthree%0Afour%09five")).value("why") == "one\ntwo\nthree\nfour\tfive"


@given(st.dictionaries(st.text("abc-", min_size=1), st.lists(st.text(st.characters(exclude_categories=["C"])))))
async def test_what_a_browser_sends_is_what_is_read(values: dict[str, list[str]]) -> None:
    form = await read(urlencode(values, doseq=True).encode())
    assert {name: form.all(name) for name in values} == {name: tuple(every) for name, every in values.items()}


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x85"])
async def test_an_invisible_control_character_is_refused(character: str) -> None:
    with pytest.raises(Unreadable, match="invisible character"):
        await read(f"why={quote_plus(character)}".encode())


@pytest.mark.parametrize("body", [b"why=%FF", b"why=\xff", b"why=%ED%A0%80"])
async def test_bytes_that_are_not_utf_8_are_refused(body: bytes) -> None:
    with pytest.raises(Unreadable, match="cannot be read as text"):
        await read(body)


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json", ""])
async def test_other_types_of_content_are_refused(content_type: str) -> None:
    with pytest.raises(Unreadable, match="what a web form sends"):
        await read(b"a=b", content_type)


async def test_reading_stops_at_the_limit() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"a" * 400

    with pytest.raises(TooLarge):
        await read_form(request_of(endless()), limit_bytes=1_000)
    assert sent == 3


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    assert (await read_form(request_of(iter([b"a=" + b"b" * 98])), limit_bytes=100)).value("a") == "b" * 98


async def test_more_fields_than_any_form_has_are_refused() -> None:
    with pytest.raises(TooLarge, match="more fields"):
        await read(b"&".join(b"a=b" for _ in range(2_001)))


def test_a_form_with_errors_is_another_form() -> None:
    form = Form({"why": ["x"]})
    refused = form.with_errors({"why": "Say more", "": "Try again"})
    assert (refused.value("why"), refused.error("why"), list(refused.errors)) == ("x", "Say more", ["why", ""])
    assert dict(form.errors) == {}


@given(MINUTES.filter(lambda moment: moment.astimezone(LONDON).fold == 0))
def test_a_moment_shown_in_a_form_is_read_back_the_same(moment: datetime) -> None:
    assert parse_date_time(Form(show_date_time("closes", moment)), "closes") == moment


@pytest.mark.parametrize(
    ("time", "hour_utc", "minute"),
    [("5pm", 16, 0), ("5:30 PM", 16, 30), ("17.30", 16, 30), ("09:05", 8, 5), ("noon", 11, 0), ("12am", 23, 0)],
)
def test_times_are_read_as_people_write_them_by_the_clock_in_london(time: str, hour_utc: int, minute: int) -> None:
    moment = parse_date_time(typed("1", "7", "2026", f" {time} "), "closes")
    assert (moment.hour, moment.minute, moment.tzinfo) == (hour_utc, minute, UTC)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        (Form(), "Enter a date and a time"),
        (typed("1", "", "2026", ""), "Enter the month and the time as well"),
        (typed("31", "2", "2026", "5pm"), "Enter a real date"),
        (typed("²", "2", "2026", "5pm"), "Enter a real date"),
        (typed("3", "March", "2026", "5pm"), "Enter a real date"),
        (typed("3", "3", "26", "5pm"), "4 numbers"),
        (typed("29", "3", "2026", "1:30am"), "no 1:30am on Sunday 29 March 2026, because the clocks go forward"),
        (typed("3", "3", "2026", "midnight"), "11:59pm or 12:01am"),
        (typed("3", "3", "2026", "5"), "am or pm, such as 5pm"),
        (typed("3", "3", "2026", "17pm"), "from 1 to 12"),
        (typed("3", "3", "2026", "25:00"), "such as 5pm"),
        (typed("3", "3", "2026", "soon"), "such as 5pm"),
    ],
)
def test_a_time_that_cannot_be_is_refused_by_its_field(form: Form, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_date_time(form, "closes")
    assert list(refused.value.errors) == ["closes"]
    assert sentence in refused.value.errors["closes"]


def test_an_hour_that_happens_twice_is_taken_as_the_first() -> None:
    moment = parse_date_time(typed("25", "10", "2026", "1:30am"), "closes")
    assert moment == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.lists(st.text(max_size=6), min_size=4, max_size=4))
def test_whatever_is_typed_as_a_time_gives_a_moment_or_a_sentence(parts: list[str]) -> None:
    with suppress(Invalid):
        assert parse_date_time(typed(*parts), "closes").tzinfo is UTC


BOUNDARY = "----WebKitFormBoundaryx7"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes | str, file: str | None = None) -> bytes:
    body = content.encode() if isinstance(content, str) else content
    named = f'; filename="{file}"\r\nContent-Type: application/pdf' if file is not None else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + body + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


class Opened:
    """Temporary files, and how much was written into them."""

    def __init__(self) -> None:
        self.all: list[BytesIO] = []

    def __call__(self) -> BinaryIO:
        self.all.append(BytesIO())
        return self.all[-1]

    @property
    def all_closed(self) -> bool:
        return all(each.closed for each in self.all)


def limits(opened: Opened, most: int = 100, in_all: int = 10_000) -> FileLimits:
    return FileLimits({"plan": most}, in_all, opened)


async def read_files(body: bytes, opened: Opened, in_all: int = 10_000, content_type: str = MULTIPART) -> Form:
    chunks = (body[place : place + 7] for place in range(0, len(body), 7))
    return await read_form(request_of(chunks, content_type), files=limits(opened, in_all=in_all))


async def test_a_form_with_files_keeps_its_fields_and_its_files_whatever_the_pieces_it_comes_in() -> None:
    body = part("why", "one\r\ntwo é") + part("plan", b"\r\n--x\r\n\0", "Plän A.pdf") + part("why", "again") + END

    form = await read_files(body, Opened())

    assert form.all("why") == ("one\ntwo é", "again")
    ((name, file),) = form.files
    assert (name, file.name, file.size) == ("plan", "Plän A.pdf", 8)
    assert file.content is not None
    file.content.seek(0)
    assert file.content.read() == b"\r\n--x\r\n\0"
    form.close()
    assert file.content.closed


async def test_a_field_for_files_in_which_none_was_chosen_has_none() -> None:
    opened = Opened()
    assert (await read_files(part("plan", b"", "") + END, opened)).files == ()
    assert opened.all == []


async def test_an_empty_file_is_there_and_empty() -> None:
    ((_, file),) = (await read_files(part("plan", b"", "plan.pdf") + END, Opened())).files
    assert (file.name, file.size, file.content) == ("plan.pdf", 0, None)


async def test_of_a_file_over_its_limit_only_the_size_is_kept_and_the_rest_of_the_form_is_read() -> None:
    opened = Opened()
    form = await read_files(part("plan", b"x" * 101, "plan.pdf") + part("why", "still here") + END, opened)

    ((_, file),) = form.files
    assert (file.size, file.content) == (101, None)
    assert opened.all_closed
    assert form.value("why") == "still here"


async def test_a_form_with_files_is_refused_as_soon_as_it_is_over_its_limit_and_leaves_nothing() -> None:
    sent, opened = 0, Opened()

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield part("plan", b"", "plan.pdf")[:-2]
        while True:
            sent += 400
            yield b"x" * 400

    with pytest.raises(TooLarge, match="too large together"):
        await read_form(request_of(endless(), MULTIPART), files=limits(opened, most=10_000, in_all=2_000))
    assert sent <= 2_400
    assert opened.all
    assert opened.all_closed


async def test_a_form_that_says_itself_that_it_is_too_large_is_not_read_at_all() -> None:
    async def never() -> Message:
        raise AssertionError("read")

    headers = [(b"content-type", MULTIPART.encode()), (b"content-length", b"200000000")]
    request = Request({"type": "http", "headers": headers}, never)
    with pytest.raises(TooLarge):
        await read_form(request, files=limits(Opened()))


async def test_fields_of_a_form_with_files_have_the_limit_of_any_form() -> None:
    with pytest.raises(TooLarge, match="too long for this form"):
        await read_form(
            request_of(iter([part("why", "x" * 1_001), END]), MULTIPART), limit_bytes=1_000, files=limits(Opened())
        )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"".join(part("plan", b"x", "a.pdf") for _ in range(21)) + END, "more in it"),
        (b"".join(part("a", "b") for _ in range(2_001)) + END, "more in it"),
    ],
)
async def test_more_parts_than_any_form_has_are_refused(body: bytes, sentence: str) -> None:
    opened = Opened()
    with pytest.raises(TooLarge, match=sentence):
        await read_files(body, opened, in_all=10_000_000)
    assert opened.all_closed


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (part("plan", b"%PDF", "a.pdf"), "did not arrive whole"),
        (part("plan", b"%PDF", "a.pdf")[:-9], "did not arrive whole"),
        (b"", "did not arrive whole"),
        (b"no form at all, and not a short one either", "did not arrive whole"),
        (part("other", b"%PDF", "a.pdf") + END, "what a web form sends"),
        (part("plan", b"%PDF", "a.pdf") + part("why", b"\xff") + END, "cannot be read as text"),
        (part("plan", b"%PDF", "a.pdf") + part("why", "a\0b") + END, "invisible character"),
    ],
)
async def test_a_broken_form_with_files_is_refused_and_leaves_nothing(body: bytes, sentence: str) -> None:
    opened = Opened()
    with pytest.raises(Unreadable, match=sentence):
        await read_files(body, opened)
    assert opened.all_closed


@pytest.mark.parametrize("content_type", ["multipart/form-data", f"multipart/form-data; boundary={'x' * 5_000}"])
async def test_a_form_with_files_that_does_not_say_where_its_parts_end_is_refused(content_type: str) -> None:
    with pytest.raises(Unreadable, match="what a web form sends"):
        await read_files(part("a", "b") + END, Opened(), content_type=content_type)


async def test_a_disk_that_is_full_is_not_the_fault_of_who_sends() -> None:
    def full() -> BinaryIO:
        raise OSError(28, "No space left on device")

    request = request_of(iter([part("plan", b"%PDF", "a.pdf") + END]), MULTIPART)
    with pytest.raises(Unavailable):
        await read_form(request, files=FileLimits({"plan": 100}, 10_000, full))
