"""Someone with a browser: opens pages, fills in the forms that are on them, and presses their buttons."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

Fields = dict[str, list[str]]


@dataclass
class FormOnPage:
    action: str
    method: str
    fields: Fields = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """Forms with what a browser would send if nothing were typed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[FormOnPage] = []
        self._inside = False
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(FormOnPage(values.get("action", ""), values.get("method", "get")))
            self._inside = True
        elif self._inside:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form, name = self.found[-1], values.get("name", "")
        if tag == "button":
            form.buttons.append((name, values.get("value", "")))
        elif tag == "textarea":
            self._textarea = name
            form.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in form.fields or "selected" in values):
            form.fields[self._select] = [values.get("value", "")]
        elif tag == "input" and name and (values.get("type") not in {"radio", "checkbox"} or "checked" in values):
            form.fields.setdefault(name, []).append(values.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.found[-1].fields[self._textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None


@dataclass(frozen=True)
class Page:
    path: str
    status: int
    html: str

    def form(self, action: str | None = None) -> FormOnPage:
        """The only form that posts, or the one whose action ends so."""
        parser = _Forms()
        parser.feed(self.html)
        posting = [form for form in parser.found if form.method == "post" and form.action != "/sign-out"]
        fitting = [form for form in posting if action is None or form.action.endswith(action)]
        if len(fitting) != 1:
            raise LookupError(f"{len(fitting)} forms on {self.path} fit {action!r}: {[f.action for f in posting]}")
        return fitting[0]


class Visitor:
    """`where` gives the server of a path: services may each have their own."""

    def __init__(self, where: Callable[[str], str], transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._where = where
        self._client = httpx.AsyncClient(timeout=30.0, transport=transport)

    async def close(self) -> None:
        await self._client.aclose()

    async def try_to(self, act: Awaitable[Page]) -> Page | None:
        """None where the server is not there, or ends before it has answered."""
        try:
            return await act
        except (httpx.TransportError, LookupError):
            return None

    async def get(self, path: str) -> Page:
        response = await self._client.get(self._where(urlsplit(path).path) + path)
        return await self._arrive(path, response)

    async def post(self, path: str, fields: Mapping[str, Sequence[str]]) -> Page:
        body = urlencode({name: list(values) for name, values in fields.items()}, doseq=True).encode()
        return await self.post_bytes(path, body, {"sec-fetch-site": "same-origin"})

    async def post_bytes(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Page:
        sent = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        response = await self._client.post(self._where(urlsplit(path).path) + path, content=body, headers=sent)
        return await self._arrive(path, response)

    async def post_json(self, path: str, body: object) -> tuple[int, dict[str, object]]:
        """Status and body of a program's request."""
        response = await self._client.post(self._where(path) + path, json=body)
        answer: dict[str, object] = response.json()
        return response.status_code, answer

    async def submit(
        self,
        page: Page,
        typed: Mapping[str, str | Sequence[str]] | None = None,
        *,
        button: tuple[str, str] | None = None,
        action: str | None = None,
    ) -> Page:
        """Fill in a form of the page and press a button, the first one if none is named."""
        form = page.form(action)
        fields = form.fields | {name: [v] if isinstance(v, str) else list(v) for name, v in (typed or {}).items()}
        name, value = button or (form.buttons[0] if form.buttons else ("", ""))
        if name:
            fields[name] = [value]
        return await self.post(urljoin(page.path, form.action), fields)

    async def _arrive(self, path: str, response: httpx.Response) -> Page:
        if response.status_code in {302, 303}:
            return await self.get(urlsplit(response.headers["location"])._replace(scheme="", netloc="").geturl())
        return Page(path, response.status_code, response.text)
