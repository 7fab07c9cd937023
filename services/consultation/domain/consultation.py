"""Consultations: what they need before they are published, and when they take responses."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.consultation.domain.details import Audience, Details
from services.consultation.domain.question import QUESTIONS_LIMIT, Question, check
from services.consultation.domain.response import Response, reference_of
from shared.contracts.consultation import ConsultationPublishedV1, ResponseSubmittedV1
from shared.errors import Conflict, Invalid, NotFound, Refusal, SignInNeeded


class State(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class NotOpen(Refusal):
    """Refused because of the time: not open yet, or closed."""

    status = 409


@dataclass(frozen=True, slots=True)
class Consultation:
    id: str
    details: Details
    created_by: str
    state: State = State.DRAFT
    questions: tuple[Question, ...] = ()
    source: str = ""
    """Where example data comes from; shown wherever its responses are."""

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
    def pages(self) -> tuple[tuple[Question, ...], ...]:
        """The questions page by page, in their order; at least one page."""
        numbers = sorted({question.page for question in self.questions})
        return tuple(tuple(q for q in self.questions if q.page == number) for number in numbers) or ((),)

    def question(self, question_id: str) -> Question:
        for question in self.questions:
            if question.id == question_id:
                return question
        raise NotFound("This question is not there any more")

    def edit(self, details: Details) -> "Consultation":
        self._still_draft()
        if faults := details.faults():
            raise Invalid(faults)
        return replace(self, details=details)

    def put_question(self, question: Question) -> "Consultation":
        """Add a question, or put it in place of the one with its id."""
        self._still_draft()
        check(question)
        if any(each.id == question.id for each in self.questions):
            changed = tuple(question if each.id == question.id else each for each in self.questions)
            return replace(self, questions=_by_page(changed))
        if len(self.questions) >= QUESTIONS_LIMIT:
            raise Refusal(f"A consultation can have at most {QUESTIONS_LIMIT} questions", "text")
        return replace(self, questions=_by_page((*self.questions, question)))

    def remove_question(self, question_id: str) -> "Consultation":
        self._still_draft()
        self.question(question_id)
        return replace(self, questions=tuple(each for each in self.questions if each.id != question_id))

    def move_question(self, question_id: str, steps: int) -> "Consultation":
        """Move a question up (-1) or down (1) on its page; past either end it stays where it is."""
        self._still_draft()
        moving = self.question(question_id)
        rest = [each for each in self.questions if each.id != question_id]
        place = max(0, min(len(rest), self.questions.index(moving) + steps))
        return replace(self, questions=_by_page((*rest[:place], moving, *rest[place:])))

    def lacks(self, now: datetime) -> tuple[str, ...]:
        """What stands in the way of publication, as sentences."""
        details = self.details
        reasons = (
            (not details.summary, "Write a summary: what this is about and who it concerns"),
            (not details.background, "Write the background: what people need to know to answer"),
            (not details.decision, "Say which decision the answers will inform"),
            (
                bool(details.decision) and not details.decision_open,
                "The decision is recorded as taken. People can only be consulted while it is still open",
            ),
            (not self.questions, "Add at least one question"),
            (details.closes_at <= now, "The closing time has passed. Choose a later one"),
        )
        return tuple(sentence for lacking, sentence in reasons if lacking)

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
        return replace(self, state=State.PUBLISHED), published

    def _still_draft(self) -> None:
        if self.state is not State.DRAFT:
            raise Conflict("This consultation is published. What people answer must not change under them")

    def read_answers(
        self, given: Mapping[str, Sequence[str]], questions: Sequence[Question] | None = None
    ) -> dict[str, tuple[str, ...]]:
        """The answers to these questions (all, if none are named) as they may be stored. Raises Invalid."""
        answers: dict[str, tuple[str, ...]] = {}
        faults: dict[str, str] = {}
        for question in self.questions if questions is None else questions:
            try:
                if answer := question.read(given.get(question.id, ())):
                    answers[question.id] = answer
            except Refusal as refusal:
                faults[question.id] = refusal.sentence
        if faults:
            raise Invalid(faults)
        return answers

    def respond(
        self, response_id: str, given: Mapping[str, Sequence[str]], resident: str | None, now: datetime
    ) -> tuple[Response, ResponseSubmittedV1]:
        """Take a response. Raises NotOpen, Invalid, or Refusal where only people who are signed in may answer."""
        self.must_be_open(now)
        if self.details.audience is Audience.SIGNED_IN and resident is None:
            raise SignInNeeded("Sign in to answer this consultation")
        if unknown := set(given) - {question.id for question in self.questions}:
            raise Refusal("This question is not part of the consultation", min(unknown))
        answers = self.read_answers(given)
        if not answers:
            raise Refusal("You have not answered any question yet", self.questions[0].id)
        response = Response(response_id, self.id, resident, reference_of(response_id), now, answers)
        texts = {question.id for question in self.questions if question.is_text}
        submitted = ResponseSubmittedV1(
            response=response.id,
            consultation=self.id,
            title=self.title,
            reference=response.reference,
            resident=resident,
            choices={question: answer for question, answer in answers.items() if question not in texts},
            texts=tuple(question for question in answers if question in texts),
        )
        return response, submitted

    def must_be_open(self, now: datetime) -> None:
        if not self.is_published:
            raise NotFound("There is no consultation at this address")
        if now < self.details.opens_at:
            raise NotOpen("This consultation is not open yet")
        if now >= self.details.closes_at:
            raise NotOpen("This consultation has closed")


def _by_page(questions: Sequence[Question]) -> tuple[Question, ...]:
    return tuple(sorted(questions, key=lambda question: question.page))


def slug(text: str, limit: int = 60) -> str:
    """Letters, digits and hyphens out of any text; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:limit].strip("-")
