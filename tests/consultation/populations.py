"""A town of four wards whose populations are known, and many people who answer in it."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from services.consultation import usecases
from services.consultation.domain import Kind, Option, Question
from services.consultation.domain.equality import as_bytes
from shared.settings import Settings
from tests.eventually import eventually
from tests.town import Town, opened_town

WARDS = {"North": 0.25, "East": 0.25, "South": 0.25, "West": 0.25}

QUESTIONS = (
    Question("ward", Kind.WARD, "Where do you live?", options=tuple(Option(w.lower(), w) for w in WARDS)),
    Question("age", Kind.ONE_CHOICE, "How old are you?", options=(Option("young", "Under 25"), Option("old", "Older"))),
    Question("pool", Kind.ONE_CHOICE, "A pool?", options=(Option("yes", "Yes"), Option("no", "No"))),
    Question("when", Kind.SEVERAL_CHOICES, "When?", options=(Option("am", "Mornings"), Option("pm", "Evenings"))),
)


@asynccontextmanager
async def town_of_wards(folder: Path, **changes: Any) -> AsyncIterator[Town]:
    place = json.loads((Settings().place / "place.json").read_bytes())
    place["wards"] = list(WARDS)
    place["characteristics"]["ward"] = {"name": "Ward", "source": "Made up", "shares": WARDS}
    place |= changes
    (folder / "place").mkdir()
    (folder / "place" / "place.json").write_text(json.dumps(place))
    async with opened_town(folder, place=folder / "place") as opened:
        yield opened


async def answer(town: Town, people: Sequence[Mapping[str, str | tuple[str, ...]]], first: int = 0) -> None:
    """Each of the people answers once; done when all are counted."""
    for number, each in enumerate(people, first):
        given = {field: (value,) if isinstance(value, str) else value for field, value in each.items()}
        command = usecases.SubmitResponse("park", f"{number:032x}", given)
        await usecases.submit_response(command, town.consultations, town.clock())
    town.host.service("consultation").relay.wake()
    wanted = first + len(people)

    async def are_counted() -> bool:
        parts = await town.consultations.store.find("tallies", {"consultation": "park"})
        return bool(sum(part.body["responses"] for part in parts) == wanted)

    await eventually(are_counted, "all answers to be counted")


async def tell_in_confidence(town: Town, answers: Sequence[Mapping[str, str]], first: int = 0) -> None:
    key = town.host.parts.secrets
    for number, each in enumerate(answers, first):
        id = key.equality_id(f"r{number}")
        locked = key.lock_equality(as_bytes(each), f"park:{id}")
        await town.consultations.store.insert("equality", id, {"consultation": "park", "locked": locked})
