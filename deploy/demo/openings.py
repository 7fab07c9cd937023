"""Two consultations that are open, so that whoever looks around has something to answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from deploy.host import Host
from deploy.put import Example, pages_of, put
from services.consultation.domain import AGREE_SCALE, Audience, Details, Kind, Option, Page, Question, slug
from shared.place import Place

SOURCE = "This consultation is part of the demonstration. Nobody at the council reads what is answered here."
WEEKS = 6


async def fill(host: Host) -> None:
    opened = host.parts.clock().replace(minute=0, second=0, microsecond=0)
    closes = opened.replace(hour=17) + timedelta(weeks=WEEKS)
    place = host.parts.place
    for (id, title, summary, background, decision, audience, pages), more in (
        (_perceptions(place), {"formal": False}),
        (_town_centre(place), _town_centre_proposal(place)),
    ):
        details = Details(title, summary, background, decision, True, opened, closes, audience)  # noqa: FBT003
        await put(Example(id, replace(details, **contact(place), **more), pages, SOURCE), host)


Parts = tuple[str, str, str, str, str, Audience, list[Page]]


def contact(place: Place) -> dict[str, Any]:
    return {
        "contact_team": f"{place.programme} team",
        "contact_email": place.contact_email,
        "formats": "Ask the team for it on paper, in large print, in Easy Read or in another language.",
    }


def _town_centre_proposal(place: Place) -> dict[str, Any]:
    return {
        "proposal": f"To draw a plan for the centre of {place.name} that puts people first: more to do in the evening,"
        " more homes, and green space where there is none.",
        "alternatives": "* To leave the centre to the market.\n* To put shops first, as the plan before did.",
        "reasons": "Fewer people come to shop than ten years ago, and there is little to do after six.",
        "impact": "People who cannot walk far, and those who feel unsafe at night, are affected most. The plan will say"
        " what it does for them. People of a faith who do not drink need evenings without alcohol, too.",
        "next_steps": "The cabinet considers the answers before the plan is drawn, and publishes what came of them.",
    }


def _perceptions(place: Place) -> Parts:
    town = place.name
    statements = {
        "satisfied": f"I am satisfied with {town} as a place to live",
        "optimistic": f"I am optimistic about the future of {town}",
        "influence": f"I can influence decisions that affect {town}",
        "safe": f"I feel safe in {town}",
    }
    questions = [Question(id, Kind.AGREE, text, options=AGREE_SCALE, required=True) for id, text in statements.items()]
    wards = tuple(Option(slug(ward), ward) for ward in place.wards)
    later = [
        Question("ward", Kind.WARD, "Which ward do you live in?", options=wards),
        Question("better", Kind.LONG_TEXT, f"What one thing would make {town} better to live in?"),
    ]
    return (
        "living-here",
        f"Living in {town}",
        f"How is life in {town}? Six short questions, the same each year, show what gets better and what does not.",
        "Each year we ask the same questions, so that we can compare.\n\n## What came of it before\n\n"
        "See the measures on the home page: they come from this survey.",
        f"Where {place.council} puts its effort next year.",
        Audience.ANYONE,
        pages_of(questions, later),
    )


def _town_centre(place: Place) -> Parts:
    uses = ("Shops", "Cafés and restaurants", "Homes", "Green space", "Culture and events", "Places to work")
    why = ("Work or study", "Shopping", "Going out", "Appointments", "Passing through", "I hardly ever go")
    questions = [
        Question(
            "why", Kind.ONE_CHOICE, "What brings you to the town centre most?", required=True, options=_options(why)
        ),
        Question("uses", Kind.SEVERAL_CHOICES, "What should there be more of?", required=True, options=_options(uses)),
        Question("evening", Kind.AGREE, "I would come in the evening if there were more to do", options=AGREE_SCALE),
    ]
    later = [
        Question("visit", Kind.SHORT_TEXT, "When did you last come, and what for?"),
        Question("idea", Kind.LONG_TEXT, "What is your own idea for the town centre?"),
    ]
    return (
        "town-centre",
        "A town centre for everyone",
        f"What should the centre of {place.name} offer in 2040, and to whom? Tell us before the plan is drawn.",
        "A thriving town centre is one of the outcomes that the town has set itself.\n\n"
        "* What is there now, and what is missing?\n* Who does not come, and why?",
        f"The brief for the town centre plan, which {place.council} has not begun to write.",
        Audience.SIGNED_IN,
        pages_of(questions, later),
    )


def _options(texts: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(slug(text, 40), text) for text in texts)
