"""GOV.UK Notify as far as we speak with it: it checks the token, takes mails, and goes wrong as it is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"engage-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


@dataclass
class Fault:
    """What it does with one question. `after` it has taken the mail, so that its yes is lost."""

    kind: str = "answer"
    status: int = 500
    error: str = "Exception"
    message: str = "Internal server error"
    after: bool = False


@dataclass
class FakeNotify:
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            bearer = next(line.partition(" ")[2] for line in head.split("\r\n") if line.startswith("Authorization"))
            method, path = head.split(" ", 2)[:2]
            await self._say(writer, method, path, bearer, body)
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()

    async def _say(self, writer: asyncio.StreamWriter, method: str, path: str, bearer: str, body: bytes) -> None:
        self.asked.append(f"{method} {urlsplit(path).path}")
        fault = self.faults.pop(0) if self.faults and method == "POST" else None
        status, answer = self.answer(method, path, bearer, body) if fault is None or fault.after else (0, {})
        if fault is not None and fault.kind == "hang":
            await asyncio.sleep(3)
        if fault is not None and fault.kind in {"hang", "drop"}:
            return
        if fault is not None and fault.kind == "babble":
            writer.write(b"220 this is no HTTP\r\n\r\n")
            return
        if fault is not None:
            status, answer = fault.status, problem(fault.status, fault.error, fault.message)
        content = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        half = len(content) // 2 if fault is not None and fault.kind == "half" else len(content)
        writer.write(head.encode() + content[:half])
        await writer.drain()

    def answer(self, method: str, path: str, bearer: str, body: bytes) -> tuple[int, Mapping[str, object]]:
        if not genuine(bearer.removeprefix("Bearer ")):
            return 403, problem(403, "AuthError", "Invalid token: API key not found")
        where = urlsplit(path)
        if (method, where.path) == ("POST", "/v2/notifications/email"):
            return self._take(json.loads(body))
        if (method, where.path) == ("GET", "/v2/notifications"):
            (reference,) = parse_qs(where.query)["reference"]
            return 200, {"notifications": [each for each in self.taken if each["reference"] == reference], "links": {}}
        if (method, where.path) == ("GET", f"/v2/template/{TEMPLATE}"):
            return 200, {"id": TEMPLATE}
        return 404, problem(404, "NoResultFound", "No result found")

    def _take(self, body: dict[str, Any]) -> tuple[int, Mapping[str, object]]:
        if body["template_id"] != TEMPLATE:
            return 400, problem(400, "BadRequestError", "Template not found")
        if "@" not in body["email_address"]:
            return 400, problem(400, "ValidationError", "email_address Not a valid email address")
        self.taken.append(body)
        return 201, {"id": "740e5834-3a29-46b4-9a6f-16142fde533a", "reference": body["reference"]}


def problem(status: int, error: str, message: str) -> dict[str, object]:
    return {"status_code": status, "errors": [{"error": error, "message": message}]}


def genuine(token: str) -> bool:
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
    except jwt.InvalidTokenError:
        return False
    return bool(claims["iss"] == SERVICE and abs(time.time() - claims["iat"]) <= 30)


@asynccontextmanager
async def notify() -> AsyncIterator[FakeNotify]:
    fake = FakeNotify()
    server = await asyncio.start_server(fake.talk, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    yield fake
    server.close()
