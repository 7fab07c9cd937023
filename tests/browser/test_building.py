"""Whole questionnaires written in the staff pages by hand, published, and answered by three kinds of people."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page

from services.consultation.domain import AGREE_SCALE, END, Kind, Option, Questionnaire, Route, read_file, slug
from services.consultation.domain import Page as FormPage
from services.consultation.domain import Question as Asked
from services.consultation.usecases import starting_points
from shared.place import Place, load_place
from tests.browser.looking import DESK, PHONE, faults, look_at
from tests.smoke import moment
from tests.town import INFORMATION
from tests.world import ROOT, World

pytestmark = pytest.mark.browser

PLACE: Place = load_place(ROOT / "places" / "luton")
KINDS = {
    Kind.ONE_CHOICE: "One choice",
    Kind.SEVERAL_CHOICES: "Several choices",
    Kind.AGREE: "Agree scale",
    Kind.MATRIX: "Matrix",
    Kind.RANKING: "Ranking",
    Kind.SHORT_TEXT: "Short text",
    Kind.LONG_TEXT: "Long text",
    Kind.WARD: "Ward",
    Kind.RESPONDENT: "Answering as",
}
PUBLISHED = {"single_choice": Kind.ONE_CHOICE, "agree_scale": Kind.AGREE}
Way = Sequence[Sequence[tuple[str, str]]]
"""Page by page: questions, each with the option to choose or the text to write."""


class Mouse:
    """What an officer does with a form, by pointing."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def follow(self, name: str) -> None:
        await self.page.get_by_role("link", name=name, exact=True).click()

    async def press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def write(self, field: str, text: str) -> None:
        await self.page.locator(f"#{field}").fill(text)

    async def choose(self, name: str, value: str) -> None:
        await self.page.locator(f'input[name="{name}"][value="{value}"]').check()

    async def tick(self, name: str, value: str, *, ticked: bool) -> None:
        await self.page.locator(f'input[name="{name}"][value="{value}"]').set_checked(ticked)


class Keyboard(Mouse):
    """The same, with nothing but keys: Tab to what is meant, then Space, Enter or an arrow."""

    async def follow(self, name: str) -> None:
        await self._reach(self.page.get_by_role("link", name=name, exact=True))
        await self._and_wait("Enter")

    async def press(self, name: str) -> None:
        await self._reach(self.page.get_by_role("button", name=name, exact=True))
        await self._and_wait("Enter")

    async def write(self, field: str, text: str) -> None:
        await self._reach(self.page.locator(f"#{field}"))
        await self.page.keyboard.press("Control+A")
        await self.page.keyboard.insert_text(text)

    async def choose(self, name: str, value: str) -> None:
        group = self.page.locator(f'input[name="{name}"]')
        wanted = self.page.locator(f'input[name="{name}"][value="{value}"]')
        here = f"document.activeElement.name === {json.dumps(name)}"
        await self._tab(here)
        await self.page.keyboard.press("Space")
        for _ in range(await group.count()):
            if await wanted.is_checked():
                return
            await self.page.keyboard.press("ArrowDown")
        assert await wanted.is_checked()

    async def tick(self, name: str, value: str, *, ticked: bool) -> None:
        box = self.page.locator(f'input[name="{name}"][value="{value}"]')
        await self._reach(box)
        if await box.is_checked() != ticked:
            await self.page.keyboard.press("Space")

    async def _and_wait(self, key: str) -> None:
        async with self.page.expect_navigation():
            await self.page.keyboard.press(key)

    async def _reach(self, target: Locator) -> None:
        await target.evaluate("element => { window.meant = element }")
        await self._tab("document.activeElement === window.meant")

    async def _tab(self, there: str) -> None:
        for _ in range(250):
            if await self.page.evaluate(there):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by Tab to {there} on {self.page.url}")


