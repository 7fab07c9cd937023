"""Style sheets, scripts and pictures, from memory, under names that change with their content."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from string import Template

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from shared.place import Colours, Place

BUILT = Path(__file__).parent / "static"
MARK = Path(__file__).parent / "assets" / "mark.svg"
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class Assets:
    """An ASGI app to mount at /assets, and the addresses of what it serves."""

    def __init__(self, place: Place, built: Path = BUILT) -> None:
        self._addresses: dict[str, str] = {}
        self._plain: dict[str, Response] = {}
        self._packed: dict[str, Response] = {}
        for name, hashed, content in [*_built(built), *_generated(place.colours)]:
            self._addresses[name] = f"/assets/{hashed}"
            kind = _TYPES[name.rpartition(".")[2]]
            self._plain[hashed] = _response(content, kind)
            self._packed[hashed] = _response(gzip.compress(content, mtime=0), kind, {"content-encoding": "gzip"})

    def url(self, name: str) -> str:
        """Where the file is that templates know as `name`. Raises KeyError."""
        return self._addresses[name]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response | None = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
            files = self._packed if b"gzip" in accepted else self._plain
            response = files.get(scope["path"].rpartition("/")[2])
        await (response or PlainTextResponse("Not found", 404))(scope, receive, send)


def _response(content: bytes, kind: str, headers: dict[str, str] | None = None) -> Response:
    lasting = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    return Response(content, media_type=kind, headers=lasting | (headers or {}))


def _built(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    try:
        names: dict[str, str] = json.loads((folder / "manifest.json").read_bytes())
    except FileNotFoundError as error:
        raise RuntimeError("The page assets are not built yet. Run: python -m shared.web.assets.build") from error
    for name, hashed in names.items():
        yield name, hashed, (folder / hashed).read_bytes()


def _generated(colours: Colours) -> Iterator[tuple[str, str, bytes]]:
    """The place's own colours: generated, since no style may stand in a page and no council should need Sass."""
    for name, text in (("place.css", _place_css(colours)), ("mark.svg", _mark(colours))):
        content = text.encode()
        stem, _, suffix = name.partition(".")
        yield name, f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}", content


def _place_css(colours: Colours) -> str:
    values = {
        **{f"--place-{name.replace('_', '-')}": colour for name, colour in colours.model_dump().items()},
        "--govuk-brand-colour": colours.brand,
        "--govuk-link-colour": colours.link,
        "--govuk-link-hover-colour": colours.brand_dark,
        "--govuk-surface-background-colour": colours.tint,
    }
    return ":root{" + ";".join(f"{name}:{colour}" for name, colour in values.items()) + "}"


def _mark(colours: Colours) -> str:
    return Template(MARK.read_text()).substitute(colours.model_dump())
