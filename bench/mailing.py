"""One announcement to 100,000 people: seconds, memory, and a sign-in link asked for in the middle of it.

Beside it, in the same run: a bare aiosmtplib loop on one connection to the same sink.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import psutil

from bench.responses import MailSink
from deploy.host import load_pages, opened
from services.notifications import usecases
from services.notifications.compose import Composer
from services.notifications.domain import Announcement, Choice, Contact, Frequency, Topic, owe
from services.notifications.storage import NotificationDocuments
from shared import secrets
from shared.clock import system_clock
from shared.place import load_place
from shared.settings import Settings, read_settings
from tests.world import World

MEASURES = "seconds until an announcement is sent to 100,000 people"
RECIPIENTS = 100_000
BARE_S = 4.0
GIVE_UP_S = 900.0
LATE = "waiting@example.org"
TITLE, SUMMARY = (
    "What should the park have?",
    "There is money for the park this year. Tell us what to spend it on. " * 4,
)
CLOSES_AT = system_clock() + timedelta(days=30)
VALUES = {"title": TITLE, "consultation": "park", "closes_at": CLOSES_AT.isoformat(), "summary": SUMMARY}


class Sink(MailSink):
    def came_to(self, address: str) -> bool:
        if self._process.stdin is None:
            raise RuntimeError("the sink has no input")
        self._process.stdin.write(f"{address}\n")
        self._process.stdin.flush()
        return int(self._line()) > 0


@dataclass
class Watched:
    """What was seen of the server while it sent."""

    seconds: float = 0.0
    link_s: float | None = None
    rss_mb: list[float] = field(default_factory=list)


async def fill(settings: Settings, recipients: int) -> None:
    """People who want to hear of consultations at once."""
    wants = (Choice(Topic.CONSULTATION_OPENED, Frequency.NOW, datetime(2026, 1, 1, tzinfo=UTC), "sign-up"),)
    async with opened(["notifications"], settings, pages=load_pages(settings)) as host:
        documents = NotificationDocuments(host.service("notifications").store)
        for start in range(0, recipients, 1000):
            people = (Contact(f"{n:032x}", f"n{n}@example.org", choices=wants) for n in range(start, start + 1000))
            await asyncio.gather(*(documents.contacts.add(person) for person in people))


async def begin(settings: Settings) -> None:
    async with opened(["notifications"], settings, pages=load_pages(settings)) as host:
        documents, now = NotificationDocuments(host.service("notifications").store), host.parts.clock()
        announcement = Announcement("opened:park", Topic.CONSULTATION_OPENED, VALUES, now)
        await usecases.begin_mailing(announcement, documents, now)


async def watch(world: World, sink: Sink, recipients: int) -> Watched:
    """Until all are sent. The link is asked for when half of them are."""
    watched, process = Watched(), psutil.Process(world.pid("notifications"))
    began, asking = time.monotonic(), None
    while (taken := sink.taken()[0]) < recipients + 1 and time.monotonic() - began < GIVE_UP_S:
        watched.rss_mb.append(process.memory_info().rss / 1e6)
        if asking is None and taken >= recipients / 2:
            asking = asyncio.create_task(ask_for_link(world, sink))
        await asyncio.sleep(0.25)
    watched.seconds = time.monotonic() - began
    watched.link_s = await asking if asking is not None else None
    return watched


async def ask_for_link(world: World, sink: Sink) -> float:
    """Seconds from the form to the mail."""
    visitor = world.visitor()
    page, began = await visitor.get("/sign-up"), time.monotonic()
    await visitor.submit(page, {"email": LATE, "ward": "Biscot"})
    while not sink.came_to(LATE):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)
    return time.monotonic() - began


async def measure_bare(port: int) -> float:
    """Mails a second of a loop that does nothing but send the same mail, through one connection."""
    composer = Composer(load_place(Settings().place), Settings(), secrets.generate())
    now = datetime(2026, 6, 1, tzinfo=UTC)
    message = owe("bare", Topic.CONSULTATION_OPENED, "person", VALUES, now, topic=Topic.CONSULTATION_OPENED)
    text = composer(message, Contact("person", "bare@example.org")).content
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "us@example.org", "bare@example.org", TITLE
    mail.set_content(text.decode("ascii"))
    client, count = aiosmtplib.SMTP(hostname="127.0.0.1", port=port), 0
    await client.connect()
    began = time.monotonic()
    while time.monotonic() - began < BARE_S:
        await client.send_message(mail)
        count += 1
    await client.quit()
    return count / (time.monotonic() - began)


async def measure(folder: Path, recipients: int) -> dict[str, object]:
    bare_sink = Sink()
    bare = await measure_bare(bare_sink.port)
    bare_sink.stop()
    sink, world = Sink(), World("embedded", folder, None)
    world.set("ENGAGE_SMTP", f"127.0.0.1:{sink.port}")
    world.set("ENGAGE_LOG_LEVEL", "WARNING")
    world.set("ENGAGE_MAIL_QUIET_HOURS", "")  # it is run at any hour
    settings = read_settings(world.environment)
    await fill(settings, recipients)
    world.start()
    try:
        await world.until_up()
        await begin(settings)
        watched = await watch(world, sink, recipients)
    finally:
        world.stop()
    mails, people = sink.taken()
    sink.stop()
    return _result(watched, recipients, mails, people, bare)


def _result(watched: Watched, recipients: int, mails: int, people: int, bare: float) -> dict[str, object]:
    rate, rss = recipients / watched.seconds, watched.rss_mb
    return {
        "measure": "mailing",
        "recipients": recipients,
        "seconds": round(watched.seconds, 1),
        "mails_per_second": round(rate),
        "bare_aiosmtplib_per_second": round(bare),
        "ratio_to_bare": round(rate / bare, 2),
        "mails": mails,
        "mails_to_different_people": people,
        "sign_in_link_seconds": None if watched.link_s is None else round(watched.link_s, 2),
        "rss_mb": {"first": round(rss[0]), "quarter": round(rss[len(rss) // 4]), "peak": round(max(rss))},
    }


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=int(os.environ.get("ENGAGE_BENCH_RECIPIENTS", RECIPIENTS)))
    asked, _ = parser.parse_known_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder), asked.recipients))
    print(json.dumps(result))
    link = result["sign_in_link_seconds"]
    whole = result["mails"] == result["mails_to_different_people"] == asked.recipients + 1
    return 0 if whole and isinstance(link, float) and link <= 5 else 1