class Officer:
    """Writes a questionnaire, question by question."""

    def __init__(self, hand: Mouse, address: str) -> None:
        self._hand = hand
        self._page = hand.page
        self._address = address
        self.base = ""

    async def begin(self, title: str) -> None:
        await self._page.goto(self._address + "/staff")
        await self._hand.press("Write a consultation")
        await self._hand.choose("from", "")
        await self._hand.press("Continue")
        now = datetime.now(UTC)  # noqa: TID251 - the system that is tested has the real clock
        typed = {
            "title": title,
            "summary": "Tell us what you think.",
            "background": "All that people need to know.",
            "decision": "What the council does next.",
            **INFORMATION,
        }
        for name, text in typed.items():
            await self._page.locator(f"#{name}").fill(text)
        for name, at in (("opens_at", now - timedelta(minutes=2)), ("closes_at", now + timedelta(days=60))):
            for field, text in moment(name, at).items():
                await self._page.locator(f'[name="{field}"]').fill(text)
        await self._page.locator('input[name="decision_open"][value="yes"]').check()
        await self._hand.press("Save")
        self.base = self._page.url.partition("#")[0]

    async def build(self, asked: Questionnaire) -> None:
        """All pages, then all questions, then the routes, which need both."""
        for number, page in enumerate(asked.pages):
            await self._write_page(page, is_first=number == 0)
        for number, page in enumerate(asked.pages, 1):
            for question in page.questions:
                await self._write_question(question, _page_name(number, page))
        for number, page in enumerate(asked.pages, 1):
            for route in page.routes:
                await self._write_route(route, _page_name(number, page), asked)

    async def _write_page(self, page: FormPage, *, is_first: bool) -> None:
        await self._hand.follow("Change and routes of page 1" if is_first else "Add a page")
        await self._hand.write("title", page.title)
        if page.section:
            await self._hand.write("section", page.section)
        await self._hand.press("Save")

    async def _write_question(self, question: Asked, page: str) -> None:
        await self._hand.follow(f"Add a question to {page}")
        await self._hand.follow(KINDS[question.kind])
        await self._hand.write("text", question.text)
        lines = {"rows": question.rows, "options": question.options}
        shown = {Kind.MATRIX: ("rows", "options")}.get(question.kind, ("options",))
        if question.kind in {Kind.ONE_CHOICE, Kind.SEVERAL_CHOICES, Kind.MATRIX, Kind.RANKING}:
            for field in shown:
                await self._hand.write(field, "\n".join(option.text for option in lines[field]))
        if question.kind is Kind.RESPONDENT:
            offered = {option.id for option in question.options}
            for value in ("resident", "young_person", "organisation", "staff", "partner"):
                await self._hand.tick("options", value, ticked=value in offered)
        if question.other:
            await self._hand.choose("other", "yes")
        if question.most is not None:
            await self._hand.write("most", str(question.most))
        if question.shuffled:
            await self._hand.choose("shuffled", "yes")
        if question.required:
            await self._hand.choose("required", "yes")
        await self._hand.press("Save")

    async def _write_route(self, route: Route, page: str, asked: Questionnaire) -> None:
        question = asked.question(route.question)
        await self._hand.follow(f"Change and routes of {page}")
        await self._hand.follow("Add a route")
        choice = self._page.get_by_label(question.text, exact=True)
        await self._hand.choose("question", await choice.get_attribute("value") or "")
        await self._hand.press("Continue")
        for option in question.options:
            if option.id in route.options:
                box = self._page.get_by_label(option.text, exact=True)
                await self._hand.tick("options", await box.get_attribute("value") or "", ticked=True)
        name = asked.name_of(route.to)
        target = self._page.get_by_label(name[:1].upper() + name[1:], exact=True)
        await self._hand.choose("to", await target.get_attribute("value") or "")
        await self._hand.press("Save")
        await self._hand.follow("Back")

    async def publish(self) -> str:
        """Returns the path under which people find it."""
        await self._hand.press("Publish")
        assert "This is what people answer" in await self._page.content()
        return self.base.replace("/staff/", "/")


def _page_name(number: int, page: FormPage) -> str:
    return f"page {number}" + (f" “{page.title}”" if page.title else "")


def plain(asked: Questionnaire) -> list[Any]:
    """What an officer decided, without the ids that the pages gave."""
    names = {page.id: place for place, page in enumerate(asked.pages)} | {END: END}
    by_id = {question.id: question for question in asked.questions}
    return [
        (
            page.title,
            page.section,
            [_plain(each) for each in page.questions],
            [(by_id[route.question].text, route.options, names[route.to]) for route in page.routes],
        )
        for page in asked.pages
    ]


