"""What every answer of ours has, and what no request of ours lacks."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = {"GET", "HEAD", "OPTIONS"}

HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
"""Each unless the page sets its own. Not kept: at the library nobody shall go back to what the last person wrote."""

LIMIT = 1_000_000
"""Bytes of a body."""

TOO_LARGE = "This is more than 1 MB, which no form of ours needs"
REFUSED = "This form was sent from another site. Open it on ours and send it from there."


class Guard:
    """Refuses forms sent from other sites, and puts the security headers on what goes out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                names = {name for name, _ in own}
                message["headers"] = [*own, *(header for header in HEADERS if header[0] not in names)]
            await send(message)

        api = scope["path"].startswith("/api/")
        if scope["method"] not in SAFE and not from_our_site(Headers(scope=scope)):
            refusal = JSONResponse({"error": REFUSED, "field": None}, 403) if api else PlainTextResponse(REFUSED, 403)
            await refusal(scope, receive, guarded)
            return
        if api and scope["method"] not in SAFE:
            body = await _read(receive)
            if body is None:
                await JSONResponse({"error": TOO_LARGE, "field": None}, 413)(scope, receive, guarded)
                return
            receive = _again(body, receive)
        await self._app(scope, receive, guarded)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None as soon as it is over the limit. Forms see to it themselves (shared/web/forms.py)."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > LIMIT:
            return None
        if not message.get("more_body"):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def from_our_site(headers: Headers) -> bool:
    """By what browsers say and no page can forge. A client that says neither is no browser: no cookie to abuse."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
