"""What came of two consultations: a report that was published, and one that is overdue. Their words are made up."""

from datetime import UTC, date, datetime, timedelta

from deploy.demo.openings import SOURCE, contact
from deploy.host import Host
from deploy.put import OFFICER, Example, pages_of, put
from services.consultation import usecases
from services.consultation.domain import Audience, Details, Kind, Option, Question
from services.consultation.domain.report_words import Decision, Item, Upshot
from services.consultation.storage import ConsultationDocuments
from shared.place import Place
from shared.run import Run

VISION = "luton-2040-vision"
LATE = "cycle-parking"
PUBLISHED = datetime(2020, 12, 1, 10, tzinfo=UTC)
DECIDED = date(2020, 11, 24)
LATE_DAYS = 9
CHOICES = ("yes", "yes", "no", "yes", "unsure", "yes", "no", "yes")


async def fill(host: Host) -> None:
    await _late(host)
    documents, run = _open(host)
    if await documents.consultations.get(VISION) is not None and await documents.reports.get(VISION) is None:
        await _write(host.parts.place, documents, run)
    report = await usecases.report_of(VISION, documents)
    if report is not None and not report.is_published:
        command = usecases.PublishReport(VISION, OFFICER)
        await run(lambda: usecases.publish_report(command, documents, PUBLISHED))


def _open(host: Host) -> tuple[ConsultationDocuments, Run]:
    service = host.service("consultation")
    return ConsultationDocuments(service.store), Run(service.relay.wake)


async def _write(place: Place, documents: ConsultationDocuments, run: Run) -> None:
    words = usecases.WriteReport(VISION, OFFICER, _introduction(place), _method())
    await run(lambda: usecases.write_report(words, documents))
    decision = usecases.RecordDecision(VISION, OFFICER, _decision(place))
    await run(lambda: usecases.record_decision(decision, documents, PUBLISHED))
    for item in _items():
        put_item = usecases.PutItem(VISION, OFFICER, item)
        await run(lambda each=put_item: usecases.put_item(each, documents, PUBLISHED))  # type: ignore[misc]


def _introduction(place: Place) -> str:
    return (
        f"In 2020 {place.council} asked whether its vision for the town in 2040 was the right one. 381 responses came"
        " in: 201 from members of the public, 119 from organisations and 61 from council staff. 61% agreed that the"
        " vision sets the right ambition, and from 72% to 87% agreed with each priority.\n\n"
        "These totals were published. All that this report says of themes, of what was done and of the decision was"
        " made up for the demonstration. It is not the council’s own report."
    )


def _method() -> str:
    return (
        "People chose for themselves whether to answer, so the figures show what those think who answered, and not what"
        " everyone in the town thinks. They could answer online or on paper. (Made up for the demonstration.)"
    )


def _decision(place: Place) -> Decision:
    return Decision(
        taken=True,
        on=DECIDED,
        by=f"The Executive of {place.council} (made up)",
        words="To adopt the vision with its five priorities, and to report each year on how far the town has come.",
        reasons="Most of those who answered agreed with the ambition, and a large majority with each priority. Where"
        " people doubted whether it could be paid for, the yearly report answers. (Made up for the demonstration.)",
    )


def _items() -> list[Item]:
    return [
        Item(
            "climate",
            "Climate and air",
            "Many wanted a date by which the town is net zero, and steps on the way that can be checked.",
            Upshot.DONE,
            "The vision names 2040, and progress is published with the figures of each year.",
            DECIDED,
        ),
        Item(
            "young",
            "Young people",
            "Young people asked for places of their own in the evening, and to be asked before such places are closed.",
            Upshot.PLANNED,
            "A panel of young people looks at each proposal that concerns them before it goes to the Executive.",
            date(2021, 9, 1),
        ),
        Item(
            "airport",
            "The airport",
            "Some asked for fewer flights to be written into the vision.",
            Upshot.NOT_DONE,
            "How many flights there are is decided by another body, in a procedure of its own. The vision asks for the"
            " most sustainable airport in the country, and what people said was passed on.",
            DECIDED,
        ),
    ]


async def _late(host: Host) -> None:
    """It closed long enough ago for its feedback to be overdue on the day of the demonstration."""
    documents, _ = _open(host)
    if await documents.consultations.get(LATE) is not None:
        return
    now = host.parts.clock().replace(minute=0, second=0, microsecond=0)
    promised = (now - timedelta(days=LATE_DAYS)).date()
    closed = now.replace(hour=17) - timedelta(weeks=10)
    opened = closed - timedelta(weeks=3)
    details = Details(
        title="Cycle parking at the station",
        summary="Should there be covered parking for 60 cycles at the station, in place of four spaces for cars?",
        background="The stands that are there are full by eight in the morning.",
        decision="Whether to apply for the money for it.",
        decision_open=True,
        opens_at=opened,
        closes_at=closed,
        audience=Audience.ANYONE,
        formal=False,
        feedback_on=promised,
        next_steps="The transport team reads all answers, and says what came of them.",
        **contact(host.parts.place),
    )
    options = (Option("yes", "Yes"), Option("no", "No"), Option("unsure", "I am not sure"))
    asked = Question("covered", Kind.ONE_CHOICE, "Should it be built?", required=True, options=options)
    responses = [(opened + timedelta(days=day), {"covered": [each]}) for day, each in enumerate(CHOICES, 1)]
    await put(Example(LATE, details, pages_of([asked]), f"{SOURCE} Its answers are made up.", responses), host)
