"""Pages from templates."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import (
    ChainableUndefined,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
)
from markupsafe import Markup

from shared.place import Place
from shared.web.compiled import Compiled
from shared.web.markdown import markdown
from shared.web.static import Assets
from shared.web.viewer import Viewer
from shared.web.words import date_words, london_date, london_time, number, percent

TEMPLATES = Path(__file__).parent / "templates"
_GOVUK = "govuk_frontend_jinja"


class Pages:
    """Template folders of the services, in the order they are searched; the shared ones come last."""

    def __init__(self, place: Place, folders: Sequence[Path], *, demo: bool, inbox: bool = False) -> None:
        self.place = place
        self.assets = Assets(place)
        self._frames: dict[tuple[str, bool, bool, str | None], Markup] = {}
        self._templates = _Templates([*folders, TEMPLATES])
        self._templates.globals |= {
            "place": place,
            "demo": demo,
            "inbox": inbox,
            "asset": self.assets.url,
            "frame": self._frame,
            "govuk_text": _text,
            "govuk_items": _items,
        }

    def render(self, template: str, viewer: Viewer, /, **context: object) -> str:
        return self._templates.get_template(template).render(context, viewer=viewer)

    def load_all(self) -> None:
        """Compile every template, which takes a second or so: or the first who asks for a page waits for it."""
        for name in self._templates.list_templates(extensions=["html"]):
            self._templates.get_template(name)

    def _frame(self, part: str, viewer: Viewer, section: str | None) -> Markup:
        """A part of the layout that depends on nothing else: rendered once, since its macros cost a millisecond."""
        key = (part, viewer.is_signed_in, viewer.is_staff, section)
        if key not in self._frames:
            template = self._templates.get_template(f"frame/{part}.html")
            self._frames[key] = Markup(template.render(viewer=viewer, section=section))  # noqa: S704 - our own template
        return self._frames[key]


class _Templates(Environment):
    """Strict about names in our templates, so that a slip fails a test instead of leaving a gap in a page.

    The macros of GOV.UK Frontend count on missing options being empty, so they come from an environment of their own.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        options: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True, "cache_size": -1}
        options["bytecode_cache"] = Compiled("page")
        super().__init__(loader=FileSystemLoader(folders), undefined=StrictUndefined, auto_reload=False, **options)
        govuk = PrefixLoader({_GOVUK: PackageLoader(_GOVUK)})
        self._govuk = Environment(loader=govuk, undefined=ChainableUndefined, auto_reload=False, **options)  # noqa: S701
        self.filters |= _FILTERS

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        if isinstance(name, str) and name.startswith(f"{_GOVUK}/"):
            return self._govuk.get_template(name)
        return super().get_template(name, parent, globals)


_FILTERS: Mapping[str, Callable[..., str]] = {
    "day_words": date_words,
    "london_date": london_date,
    "london_time": london_time,
    "markdown": markdown,
    "number": number,
    "percent": percent,
}


def _text(text: str | None) -> dict[str, str] | None:
    """Text as the macros take it: left out when there is none."""
    return {"text": text} if text else None


def _items(options: Iterable[tuple[str, ...]], name: str = "") -> list[dict[str, object]]:
    """(value, text) or (value, text, hint) as the macros take them.

    With the `name` of a field, ids that no other field has: the first has the name itself, for the error summary.
    """
    return [
        {
            "id": f"{name}:{number}" if number and name else name,
            "value": value,
            "text": text,
            "hint": _text(*hint or (None,)),
        }
        for number, (value, text, *hint) in enumerate(options)
    ]