def _plain(question: Asked) -> tuple[object, ...]:
    settings = (question.kind, question.text, question.required, question.most, question.other, question.shuffled)
    return (*settings, _texts(question.options), _texts(question.rows))


def _texts(options: Sequence[Option]) -> list[str]:
    return [option.text for option in options]


def vision() -> Questionnaire:
    """What the council asked in 2020: organisations for their name, all others for their ward."""
    published = json.loads((ROOT / "places" / "luton" / "vision-consultation.json").read_text("utf-8"))
    capacity, organisation, ward, *rest = (_published(each) for each in published["questionnaire"])
    others = tuple(option.id for option in capacity.options if option.text != "An organisation")
    return Questionnaire(
        (
            FormPage("you", "About you", questions=(capacity,), routes=(Route(capacity.id, others, "ward"),)),
            FormPage(
                "organisation",
                "Your organisation",
                questions=(organisation,),
                routes=(Route(capacity.id, ("an-organisation",), "vision"),),
            ),
            FormPage("ward", "Where you live", questions=(ward,)),
            FormPage("vision", "The vision", section="Luton 2040", questions=tuple(rest)),
        )
    )


def _published(given: Mapping[str, Any]) -> Asked:
    kind = PUBLISHED.get(given["type"]) or Kind(given["type"])
    options = tuple(Option(slug(text, 30), text) for text in given.get("options", ()))
    if kind in {Kind.AGREE, Kind.WARD}:
        options = AGREE_SCALE if kind is Kind.AGREE else tuple(Option(slug(ward), ward) for ward in PLACE.wards)
    return Asked(given["id"], kind, given["text"], required=given.get("required", False), options=options)


async def sign_in(browser: Browser, world: World) -> Page:
    page = await browser.new_page(viewport=DESK)
    page.set_default_timeout(15_000)
    await page.goto(world.where("/") + "/sign-in")
    await page.get_by_text("Sign in as an officer").click()
    await page.wait_for_url("**/staff")
    return page


async def answer(browser: Browser, address: str, way: Way, *, script: bool) -> list[str]:
    """Page by page to the receipt. Returns what the check page said was answered."""
    context = await browser.new_context(java_script_enabled=script, viewport=PHONE)
    page = await context.new_page()
    page.set_default_timeout(15_000)
    await page.goto(address + "/answer")
    for given in way:
        for question, chosen in given:
            await page.get_by_text(question).first.wait_for()
            group = page.get_by_role("group", name=question)
            if await group.count():
                await group.get_by_label(chosen, exact=True).check()
            else:
                await page.get_by_label(question).fill(chosen)
        await page.get_by_role("button", name="Continue").click()
    said = await page.locator(".govuk-summary-list__value").all_inner_texts()
    await page.get_by_role("button", name="Send your answers").click()
    await page.wait_for_url("**/receipt/**")
    await context.close()
    return [text.strip() for text in said if text.strip() != "Not answered"]


async def results(page: Page, address: str, responses: int) -> str:
    """The results, once all responses are counted."""
    for _ in range(100):
        await page.goto(address + "/results")
        if await page.locator(".engage-total strong").inner_text() == str(responses):
            return await page.locator("main").inner_text()
        await page.wait_for_timeout(100)
    raise AssertionError(await page.content())


async def exported(page: Page, base: str) -> Questionnaire:
    response = await page.request.get(base + "/export")
    wards = tuple(Option(slug(ward), ward) for ward in PLACE.wards)
    return read_file(await response.body(), wards).questionnaire


async def all_answer(browser: Browser, address: str, ways: Sequence[Way]) -> None:
    """Each way with and without JavaScript: the check page says what was answered on it, and nothing else."""
    for script in (True, False):
        for way in ways:
            given = [chosen for page in way for _, chosen in page]
            assert await answer(browser, address, way, script=script) == given


