"""The main job, done as a browser would do it, on a system of its own. Prints one line of JSON last.

Run by `make smoke`. Exit 0 only if all of it held.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deploy import servers
from shared.clock import LONDON
from tests.eventually import eventually
from tests.servers import find_servers
from tests.town import INFORMATION
from tests.visitor import Page, Visitor
from tests.world import ROOT, World, started

RESIDENT = "resident@example.org"
SETTLE_S = 2.0
"""A second mail, if there were one, would have come by then."""


async def publish(officer: Visitor, title: str = "What should Biscot Park have?", audience: str = "anyone") -> str:
    """Write a consultation of two pages in the staff pages, and publish it. Returns its id."""
    now = datetime.now(UTC)  # noqa: TID251 - the system that is tested has the real clock
    form = await officer.get("/staff/consultations/new")
    typed = {
        "title": title,
        "summary": "The park gets new equipment next spring. Tell us what it should be.",
        "background": "## What is there\n\n* a path\n* some trees",
        "decision": "What the parks team buys in March.",
        "decision_open": "yes",
        **INFORMATION,
        "audience": audience,
        "live_results": "yes",
        **moment("opens_at", now - timedelta(minutes=2)),
        **moment("closes_at", now + timedelta(days=40)),
    }
    page = await officer.submit(form, typed)
    base = page.path
    await officer.submit(await officer.get(f"{base}/pages/new"), {"title": "Anything else"})
    second = re.findall(rf'href="{base}/pages/([^"/]+)"', (await officer.get(base)).html)[-2]
    for kind, text, more in (
        ("one_choice", "What is missing most?", {"options": "Swings\nA café\nBenches", "required": "yes"}),
        ("several_choices", "When do you go there?", {"options": "Mornings\nAfternoons\nEvenings"}),
        ("agree", "I feel safe in the park", {}),
        ("ward", "Which ward do you live in?", {}),
        ("short_text", "Who do you go with?", {"page": second}),
        ("long_text", "What else should we know?", {"page": second}),
    ):
        await officer.submit(
            await officer.get(f"{base}/questions/new/{kind}"), {"text": text, "page": "page-1", **more}
        )
    await officer.submit(await officer.get(base), action="/publish")
    return base.rpartition("/")[2]


def moment(name: str, at: datetime) -> dict[str, str]:
    local = at.astimezone(LONDON)
    parts = {"day": local.day, "month": local.month, "year": local.year, "time": f"{local:%H:%M}"}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


async def fill_in(visitor: Visitor, consultation: str) -> Page:
    """Answer page by page; returns the page on which the answers are checked."""
    first = await visitor.get(f"/consultations/{consultation}/answer")
    choose, when, agree, ward = dict.fromkeys(re.findall(r'name="(q-[^"]+)"', first.html))
    typed = {choose: "swings", when: ["mornings", "evenings"], agree: "agree", ward: "biscot"}
    second = await visitor.submit(first, typed, button=("go", "next"))
    texts = list(dict.fromkeys(re.findall(r'<(?:input|textarea)[^>]* id="(q-[^"]+)"', second.html)))
    if len(texts) != 2:
        raise LookupError(f"{second.path} has the questions {texts}")
    who, else_ = texts
    return await visitor.submit(second, {who: "My dog", else_: "More bins, please"}, button=("go", "next"))


async def do_the_job(world: World) -> dict[str, object]:
    officer = await world.officer()
    consultation = await publish(officer)
    resident = await world.resident(RESIDENT)
    check = await fill_in(resident, consultation)
    sent = time.monotonic()
    receipts = await asyncio.gather(*(resident.submit(check, button=("go", "send")) for _ in range(3)))
    await eventually(lambda: world.mails(RESIDENT, "We have your answers"))
    took = time.monotonic() - sent
    results = f"/consultations/{consultation}/results"
    total = 0
    for _ in range(100):
        page = await resident.get(results)
        found = re.search(r"<strong>([\d,]+)</strong> response", page.html)
        total = int(found[1]) if found else 0
        if total:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(SETTLE_S)
    texts = re.findall(rf'href="(/staff/consultations/{consultation}/texts/[^"]+)"', (await officer.get(results)).html)
    stored = (await officer.get(texts[-1])).html.count("More bins, please") if texts else 0
    references = {found[1] for page in receipts if (found := re.search(r"<strong>([0-9A-Z-]{11})</strong>", page.html))}
    mails = world.mails(RESIDENT, "We have your answers")
    in_mail = all(next(iter(references), "?") in str(mail.get_body(("plain",))) for mail in mails)
    identical = sum(1 for page in receipts if page.status == 200 and page.html == receipts[0].html)
    exits = world.stop()
    ok = stored == 1 and identical == 3 and len(references) == 1 and len(mails) == 1 and in_mail and total == 1
    return {
        "ok": ok and not any(exits.values()),
        "world": world.name,
        "stored": stored,
        "receipts_identical": identical,
        "mails": len(mails),
        "results_total": total,
        "submit_to_mail_ms": round(took * 1000),
        "exit_codes": exits,
    }


async def smoke(world: str, folder: Path) -> dict[str, object]:
    addresses = None
    if world == "servers":
        addresses = await asyncio.to_thread(lambda: find_servers() or servers.start(ROOT / ".servers"))
    async with started(world, folder, addresses) as system:
        return await do_the_job(system)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--world", choices=["embedded", "servers"], default="embedded")
    world = parser.parse_args().world
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(smoke(world, Path(folder)))
    print(json.dumps(result))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
