"""What an officer writes about a question, from and to the form."""

from collections.abc import Sequence

from services.consultation.domain import AGREE_SCALE, Kind, Option, Question, slug
from shared.errors import NotFound
from shared.place import Place
from shared.web.forms import Form

KINDS = (
    (Kind.ONE_CHOICE, "One choice", "People choose one of the answers that you list"),
    (Kind.SEVERAL_CHOICES, "Several choices", "People choose as many as they like of the answers that you list"),
    (Kind.AGREE, "Agree scale", "From strongly agree to strongly disagree"),
    (Kind.SHORT_TEXT, "Short text", "One line, up to 200 characters"),
    (Kind.LONG_TEXT, "Long text", "Up to 10,000 characters"),
    (Kind.WARD, "Ward", "People choose one of the town’s wards"),
)
NAMES = {kind: name for kind, name, _ in KINDS}


def read_question(form: Form, id: str, place: Place) -> Question:
    """Raises NotFound for a kind that there is not."""
    try:
        kind = Kind(form.value("kind"))
    except ValueError:
        raise NotFound("There is no such kind of question") from None
    page = form.value("page").strip()
    return Question(
        id=id,
        kind=kind,
        text=form.value("text").strip(),
        hint=form.value("hint").strip(),
        required=form.value("required") == "yes",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0,  # noqa: PLR2004
        options=_options(kind, form.value("options"), place),
    )


def _options(kind: Kind, lines: str, place: Place) -> tuple[Option, ...]:
    if kind is Kind.AGREE:
        return AGREE_SCALE
    if kind is Kind.WARD:
        return tuple(Option(slug(ward), ward) for ward in place.wards)
    return options_of(lines.splitlines()) if kind in {Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES} else ()


def options_of(lines: Sequence[str]) -> tuple[Option, ...]:
    """An option for each line that is not blank, with an id made of its words and, where two share it, a number."""
    options: list[Option] = []
    taken: set[str] = set()
    for text in (line.strip() for line in lines if line.strip()):
        stem = slug(text, 30) or "option"
        id, number = stem, 2
        while id in taken:
            id, number = f"{stem}-{number}", number + 1
        taken.add(id)
        options.append(Option(id, text))
    return tuple(options)


def show_question(question: Question) -> Form:
    return Form(
        {
            "kind": [question.kind],
            "text": [question.text],
            "hint": [question.hint],
            "required": ["yes" if question.required else "no"],
            "page": [str(question.page)],
            "options": ["\n".join(option.text for option in question.options)],
        }
    )
