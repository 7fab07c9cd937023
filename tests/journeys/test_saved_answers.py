"""Begun without an account, kept by a link in a mail, sent from another device, changed and withdrawn."""

import re
from pathlib import Path

import pytest

from tests.eventually import eventually
from tests.servers import require_servers
from tests.smoke import RESIDENT, publish
from tests.town import text_of
from tests.visitor import Page, Visitor
from tests.world import World, started


async def test_saved_answers_are_gone_on_with_embedded(tmp_path: Path) -> None:
    async with started("embedded", tmp_path) as world:
        await go_on_with_saved_answers(world)


@pytest.mark.servers
async def test_saved_answers_are_gone_on_with_on_kafka_and_mongodb(tmp_path: Path) -> None:
    async with started("servers", tmp_path, require_servers()) as world:
        await go_on_with_saved_answers(world)


async def go_on_with_saved_answers(world: World) -> None:
    consultation = await publish(await world.officer())
    visitor, phone = world.visitor(), await world.resident(RESIDENT)
    asked = await visitor.get(f"/consultations/{consultation}/answer")
    while not (found := re.search(r'name="(q-[^"]+)" type="radio" value="benches"', asked.html)):
        asked = await on(visitor, asked)
    choose = found[1]
    saved = await visitor.submit(asked, {choose: "benches"}, action="/answer", button=("go", "save"))
    assert "not sent yet" in saved.html

    resumed = await phone.submit(await phone.get(saved.path), action=saved.path)
    (mail,) = await eventually(lambda: world.mails(RESIDENT, "Your answers so far"), "the mail")
    assert saved.path in text_of(mail)
    assert resumed.form("/answer").fields[choose] == ["benches"]
    receipt = await send(phone, resumed, {})

    mine = receipt.path.replace(f"/consultations/{consultation}/receipt", "/my-answers")
    changed = await send(phone, await phone.get(f"{mine}/change"), {choose: "swings"})
    assert changed.path == receipt.path
    await eventually(lambda: world.mails(RESIDENT, "We have your changed answers"), "the receipt of the change")
    assert "Swings" in (await phone.get(mine)).html

    await phone.submit(await phone.get(f"{mine}/withdraw"), action="/withdraw")
    await eventually(lambda: world.mails(RESIDENT, "We have withdrawn your answers"), "the receipt of the withdrawal")
    assert "You withdrew your answers" in (await phone.get("/my-answers")).html
    assert len(world.mails(RESIDENT, "Your answers so far")) == 1


async def send(visitor: Visitor, page: Page, answers: dict[str, str]) -> Page:
    """Go on page by page to the end, and type each answer where it is asked for."""
    while "Check your answers" not in page.html:
        asked = {name: typed for name, typed in answers.items() if f'type="radio" value="{typed}"' in page.html}
        page = await on(visitor, page, asked)
    receipt = await visitor.submit(page, button=("go", "send"))
    assert "/receipt/" in receipt.path, receipt.html
    return receipt


async def on(visitor: Visitor, page: Page, answers: dict[str, str] | None = None) -> Page:
    further = await visitor.submit(page, answers, action="/answer", button=("go", "next"))
    assert further.status == 200, further.html
    return further
