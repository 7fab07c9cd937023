"""Statements: switched on, put, judged and voted on; and the groups that follow from the votes."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from services.consultation.domain import Audience, NotInvited
from services.consultation.domain.opinion_map import OpinionMap, draw_map
from services.consultation.domain.statement import (
    WAITING_LIMIT,
    Ballot,
    Conversation,
    State,
    Statement,
    Vote,
    conversation_of,
    put_statement,
)
from services.consultation.storage import VOTE_TALLIES, ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import Conflict, NotFound, SignInNeeded, TooMany
from shared.event import record
from shared.store.port import Duplicate, In, Stale, Where

MOST_STATEMENTS = 2_000
PAGE = 500
MOST_PARTS = 500
DRAW_AGAIN_AFTER = timedelta(seconds=30)
"""Votes come one by one; a map for each of them would be work for nothing."""


@dataclass(frozen=True)
class SetUpStatements:
    consultation: str
    question: str
    is_on: bool
    takes_statements: bool
    by: str


async def set_up_statements(command: SetUpStatements, documents: ConsultationDocuments) -> None:
    """Switch statements on or off, and say what they answer. Raises Invalid, NotFound, Conflict."""
    consultation = (await load(command.consultation, documents)).value
    if command.is_on and consultation.details.audience is Audience.INVITED:
        raise Conflict("Statements need a consultation that anyone can answer, or anyone who is signed in")
    conversation = conversation_of(
        command.consultation,
        command.question,
        command.by,
        is_on=command.is_on,
        takes_statements=command.takes_statements,
    )
    loaded = await documents.conversations.get(command.consultation)
    if loaded is not None:
        await documents.conversations.save(loaded, conversation)
        return
    try:
        await documents.conversations.add(conversation)
    except Duplicate:
        raise Stale(command.consultation) from None


@dataclass(frozen=True)
class PutStatement:
    """`id` is that of the form: what is sent twice is there once. `by` is the officer whose statement is shown at once;
    empty for one that waits for an officer.
    """

    id: str
    consultation: str
    text: str
    ballot: str = ""
    by: str = ""


async def add_statement(command: PutStatement, documents: ConsultationDocuments, now: datetime) -> Statement:
    """Raises Invalid, NotFound, Conflict, TooMany."""
    statement = put_statement(command.id, command.consultation, command.text, command.ballot, now)
    if command.by:
        statement = statement.accept(command.by)
    else:
        conversation = await _must_be_open(command.consultation, documents, now)
        if not conversation.takes_statements:
            raise Conflict("This consultation takes no statements of one’s own. You can vote on those that are there")
        mine = {"consultation": command.consultation, "ballot": command.ballot, "state": State.WAITING}
        if await documents.statements.count(mine) >= WAITING_LIMIT:
            raise TooMany("An officer has to read the statements that you added first. Come back later", "text")
    try:
        await documents.statements.add(statement)
    except Duplicate:
        there = await documents.statements.get(command.id)
        if there is None or there.value.text != statement.text or there.value.ballot != statement.ballot:
            raise Conflict("This form was sent before, with another statement. Open it again") from None
        return there.value
    return statement


@dataclass(frozen=True)
class JudgeStatement:
    consultation: str
    statement: str
    accept: bool
    by: str
    reason: str = ""
    same_as: str = ""


async def judge_statement(command: JudgeStatement, documents: ConsultationDocuments) -> None:
    """An officer shows it, or does not. Raises Invalid, NotFound."""
    loaded = await documents.statements.get(command.statement)
    if loaded is None or loaded.value.consultation != command.consultation:
        raise NotFound("There is no such statement")
    if command.accept:
        judged = loaded.value.accept(command.by)
    else:
        judged = loaded.value.reject(command.by, command.reason, command.same_as)
    if judged != loaded.value:
        await documents.statements.save(loaded, judged)


def ballot_of(consultation: str, person: str | None, token: str) -> str:
    """One ballot for who is signed in, wherever they vote from; else that of the browser's token."""
    said = f"person:{consultation}:{person}" if person else f"token:{consultation}:{token}"
    return hashlib.sha256(f"ballot:{said}".encode()).hexdigest()[:32]


@dataclass(frozen=True)
class CastVotes:
    consultation: str
    ballot: str
    votes: Sequence[tuple[str, Vote]]
    """Statements, by id, in the order in which they were voted on."""

    person: str | None = None


