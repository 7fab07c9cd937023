"""Every page by axe, on a desk and on a phone; the job done by keyboard and without JavaScript."""

import pytest
from playwright.async_api import Browser

from tests.browser.looking import PHONE, faults, look_at
from tests.world import World

pytestmark = pytest.mark.browser

PUBLIC = (
    "/",
    "/consultations",
    "/consultations/living-here",
    "/consultations/living-here/answer",
    "/consultations/luton-2040-vision/results",
    "/consultations/affordable-housing/statements/map",
    "/consultations/luton-2040-vision/results/by/capacity",
    "/consultations/luton-2040-vision/results/by/capacity?only=an-organisation",
    "/consultations/living-here/results/by/ward",
    "/consultations/living-here/results/trends",
    "/consultations/luton-2040-vision/who-answered",
    "/consultations/affordable-housing",
    "/sign-in",
    "/sign-up",
    "/sign-in/check-your-email",
    "/mail",
    "/nowhere",
)
STAFF = (
    "/staff",
    "/staff/consultations/new",
    "/staff/consultations/luton-2040-vision",
    "/staff/consultations/luton-2040-vision/preview",
    "/staff/consultations/luton-2040-vision/texts/organisation",
    "/staff/consultations/luton-2040-vision/reading",
    "/staff/consultations/affordable-housing/statements",
    "/staff/consultations/luton-2040-vision/exports",
    "/staff/consultations/luton-2040-vision/wave",
    "/consultations/living-here/results/by/_language",
    "/staff/consultations/luton-2040-vision/who-answered",
    "/staff/consultations/luton-2040-vision/weighting",
    "/account",
)


async def test_public_pages_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    page = await browser.new_page()
    assert await look_at(page, demo.where("/"), PUBLIC) == []


async def test_staff_pages_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    page = await browser.new_page()
    await page.goto(demo.where("/") + "/sign-in")
    await page.get_by_text("Sign in as an officer").click()
    assert await look_at(page, demo.where("/"), STAFF) == []


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_who_reads_the_results_looks_at_one_group(browser: Browser, demo: World, script: bool) -> None:
    context = await browser.new_context(java_script_enabled=script, viewport=PHONE)
    page = await context.new_page()
    await page.goto(demo.where("/") + "/consultations/luton-2040-vision/results")
    await page.get_by_role("link", name="Are you answering as").click()
    await page.get_by_label("Group").select_option("An organisation")
    await page.get_by_role("button", name="Show this group").click()

    assert await page.locator("h1").inner_text() == "Luton 2040 vision\nAre you answering as: An organisation"
    assert "How the 119 people in this group answered" in await page.locator("main").inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_a_resident_answers_and_puts_right_what_is_wrong(browser: Browser, demo: World, script: bool) -> None:
    context = await browser.new_context(java_script_enabled=script, viewport=PHONE)
    page = await context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if "422" not in message.text else None)
    await page.goto(demo.where("/") + "/consultations/living-here")
    await page.get_by_role("button", name="Have your say").click()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("link", name="Choose an answer to “I feel safe in Luton”").click()
    assert await page.evaluate("document.activeElement.name") == "q-safe"
    if script:
        assert await faults(page) == []
    for question in ("satisfied", "optimistic", "influence", "safe"):
        await page.check(f"input[name=q-{question}][value=agree]")
    await page.get_by_role("button", name="Continue").click()
    await page.fill("textarea", "More trees")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Change your answer to: I feel safe in Luton").click()
    await page.check("input[name=q-safe][value=disagree]")
    await page.get_by_role("button", name="Continue").click()
    assert await page.get_by_text("More trees").is_visible()
    if script:
        assert await faults(page) == []
    await page.get_by_role("button", name="Send your answers").click()

    assert await page.get_by_role("heading", name="We have your answers").is_visible()
    if script:
        assert await faults(page) == []
    assert errors == []


async def test_an_officer_writes_and_publishes_by_keyboard_alone(browser: Browser, demo: World) -> None:
    page = await browser.new_page()
    address = demo.where("/")
    await page.goto(address + "/sign-in")
    await page.get_by_text("Sign in as an officer").press("Enter")
    await page.get_by_role("button", name="Write a consultation").press("Enter")
    await page.get_by_role("button", name="Continue").press("Enter")
    for label, text in (
        ("Title", "Bins"),
        ("Summary", "When are they emptied?"),
        ("Background", "They are full."),
        ("What is proposed?", "Vans that come every week."),
        ("Which other options were considered?", "Larger bins."),
        ("What are the reasons for it?", "Bins are full by Thursday."),
        ("How would it affect people?", "Nobody has further to walk."),
        ("Which decision will the answers inform?", "How often the vans come."),
        ("What happens with the answers?", "The committee reads them in May."),
        ("Which team can people ask?", "Waste team"),
        ("E-mail address of the team", "waste@council.example"),
        ("How do people get this in another format?", "Ask the team."),
    ):
        await page.get_by_label(label, exact=True).focus()
        await page.keyboard.type(text)
    await page.get_by_label("Yes, answers can change it").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="Save").press("Enter")
    await page.get_by_role("link", name="Add a question").first.press("Enter")
    await page.get_by_role("link", name="Long text").press("Enter")
    await page.get_by_label("Question", exact=True).focus()
    await page.keyboard.type("What do you see?")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Publish").press("Enter")

    assert await page.get_by_text("Opens later").first.is_visible()
    await page.goto(address + "/consultations")
    assert await page.get_by_role("link", name="Bins").is_visible()
