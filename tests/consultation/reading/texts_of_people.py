"""A consultation in which people have written something, and an officer to read it."""

from collections.abc import Sequence
from typing import Any

from services.consultation import usecases
from services.consultation.domain import Channel, Kind, Option, Origin, Question
from services.consultation.usecases import reading
from shared.run import Run
from tests.eventually import eventually
from tests.town import Town

QUESTIONS = (
    Question(
        "who",
        Kind.RESPONDENT,
        "As whom do you answer?",
        options=(Option("resident", "A resident"), Option("organisation", "An organisation")),
    ),
    Question("idea", Kind.LONG_TEXT, "What is your idea?"),
    Question("name", Kind.SHORT_TEXT, "What shall we call it?"),
    Question(
        "where", Kind.ONE_CHOICE, "Where?", options=(Option("north", "North"), Option("south", "South")), other=True
    ),
)


def run_of(town: Town) -> Run:
    return Run(town.host.service("consultation").relay.wake)


async def send(town: Town, number: int, channel: Channel = Channel.ONLINE, **answers: str) -> str:
    """Returns the id of the response."""
    given = {field.replace("__", "."): [text] for field, text in answers.items()}
    id = f"{number:032x}"
    origin = Origin(channel=channel, entered_by=None if channel is Channel.ONLINE else "officer")
    command = usecases.SubmitResponse("park", id, given, origin)
    await run_of(town)(lambda: usecases.submit_response(command, town.consultations, town.clock()))
    return id


async def published(town: Town, ideas: Sequence[str] = (), **changes: Any) -> list[str]:
    """The ids of responses with these ideas, once they are ready to be read."""
    await town.publish(questions=QUESTIONS, **changes)
    ids = [await send(town, number, idea=idea) for number, idea in enumerate(ideas, 1)]
    await ready(town, len(ids))
    return ids


async def ready(town: Town, unread: int) -> None:
    """Until so many are unread: events take a moment."""

    async def through() -> bool:
        return await town.consultations.to_read.count({"unread_in": "park"}) == unread

    assert await eventually(through, f"{unread} unread")


async def theme(town: Town, number: int, name: str, question: str = "idea") -> str:
    id = f"{number:032d}"[::-1]
    command = reading.MakeTheme(id, "park", question, name, "officer")
    await reading.make_theme(command, town.consultations, town.clock())
    return id
