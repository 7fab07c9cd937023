"""Forms with files: taken in as they come, each file onto the disk and no further than its limit."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from shared.errors import TooLarge, Unavailable, Unreadable

MOST_FIELDS = 2_000
MOST_FILES = 20
CUT_OFF = "What you sent did not arrive whole. Go back and send the form again."
NO_FORM = "This address takes what a web form sends. Go back to the page with the form and send it."

TOO_LARGE = "These files are too large together. Go back, and send smaller ones or fewer."


@dataclass(frozen=True, slots=True)
class FileLimits:
    """`bytes_for` each field that takes files, `in_all` for a form with its files; `open` makes a temporary file."""

    bytes_for: Mapping[str, int]
    in_all: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it came. `content` is None where it was over its limit: no more of it was kept than its size."""

    name: str
    size: int
    content: BinaryIO | None

    def close(self) -> None:
        if self.content is not None:
            self.content.close()


@dataclass(slots=True)
class _Part:
    header: bytes = b""
    value: bytes = b""
    disposition: bytes = b""
    name: str = ""
    file_name: str | None = None
    text: bytearray = field(default_factory=bytearray)
    size: int = 0
    content: BinaryIO | None = None


class Parts:
    """Fields and files of one form. Raises Unreadable, TooLarge and Unavailable from `read`."""

    def __init__(self, content_type: str, limits: FileLimits, limit_bytes: int) -> None:
        """`limit_bytes` is for all fields but the files."""
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        self.fields: list[tuple[str, bytes]] = []
        self.files: list[tuple[str, SentFile]] = []
        self._limits = limits
        self._left = limit_bytes
        self._part = _Part()
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._all_read,
                },
            )
        except FormParserError as error:
            raise Unreadable(NO_FORM) from error
        if not boundary:
            raise Unreadable(NO_FORM)

    async def read(self, chunks: AsyncIterator[bytes], says_length: str = "") -> None:
        """Stops at the first fault, without waiting for the rest, and keeps nothing then."""
        if says_length.isascii() and says_length.isdigit() and float(says_length) > self._limits.in_all:
            raise TooLarge(TOO_LARGE)
        try:
            await self._read(chunks)
        except BaseException:
            self.close()
            raise

    async def _read(self, chunks: AsyncIterator[bytes]) -> None:
        read = 0
        async for chunk in chunks:
            read += len(chunk)
            if read > self._limits.in_all:
                raise TooLarge(TOO_LARGE)
            try:
                await asyncio.to_thread(self._parser.write, chunk)
            except FormParserError as error:
                raise Unreadable(CUT_OFF) from error
        if not self._ended:
            raise Unreadable(CUT_OFF)

    def close(self) -> None:
        for _, file in self.files:
            file.close()
        if self._part.content is not None:
            self._part.content.close()

    def _begin(self) -> None:
        self._part = _Part()
        if len(self.fields) + len(self.files) >= MOST_FIELDS or len(self.files) >= MOST_FILES:
            raise TooLarge("What you sent has more in it than any of our forms. Go back and send the form again.")

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._part.disposition = self._part.value
        self._part.header = self._part.value = b""

    def _headers_finished(self) -> None:
        options = parse_options_header(self._part.disposition)[1]
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options:
            self._part.file_name = options[b"filename"].decode(errors="replace")
            if self._part.name not in self._limits.bytes_for:
                raise Unreadable(NO_FORM)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        part.size += end - start
        if part.file_name is None:
            self._left -= end - start
            if self._left < 0:
                raise TooLarge("What you sent is too long for this form. Go back, shorten it and send it again.")
            part.text += data[start:end]
        elif part.size <= self._limits.bytes_for[part.name]:
            self._write(part, data[start:end])
        elif part.content is not None:
            part.content.close()
            part.content = None

    def _write(self, part: _Part, data: bytes) -> None:
        try:
            if part.content is None:
                part.content = self._limits.open()
            part.content.write(data)
        except OSError as error:
            raise Unavailable("files cannot be written") from error

    def _end(self) -> None:
        part, self._part = self._part, _Part()
        if part.file_name is None:
            self.fields.append((part.name, bytes(part.text)))
        elif part.file_name or part.size:  # else no file was chosen
            self.files.append((part.name, SentFile(part.file_name, part.size, part.content)))

    def _all_read(self) -> None:
        self._ended = True
