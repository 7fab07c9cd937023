"""The vision consultation of 2020, its responses generated from the totals that were published."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from deploy.host import Host
from deploy.put import Example, put
from services.consultation.domain import AGREE_SCALE, Audience, Details, Kind, Option, Page, Question, Route, slug
from shared.clock import LONDON
from shared.place import Place

ORGANISATION = "An organisation"
FILE = "vision-consultation.json"
SEED = 2040
KINDS = {"single_choice": Kind.ONE_CHOICE, "short_text": Kind.SHORT_TEXT, "long_text": Kind.LONG_TEXT}
KINDS |= {"agree_scale": Kind.AGREE, "ward": Kind.WARD, "ranking": Kind.RANKING}


async def fill(host: Host) -> None:
    file = host.parts.settings.place / FILE
    if file.exists():
        await put(example(file, host.parts.place), host)


def example(file: Path, place: Place) -> Example:
    published: dict[str, Any] = json.loads(file.read_text())
    opens, closes = (_day(published[name]) for name in ("opened", "closed"))
    details = Details(
        title=published["title"],
        summary=f"In 2020 {place.council} asked whether its vision for the town in 2040 was the right one.",
        background=_background(place),
        decision=f"The vision for {place.name} in 2040, and the priorities that lead there.",
        decision_open=True,
        opens_at=opens,
        closes_at=closes,
        audience=Audience.ANYONE,
        **_information(place),
    )
    questions = [_question(each, place) for each in published["questionnaire"]]
    responses = _responses(published, questions, opens, closes)
    return Example("luton-2040-vision", details, _pages(questions), _source(published), responses)


def _pages(questions: Sequence[Question]) -> list[Page]:
    """Organisations are asked for their name, all others for their ward."""
    capacity, organisation, ward, *vision = questions
    others = tuple(option.id for option in capacity.options if option.text != ORGANISATION)
    return [
        Page("you", questions=(capacity,), routes=(Route(capacity.id, others, "ward"),)),
        Page("organisation", questions=(organisation,), routes=(Route(capacity.id, (slug(ORGANISATION),), "vision"),)),
        Page("ward", questions=(ward,)),
        Page("vision", "The vision", questions=tuple(vision)),
    ]


def _source(published: dict[str, Any]) -> str:
    people, agreement = published["respondents"], published["agreement"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in people.items())
    return (
        f"These {sum(people.values())} responses were generated from the totals that the council published: {kinds};"
        f" {agreement['the vision sets the right ambition']:.0%} agreed with the ambition, and from"
        f" {agreement['each priority, lowest']:.0%} to {agreement['each priority, highest']:.0%} with each priority."
        " Single responses were never published. All else in them is made up: which priority has which share,"
        " the wards, the ages, how strongly people agreed, the order they put the priorities in, and the exact days."
        " What is said of other options, reasons, impact and what happens next was written for this demonstration."
    )


def _background(place: Place) -> str:
    lines = "\n".join(f"* {priority.title}" for priority in place.priorities)
    return (
        f"{place.programme} sets out the town that we want to be by 2040.\n\n## The priorities\n\n{lines}\n\n"
        "We asked residents, organisations and the council’s own staff what they thought of them."
    )


def _information(place: Place) -> dict[str, Any]:
    """Written for the demonstration: the council's own papers are not part of the data."""
    return {
        "proposal": f"To adopt the vision for {place.name} in 2040, with the priorities above.",
        "alternatives": "To change the priorities or their order, or to keep the plan that there was before.",
        "reasons": "A shared vision lets the council, its partners and residents work towards the same ends.",
        "impact": "Each priority is meant to make life fairer. Who gains and who may lose out is looked at for each"
        " project that comes of it.",
        "next_steps": f"{place.council} considers all answers before it decides, and publishes what came of them.",
        "contact_team": f"{place.programme} team",
        "contact_email": place.contact_email,
        "formats": "Ask the team for it on paper, in large print, in Easy Read or in another language.",
    }


def _day(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(9), LONDON).astimezone(UTC)


def _question(given: dict[str, Any], place: Place) -> Question:
    kind = KINDS[given["type"]]
    options: tuple[Option, ...] = tuple(Option(slug(text, 40), text) for text in given.get("options", ()))
    if kind is Kind.AGREE:
        options = AGREE_SCALE
    elif kind is Kind.WARD:
        options = tuple(Option(slug(ward), ward) for ward in place.wards)
    return Question(given["id"], kind, given["text"], required=given.get("required", False), options=options)


def _responses(
    published: dict[str, Any], questions: Sequence[Question], opens: datetime, closes: datetime
) -> list[tuple[datetime, dict[str, list[str]]]]:
    """As many of each kind, and as many who agree, as were published; the rest by a fixed seed."""
    dice = random.Random(SEED)  # noqa: S311 - example data, the same each time
    capacity, ward, rank = (next(q for q in questions if q.id == name) for name in ("capacity", "ward", "rank"))
    adult, young, staff, organisation = (option.id for option in capacity.options)
    counts = published["respondents"]
    public = [dice.choices((adult, young), (3, 1))[0] for _ in range(counts["members of the public"])]
    kinds = [*public, *[organisation] * counts["organisations"], *[staff] * counts["council staff"]]
    dice.shuffle(kinds)
    columns = {id: _column(share, len(kinds), dice) for id, share in _shares(published, questions).items()}
    responses = []
    for number, kind in enumerate(kinds):
        answers: dict[str, list[str]] = {"capacity": [kind]}
        if kind == organisation:
            answers["organisation"] = [f"Example organisation {number + 1}"]
        else:
            answers["ward"] = [dice.choice(ward.options).id]
        answers |= {id: [column[number]] for id, column in columns.items()}
        answers["rank"] = dice.sample([option.id for option in rank.options], len(rank.options))
        at = opens + (closes - opens) * dice.random()
        responses.append((at - timedelta(microseconds=at.microsecond), answers))
    return responses


def _shares(published: dict[str, Any], questions: Sequence[Question]) -> dict[str, float]:
    """Who agrees, by question: the ambition as published, the priorities spread evenly between the two published."""
    agreement = published["agreement"]
    low, high = agreement["each priority, lowest"], agreement["each priority, highest"]
    priorities = [q.id for q in questions if q.kind is Kind.AGREE and q.id != "ambition"]
    step = (high - low) / (len(priorities) - 1)
    shares = {id: low + step * place for place, id in enumerate(priorities)}
    return {"ambition": agreement["the vision sets the right ambition"], **shares}


def _column(share: float, people: int, dice: random.Random) -> list[str]:
    agreeing = round(share * people)
    column = dice.choices(("strongly_agree", "agree"), (2, 3), k=agreeing)
    column += dice.choices(("neither", "disagree", "strongly_disagree"), (3, 2, 1), k=people - agreeing)
    dice.shuffle(column)
    return column
