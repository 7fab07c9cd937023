"""Responses as stored, and the reference that a person keeps."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.consultation.domain.question import Kind
from services.consultation.domain.questionnaire import Questionnaire


class Channel(StrEnum):
    ONLINE = "online"
    PAPER = "paper"
    FACE_TO_FACE = "face_to_face"
    PHONE = "phone"


ENGLISH = "en"

TRAP = "trap"
"""Why a response is set aside as it comes: a field was filled in that people do not see."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """That a response was set aside, and `why` (see WHY in abuse.py); with no `why`, that it was put back."""

    at: datetime
    by: str
    """The officer; empty where a rule did it."""

    why: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """How a response came, and from whom so far as we know.

    `network` is a keyed hash that names a network for a day, to see bursts by; nobody can read an address from it.
    """

    resident: str | None = None
    invitation: str | None = None
    channel: Channel = Channel.ONLINE
    language: str = ENGLISH
    entered_by: str | None = None
    network: str = ""
    received_on: date | None = None
    """The day on which a paper form came, where an officer enters it."""

    form_number: str | None = None
    """What stands on the paper form: entered once in a consultation."""

    set_aside: str = ""
    """Why it is left out of the results from the start."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response as stored: `answers` as answers.py reads them, to `version` of the questionnaire."""

    id: str
    consultation: str
    resident: str | None
    reference: str
    submitted_at: datetime
    answers: Mapping[str, tuple[str, ...]]
    version: int = 1
    invitation: str | None = None
    channel: Channel = Channel.ONLINE
    language: str = ENGLISH
    entered_by: str | None = None
    network: str = ""
    changed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    set_aside: str = ""
    """Why it was left out of the results, one of WHY in abuse.py. It is kept, and can be put back."""

    judgements: tuple[Judgement, ...] = ()
    network_until: datetime | None = None
    """The close, where `network` is kept: some days later it is forgotten."""

    received_on: date | None = None
    form_number: str | None = None

    @property
    def counts(self) -> bool:
        """Whether it is in the results."""
        return not (self.withdrawn_at or self.set_aside)


def choices_of(questionnaire: Questionnaire, answers: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What may travel in events: the options chosen, by field. A ranking has a field `id#1` for who is first, too."""
    choices: dict[str, tuple[str, ...]] = {}
    for question in questionnaire.questions:
        if not question.is_chosen:
            continue
        choices |= {
            field: answers[field] for field in question.fields if field in answers and field != question.other_field
        }
        if question.kind is Kind.RANKING:
            ranked = answers.get(question.id, ())
            choices |= {f"{question.id}#{rank}": (option,) for rank, option in enumerate(ranked, 1)}
    return choices


def texts_of(questionnaire: Questionnaire, answers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The fields that were written, and so stay where they are."""
    chosen = choices_of(questionnaire, answers)
    return tuple(field for field in answers if field not in chosen)


LETTERS = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""29 signs that are not taken for each other in handwriting, and make no words. A prime, so that the check is sound."""


def reference_of(response_id: str) -> str:
    """Three groups of three; the last sign checks the others, so a slip of the ear is noticed.

    39 bits: among a million responses two will share a reference about as often as not, so a look-up shows all.
    """
    number = int.from_bytes(hashlib.sha256(response_id.encode()).digest())
    signs = ""
    for _ in range(8):
        number, rest = divmod(number, len(LETTERS))
        signs += LETTERS[rest]
    signs += check_sign(signs)
    return f"{signs[:3]}-{signs[3:6]}-{signs[6:]}"


def check_sign(signs: str) -> str:
    """Weighted by place: any one sign misheard and any two exchanged are noticed."""
    return LETTERS[sum(place * LETTERS.index(sign) for place, sign in enumerate(signs, start=1)) % len(LETTERS)]
