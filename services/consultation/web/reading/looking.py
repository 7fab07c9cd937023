"""What an officer looks for, as it stands in the address of a page, and the lists to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from starlette.requests import Request

from services.consultation.domain import Consultation, Kind
from services.consultation.domain.reading import TextField, group_questions, text_fields
from services.consultation.domain.searching import LONGEST, search_for
from services.consultation.domain.theme import Themes
from services.consultation.queries.reading import NO_THEME, NOT_DECIDED, Filter
from services.consultation.web.entry_fields import CHANNELS
from shared.errors import NotFound
from shared.files import ID
from shared.web.forms import Form

ON_A_PAGE = 25
LAST_PAGE = 999_999
CHOSEN = "chose-"
FILTERED_BY = 4
"""Questions by whose answers one can filter, at the most."""

ALL = ("", "All")


@dataclass(frozen=True)
class Choice:
    """A list of a filter: the name of its field, its label and its options."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]


def typed_in(request: Request) -> Form:
    """The filter as a form has it; parameters that no filter has are left out."""
    names = {"q", "question", "theme", "tag", "channel", "unread"}
    typed = {
        name: [value[:LONGEST]]
        for name, value in request.query_params.items()
        if value and (name in names or name.startswith(CHOSEN))
    }
    return Form(typed)


def filter_of(form: Form, question: str = "") -> Filter:
    chosen = {name.removeprefix(CHOSEN): form.value(name) for name in form.names if name.startswith(CHOSEN)}
    return Filter(
        search_for(form.value("q")),
        question or form.value("question"),
        form.value("theme"),
        form.value("tag"),
        form.value("channel"),
        chosen,
        form.value("unread") == "yes",
    )


def address_of(form: Form) -> str:
    """The filter for the address of another page of the list, with an & at its end."""
    pairs = [(name, value) for name in form.names for value in form.all(name)]
    return urlencode(pairs) + "&" if pairs else ""


def choices(consultation: Consultation, tags: Sequence[str], themes: Themes | None, *, questions: bool) -> list[Choice]:
    found = []
    if questions:
        fields = [(field.id, field.question) for field in text_fields(consultation)]
        found.append(Choice("question", "Answer to", [ALL, *fields]))
    if themes is not None:
        named = [(theme.id, theme.name) for theme in themes.there]
        found.append(Choice("theme", "Theme", [ALL, (NOT_DECIDED, "Not decided yet"), (NO_THEME, "No theme"), *named]))
    if tags:
        found.append(Choice("tag", "Tag", [ALL, *((tag, tag) for tag in tags)]))
    channels = [(channel.value, text) for channel, text in CHANNELS.items()]
    found.append(Choice("channel", "Came", [ALL, *channels]))
    chosen = [each for each in group_questions(consultation) if each.kind is not Kind.AGREE]
    found += [Choice(CHOSEN + each.id, each.text, [ALL, *each.pairs()]) for each in chosen[:FILTERED_BY]]
    return found


def text_field(consultation: Consultation, id: str) -> TextField:
    """Raises NotFound."""
    found = next((each for each in text_fields(consultation) if each.id == id), None)
    if found is None:
        raise NotFound("People do not write to this question in their own words")
    return found


def new_id(typed: str) -> str:
    """Of a theme that a form makes: the form's own, so that a second click makes no second theme."""
    return typed if ID.fullmatch(typed) else uuid4().hex
