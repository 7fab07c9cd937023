"""Reports to test with, and what is read back from their PDFs."""

import io
import re
from datetime import date, timedelta
from typing import Any

from pypdf import PdfReader

from services.consultation import usecases
from services.consultation.domain import Consultation, Details, Page, Questionnaire, State
from services.consultation.domain.promise import feedback_after
from services.consultation.domain.report import Edition, PdfState, Report
from services.consultation.domain.report_words import Decision, Item, Upshot
from shared.run import Run
from tests.eventually import eventually
from tests.town import NOON, QUESTIONS, Town, details_of

TODAY = NOON.date()
CLOSED = NOON + timedelta(days=2)
"""Details of details_of(NOON) close a day after noon."""

ASKED = Questionnaire((Page("page-1", questions=QUESTIONS),))
DETAILS = Details(**{**details_of(NOON), "feedback_on": feedback_after(NOON + timedelta(days=1))})
PARK = Consultation("park", DETAILS, "author", state=State.PUBLISHED, questionnaire=ASKED)
SWINGS = Item("swings", "Swings", "Many want swings.", Upshot.DONE, "We bought four.", TODAY)
CAFE = Item("cafe", "A café", "Some want a café.", Upshot.NOT_DONE, "It would need a road.", TODAY)
TAKEN = Decision(
    taken=True, on=TODAY, reasons="Children asked for it.", by="The parks committee", words="To buy swings."
)
NOT_YET = Decision(taken=False, on=TODAY, reasons="The money is decided on in May.")
WHOLE = Report("park", "author").put(SWINGS, TODAY).put(CAFE, TODAY).decide(TAKEN, TODAY)


async def write(town: Town, *items: Item, decision: Decision = TAKEN, id: str = "park", introduction: str = "") -> None:
    """All that a report needs, written by the officer "author"."""
    documents, now = town.consultations, town.clock()
    await usecases.write_report(usecases.WriteReport(id, "author", introduction, "On paper and online."), documents)
    await usecases.record_decision(usecases.RecordDecision(id, "author", decision), documents, now)
    for item in items or (SWINGS, CAFE):
        await usecases.put_item(usecases.PutItem(id, "author", item), documents, now)


async def publish(town: Town, id: str = "park", corrects: str = "") -> None:
    run = Run(town.host.service("consultation").relay.wake)
    command = usecases.PublishReport(id, "author", corrects)
    await run(lambda: usecases.publish_report(command, town.consultations, town.clock()))


async def with_pdf(town: Town, id: str = "park", number: int = 1) -> Edition:
    async def made() -> Edition | None:
        loaded = await town.consultations.reports.get(id)
        if loaded is None or len(loaded.value.editions) < number:
            return None
        edition = loaded.value.edition(number)
        return edition if edition.pdf.state is PdfState.MADE else None

    found = await eventually(made, "the PDF", within=30)
    assert found is not None
    return found


def words_of(pdf: bytes) -> str:
    """All of it, with the lines put together."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"\s+", " ", " ".join(pages))


def tags_of(pdf: bytes) -> list[tuple[str, dict[str, Any]]]:
    """Each element of the structure, in the order in which it is read out, with what is said of it."""
    found: list[tuple[str, dict[str, Any]]] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), {str(name): node[name] for name in ("/Alt", "/T") if name in node}))
            walk(node.get("/K", []))

    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    walk(root["/StructTreeRoot"])
    return found


def day(days: int) -> date:
    return TODAY + timedelta(days=days)
