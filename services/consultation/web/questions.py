"""What an officer writes about a question, from and to the form."""

from collections.abc import Sequence

from services.consultation.domain import AGREE_SCALE, Kind, Option, Question, slug
from shared.errors import NotFound
from shared.place import Place
from shared.web.forms import Form

KINDS = (
    (Kind.ONE_CHOICE, "One choice", "People choose one of the answers that you list"),
    (Kind.SEVERAL_CHOICES, "Several choices", "People choose as many as you allow of the answers that you list"),
    (Kind.AGREE, "Agree scale", "From strongly agree to strongly disagree"),
    (Kind.MATRIX, "Matrix", "The same answers for each of several rows"),
    (Kind.RANKING, "Ranking", "People put the answers that you list in order"),
    (Kind.NUMBER, "Number", "A number, between bounds if you like"),
    (Kind.DATE, "Date", "A day, month and year"),
    (Kind.SHORT_TEXT, "Short text", "One line, up to 200 characters"),
    (Kind.LONG_TEXT, "Long text", "Up to 10,000 characters"),
    (Kind.EMAIL, "E-mail address", "An address that you may write to"),
    (Kind.POSTCODE, "Postcode", "We keep its first half, or the ward, unless you say why you need more"),
    (Kind.WARD, "Ward", "People choose one of the town’s wards"),
    (Kind.RESPONDENT, "Answering as", "A resident, an organisation and so on; each can have a route of its own"),
    (Kind.FILE, "File", "People send a document or a picture"),
    (Kind.INFORMATION, "Information", "Words between the questions; nobody answers them"),
)
NAMES = {kind: name for kind, name, _ in KINDS}


def read_question(form: Form, id: str, place: Place) -> Question:
    """Raises NotFound for a kind that there is not."""
    try:
        kind = Kind(form.value("kind"))
    except ValueError:
        raise NotFound("There is no such kind of question") from None
    return Question(
        id=id,
        kind=kind,
        text=form.value("text").strip(),
        hint=form.value("hint").strip(),
        required=form.value("required") == "yes",
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


def show_question(question: Question, page: str) -> Form:
    return Form(
        {
            "kind": [question.kind],
            "text": [question.text],
            "hint": [question.hint],
            "required": ["yes" if question.required else "no"],
            "page": [page],
            "options": ["\n".join(option.text for option in question.options)],
        }
    )
