"""A real public conversation on affordable housing, as a survey (data/affordable-housing, with its source)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from deploy.host import Host
from deploy.polis import put_conversation, read_conversation, rows_of, time_of
from deploy.put import Example, pages_of, put
from services.consultation.domain import AGREE_SCALE, Audience, Details, Kind, Option, Page, Question

ID = "affordable-housing"
FOLDER = Path(__file__).parent / "data" / "affordable-housing"
STATEMENTS = 20
ON_A_PAGE = 5
VOTES = {"1": "agree", "0": "neither", "-1": "disagree"}
HOW_MANY = (Option("up-to-20", "1 to 20"), Option("up-to-60", "21 to 60"), Option("more", "More than 60"))
SOURCE = (
    "The real votes of 381 people on each other’s statements, from a public conversation about affordable housing held"
    " in New Zealand in 2017, shown here as a survey: the 20 statements with the most votes as questions, and the 165"
    " statements that people added as answers in their own words. A vote to pass is shown as neither agree nor"
    " disagree. Data was gathered using the Polis software (see: compdemocracy.org/polis) and is sub-licensed under"
    " CC BY 4.0 with Attribution to The Computational Democracy Project. The data and more information about how the"
    " data was collected can be found at: compdemocracy.org/case-studies/2017-scoop-hivemind-affordable-housing"
)


async def fill(host: Host) -> None:
    await put(example(), host)
    await put_conversation(ID, read_conversation(FOLDER), host)


def example() -> Example:
    people = rows_of(FOLDER / "participants-votes.csv")
    statements = {row["comment-id"]: row for row in rows_of(FOLDER / "comments.csv")}
    times = [time_of(row) for row in statements.values()]
    asked = _most_voted(people, statements)
    details = Details(
        title="Ideas for affordable housing",
        summary="What would make homes affordable? People voted on each other’s ideas, and added their own.",
        background="People were shown short statements, one after another. They could agree, disagree or pass on each,"
        " and add statements of their own for others to vote on.",
        decision="What to ask of the government and of councils about housing.",
        decision_open=True,
        opens_at=min(times),
        closes_at=datetime(2017, 7, 31, tzinfo=UTC),
        audience=Audience.ANYONE,
        formal=False,
        contact_team="Whoever runs this demonstration",
        contact_email="demonstration@engage.example",
        formats="The conversation is over, and was online only.",
    )
    responses = [(max(times), _answers(person, asked, statements)) for person in people]
    return Example(ID, details, _pages(asked, statements), SOURCE, responses)


def _most_voted(people: Sequence[dict[str, str]], statements: dict[str, dict[str, str]]) -> list[str]:
    votes = {each: sum(1 for person in people if person[each]) for each in statements}
    return sorted(statements, key=lambda each: (-votes[each], int(each)))[:STATEMENTS]


def _pages(asked: Sequence[str], statements: dict[str, dict[str, str]]) -> list[Page]:
    count = Question("votes", Kind.ONE_CHOICE, "On how many statements did you vote?", required=True, options=HOW_MANY)
    agree = [Question(f"s{id}", Kind.AGREE, statements[id]["comment-body"], options=AGREE_SCALE) for id in asked]
    ideas = Question("ideas", Kind.LONG_TEXT, "What are your own ideas?")
    pages = [agree[start : start + ON_A_PAGE] for start in range(0, len(agree), ON_A_PAGE)]
    return pages_of([count, *pages[0]], *pages[1:], [ideas])


def _answers(
    person: dict[str, str], asked: Sequence[str], statements: dict[str, dict[str, str]]
) -> dict[str, list[str]]:
    votes = int(person["n-votes"])
    most = next(option.id for option, limit in zip(HOW_MANY, (20, 60, votes), strict=True) if votes <= limit)
    answers = {"votes": [most]} | {f"s{id}": [VOTES[person[id]]] for id in asked if person[id]}
    wrote = [row["comment-body"] for row in statements.values() if row["author-id"] == person["participant"]]
    return answers | ({"ideas": ["\n\n".join(wrote)]} if wrote else {})
