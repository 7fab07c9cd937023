"""One question to an HTTP server over a connection of its own, with h11, which uvicorn uses as well."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

import h11

LARGEST = 1_000_000
PORTS = {"https": 443, "http": 80}


class BadAnswer(Exception):  # noqa: N818
    """The server broke off, or did not speak HTTP."""


@dataclass(frozen=True, slots=True)
class HttpServer:
    host: str
    port: int
    tls: bool
    path: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def good(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


def http_server(url: str) -> HttpServer:
    """Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError
    port = parts.port or PORTS[parts.scheme]
    return HttpServer(parts.hostname, port, parts.scheme == "https", parts.path.rstrip("/"))


async def ask(server: HttpServer, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Raises OSError and BadAnswer. How long it may take is the caller's to say."""
    context = _context() if server.tls else None
    reader, writer = await asyncio.open_connection(server.host, server.port, ssl=context)
    try:
        connection = h11.Connection(our_role=h11.CLIENT)
        own = {"Host": server.host, "Content-Length": str(len(body)), "Connection": "close"}
        request = h11.Request(method=method, target=server.path + path, headers=list({**own, **headers}.items()))
        for event in (request, h11.Data(data=body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return await _answer(connection, reader)
    except h11.ProtocolError as error:
        raise BadAnswer from error
    finally:
        writer.transport.abort()  # nothing is left to say, and a close that waits could wait for ever


@cache
def _context() -> ssl.SSLContext:
    """Once: it takes longer than a question does."""
    return ssl.create_default_context()


async def _answer(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    status, body = 0, b""
    while len(body) <= LARGEST:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65536))
        elif isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            return Answer(status, body)
        elif isinstance(event, h11.ConnectionClosed):
            raise BadAnswer
    raise BadAnswer
