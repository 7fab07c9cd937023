"""Statements that people vote on beside the questionnaire: what may be put, who may vote, and what a vote is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from services.consultation.domain.personal_data import find_personal_data
from shared.contracts.consultation import VotesCastV1
from shared.errors import Conflict, Invalid, NotFound

QUESTION_LIMIT = 200
STATEMENT_LIMIT = 280
WAITING_LIMIT = 10
"""Statements of one person that wait for an officer: more of them is no conversation."""

REASON_LIMIT = 300
SHOUTED = 12
"""Letters at the least, before capitals alone count as shouting."""


class Vote(IntEnum):
    DISAGREE = -1
    PASS = 0
    AGREE = 1


class State(StrEnum):
    WAITING = "waiting"
    SHOWN = "shown"
    REJECTED = "rejected"
    """Never shown."""

    REMOVED = "removed"
    """Shown once, and no longer voted on. Votes that were cast stay counted."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """That a consultation has statements, and what they answer. Its id is that of the consultation."""

    id: str
    question: str
    is_on: bool
    takes_statements: bool
    by: str

    def must_be_on(self) -> None:
        if not self.is_on:
            raise Conflict("There are no statements to vote on in this consultation at the moment")


def conversation_of(id: str, question: str, by: str, *, is_on: bool, takes_statements: bool) -> Conversation:
    """Raises Invalid."""
    question = " ".join(question.split())
    if not question:
        raise Invalid({"question": "Enter the question that the statements answer"})
    if len(question) > QUESTION_LIMIT:
        over = len(question) - QUESTION_LIMIT
        raise Invalid({"question": f"The question must be {QUESTION_LIMIT} characters or fewer. It is {over} over"})
    return Conversation(id, question, is_on, takes_statements, by)


@dataclass(frozen=True, slots=True)
class Statement:
    """`ballot`: of who put it, empty where an officer did. `flags`: what an officer should look at, in words."""

    id: str
    consultation: str
    text: str
    added_at: datetime
    ballot: str = ""
    state: State = State.WAITING
    flags: tuple[str, ...] = ()
    judged_by: str = ""
    reason: str = ""
    same_as: str = ""
    """The statement that says the same, where it was rejected for that."""

    def accept(self, by: str) -> "Statement":
        """From now on it is voted on. The same again changes nothing."""
        if self.state is State.SHOWN:
            return self
        return replace(self, state=State.SHOWN, judged_by=by, reason="", same_as="")

    def reject(self, by: str, reason: str, same_as: str = "") -> "Statement":
        """Not to be shown: before it was, or, once it was, no longer. Raises Invalid."""
        reason = " ".join(reason.split())
        if not reason:
            raise Invalid({"reason": "Say why. Other officers read this"})
        if len(reason) > REASON_LIMIT:
            raise Invalid({"reason": f"The reason must be {REASON_LIMIT} characters or fewer"})
        state = State.REMOVED if self.state in {State.SHOWN, State.REMOVED} else State.REJECTED
        return replace(self, state=state, judged_by=by, reason=reason, same_as=same_as)


def put_statement(id: str, consultation: str, text: str, ballot: str, now: datetime) -> Statement:
    """What somebody adds; it waits for an officer. Raises Invalid."""
    text = must_be_a_statement(text)
    return Statement(id, consultation, text, now, ballot, flags=flags_of(text))


def must_be_a_statement(text: str) -> str:
    """The text as it is kept. Raises Invalid."""
    text = " ".join(text.split())
    if not text:
        raise Invalid({"text": "Enter your statement"})
    if len(text) > STATEMENT_LIMIT:
        over = len(text) - STATEMENT_LIMIT
        raise Invalid({"text": f"Your statement must be {STATEMENT_LIMIT} characters or fewer. It is {over} over"})
    return text


def flags_of(text: str) -> tuple[str, ...]:
    """What may be wrong with a statement, for the officer who decides; nothing is refused by itself."""
    flags = list(dict.fromkeys(f"may say who somebody is: {flag.name}" for flag in find_personal_data(text)))
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) >= SHOUTED and all(sign.isupper() for sign in letters):
        flags.append("is in capitals")
    if any(text.count(sign * 4) for sign in set(text)):
        flags.append("repeats signs")
    return tuple(flags)


@dataclass(frozen=True, slots=True)
class Ballot:
    """The votes of one person in one consultation, the latest on each statement.

    Its id is random, or made from who is signed in; events carry it, and never the person's.
    """

    id: str
    consultation: str
    person: str | None = None
    votes: Mapping[str, int] = field(default_factory=dict)
    voted_at: datetime | None = None

    def cast(self, votes: Sequence[tuple[Statement, Vote]], now: datetime) -> tuple["Ballot", VotesCastV1 | None]:
        """Vote, or vote anew: the latest vote counts. No event where nothing changes. Raises NotFound, Conflict."""
        after = dict(self.votes)
        for statement, vote in votes:
            if statement.consultation != self.consultation or statement.state in {State.WAITING, State.REJECTED}:
                raise NotFound("There is no such statement")
            if statement.state is State.REMOVED:
                raise Conflict("This statement is no longer voted on. Here is another one")
            after[statement.id] = int(vote)
        changed = {id: vote for id, vote in after.items() if self.votes.get(id) != vote}
        if not changed:
            return self, None
        event = VotesCastV1(
            consultation=self.consultation,
            ballot=self.id,
            votes=changed,
            before={id: self.votes[id] for id in changed if id in self.votes},
            is_first=not self.votes,
        )
        return replace(self, votes=after, voted_at=now), event
