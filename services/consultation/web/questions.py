"""What an officer writes about a question, from and to the form."""

import re
from collections.abc import Sequence

from services.consultation.domain import (
    AGREE_SCALE,
    LISTED,
    RESPONDENTS,
    SHUFFLED,
    WITH_OTHER,
    Keep,
    Kind,
    Option,
    Question,
    slug,
)
from services.consultation.usecases import ward_options
from shared.errors import Invalid, NotFound
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
    (Kind.POSTCODE, "Postcode", "We keep its first half, unless you say why you need more"),
    (Kind.WARD, "Ward", "People choose one of the town’s wards"),
    (Kind.RESPONDENT, "Answering as", "A resident, an organisation and so on; each can have a route of its own"),
    (Kind.FILE, "File", "People send a document or a picture"),
    (Kind.INFORMATION, "Information", "Words between the questions; nobody answers them"),
)
NAMES = {kind: name for kind, name, _ in KINDS}
WHOLE = re.compile(r"-?\d{1,13}", re.ASCII)
WITH_BOUNDS = {
    Kind.SEVERAL_CHOICES: ("Choose at least (optional)", "Choose at most (optional)"),
    Kind.RANKING: ("Put in order at least (optional)", "Put in order at most (optional)"),
    Kind.NUMBER: ("The least it can be (optional)", "The most it can be (optional)"),
}
"""The labels of the fields for least and most."""


def read_question(form: Form, id: str, place: Place, before: Question | None = None) -> Question:
    """`before` is the question as it was: its options keep their ids. Raises Invalid, and NotFound for no kind."""
    kind = kind_of(form.value("kind"))
    bounds, faults = _bounds(form, kind)
    keep = form.value("keep") or Keep.OUTWARD
    if keep not in set(Keep):
        faults["keep"] = "Choose how much of the postcode is kept"
    elif keep == Keep.WARD and not place.postcodes:
        faults["keep"] = f"Nothing says in which ward of {place.name} a postcode is. Keep its first half"
    if faults:
        raise Invalid(faults)
    kept = Keep(keep) if kind is Kind.POSTCODE else Keep.OUTWARD
    return Question(
        id=id,
        kind=kind,
        text=_line(form, "text"),
        hint=form.value("hint").strip(),
        required=form.value("required") == "yes" and kind is not Kind.INFORMATION,
        options=_options(kind, kept, form, place, before.options if before else ()),
        rows=options_of(form.value("rows").splitlines(), before.rows if before else ()) if kind is Kind.MATRIX else (),
        other=kind in WITH_OTHER and form.value("other") == "yes",
        shuffled=kind in SHUFFLED and form.value("shuffled") == "yes",
        keep=kept,
        keep_why=form.value("keep_why").strip() if kept is not Keep.OUTWARD else "",
        file_types=form.all("file_types") if kind is Kind.FILE else (),
        facts_title=_line(form, "facts_title"),
        facts=form.value("facts").strip(),
        least=bounds.get("least"),
        most=bounds.get("most"),
    )


def kind_of(text: str) -> Kind:
    try:
        return Kind(text)
    except ValueError:
        raise NotFound("There is no such kind of question") from None


def _line(form: Form, field: str) -> str:
    return " ".join(form.value(field).split())


def _bounds(form: Form, kind: Kind) -> tuple[dict[str, int | None], dict[str, str]]:
    bounds: dict[str, int | None] = {}
    faults: dict[str, str] = {}
    for field in ("least", "most"):
        typed = form.value(field).strip().replace(",", "")
        if not typed or (kind not in WITH_BOUNDS and kind is not Kind.FILE):
            continue
        if WHOLE.fullmatch(typed):
            bounds[field] = int(typed)
        else:
            faults[field] = "Enter a whole number, such as 3, or leave this empty"
    return bounds, faults


def _options(kind: Kind, keep: Keep, form: Form, place: Place, before: Sequence[Option]) -> tuple[Option, ...]:
    if kind is Kind.AGREE:
        return AGREE_SCALE
    if kind is Kind.WARD or keep is Keep.WARD:
        return ward_options(place)
    if kind is Kind.RESPONDENT:
        return tuple(option for option in RESPONDENTS if option.id in form.all("options"))
    return options_of(form.value("options").splitlines(), before) if kind in LISTED else ()


def options_of(lines: Sequence[str], before: Sequence[Option] = ()) -> tuple[Option, ...]:
    """An option for each line that is not blank.

    It keeps the id of the option of `before` with its words or, where there are as many lines as before, in its place:
    routes and counts hold on to ids. Others get one made of their words and, where two share it, a number.
    """
    texts = [" ".join(line.split()) for line in lines if line.strip()]
    there = {option.text: option.id for option in before}
    ids = {place: there[text] for place, text in enumerate(texts) if text in there and texts.index(text) == place}
    if len(texts) == len(before):
        gone = {place: option.id for place, option in enumerate(before) if option.id not in ids.values()}
        ids |= {place: id for place, id in gone.items() if place not in ids}
    taken = {*ids.values(), *there.values()}
    options = []
    for place, text in enumerate(texts):
        id = ids.get(place) or _new_id(text, taken)
        taken.add(id)
        options.append(Option(id, text))
    return tuple(options)


def _new_id(text: str, taken: set[str]) -> str:
    stem = slug(text, 30) or "option"
    id, number = stem, 2
    while id in taken:
        id, number = f"{stem}-{number}", number + 1
    return id


def show_question(question: Question, page: str) -> Form:
    bounds = {field: str(bound) for field in ("least", "most") if (bound := getattr(question, field)) is not None}
    return Form(
        {
            "kind": [question.kind],
            "text": [question.text],
            "hint": [question.hint],
            "required": [_yes(question.required)],
            "page": [page],
            "options": _shown_options(question),
            "rows": ["\n".join(row.text for row in question.rows)],
            "other": [_yes(question.other)],
            "shuffled": [_yes(question.shuffled)],
            "keep": [question.keep],
            "keep_why": [question.keep_why],
            "file_types": question.file_types,
            "facts_title": [question.facts_title],
            "facts": [question.facts],
            **{field: [bound] for field, bound in bounds.items()},
        }
    )


def _shown_options(question: Question) -> list[str]:
    """A line for each; as whom people answer is ticked."""
    if question.kind is Kind.RESPONDENT:
        return [option.id for option in question.options]
    return ["\n".join(option.text for option in question.options)]


def _yes(value: bool) -> str:  # noqa: FBT001
    return "yes" if value else "no"
