"""Answers that someone has begun and keeps, to go on with them later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.consultation.domain.answers import WardOf, as_given, no_ward, read
from services.consultation.domain.consultation import Consultation
from services.consultation.domain.question import Kind, Question
from services.consultation.domain.questionnaire import Questionnaire
from services.consultation.domain.response import ENGLISH
from shared.contracts.consultation import DraftEndedV1, DraftSavedV1
from shared.errors import Conflict, Invalid

KEPT_AFTER_CLOSE = timedelta(days=30)
"""Long enough to download what one wrote."""

UNCLAIMED = timedelta(days=2)
"""Kept so long for who has not used the link in the mail yet."""

ENDED = timedelta(days=7)
"""How long it is known that a draft ended: its event is out by then, and nobody's page is that old."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`id` is that of the response to come. `given` is what the form carries, with no check.

    It is a person's, or that of who holds the token of `invitation`. One with neither was saved by someone who has not
    signed in yet: whoever has its address and signs in first, keeps it. One that `ended` holds nothing of anyone's.
    """

    id: str
    consultation: str
    given: Mapping[str, tuple[str, ...]]
    version: int
    page: str
    saved_at: datetime
    due_at: datetime
    """When to look whether it can be deleted."""

    person: str | None = None
    invitation: str | None = None
    language: str = ENGLISH
    ended_at: datetime | None = None

    @property
    def is_unclaimed(self) -> bool:
        return self.person is None and self.invitation is None and self.ended_at is None

    def is_of(self, person: str | None, invitation: str | None = None) -> bool:
        if self.ended_at is not None:
            return False
        if self.invitation is not None:
            return self.invitation == invitation
        return self.person is not None and self.person == person

    def claim(self, person: str, consultation: Consultation) -> tuple["Draft", DraftSavedV1 | None]:
        """From now on it is this person's. Raises Conflict when it is somebody's."""
        if self.is_of(person):
            return self, None
        if not self.is_unclaimed:
            raise Conflict("These answers are not there any more")
        claimed = replace(self, person=person, due_at=consultation.details.closes_at + KEPT_AFTER_CLOSE)
        return claimed, claimed.saved(consultation)

    def saved(self, consultation: Consultation) -> DraftSavedV1 | None:
        """For a person alone: of nobody else we know an address."""
        if self.person is None:
            return None
        return DraftSavedV1(
            draft=self.id,
            consultation=self.consultation,
            person=self.person,
            title=consultation.title,
            closes_at=consultation.details.closes_at,
        )

    def end(self, now: datetime) -> tuple["Draft", DraftEndedV1 | None]:
        """It was sent, deleted, or is too old: nothing of it is kept but its id."""
        if self.ended_at is not None:
            return self, None
        ended = replace(self, given={}, person=None, invitation=None, page="", ended_at=now, due_at=now + ENDED)
        if self.person is None:
            return ended, None
        return ended, DraftEndedV1(draft=self.id, consultation=self.consultation, person=self.person)

    def outlives(self, consultation: Consultation, now: datetime) -> datetime | None:
        """Until when it is kept on; None when its time is over. The close may have been put off since."""
        if self.ended_at is not None or self.is_unclaimed:
            return None
        until = consultation.details.closes_at + KEPT_AFTER_CLOSE
        return until if until > now else None


def kept(
    questionnaire: Questionnaire, given: Mapping[str, Sequence[str]], ward_of: WardOf = no_ward
) -> dict[str, tuple[str, ...]]:
    """What is to be kept of a form: what was given to questions, and of a postcode no more than of one that is sent."""
    as_typed = {field: tuple(given[field]) for field in questionnaire.fields if any(given.get(field, ()))}
    postcodes = [question for question in questionnaire.asked if question.kind is Kind.POSTCODE]
    return as_typed | {field: value for each in postcodes for field, value in _less(each, as_typed, ward_of).items()}


def _less(postcode: Question, given: Mapping[str, tuple[str, ...]], ward_of: WardOf) -> Mapping[str, tuple[str, ...]]:
    """As it was typed, where it is none."""
    try:
        return as_given(postcode, read(postcode, given, ward_of))
    except Invalid:
        return {}