async def test_the_vision_of_2020_is_written_by_keyboard_and_answered_on_three_routes(
    browser: Browser, demo: World
) -> None:
    page = await sign_in(browser, demo)
    officer = Officer(Keyboard(page), demo.where("/"))
    await officer.begin("Our vision")
    await officer.build(vision())
    assert await faults(page) == []
    assert plain(await exported(page, officer.base)) == plain(vision())
    address = await officer.publish()

    who, ward = "Are you answering as", [("Which ward do you live in?", "Biscot")]
    last = [("The vision sets the right ambition", "Agree"), ("What would you change, and why?", "More trees")]
    ways: Sequence[Way] = (
        ([(who, "A resident aged 25 or over")], ward, last),
        ([(who, "An organisation")], [("Name of the organisation", "Friends of the park")], last),
        ([(who, "A member of council staff")], ward, last),
    )
    await all_answer(browser, address, ways)

    found = await results(page, address, 6)
    assert "2 people wrote an answer" in found
    assert "6 of 6 answered this question" in found
    assert "4 of 6 answered this question" in found


async def test_the_annual_perceptions_survey_is_written_by_hand_and_answered_on_three_routes(
    browser: Browser, demo: World
) -> None:
    survey = starting_points(PLACE)["annual-perceptions-survey"].questionnaire
    page = await sign_in(browser, demo)
    officer = Officer(Mouse(page), demo.where("/"))
    await officer.begin("How is life here?")
    await officer.build(survey)
    await page.set_viewport_size(PHONE)
    assert await faults(page) == []
    assert plain(await exported(page, officer.base)) == plain(survey)
    address = await officer.publish()

    who = "Are you answering as"
    town = [("How satisfied are you with your local area", "Fairly satisfied"), ("After dark", "Very safe")]
    rest = ([("The council keeps residents well informed", "Agree")], [("What one thing would make", "More buses")])
    ways: Sequence[Way] = (
        ([(who, "A resident")], [("Which ward do you live in?", "Dallow")], town, *rest),
        ([(who, "An organisation")], [("Name of the organisation", "The mosque")], town, *rest),
        ([(who, "A member of council staff")], [("Do you live in Luton too?", "No")], town, *rest),
    )
    for script in (True, False):
        for way in ways:
            said = await answer(browser, address, way, script=script)
            assert said == [
                way[0][0][1],
                way[1][0][1],
                "Fairly satisfied",
                "After dark: Very safe",
                "Agree",
                "More buses",
            ]

    found = await results(page, address, 6)
    assert "2 of 6 answered this question" in found
    assert "6 people wrote an answer" in found


async def test_every_page_of_the_editor_passes_axe_and_fits_a_phone(browser: Browser, demo: World) -> None:
    page = await sign_in(browser, demo)
    address = demo.where("/")
    await page.goto(address + "/staff/consultations/new?from=start:statutory-consultation")
    await page.locator("#title").fill("The library")
    await page.locator('input[name="decision_open"][value="yes"]').check()
    await page.get_by_role("button", name="Save").click()
    base = page.url.partition("#")[0].removeprefix(address)
    kinds = [
        f"{base}/questions/new/{kind}" for kind in (Kind.SEVERAL_CHOICES, Kind.POSTCODE, Kind.RESPONDENT, Kind.FILE)
    ]
    pages = ("", "/add-question", "/pages/new", "/pages/you", "/pages/you/routes/new", "/pages/you/routes/1")
    more = ("/exits/new", "/copy", "/import", "/preview")
    begin = ["/staff/consultations/start", "/staff/consultations/luton-2040-vision/versions/1"]

    assert await look_at(page, address, [*begin, *(base + path for path in (*pages, *more)), *kinds]) == []

    await page.goto(address + base)
    await page.get_by_role("button", name="Remove question: Are you answering as").click()
    assert (
        await page.get_by_role("heading", level=1).inner_text()
        == "Are you answering as\nSomething leans on this question"
    )
    assert await faults(page) == []
    for path, button in (("/import", "Bring in"), ("/copy", "Copy"), ("/questions/new/matrix", "Save")):
        await page.goto(address + base + path)
        await page.get_by_role("button", name=button).click()
        await page.locator(".govuk-error-summary").wait_for()
        assert await faults(page) == []
