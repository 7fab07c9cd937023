"""What the tests of answering do again and again."""

import re

from services.consultation import queries
from tests.town import Town
from tests.visitor import Page, Visitor

GOOD: dict[str, str | list[str]] = {"q-missing": "swings", "q-when": ["am", "pm"], "q-who": "My dog"}
SEND, SAVE = ("go", "send"), ("go", "save")
START = "/consultations/park/answer"


async def check_page(visitor: Visitor, answers: dict[str, str | list[str]] = GOOD, path: str = START) -> Page:
    page = await visitor.submit(await visitor.get(path), answers, action="/answer")
    assert "Check your answers" in page.html, page.html
    return page


async def send(visitor: Visitor, answers: dict[str, str | list[str]] = GOOD, path: str = START) -> Page:
    receipt = await visitor.submit(await check_page(visitor, answers, path), button=SEND)
    assert receipt.path.startswith("/consultations/park/receipt/"), receipt.html
    return receipt


async def save(visitor: Visitor, answers: dict[str, str | list[str]] = GOOD, path: str = START) -> Page:
    return await visitor.submit(await visitor.get(path), answers, action="/answer", button=SAVE)


def reference(page: Page) -> str:
    found = re.search(r"<strong>([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})</strong>", page.html)
    assert found is not None, page.html
    return found[1]


def text_in(page: Page) -> str:
    """Without tags, and any run of white space one space."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.html).split())


async def counted(town: Town) -> tuple[int, dict[str, int]]:
    """Responses, and how often each option of the first question was chosen, as the results show them."""
    loaded = await town.consultations.consultations.get("park")
    assert loaded is not None
    results = await queries.results(loaded.value, town.consultations)
    return results.responses, {bar.label: bar.count for bar in results.questions[0].bars}
