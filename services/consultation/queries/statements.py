"""What pages of statements show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from services.consultation.domain.opinion_map import Line, OpinionMap
from services.consultation.domain.statement import Conversation, State, Statement
from services.consultation.domain.turn import next_statement
from services.consultation.domain.vote_tally import Totals, totals_of
from services.consultation.storage import VOTE_TALLIES, ConsultationDocuments
from shared.store.port import In

MOST = 2_000


@dataclass(frozen=True)
class Turn:
    """The next statement to vote on, if one is left; how many of those shown this person has voted on."""

    statement: Statement | None
    voted: int
    shown: int


@dataclass(frozen=True)
class Row:
    """A statement with how many voted on it; shares from 0 to 1, 0 where nobody did."""

    statement: Statement
    agree: int
    passed: int
    disagree: int

    @property
    def votes(self) -> int:
        return self.agree + self.passed + self.disagree

    def share(self, count: int) -> float:
        return count / self.votes if self.votes else 0.0


@dataclass(frozen=True)
class Telling:
    """A statement of the map. `groups`: for each group the share that agrees, None where too few of it voted."""

    text: str
    agree: tuple[float | None, ...]
    disagree: tuple[float | None, ...]


@dataclass(frozen=True)
class Opinions:
    conversation: Conversation
    totals: Totals
    rows: tuple[Row, ...]
    map: OpinionMap | None
    agreed: tuple[Telling, ...]
    divided: tuple[Telling, ...]


async def conversation(id: str, documents: ConsultationDocuments) -> Conversation | None:
    loaded = await documents.conversations.get(id)
    return loaded.value if loaded else None


async def statements_in(consultation: str, documents: ConsultationDocuments, *states: State) -> list[Statement]:
    """The oldest first."""
    found = await documents.statements.find(
        {"consultation": consultation, "state": In(list(states))}, sort="added_at", limit=MOST
    )
    return [each.value for each in found]


async def vote_totals(consultation: str, documents: ConsultationDocuments) -> Totals:
    parts = await documents.store.find(VOTE_TALLIES.name, {"consultation": consultation}, limit=50)
    return totals_of([part.body for part in parts])


async def turn(consultation: str, ballot: str, documents: ConsultationDocuments) -> Turn:
    """The same statement for the same ballot until it votes, so that a refresh changes nothing."""
    shown = await statements_in(consultation, documents, State.SHOWN)
    loaded = await documents.ballots.get(ballot)
    votes: Mapping[str, int] = loaded.value.votes if loaded else {}
    totals = await vote_totals(consultation, documents)
    counts = {each.id: totals.on(each.id) for each in shown}
    dice = Random(f"{ballot}:{len(votes)}")  # noqa: S311 - an order, no secret
    chosen = next_statement([each.id for each in shown], votes, counts, dice)
    return Turn(
        next((each for each in shown if each.id == chosen), None),
        sum(each.id in votes for each in shown),
        len(shown),
    )


async def opinions(conversation: Conversation, documents: ConsultationDocuments) -> Opinions:
    """Counts, and the map as it was drawn last."""
    totals = await vote_totals(conversation.id, documents)
    statements = await statements_in(conversation.id, documents, State.SHOWN, State.REMOVED)
    loaded = await documents.opinion_maps.get(conversation.id)
    drawn = loaded.value if loaded else None
    texts = {each.id: each.text for each in statements}
    rows = sorted(
        (Row(each, *totals.votes.get(each.id, (0, 0, 0))) for each in statements),
        key=lambda row: (-row.votes, row.statement.added_at),
    )
    return Opinions(
        conversation,
        totals,
        tuple(rows),
        drawn,
        _telling(drawn.agreed if drawn else (), texts),
        _telling(drawn.divided if drawn else (), texts),
    )


def _telling(lines: Sequence[Line], texts: Mapping[str, str]) -> tuple[Telling, ...]:
    return tuple(Telling(texts[line.statement], line.agree, line.disagree) for line in lines if line.statement in texts)


async def waiting(documents: ConsultationDocuments, *consultations: str) -> dict[str, int]:
    """How many statements wait for an officer, by consultation; of all where none are named."""
    counts = await documents.store.count_by("statements", "consultation", {"state": State.WAITING})
    return {str(id): count for id, count in counts.items() if not consultations or id in consultations}