async def cast_votes(command: CastVotes, documents: ConsultationDocuments, now: datetime) -> None:
    """The latest vote of a person on a statement counts. Raises NotFound, Conflict, NotOpen, SignInNeeded."""
    await _must_be_open(command.consultation, documents, now, person=command.person)
    where: Where = {"consultation": command.consultation, "id": In([id for id, _ in command.votes])}
    found = {each.id: each.value for each in await documents.statements.find(where, limit=MOST_STATEMENTS)}
    if any(id not in found for id, _ in command.votes):
        raise NotFound("There is no such statement")
    votes = [(found[id], vote) for id, vote in command.votes]
    there = await documents.ballots.get(command.ballot)
    before = there.value if there else Ballot(command.ballot, command.consultation, command.person)
    after, event = before.cast(votes, now)
    if event is None:
        return
    events = [record(event, key=command.ballot, at=now)]
    if there is not None:
        await documents.ballots.save(there, after, events)
        return
    try:
        await documents.ballots.add(after, events)
    except Duplicate:
        raise Stale(command.ballot) from None


async def _must_be_open(
    id: str, documents: ConsultationDocuments, now: datetime, *, person: str | None = None
) -> Conversation:
    consultation = (await load(id, documents)).value
    consultation.must_be_open(now)
    loaded = await documents.conversations.get(id)
    if loaded is None:
        raise NotFound("There are no statements to vote on in this consultation")
    loaded.value.must_be_on()
    if consultation.details.audience is Audience.INVITED:
        raise NotInvited("Statements cannot be voted on in a consultation that people are invited to")
    if consultation.details.audience is Audience.SIGNED_IN and person is None:
        raise SignInNeeded("Sign in to vote on statements")
    return loaded.value


async def maps_to_draw(documents: ConsultationDocuments, now: datetime) -> list[str]:
    """Consultations with votes that their map has not, but for those whose map was drawn a moment ago."""
    parts = await documents.store.find(VOTE_TALLIES.name, {"undrawn": "yes"}, limit=MOST_PARTS)
    due = []
    for consultation in dict.fromkeys(part.body["consultation"] for part in parts):
        loaded = await documents.opinion_maps.get(consultation)
        if loaded is None or now - loaded.value.drawn_at >= DRAW_AGAIN_AFTER:
            due.append(consultation)
    return due


async def draw_opinion_map(consultation: str, documents: ConsultationDocuments, now: datetime) -> OpinionMap:
    """From all ballots, in a thread of its own: pages are answered meanwhile."""
    parts = await documents.store.find(VOTE_TALLIES.name, {"consultation": consultation}, limit=MOST_PARTS)
    ballots = await votes_by_ballot(consultation, documents)
    where: Where = {"consultation": consultation, "state": In([State.SHOWN, State.REMOVED])}
    ids = [each.id for each in await documents.statements.find(where, sort="added_at", limit=MOST_STATEMENTS)]
    drawn = await asyncio.to_thread(draw_map, consultation, _matrix(ballots, ids), ids, now)
    await _keep_map(drawn, documents)
    for part in parts:
        if part.body.get("undrawn"):
            with suppress(Stale):  # votes came meanwhile: it is drawn again
                body = {**part.body, "undrawn": None}
                await documents.store.replace(VOTE_TALLIES.name, part.id, part.version, body)
    return drawn


async def _keep_map(drawn: OpinionMap, documents: ConsultationDocuments) -> None:
    loaded = await documents.opinion_maps.get(drawn.id)
    if loaded is not None:
        await documents.opinion_maps.save(loaded, drawn)
        return
    try:
        await documents.opinion_maps.add(drawn)
    except Duplicate:
        raise Stale(drawn.id) from None


async def votes_by_ballot(consultation: str, documents: ConsultationDocuments) -> list[Mapping[str, int]]:
    """In the order of the ballots' ids, so that the same votes give the same map."""
    ballots: list[Mapping[str, int]] = []
    while found := await documents.ballots.find({"consultation": consultation}, limit=PAGE, skip=len(ballots)):
        ballots += [each.value.votes for each in found]
    return ballots


def _matrix(ballots: Sequence[Mapping[str, int]], statements: Sequence[str]) -> np.ndarray:
    column = {id: place for place, id in enumerate(statements)}
    matrix = np.full((len(ballots), len(statements)), np.nan)
    for row, votes in enumerate(ballots):
        for id, vote in votes.items():
            if id in column:
                matrix[row, column[id]] = vote
    return matrix
