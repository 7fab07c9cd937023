"""An officer reads what people wrote, finds its themes, checks it for publication and packs it as evidence."""

import pytest
from playwright.async_api import Browser, Page

from tests.browser.looking import DESK, PHONE, faults, look_at
from tests.world import World

pytestmark = pytest.mark.browser

ID = "housing-in-their-words"
STAFF = f"/staff/consultations/{ID}"
IDEA = f"{STAFF}/texts/idea"


async def officer(page: Page, address: str) -> None:
    await page.goto(address + "/sign-in")
    await page.get_by_text("Sign in as an officer").click()


async def first(page: Page, selector: str) -> str:
    return await page.locator(selector).first.get_attribute("href") or ""


async def test_pages_for_reading_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    page, address = await browser.new_page(), demo.where("/")
    await officer(page, address)
    await page.goto(address + f"{STAFF}/reading")
    response = await first(page, ".engage-card h3 a")
    await page.goto(address + f"{IDEA}/themes")
    theme = await first(page, "table a.govuk-link")
    answer = response.replace("/reading/", "/texts/idea/answers/")
    paths = [
        f"{STAFF}/reading",
        f"{STAFF}/reading?q=tax&unread=yes",
        response,
        IDEA,
        f"{IDEA}?q=%22land+tax%22",
        answer,
    ]
    paths += [f"{IDEA}/themes", theme, f"{IDEA}/agreement", f"{STAFF}/evidence", f"/consultations/{ID}/answers"]

    assert await look_at(page, address, paths) == []


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_an_officer_reads_codes_checks_and_packs(browser: Browser, demo: World, script: bool) -> None:
    context = await browser.new_context(java_script_enabled=script, viewport=DESK if script else PHONE)
    page, address = await context.new_page(), demo.where("/")
    await officer(page, address)

    await page.goto(address + STAFF)
    await page.get_by_role("link", name="Responses", exact=True).click()
    await page.get_by_role("button", name="Read the next one", exact=True).click()
    assert await page.get_by_role("heading", name="Who has read it").is_visible()
    await page.get_by_role("link", name="Themes and publication").first.click()
    await page.get_by_label("Or a new theme").fill("Read in the browser")
    await page.get_by_label("Tags").fill("look again")
    await page.get_by_role("button", name="Save", exact=True).click()
    assert await page.get_by_label("Read in the browser").is_checked()
    await page.get_by_label("No", exact=True).check()
    await page.get_by_role("button", name="Save the decision").click()
    assert await page.get_by_role("link", name="Say why it is not published").is_visible()
    if script:
        assert await faults(page) == []
    await page.get_by_label("Yes, as below").check()
    await page.get_by_label("What is published").fill("[removed]")
    await page.get_by_label("Why something was taken out").fill("It names a person")
    await page.get_by_role("button", name="Save the decision").click()
    assert await page.get_by_text("It may be published with parts taken out").is_visible()

    await page.goto(address + f"{IDEA}/themes")
    await page.get_by_role("link", name="Read in the browser").click()
    await page.get_by_label("Merge it into").select_option(index=1)
    await page.get_by_role("button", name="Merge").click()
    assert await page.get_by_text("“Read in the browser” was merged into").is_visible()
    if script:
        assert await faults(page) == []
    await page.goto(address + f"{STAFF}/evidence")
    await page.get_by_label("All of it").check()
    await page.get_by_role("button", name="Make a pack").click()
    for _ in range(100):
        if await page.get_by_role("link", name="Download pack 1").count():
            break
        await page.wait_for_timeout(200)
        await page.reload()
    assert await page.get_by_text("Hash (SHA-256)").is_visible()
    if script:
        assert await faults(page) == []
