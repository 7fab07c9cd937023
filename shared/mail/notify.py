"""Mail through GOV.UK Notify: each mail is a template of the council's service there, filled in with ours."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import quote, urlsplit

import httpx
import jwt

from shared.clock import Clock, system_clock
from shared.mail.port import Mail, Mailer, RefusedForGood, RefusedForNow

AT_ONCE = 8
URGENT_AT_ONCE = 4
"""Of their own, so that what is urgent waits for no mailing."""

WHOLE_S = 90.0
ASKING_S = 30.0

KEY = re.compile(r".*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""A name, the service's id, the secret."""

ABOUT_US = ("Template", "template_id", "Missing personalisation", "email_reply_to_id")
"""How a 400 begins that a setting brings about, not the mail. Somebody can put that right."""

FOR_GOOD = {400, 413, 422}

UNSEEN = "\u200b"
"""Before what Notify would take for a heading, a list, a quotation, a line or a table; nobody sees it."""

LINE_STARTS = re.compile(r"^([ \t]*)(?=[#*^>|`~=_+•-]|\d+[.)]|\[)", re.MULTILINE)
INDENTED = re.compile(r"^(?: {4,}|\t)[ \t]*", re.MULTILINE)
LINK = re.compile(r"\](?=[(\[:])")
ESCAPE = re.compile(r"\\(?=[\\`*{}\[\]()#+\-.!_>~|])")


@dataclass(frozen=True, slots=True)
class NotifyService:
    """The council's service at Notify."""

    url: str
    id: str
    secret: str = field(repr=False)
    template: str = ""
    reply_to: str = ""


def notify_service(url: str, key: str, template: str, reply_to: str = "") -> NotifyService:
    """Raises ValueError, which says what is wrong and not the key."""
    found = KEY.fullmatch(key)
    if found is None:
        raise ValueError("ENGAGE_NOTIFY_KEY must be an API key of GOV.UK Notify: a name, then two ids")
    if not template:
        raise ValueError("ENGAGE_NOTIFY_TEMPLATE must be the id of a template at GOV.UK Notify")
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError(f"ENGAGE_NOTIFY_URL must be an address such as https://host, not {url!r}")
    return NotifyService(url, found[1], found[2], template, reply_to)


class NotifyMailer(Mailer):
    def __init__(self, service: NotifyService, clock: Clock = system_clock, patience: float = ASKING_S) -> None:
        self._service = service
        self._clock = clock
        self._patience = patience
        self._client = httpx.AsyncClient(base_url=service.url, timeout=None, trust_env=False)  # noqa: S113 - see _ask
        self._ordinary = asyncio.Semaphore(AT_ONCE)
        self._urgent = asyncio.Semaphore(URGENT_AT_ONCE)

    async def send(self, mail: Mail, *, urgent: bool = False) -> None:
        """A mail that was tried before is asked for first: Notify itself would take it twice."""
        body = self._body(mail)
        with _in_our_words():
            async with asyncio.timeout(WHOLE_S), self._urgent if urgent else self._ordinary:
                if mail.again and await self._has(str(body["reference"])):
                    return
                answer = await self._ask("POST", "/v2/notifications/email", body)
        if not answer.is_success:
            raise _refusal(answer)

    async def ping(self) -> None:
        """Asks for the template, which shows that the key is right as well."""
        with _in_our_words():
            answer = await self._ask("GET", f"/v2/template/{quote(self._service.template, safe='')}")
        if not answer.is_success:
            raise RefusedForNow(f"GOV.UK Notify answered {answer.status_code}")

    async def close(self) -> None:
        await self._client.aclose()

    async def _has(self, reference: str) -> bool:
        answer = await self._ask("GET", f"/v2/notifications?{httpx.QueryParams({'reference': reference})}")
        if not answer.is_success:
            raise _refusal(answer, RefusedForNow)
        return bool(_json(answer).get("notifications"))

    async def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        async with asyncio.timeout(self._patience):
            return await self._client.request(method, path, headers=headers, content=content)

    def _token(self) -> str:
        """Good for half a minute, so made for each question."""
        claims = {"iss": self._service.id, "iat": int(self._clock().timestamp())}
        return jwt.encode(claims, self._service.secret, "HS256")

    def _body(self, mail: Mail) -> dict[str, object]:
        parsed = message_from_bytes(mail.content, _class=EmailMessage, policy=policy.default)
        text = parsed.get_body(("plain",))
        body: dict[str, object] = {
            "email_address": mail.recipient,
            "template_id": self._service.template,
            "personalisation": {
                "subject": str(parsed["Subject"]),
                "body": plain(str(text.get_content())) if text is not None else "",
            },
            "reference": str(parsed["Message-ID"]).strip("<> ").rpartition("@")[0],
        }
        if self._service.reply_to:
            body["email_reply_to_id"] = self._service.reply_to
        if parsed["List-Unsubscribe"]:
            body["one_click_unsubscribe_url"] = str(parsed["List-Unsubscribe"]).strip("<> ")
        return body


def plain(text: str) -> str:
    """The text so that Notify, which reads it as Markdown, shows it as it was written."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = ESCAPE.sub(rf"\\{UNSEEN}", INDENTED.sub("   ", text))
    return LINK.sub(f"]{UNSEEN}", LINE_STARTS.sub(rf"\1{UNSEEN}", text))


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, httpx.HTTPError) as error:
        raise RefusedForNow(f"GOV.UK Notify: {type(error).__name__}") from error


def _refusal(answer: httpx.Response, otherwise: type[Exception] = RefusedForGood) -> Exception:
    """Only the kind of error: its sentence could repeat what was sent."""
    errors = _json(answer).get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    kind, sentence = str(first.get("error", "")), str(first.get("message", ""))
    named = f" {kind}" if re.fullmatch(r"[A-Za-z]{1,40}", kind) else ""
    reason = f"GOV.UK Notify answered {answer.status_code}{named}"
    if answer.status_code not in FOR_GOOD:
        return RefusedForNow(reason)
    if sentence.startswith(ABOUT_US):
        return RefusedForNow(f"{reason}: the template or the address to answer to is not as it must be")
    return otherwise(reason)


def _json(answer: httpx.Response) -> Mapping[str, object]:
    try:
        body = json.loads(answer.content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
