"""The folders of templates/mail, each of them one mail: subject.txt, body.txt, body.html and about.json.

A template puts a passage where it calls `wording("introduction")`. It may hand values of its own along, made of those
of the message: `wording("introduction", period="Today")`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from markupsafe import Markup, escape

from services.notifications.compose.about import About, BrokenMail, read_about
from services.notifications.domain import AS_DELIVERED, Passage, Version, fill
from shared.errors import NotFound
from shared.place import Place
from shared.web.compiled import Compiled

MAILS = Path(__file__).parent.parent / "templates" / "mail"


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail as words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MailTemplate:
    name: str
    about: About

    @property
    def passages(self) -> tuple[Passage, ...]:
        return self.about.editable


class MailTemplates:
    """All templates, read at start. Raises BrokenMail."""

    def __init__(self, place: Place, url: str, folder: Path) -> None:
        self._place = place
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=select_autoescape(["html"], default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=Compiled("mail"),
        )
        self._environment.globals |= {"place": place, "url": url}
        self._known = {
            each.name: MailTemplate(each.name, read_about(each)) for each in sorted(folder.iterdir()) if each.is_dir()
        }

    def all(self) -> Iterable[MailTemplate]:
        return self._known.values()

    def get(self, name: str) -> MailTemplate:
        """Raises NotFound."""
        if name not in self._known:
            raise NotFound("There is no such mail")
        return self._known[name]

    def render(self, name: str, version: Version, values: Mapping[str, object]) -> Shown:
        """Raises NotFound, TemplateError and ValueError."""
        return self._fill(self._words(name, version, values), name, values)

    def values_used(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """What passages may name when the template is filled with these: those that it makes itself as well."""
        words = self._words(name, AS_DELIVERED, values)
        self._fill(words, name, values)
        return words.values

    def check(self, name: str, values: Mapping[str, object]) -> None:
        """Raises BrokenMail where sample values do not fill a template, or leave out one that officers may use."""
        try:
            used = self.values_used(name, values)
            for passage in self.get(name).passages:
                fill(" ".join(f"(({value}))" for value in passage.values), passage.values, used)
        except (TemplateError, ValueError, LookupError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise BrokenMail(f"{self._folder / name}: sample does not fill it: {reason}.") from error

    def _words(self, name: str, version: Version, values: Mapping[str, object]) -> "_Words":
        return _Words(self.get(name).passages, version, {**_of(self._place), **values})

    def _fill(self, words: "_Words", name: str, values: Mapping[str, object]) -> Shown:
        parts = (("subject.txt", words.as_text), ("body.txt", words.as_text), ("body.html", words.as_html))
        subject, text, html = (self._render(f"{name}/{file}", {**values, "wording": word}) for file, word in parts)
        return Shown(" ".join(subject.split()), text, html)

    def _render(self, file: str, values: Mapping[str, object]) -> str:
        return self._environment.get_template(file).render(values)


def _of(place: Place) -> dict[str, str]:
    """What any passage may name, if it allows it."""
    return {"place": place.name, "council": place.council}


class _Words:
    def __init__(self, passages: Iterable[Passage], version: Version, values: Mapping[str, object]) -> None:
        self._passages = {each.name: each for each in passages}
        self._version = version
        self.values = dict(values)

    def as_text(self, name: str, **more: object) -> str:
        """What a template hands along once, its other passages can name as well."""
        self.values |= more
        passage = self._passages[name]
        return fill(self._version.text(passage), passage.values, self.values)

    def as_html(self, name: str, **more: object) -> Markup:
        return paragraphs(self.as_text(name, **more))


def paragraphs(text: str) -> Markup:
    """An empty line begins a new paragraph, any other line end a new line."""
    blocks = [block.strip("\n") for block in text.split("\n\n") if block.strip()]
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n"))) for block in blocks
    )
