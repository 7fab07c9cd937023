"""Every kind of question by axe, on a desk and on a phone, as it is asked and with what is wrong.

One questionnaire has each kind and goes through the real form; seeded random ones have each kind in other company.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import uvicorn
from hypothesis import Phase, given, settings
from playwright.async_api import Browser, Route
from playwright.async_api import Page as Tab

from services.consultation.domain import Kind, Questionnaire, walk
from services.consultation.web.question_page import PREFIX, question_page
from shared.web.forms import Form
from shared.web.viewer import ANONYMOUS
from tests.browser.looking import DESK, PHONE, faults
from tests.consultation.every_kind import BAD, EXITS, FAULTS, GOOD, PAGES, STORED
from tests.consultation.questionnaires import questionnaires
from tests.eventually import eventually
from tests.town import Town, opened_town

pytestmark = pytest.mark.browser

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"
ANSWER = "/consultations/park/answer"


@dataclass
class Served:
    town: Town
    address: str


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with opened_town(tmp_path) as town:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            config = uvicorn.Config(town.app, lifespan="off", log_level="warning", timeout_graceful_shutdown=1)
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve([listening]))
            await eventually(lambda: server.started, "a server")
            yield Served(town, f"http://127.0.0.1:{listening.getsockname()[1]}")
            server.should_exit = True
            await serving


async def at_both_sizes(tab: Tab) -> list[str]:
    found = []
    for size in (DESK, PHONE):
        await tab.set_viewport_size(size)
        found += await faults(tab)
    return found


async def fill(tab: Tab, page: str, typed: dict[str, str | list[str]]) -> None:
    for name, value in typed.items():
        field = tab.locator(f'[name="{name}"]')
        if await field.first.get_attribute("type") in {"radio", "checkbox"}:
            for each in [value] if isinstance(value, str) else value:
                await tab.check(f'[name="{name}"][value="{each}"]')
        else:
            await field.fill(str(value))


async def go_on(tab: Tab) -> None:
    await tab.get_by_role("button", name="Continue", exact=True).last.click()


async def links_that_lead_nowhere(tab: Tab) -> list[str]:
    """Of the error summary: each must put the cursor into the very input, which must know its sentence."""
    wrong = []
    links = tab.locator(".govuk-error-summary__list a")
    for number in range(await links.count()):
        link = links.nth(number)
        href, sentence = str(await link.get_attribute("href")), await link.inner_text()
        await link.click()
        found = await tab.evaluate(
            """() => {
                const input = document.activeElement
                const near = [input, input.closest("fieldset")].filter(Boolean)
                const ids = near.flatMap((each) => (each.getAttribute("aria-describedby") || "").split(" "))
                const said = ids.map((id) => document.getElementById(id)?.innerText || "").join(" ")
                return {"tag": input.tagName, "id": input.id, "said": said}
            }"""
        )
        if f"#{found['id']}" != href or found["tag"] not in {"INPUT", "TEXTAREA"} or sentence not in found["said"]:
            wrong.append(f"{href}: {found}")
    return wrong


async def test_each_kind_of_question_passes_axe_with_its_error_and_is_answered(
    browser: Browser, served: Served
) -> None:
    await served.town.publish(pages=PAGES, exits=EXITS)
    tab = await browser.new_page()
    await tab.goto(served.address + ANSWER)
    found: list[str] = []
    for page in PAGES:
        found += await at_both_sizes(tab)
        await fill(tab, page.id, dict(BAD[page.id]))
        if page.id == "words":
            await tab.set_input_files(
                "#q-plan", {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"MZ" * 9}
            )
        await go_on(tab)
        links = await tab.locator(".govuk-error-summary__list a").evaluate_all("all => all.map(a => a.hash.slice(3))")
        wanted = FAULTS[page.id] + (("plan",) if page.id == "words" else ())
        assert sorted(links) == sorted(wanted)
        found += await at_both_sizes(tab)
        found += await links_that_lead_nowhere(tab)
        await tab.set_viewport_size(DESK)
        await fill(tab, page.id, dict(GOOD[page.id]))
        if page.id == "words":
            await tab.set_input_files("#q-plan", {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": PDF})
        await go_on(tab)
    found += await at_both_sizes(tab)
    assert await tab.get_by_text("plan.pdf (1 KB)").is_visible()
    await tab.get_by_role("button", name="Change your answer to: Do you have a plan").click()
    assert await tab.get_by_label("plan.pdf (1 KB)").is_checked()
    found += await at_both_sizes(tab)
    await go_on(tab)
    await tab.get_by_role("button", name="Send your answers").click()
    found += await at_both_sizes(tab)

    assert found == []
    (stored,) = await served.town.consultations.responses.find()
    answers = dict(stored.value.answers)
    assert len(answers.pop("plan")) == 1
    assert answers == STORED


async def test_a_page_at_which_answering_ends_passes_axe(browser: Browser, served: Served) -> None:
    await served.town.publish(pages=PAGES, exits=EXITS)
    tab = await browser.new_page()
    await tab.goto(served.address + ANSWER)
    typed = {name: value for name, value in GOOD["choices"].items() if name != "q-best.other"}
    await fill(tab, "choices", {**typed, "q-best": "river"})
    await go_on(tab)

    assert await tab.get_by_role("heading", name="This is not about the river").is_visible()
    assert await at_both_sizes(tab) == []


def with_every_kind() -> Sequence[Questionnaire]:
    """A few random questionnaires, the same ones each time, that have every kind between them."""
    drawn: list[Questionnaire] = []

    @settings(max_examples=60, derandomize=True, database=None, phases=(Phase.generate,), deadline=None)
    @given(questionnaires(most_pages=3))
    def draw(questionnaire: Questionnaire) -> None:
        drawn.append(questionnaire)

    draw()
    missing, chosen = set(Kind), []
    while missing:
        best = max(drawn, key=lambda each: len(missing & {question.kind for question in each.questions}))
        chosen.append(best)
        missing -= {question.kind for question in best.questions}
    return chosen


async def test_every_page_of_random_questionnaires_passes_axe_also_with_errors(
    browser: Browser, served: Served
) -> None:
    await served.town.publish()
    consultation = await served.town.consultations.consultations.get("park")
    assert consultation is not None
    pages, tab, found = served.town.host.parts.pages, await browser.new_page(), []
    shown: list[str] = []

    async def answer(route: Route) -> None:
        await route.fulfill(body=shown[-1], content_type="text/html; charset=utf-8")

    await tab.route("**/a-page-of-a-random-questionnaire", answer)
    for asked in with_every_kind():
        bare = {field: ["§"] for field in asked.fields}
        wrong = walk(replace(asked, pages=tuple(replace(page, routes=()) for page in asked.pages)), bare).faults
        for page in asked.pages:
            mine = {field for question in page.questions for field in question.fields}
            errors = {PREFIX + field: sentence for field, sentence in wrong.items() if field in mine}
            own = {"response": ["a" * 32], **{PREFIX + field: typed for field, typed in bare.items()}}
            for form in (Form({"response": ["a" * 32]}), Form(own).with_errors(errors)):
                shown.append(question_page(pages, consultation.value, asked, page, form, ANONYMOUS, preview=False))
                await tab.goto(served.address + "/a-page-of-a-random-questionnaire")
                found += await at_both_sizes(tab)

    assert found == []
