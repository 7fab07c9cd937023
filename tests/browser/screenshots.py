"""Takes the pictures in docs/images: `python -m tests.browser.screenshots`."""

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.conftest import FLAGS
from tests.world import ROOT, started

PICTURES = {"home": "/", "results": "/consultations/luton-2040-vision/results"}


async def take() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with started("embedded", Path(folder), demo=True) as demo, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = await browser.new_page(viewport={"width": 1200, "height": 900})
            for name, path in PICTURES.items():
                await page.goto(demo.where("/") + path)
                await page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
            await browser.close()


if __name__ == "__main__":
    asyncio.run(take())
