"""Waves: that a consultation asks again what an earlier one asked, so that the two can be compared."""

from dataclasses import dataclass

from services.consultation.domain.question import AGREE_SCALE, Kind, Question
from shared.errors import Invalid
from shared.place import Survey

NAME_LIMIT = 40
SURVEY = "survey:"
"""Before the id of a survey of the place, whose waves were published as totals."""

COMPARED = frozenset({Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES, Kind.AGREE})
AGREEING = frozenset(option.id for option in AGREE_SCALE[:2])


@dataclass(frozen=True, slots=True)
class Wave:
    """`of`: the id of the consultation before it, or SURVEY and that of a survey; empty where it is no wave."""

    of: str = ""
    name: str = ""
    """What this wave is called, such as 2026; empty for the year in which it closes."""

    random_sample: bool = False
    """Whether who was asked was drawn at random from all whom it is about: only then are there margins of error."""


NO_WAVE = Wave()


def wave_of(of: str, name: str, *, random_sample: bool) -> Wave:
    """Raises Invalid."""
    if len(name) > NAME_LIMIT:
        raise Invalid({"name": f"The name of the wave must be {NAME_LIMIT} characters or fewer"})
    return Wave(of, name, random_sample) if of else NO_WAVE


@dataclass(frozen=True, slots=True)
class Line:
    """What is followed from wave to wave: the share of those who chose one of `options`."""

    label: str
    options: frozenset[str]


def lines_of(question: Question, survey: Survey | None) -> tuple[Line, ...]:
    """Those that the place has published of it; who agrees; or else each answer."""
    published = (
        [each for wave in survey.waves for each in wave.shares if each.question == question.id] if survey else []
    )
    named = tuple({each.options: Line(each.label, frozenset(each.options)) for each in published}.values())
    if question.kind is Kind.AGREE:
        agree = Line("Agree or strongly agree", AGREEING)
        return (agree, *(line for line in named if line.options != AGREEING))
    return named or tuple(Line(option.text, frozenset((option.id,))) for option in question.all_options)


def same_words(one: str, other: str) -> bool:
    """Apart from spaces, capitals and the mark at the end."""
    plain = [" ".join(text.casefold().split()).rstrip(" .?:!") for text in (one, other)]
    return plain[0] == plain[1]
