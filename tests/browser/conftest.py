"""A real browser on the filled-in demonstration."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.eventually import eventually
from tests.servers import absent
from tests.world import World, started

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
NONE_FOUND = "No Chromium on this machine: install the package chromium to run the tests in a browser."


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None) or absent(NONE_FOUND)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def filled(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a filled demonstration of the test's own. It is filled once for all tests."""
    kept = tmp_path_factory.getbasetemp() / "filled"
    if not (kept / "data").exists():
        await _fill(kept)
    shutil.copytree(kept / "data", tmp_path / "data")
    shutil.copy(kept / "secrets.json", tmp_path)
    return tmp_path


@pytest.fixture
async def demo(filled: Path) -> AsyncIterator[World]:
    async with started("embedded", filled, demo=True) as world:
        yield world


async def _fill(folder: Path) -> None:
    """Until what follows by events is there as well."""
    making = folder.with_name("filling")
    making.mkdir()
    async with started("embedded", making, demo=True) as world:
        visitor = world.visitor()

        async def is_filled() -> bool:
            await asyncio.sleep(0.5)  # whoever asks all the time keeps it from its work
            counted = await visitor.get("/consultations/luton-2040-vision/results")
            report = await visitor.get("/consultations/luton-2040-vision/report")
            return "381" in counted.html and "Get it as a PDF" in report.html

        await eventually(is_filled, "the demonstration to be filled", within=120)
    making.rename(folder)
