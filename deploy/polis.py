"""A conversation held with Polis, taken in from the files of its export through the use cases of our own."""

import asyncio
import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy.host import Host
from deploy.put import Example, pages_of, publish
from services.consultation.domain import Audience, Details, Kind, Question, slug
from services.consultation.domain.statement import Vote
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import statements
from shared.errors import Refusal
from shared.run import Run

OFFICER = "import"
AT_ONCE = 32
TAKEN_AWAY = "Taken away by the moderators of the conversation that this comes from"
OUT = "-1"
FILES = ("comments.csv", "votes.csv", "summary.csv")
COUNTED_WITHIN_S = 120
SOURCE = (
    "A real public conversation, held with the Polis software and imported here with every vote. Polis data sets are"
    " published by The Computational Democracy Project (compdemocracy.org) under CC BY 4.0."
)

Tell = Callable[[str, int, int], None]
"""What is done, how many of it are done, and how many there are."""


@dataclass(frozen=True)
class Conversation:
    """As exported. `votes`: of each voter the votes in the order of time, later ones on the same statement too."""

    topic: str
    statements: Sequence[Mapping[str, str]]
    votes: Mapping[str, Sequence[tuple[str, int, datetime]]]

    @property
    def voted_on(self) -> set[str]:
        return {statement for votes in self.votes.values() for statement, _, _ in votes}

    @property
    def times(self) -> list[datetime]:
        return [at for votes in self.votes.values() for _, _, at in votes]


def read_conversation(folder: Path) -> Conversation:
    """Raises Refusal where a file is missing or is not as an export has it."""
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise Refusal(f"{folder} has no {' and no '.join(missing)}: it is not an export of Polis")
    try:
        with (folder / "summary.csv").open(newline="", encoding="utf-8") as file:
            topic = dict(row[:2] for row in csv.reader(file) if len(row) > 1)
        votes: dict[str, list[tuple[str, int, datetime]]] = {}
        rows = sorted(rows_of(folder / "votes.csv"), key=lambda row: int(row["timestamp"]))
        for row in rows:
            cast = (row["comment-id"], int(row["vote"]), time_of(row))
            votes.setdefault(row["voter-id"], []).append(cast)
        return Conversation(topic.get("topic", folder.name), rows_of(folder / "comments.csv"), votes)
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise Refusal(f"The files in {folder} are not as Polis exports them: {type(error).__name__}") from None


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def time_of(row: Mapping[str, str]) -> datetime:
    return datetime.fromtimestamp(int(row["timestamp"]) / 1000, UTC)


async def import_conversation(folder: Path, host: Host, tell: Tell) -> str:
    """A consultation of its own with all of it; returns its id. Again, or after a kill, it adds what is missing."""
    conversation = read_conversation(folder)
    id = slug(f"polis-{folder.name}")
    opens, closes = min(conversation.times), max(conversation.times) + timedelta(days=1)
    details = Details(
        title=conversation.topic[:120],
        summary="People voted on each other’s statements.",
        background="People were shown short statements, one after another, and could add their own.",
        decision="What the people who held the conversation made of it.",
        decision_open=True,
        opens_at=opens,
        closes_at=closes,
        audience=Audience.ANYONE,
        formal=False,
        contact_team="Whoever imported it",
        contact_email="demonstration@engage.example",
        formats="The conversation is over, and was online only.",
    )
    other = Question("other", Kind.LONG_TEXT, "What else do you want to say?")
    await publish(Example(id, details, pages_of([other]), SOURCE), host)
    await put_conversation(id, conversation, host, tell)
    return id


async def put_conversation(id: str, conversation: Conversation, host: Host, tell: Tell = lambda *_: None) -> None:
    """Statements and votes into a consultation that is there and was open then."""
    service = host.service("consultation")
    documents, run = ConsultationDocuments(service.store), Run(service.relay.wake)
    opened = await documents.consultations.get(id)
    last = opened.value.details.closes_at - timedelta(seconds=1) if opened else max(conversation.times)
    set_up = statements.SetUpStatements(id, conversation.topic[:200], is_on=True, takes_statements=True, by=OFFICER)
    await run(lambda: statements.set_up_statements(set_up, documents))
    await _put_statements(id, conversation, documents, run, tell)
    await _put_votes(id, conversation, documents, run, tell, last)
    judged = [
        statements.JudgeStatement(id, name_of(id, row["comment-id"]), accept=False, by=OFFICER, reason=TAKEN_AWAY)
        for row in conversation.statements
        if row["moderated"] == OUT
    ]
    await asyncio.gather(*(run(lambda c=each: statements.judge_statement(c, documents)) for each in judged))  # type: ignore[misc]


def name_of(consultation: str, statement: str) -> str:
    return f"{consultation}-{statement}"


async def _put_statements(
    id: str, conversation: Conversation, documents: ConsultationDocuments, run: Run, tell: Tell
) -> None:
    """Those that nobody voted on and moderators took away wait here, and are then not shown."""
    voted_on, first, last = conversation.voted_on, min(conversation.times), max(conversation.times)
    places, done = asyncio.Semaphore(AT_ONCE), 0

    async def put(row: Mapping[str, str]) -> None:
        nonlocal done
        name = name_of(id, row["comment-id"])
        shown = row["moderated"] != OUT or row["comment-id"] in voted_on
        author = statements.ballot_of(id, None, f"author-{row['comment-id']}")
        command = statements.PutStatement(name, id, row["comment-body"][:280], author, by=OFFICER if shown else "")
        at = min(max(time_of(row), first), last)
        async with places:
            if await documents.statements.get(name) is None:
                await run(lambda: statements.add_statement(command, documents, at))
        done += 1
        tell("statements", done, len(conversation.statements))

    await asyncio.gather(*(put(row) for row in conversation.statements))


async def _put_votes(  # noqa: PLR0913
    id: str, conversation: Conversation, documents: ConsultationDocuments, run: Run, tell: Tell, last: datetime
) -> None:
    """Of each person in one write: their votes come in the order in which they cast them, changed ones too."""
    places, done = asyncio.Semaphore(AT_ONCE), 0

    async def vote(voter: str, cast: Sequence[tuple[str, int, datetime]]) -> None:
        nonlocal done
        ballot = statements.ballot_of(id, None, f"voter-{voter}")
        votes = [(name_of(id, statement), Vote(choice)) for statement, choice, _ in cast]
        async with places:
            there = await documents.ballots.get(ballot)
            if there is None or there.value.votes != {name: int(choice) for name, choice in votes}:
                command = statements.CastVotes(id, ballot, votes)
                at = min(cast[-1][2], last)
                await run(lambda: statements.cast_votes(command, documents, at))
        done += 1
        tell("people", done, len(conversation.votes))

    await asyncio.gather(*(vote(voter, cast) for voter, cast in conversation.votes.items()))
