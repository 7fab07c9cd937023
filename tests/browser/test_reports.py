"""Closing the loop in a real browser: from what an officer writes to the page, the PDF and the mail."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page

from tests.browser.looking import faults, look_at
from tests.world import World, started

pytestmark = pytest.mark.browser

VISION, LATE = "/consultations/luton-2040-vision", "/consultations/cycle-parking"
PUBLIC = (f"{VISION}/report", VISION, LATE)
STAFF = (
    "/staff",
    f"/staff{VISION}/report",
    f"/staff{VISION}/report/words",
    f"/staff{VISION}/report/decision",
    f"/staff{VISION}/report/items/climate",
    f"/staff{VISION}/report/preview",
    f"/staff{LATE}/report",
    f"/staff{LATE}/feedback",
)


@pytest.fixture
async def awake(filled: Path) -> AsyncIterator[World]:
    """The demonstration, with mailings that go out at any hour."""
    async with started("embedded", filled, demo=True, mail_quiet_hours="") as world:
        yield world


async def officer(page: Page, address: str) -> None:
    await page.goto(address + "/sign-in")
    await page.get_by_text("Sign in as an officer").click()
    await page.wait_for_url("**/staff")


async def test_pages_of_reports_pass_axe_and_fit_a_phone(browser: Browser, demo: World) -> None:
    address, page = demo.where("/"), await browser.new_page()
    assert await look_at(page, address, PUBLIC) == []
    await officer(page, address)
    assert await look_at(page, address, STAFF) == []


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_an_officer_closes_the_loop_and_a_resident_reads_it(browser: Browser, awake: World, script: bool) -> None:
    address = awake.where("/")
    resident = await (await browser.new_context(java_script_enabled=script)).new_page()
    await ask_for_news(resident, address)
    page = await (await browser.new_context(java_script_enabled=script)).new_page()
    await officer(page, address)
    await page.get_by_role("region", name="Feedback is overdue").get_by_role("link", name="Cycle parking").click()
    await write(page)
    if script:
        assert await faults(page) == []
    await page.get_by_role("button", name="Publish").click()
    assert await page.get_by_role("link", name="First published").is_visible()

    link = resident.get_by_role("link", name="What people said, and what was done")
    await come_back_until_there(resident, address + LATE, link)  # by an event, a moment after it is published
    await link.click()
    assert await resident.get_by_text("Forty stands come first").is_visible()
    await read_the_mail(resident, address)
    assert resident.url.endswith(f"{LATE}/report")
    pdf = await resident.request.get(f"{address}{VISION}/report.pdf")
    assert (pdf.headers["content-type"], (await pdf.body())[:5]) == ("application/pdf", b"%PDF-")


async def ask_for_news(page: Page, address: str) -> None:
    await page.goto(address + "/sign-in")
    await page.get_by_text("Sign in as a resident").click()
    await page.goto(address + "/preferences")
    group = page.get_by_role("group", name="What came of consultations")
    await group.get_by_label("As it happens").check()
    await page.get_by_role("button", name="Save").click()


async def write(page: Page) -> None:
    await page.get_by_role("link", name="Change decision").click()
    await page.get_by_label("Not yet").check()
    await day(page)
    await page.get_by_label("What are the reasons?").fill("The money is decided on in March.")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Add a theme").click()
    await page.get_by_role("button", name="Save").click()
    assert await page.get_by_role("alert").get_by_text("Name the theme").is_visible()
    await page.get_by_label("Theme", exact=True).fill("More stands")
    await page.get_by_label("What did people say about it?").fill("Sixty are too few.")
    await page.get_by_label("It is planned").check()
    await page.get_by_label("What was done, or is planned?").fill("Forty stands come first.")
    await day(page)
    await page.get_by_role("button", name="Save").click()


async def day(page: Page) -> None:
    for part, value in (("Day", "1"), ("Month", "6"), ("Year", "2026")):
        await page.get_by_label(part, exact=True).fill(value)


async def come_back_until_there(page: Page, url: str, link: Locator) -> None:
    for _ in range(60):
        await page.goto(url)
        if await link.count():
            return
        await page.wait_for_timeout(500)


async def read_the_mail(page: Page, address: str) -> None:
    """In the inbox of the demonstration, which it comes into within a few seconds."""
    link = page.get_by_role("link", name="What happened next: Cycle parking at the station").first
    await come_back_until_there(page, address + "/mail", link)
    await link.click()
    href = await page.get_by_role("link", name="/cycle-parking/report").first.get_attribute("href")
    assert href is not None
    await page.goto(address + href.partition("localhost")[2])
