"""What a consultation can start from: the starting points that come with the service, and earlier consultations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.consultation.domain import Details, Option, Portable, Questionnaire, WardOf, read_file, slug
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases.writing import load
from shared.errors import NotFound
from shared.place import Place

FOLDER = Path(__file__).parent.parent / "starting_points"
TOWN = "{town}"
OURS = "start:"
EARLIER = "from:"
LISTED = 200
"""Consultations to choose from at the most, as in the list of them."""


@dataclass(frozen=True)
class Start:
    """`details` are there where it is an earlier consultation; their times are not for copying."""

    questionnaire: Questionnaire
    details: Details | None = None


def ward_options(place: Place) -> tuple[Option, ...]:
    return tuple(Option(slug(ward), ward) for ward in place.wards)


def ward_finder(place: Place) -> WardOf:
    """Gives the option of ward_options that a postcode lies in."""

    def ward_of(postcode: str) -> str | None:
        ward = place.ward_of(postcode)
        return None if ward is None else slug(ward)

    return ward_of


def starting_points(place: Place) -> Mapping[str, Portable]:
    """By id; with the name of the town in their words."""
    name = json.dumps(place.name, ensure_ascii=False)[1:-1]
    return {
        path.stem: read_file(path.read_text("utf-8").replace(TOWN, name).encode(), ward_options(place))
        for path in sorted(FOLDER.glob("*.json"))
    }


async def start_from(choice: str, place: Place, documents: ConsultationDocuments) -> Start:
    """`choice`: empty, OURS and the id of a starting point, or EARLIER and that of a consultation. Raises NotFound."""
    if not choice:
        return Start(Questionnaire())
    if choice.startswith(OURS):
        points = starting_points(place)
        if (id := choice.removeprefix(OURS)) not in points:
            raise NotFound("There is no such starting point")
        return Start(points[id].questionnaire)
    if choice.startswith(EARLIER):
        earlier = (await load(choice.removeprefix(EARLIER), documents)).value
        return Start(earlier.questionnaire if earlier.is_published else earlier.writing, earlier.details)
    raise NotFound("There is no such starting point")


async def starts(documents: ConsultationDocuments, place: Place, but: str = "") -> list[tuple[str, str, str]]:
    """What a consultation can start from: (choice, name, what it is); all but the consultation `but`."""
    ours = [(OURS + id, point.title, point.about) for id, point in starting_points(place).items()]
    found = [each.value for each in await documents.consultations.find(limit=LISTED)]
    earlier = [each for each in found if each.id != but and each.writing.asked]
    newest = sorted(earlier, key=lambda each: each.details.opens_at, reverse=True)
    return [*ours, *((EARLIER + each.id, each.title, _counted(len(each.writing.asked))) for each in newest)]


def _counted(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"
