"""The plug is pulled at each step from the response to the mail: afterwards each is there once."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy import servers
from deploy.host import Host, load_pages, opened
from deploy.servers.record import Addresses
from services.notifications.domain import State
from services.notifications.storage import NotificationDocuments
from shared.settings import read_settings
from tests.eventually import eventually
from tests.servers import require_servers
from tests.smoke import SETTLE_S, fill_in, publish
from tests.visitor import Page, Visitor
from tests.world import ROOT, World, started

WORLDS = ["embedded", pytest.param("servers", marks=pytest.mark.servers)]
RESIDENT = "resident@example.org"


@pytest.fixture(params=WORLDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    addresses = require_servers() if request.param == "servers" else None
    async with started(request.param, tmp_path, addresses) as world:
        yield world


@asynccontextmanager
async def looking_into(world: World, service: str) -> AsyncIterator[Host]:
    """The documents of a service, beside the process that works on them."""
    settings = read_settings(world.environment)
    async with opened([service], settings, pages=load_pages(settings)) as host:
        yield host


async def results(visitor: Visitor, consultation: str) -> int:
    page = await visitor.get(f"/consultations/{consultation}/results")
    found = re.search(r"<strong>([\d,]+)</strong> response", page.html)
    return int(found[1]) if found else 0


async def receipts(world: World, count: int, within: float = 60) -> None:
    """So many receipts come, and then no more."""

    def come() -> bool:
        return len(world.mails(RESIDENT, "We have your answers")) >= count

    await eventually(come, f"{count} receipts", within=within)
    await asyncio.sleep(SETTLE_S)
    assert len(world.mails(RESIDENT, "We have your answers")) == count


async def test_a_kill_between_the_response_and_its_event_loses_nothing(world: World) -> None:
    consultation = await publish(await world.officer())
    resident = await world.resident(RESIDENT)
    person = re.search(r'"id":"([0-9a-f]{32})"', (await resident.get("/api/account")).html)
    assert person is not None

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.dies", consultation, person[1], cwd=ROOT, env=world.environment
    )
    assert await process.wait() == -signal.SIGKILL
    world.kill("consultation")
    world.start("consultation")
    await world.until_up("consultation")

    await receipts(world, 1)
    assert await results(resident, consultation) == 1


async def test_a_kill_between_the_event_and_the_mail_sends_one_mail(world: World) -> None:
    consultation = await publish(await world.officer())
    resident = await world.resident(RESIDENT)
    await world.stop_mail()
    await resident.submit(await fill_in(resident, consultation), button=("go", "send"))
    async with looking_into(world, "notifications") as host:
        documents = NotificationDocuments(host.service("notifications").store)

        async def is_owed() -> bool:
            found = await documents.messages.find({"template": "receipt", "state": State.OWED})
            return any(each.value.attempts for each in found)

        await eventually(is_owed, "the receipt to be owed", within=30)
    world.kill("notifications")
    await world.start_mail()
    world.start("notifications")
    await world.until_up("notifications")

    await receipts(world, 1)
    assert await results(resident, consultation) == 1


async def test_kills_while_many_answer_lose_and_double_nothing(world: World) -> None:
    consultation = await publish(await world.officer())
    visitor = world.visitor()
    kills = asyncio.create_task(_kill_now_and_then(world))

    pages = [await _send_until_taken(visitor, consultation) for _ in range(12)]
    await kills

    references = {re.findall(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}", page.html)[0] for page in pages}
    assert len(references) == 12

    async def all_counted() -> bool:
        return await results(visitor, consultation) == 12

    await eventually(all_counted, "12 in the results", within=60)
    await asyncio.sleep(SETTLE_S)
    assert await results(visitor, consultation) == 12


async def _kill_now_and_then(world: World) -> None:
    for pause in (0.3, 0.9, 0.5):
        await asyncio.sleep(pause)
        world.kill("consultation")
        world.start("consultation")
        await world.until_up("consultation")


async def _send_until_taken(visitor: Visitor, consultation: str) -> Page:
    """As a person would: when it does not work, they press the button again."""

    async def check() -> Page | None:
        page = await visitor.try_to(fill_in(visitor, consultation))
        return page if page is not None and page.status == 200 else None

    checked = await eventually(check, "the form", within=60)
    assert checked is not None
    answers = checked

    async def send() -> Page | None:
        page = await visitor.try_to(visitor.submit(answers, button=("go", "send")))
        return page if page is not None and page.status == 200 else None

    sent = await eventually(send, "the receipt", within=60)
    assert sent is not None
    return sent


@pytest.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[tuple[Path, Addresses]]:
    """A pair that this test alone may kill."""
    folder = tmp_path / "servers"
    try:
        yield folder, await asyncio.to_thread(servers.start, folder)
    finally:
        await asyncio.to_thread(servers.stop, folder)


@pytest.mark.servers
async def test_kafka_and_the_database_killed_in_the_middle_lose_nothing(
    own_servers: tuple[Path, Addresses], tmp_path: Path
) -> None:
    folder, addresses = own_servers
    async with started("servers", tmp_path, addresses) as world:
        consultation = await publish(await world.officer())
        resident = await world.resident(RESIDENT)
        visitor = world.visitor()

        await asyncio.to_thread(servers.kill, folder, "kafka")
        await resident.submit(await fill_in(resident, consultation), button=("go", "send"))
        assert "down" in str((await world.health("consultation"))["bus"])
        await asyncio.to_thread(servers.kill, folder, "mongo")
        assert "down" in str((await world.health("consultation"))["store"])
        refused = await visitor.get(f"/consultations/{consultation}")
        assert (refused.status, "cannot take this in right now" in refused.html) == (503, True)
        await asyncio.to_thread(servers.start, folder)
        await _send_until_taken(visitor, consultation)

        await receipts(world, 1, within=90)
        assert await results(visitor, consultation) == 2


@pytest.mark.servers
async def test_a_start_with_nothing_there_stays_up_says_so_and_catches_up(
    own_servers: tuple[Path, Addresses], tmp_path: Path
) -> None:
    folder, addresses = own_servers
    await asyncio.to_thread(servers.kill, folder, "kafka")
    await asyncio.to_thread(servers.kill, folder, "mongo")
    async with started("servers", tmp_path, addresses) as world:
        await world.stop_mail()
        health = await world.health("notifications")
        assert health["status"] == "degraded"
        assert all("down" in str(health[name]) for name in ("bus", "store", "mail"))
        assert (await world.visitor().get("/sign-up")).status == 200
        assert (await world.visitor().get("/")).status == 503

        await asyncio.to_thread(servers.start, folder)
        await world.start_mail()

        consultation = await publish(await world.officer())
        resident = await world.resident(RESIDENT)
        await resident.submit(await fill_in(resident, consultation), button=("go", "send"))
        await receipts(world, 1)
        assert (await world.health("notifications"))["status"] == "ok"
