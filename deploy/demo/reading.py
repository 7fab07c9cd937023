"""What 165 people wrote about affordable housing, with themes of which some are confirmed, and some answers published.

The texts are those of data/affordable-housing; which answers have which theme was decided by this script, and by no
officer: the page says so.
"""

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path

from deploy.host import Host
from deploy.put import OFFICER, Example, pages_of, put
from services.consultation.domain import Audience, Details, Kind, Question
from services.consultation.domain.personal_data import find_personal_data
from services.consultation.domain.reading import mark_of_text
from services.consultation.domain.theme_run import RunState, Suggestion
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import reading
from shared.run import Run

FILE = Path(__file__).parent / "data" / "affordable-housing" / "comments.csv"
ID, FIELD = "housing-in-their-words", "idea"
THEMES, CONFIRMED_OF_FIVE, PUBLISHED = 7, 4, 12
LOOKS = 600
"""Ten a second, to see whether the suggestions are there."""

SOURCE = (
    "165 real statements from a public conversation about affordable housing held in New Zealand in 2017, each shown as"
    " one answer. Which themes they have was set by a script for this demonstration. Data was gathered using the Polis"
    " software (see: compdemocracy.org/polis) and is sub-licensed under CC BY 4.0 with Attribution to The"
    " Computational Democracy Project. The data and more information about how the data was collected can be found at:"
    " compdemocracy.org/case-studies/2017-scoop-hivemind-affordable-housing"
)


async def fill(host: Host) -> None:
    await put(example(), host)
    service = host.service("consultation")
    documents, run = ConsultationDocuments(service.store), Run(service.relay.wake)
    if not await documents.theme_runs.count({"consultation": ID}):
        found = await _suggestions(host, documents)
        for suggestion in found[:THEMES]:
            await _theme(suggestion, host, documents, run)
        await _publish(host, documents, run)


def example() -> Example:
    with FILE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    times = [datetime.fromtimestamp(int(row["timestamp"]) // 1000, UTC) for row in rows]
    details = Details(
        title="Affordable housing in people’s own words",
        summary="What would make homes affordable? 165 people wrote what they think.",
        background="People wrote short statements for others to vote on. Here are the statements alone.",
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
    question = Question(FIELD, Kind.LONG_TEXT, "What would make homes affordable?")
    responses = [(at, {FIELD: [row["comment-body"].strip()]}) for at, row in zip(times, rows, strict=True)]
    return Example(ID, details, pages_of([question]), SOURCE, responses)


async def _suggestions(host: Host, documents: ConsultationDocuments) -> list[Suggestion]:
    """As an officer gets them: asked for, and looked for in the background."""
    command = reading.AskForThemes(ID, FIELD, None, OFFICER)
    asked = await reading.ask_for_themes(command, documents, host.parts.clock())
    for _ in range(LOOKS):
        loaded = await documents.theme_runs.get(asked.id)
        if loaded is not None and loaded.value.state is not RunState.WAITING:
            break
        await asyncio.sleep(0.1)
    found = [each.value for each in await documents.suggestions.find({"run": asked.id})]
    return sorted(found, key=lambda each: each.place)


async def _theme(suggestion: Suggestion, host: Host, documents: ConsultationDocuments, run: Run) -> None:
    """Four of five answers that are suggested for it are confirmed; the others wait for somebody to look."""
    now = host.parts.clock()
    id = suggestion.id.replace(":", "")[-32:]
    make = reading.MakeTheme(id, ID, FIELD, suggestion.name, OFFICER, suggestion.id)
    theme = await run(lambda: reading.make_theme(make, documents, now))
    marks = []
    for number, response in enumerate(suggestion.responses):
        if number % 5 < CONFIRMED_OF_FIVE:
            marks.append((response, mark_of_text(await reading.text_of(ID, response, FIELD, documents))))
    command = reading.CodeAnswers(ID, FIELD, marks, OFFICER, add=(theme.id,))
    await run(lambda: reading.code_answers(command, documents, now))


async def _publish(host: Host, documents: ConsultationDocuments, run: Run) -> None:
    for loaded in await documents.responses.find({"consultation": ID}, limit=PUBLISHED):
        text = loaded.value.answers[FIELD][0]
        if not find_personal_data(text):
            command = reading.DecidePublication(ID, loaded.id, FIELD, mark_of_text(text), True, text, "", OFFICER)  # noqa: FBT003
            await run(lambda each=command: reading.decide_publication(each, documents, host.parts.clock()))  # type: ignore[misc]
