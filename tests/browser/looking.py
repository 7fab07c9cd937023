"""What is wrong with a page, by axe and by its width."""

from collections.abc import Sequence

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize

DESK, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)


async def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    found = await Axe().run(page)
    violations = [f"{each['id']}: {each['nodes'][0]['html']}" for each in found.response["violations"]]
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        violations.append("wider than the window")
    return [f"{page.url} {violation}" for violation in violations]


async def look_at(page: Page, address: str, paths: Sequence[str]) -> list[str]:
    found = []
    for size in (DESK, PHONE):
        await page.set_viewport_size(size)
        for path in paths:
            await page.goto(address + path)
            found += await faults(page)
    return found
