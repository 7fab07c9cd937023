"""Consultations: what they need before they are published, and when they take responses."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.consultation.domain import law
from services.consultation.domain.answers import Given, WardOf, no_ward
from services.consultation.domain.approval import Entry, Step, mark_of
from services.consultation.domain.details import Audience, Details
from services.consultation.domain.entering import fault_in_received, why_not_entered_now
from services.consultation.domain.equality import NOTHING_ASKED, Monitoring
from services.consultation.domain.extension import Extension
from services.consultation.domain.invitation import NotInvited
from services.consultation.domain.promise import Delay, feedback_after
from services.consultation.domain.questionnaire import Questionnaire
from services.consultation.domain.response import Judgement, Origin, Response, choices_of, reference_of, texts_of
from services.consultation.domain.routing import Walk, route_faults, walk
from services.consultation.domain.wave import NO_WAVE, Wave
from shared.contracts.consultation import ConsultationPublishedV1, ResponseSubmittedV1
from shared.errors import Conflict, Invalid, NotFound, Refusal, SignInNeeded


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class NotOpen(Refusal):
    """Refused because of the time: not open yet, or closed."""

    status = 409


class Outside(Refusal):
    """The answers lead to an exit page: there is nothing to send."""

    status = 409


@dataclass(frozen=True, slots=True)
class Consultation:
    """`questionnaire` is what is answered, or will be; once published it is frozen.

    `next_version` is the one that an officer writes while that is answered; `earlier` are those that were.
    """

    id: str
    details: Details
    created_by: str
    state: State = State.DRAFT
    questionnaire: Questionnaire = field(default_factory=Questionnaire)
    source: str = ""
    """Where example data comes from; shown wherever its responses are."""

    next_version: Questionnaire | None = None
    earlier: tuple[Questionnaire, ...] = ()
    languages: tuple[str, ...] = ()
    """Those beside English in which everyone can read and answer it, in the order in which they were published."""

    history: tuple[Entry, ...] = ()
    """Who asked for publication, approved, sent back and published, oldest first."""

    extensions: tuple[Extension, ...] = ()
    monitoring: Monitoring = NOTHING_ASKED
    """Which questions on equality people are asked after they have sent their answers."""

    wave: Wave = NO_WAVE
    """Whether it asks again what an earlier one asked. It may change at any time: no answer hangs on it."""
    delays: tuple[Delay, ...] = ()
    """Each time that people were promised a later day for what came of it."""

    reported_at: datetime | None = None
    """When people were told what came of it."""

    @property
    def title(self) -> str:
        return self.details.title

    @property
    def is_published(self) -> bool:
        return self.state is State.PUBLISHED

    def is_open(self, now: datetime) -> bool:
        return self.is_published and self.details.opens_at <= now < self.details.closes_at

    def has_closed(self, now: datetime) -> bool:
        return self.is_published and now >= self.details.closes_at

    def shows_results(self, now: datetime) -> bool:
        return self.has_closed(now) or (self.is_open(now) and self.details.live_results)

    @property
    def writing(self) -> Questionnaire:
        """The questionnaire that an officer sees and, where it is not frozen, changes."""
        return self.next_version or self.questionnaire

    @property
    def is_frozen(self) -> bool:
        return self.is_published and self.next_version is None

    def version(self, number: int) -> Questionnaire:
        """Raises NotFound."""
        for each in (self.questionnaire, *self.earlier):
            if each.version == number:
                return each
        raise NotFound("This version of the questionnaire is not there")

    def edit(self, details: Details) -> "Consultation":
        self._still_draft()
        if faults := details.faults():
            raise Invalid(faults)
        return replace(self, details=details)

    def monitor(self, monitoring: Monitoring) -> "Consultation":
        """Ask these questions on equality after the answers. Raises Conflict once it is published."""
        self._still_draft()
        return replace(self, monitoring=monitoring)

    def write(self, change: Callable[[Questionnaire], Questionnaire]) -> "Consultation":
        """Change the questions, pages and routes. Raises Conflict where they are frozen, and what `change` raises."""
        if self.is_frozen:
            raise Conflict(
                "This consultation is published. What people answer must not change under them: begin a new version"
            )
        changed = change(self.writing)
        return replace(self, next_version=changed) if self.is_published else replace(self, questionnaire=changed)

    def begin_version(self) -> "Consultation":
        """A copy to change, while the published one is answered. The same again changes nothing."""
        if not self.is_published:
            raise Conflict("This consultation is not published yet. Change its questions as they are")
        if self.next_version is not None:
            return self
        return replace(self, next_version=replace(self.questionnaire, version=self.questionnaire.version + 1))

    def drop_version(self) -> "Consultation":
        return replace(self, next_version=None)

    @property
    def mark(self) -> str:
        """Of what would be published now."""
        return mark_of(self.details, self.writing, self.monitoring)

    def noted(self, step: Step, by: str, now: datetime, note: str = "") -> "Consultation":
        entry = Entry(step, by, now, self.writing.version, self.mark, note)
        return replace(self, history=(*self.history, entry))

    def publish_version(self, now: datetime, by: str = "") -> "Consultation":
        """From now on the new version is answered; who has begun the old one may still send it."""
        if self.next_version is None:
            raise Conflict("There is no new version to publish")
        if self.has_closed(now):
            raise Conflict("This consultation has closed")
        if faults := self.lacks_in_questions():
            raise Conflict(". ".join(faults))
        noted = self.noted(Step.PUBLISHED, by, now)
        earlier = (*self.earlier, self.questionnaire)
        return replace(noted, questionnaire=self.next_version, next_version=None, earlier=earlier)

    def offer(self, language: str) -> "Consultation":
        """From now on people can read and answer it in this language too. The same again changes nothing."""
        return self if language in self.languages else replace(self, languages=(*self.languages, language))

    def no_longer_offer(self, language: str) -> "Consultation":
        return replace(self, languages=tuple(each for each in self.languages if each != language))

    def lacks(self, now: datetime) -> tuple[str, ...]:
        """What stands in the way of publication, as sentences."""
        return (*(note.sentence for note in law.lacking(self.details, now)), *self.lacks_in_questions())

    def lacks_in_questions(self) -> tuple[str, ...]:
        """Of the questionnaire that is being written."""
        none = () if self.writing.asked else ("Add at least one question",)
        return none + route_faults(self.writing)

    def publish(self, by: str, now: datetime) -> tuple["Consultation", ConsultationPublishedV1]:
        self._still_draft()
        if lacking := self.lacks(now):
            raise Conflict(". ".join(lacking))
        published = ConsultationPublishedV1(
            consultation=self.id,
            title=self.title,
            opens_at=self.details.opens_at,
            closes_at=self.details.closes_at,
            published_by=by,
            summary=self.details.summary,
            interests=self.details.interests,
            wards=self.details.wards,
        )
        noted = self.noted(Step.PUBLISHED, by, now)
        usual = feedback_after(self.details.closes_at) if self.details.formal else None
        details = replace(self.details, feedback_on=self.details.feedback_on or usual)
        return replace(noted, state=State.PUBLISHED, details=details), published

    def _still_draft(self) -> None:
        if self.state is not State.DRAFT:
            raise Conflict("This consultation is published. What people answer must not change under them")

    def walk(self, given: Given, version: int | None = None, ward_of: WardOf = no_ward) -> Walk:
        """Where these answers lead. Raises NotFound for a version that there is not."""
        return walk(self.questionnaire if version is None else self.version(version), given, ward_of)

    def read_answers(
        self, given: Given, version: int | None = None, ward_of: WardOf = no_ward
    ) -> dict[str, tuple[str, ...]]:
        """The answers on the way that they lead, as they may be stored. Raises Invalid, Outside."""
        walked = self.walk(given, version, ward_of)
        if walked.faults:
            raise Invalid(walked.faults)
        if walked.exit is not None:
            raise Outside(walked.exit.title)
        return dict(walked.answers)

    def respond(  # noqa: PLR0913
        self,
        response_id: str,
        given: Given,
        origin: Origin,
        now: datetime,
        version: int | None = None,
        ward_of: WardOf = no_ward,
    ) -> tuple[Response, ResponseSubmittedV1]:
        """Take a response. Raises NotOpen, Invalid, or Refusal where only people who are signed in may answer."""
        self.must_take(origin, now)
        self.must_let_in(origin)
        questionnaire = self.questionnaire if version is None else self.version(version)
        if unknown := set(given) - set(questionnaire.fields):
            raise Refusal("This question is not part of the consultation", min(unknown))
        answers = self.read_answers(given, questionnaire.version, ward_of)
        if not answers:
            raise Refusal("You have not answered any question yet", questionnaire.asked[0].id)
        response = Response(
            response_id,
            self.id,
            origin.resident,
            reference_of(response_id),
            now,
            answers,
            questionnaire.version,
            origin.invitation,
            origin.channel,
            origin.language,
            origin.entered_by,
            origin.network,
            received_on=origin.received_on,
            form_number=origin.form_number,
            set_aside=origin.set_aside,
            judgements=(Judgement(now, "", origin.set_aside),) if origin.set_aside else (),
            network_until=self.details.closes_at if origin.network else None,
        )
        return response, self.submitted(response)

    def submitted(self, response: Response) -> ResponseSubmittedV1:
        """That it was sent, with the answers that it has."""
        questionnaire = self.version(response.version)
        return ResponseSubmittedV1(
            response=response.id,
            consultation=self.id,
            title=self.title,
            reference=response.reference,
            resident=response.resident,
            choices=choices_of(questionnaire, response.answers),
            texts=texts_of(questionnaire, response.answers),
            version=response.version,
            channel=response.channel,
            language=response.language,
            invitation=response.invitation,
            set_aside=response.set_aside,
        )

    def must_take(self, origin: Origin, now: datetime) -> None:
        """As must_be_open; what an officer enters may come later. Raises Invalid for the day that it came."""
        if origin.entered_by is None:
            self.must_be_open(now)
            return
        self.must_be_published()
        if sentence := why_not_entered_now(self.details, now):
            raise NotOpen(sentence)
        if sentence := fault_in_received(self.details, origin.received_on, now):
            raise Invalid({"received": sentence})

    def must_let_in(self, origin: Origin) -> None:
        """Raises SignInNeeded or NotInvited; what officers enter from paper comes in whoever may answer online."""
        if origin.entered_by is not None:
            return
        if self.details.audience is Audience.SIGNED_IN and origin.resident is None:
            raise SignInNeeded("Sign in to answer this consultation")
        if self.details.audience is Audience.INVITED and origin.invitation is None:
            raise NotInvited("You need the code from your invitation to answer this consultation")

    def must_be_published(self) -> None:
        """Raises NotFound, in the words of what is not there: a draft is nobody else's to find out."""
        if not self.is_published:
            raise NotFound("There is no consultation at this address")

    def must_be_open(self, now: datetime) -> None:
        self.must_be_published()
        if now < self.details.opens_at:
            raise NotOpen("This consultation is not open yet")
        if now >= self.details.closes_at:
            raise NotOpen("This consultation has closed")


def slug(text: str, limit: int = 60) -> str:
    """Letters, digits and hyphens out of any text; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:limit].strip("-")
