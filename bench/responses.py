"""Responses a second: 16 clients, each journey from the form to the receipt page, beside a bare app in the same run."""

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from bench.load import Connection
from deploy.host import Host, load_pages, opened
from deploy.servers.record import free_port
from services.accounts import usecases as accounts
from services.accounts.storage import AccountDocuments
from services.consultation import usecases as consultations
from services.consultation.domain import AGREE_SCALE, Audience, Details, Kind, Option, Question
from services.consultation.storage import ConsultationDocuments
from shared.settings import Settings, read_settings
from shared.web.sessions import COOKIE, make_token
from tests.world import ROOT, World

MEASURES = "responses a second, from the form to the receipt"
CLIENTS = 16
SECONDS = 8.0
RESIDENTS = 12_000
CATCH_UP_S = 180.0

ID = re.compile(rb'name="response" value="([0-9a-f]{32})"')
CHOICES = tuple(Option(f"option-{number}", f"Answer number {number}") for number in range(1, 6))
QUESTIONS = (
    Question("one", Kind.ONE_CHOICE, "Which of these matters most to you?", required=True, options=CHOICES),
    Question("several", Kind.SEVERAL_CHOICES, "Which of these do you use?", options=CHOICES),
    Question("agree", Kind.AGREE, "I can influence what happens here", required=True, options=AGREE_SCALE),
    Question("short", Kind.SHORT_TEXT, "Where do you go most often?"),
    Question("long", Kind.LONG_TEXT, "What else should we know?"),
)
ANSWERS = b"q-one=option-2&q-several=option-1&q-several=option-4&q-agree=agree&q-short=The+park&q-long="
ANSWERS += b"More+trees.+" * 20


@dataclass
class Tally:
    done: int = 0
    failures: int = 0
    sizes: dict[str, int] = field(default_factory=dict)


Journey = Callable[[Connection, int, Tally], Awaitable[None]]


async def fill(settings: Settings) -> list[str]:
    """Residents with addresses and an open consultation, through the use cases. Returns a session token for each."""
    async with opened(["accounts", "consultation"], settings, pages=load_pages(settings)) as host:
        await _open_consultation(host)
        return await _sign_up(host)


async def _open_consultation(host: Host) -> None:
    now = host.parts.clock()
    details = Details(
        "Five questions", "To be answered often.", "Background.", "A decision.", True,  # noqa: FBT003
        now - timedelta(hours=1), now + timedelta(days=1), Audience.SIGNED_IN,
        formal=False, contact_team="The team", contact_phone="01582 546000", formats="On paper.",
    )  # fmt: skip
    documents = ConsultationDocuments(host.service("consultation").store)
    await consultations.draft_consultation(consultations.DraftConsultation("five", details, "officer"), documents)
    for question in QUESTIONS:
        await consultations.put_question(consultations.PutQuestion("five", question, "page-1"), documents)
    await consultations.publish_consultation(consultations.PublishConsultation("five", "officer"), documents, now)


async def _sign_up(host: Host) -> list[str]:
    documents, parts = AccountDocuments(host.service("accounts").store), host.parts
    now, ward = parts.clock(), parts.place.wards[0]
    tokens: list[str] = []
    for start in range(0, RESIDENTS, 500):
        people = await asyncio.gather(
            *(
                accounts.sign_up(command, documents, parts.secrets, parts.place, now)
                for command in (
                    accounts.SignUp(f"resident{number}@example.org", ward, ()) for number in range(start, start + 500)
                )
            )
        )
        tokens += [make_token(parts.secrets.session_private, person.viewer, now) for person in people]
    return tokens


def our_journey(tokens: list[str]) -> Journey:
    async def journey(connection: Connection, number: int, tally: Tally) -> None:
        connection.headers = f"cookie: {COOKIE}={tokens[number]}\r\n".encode()
        status, _, form = await connection.request("GET", "/consultations/five/answer")
        found = ID.search(form)
        answers = b"response=" + (found[1] if found else b"") + b"&version=1&page=page-1&" + ANSWERS
        checked, _, check = await connection.request("POST", "/consultations/five/answer", answers + b"&go=next")
        sent, location, _ = await connection.request("POST", "/consultations/five/answer", answers + b"&go=send")
        got, _, receipt = await connection.request("GET", location or "/")
        tally.sizes = {"form": len(form), "check": len(check), "receipt": len(receipt)}
        _note(tally, ok=(status, checked, sent, got) == (200, 200, 303, 200))

    return journey


async def bare_journey(connection: Connection, _number: int, tally: Tally) -> None:
    await connection.request("GET", "/form")
    answers = b"response=" + uuid4().hex.encode() + b"&version=1&page=page-1&" + ANSWERS
    await connection.request("POST", "/form", answers + b"&go=next")
    sent, _, _ = await connection.request("POST", "/form", answers + b"&go=send")
    await connection.request("GET", "/receipt")
    _note(tally, ok=sent == httpx.codes.SEE_OTHER)


def _note(tally: Tally, *, ok: bool) -> None:
    if ok:
        tally.done += 1
    else:
        tally.failures += 1


async def drive(url: str, journey: Journey, seconds: float, first: int = 0) -> tuple[Tally, float, int]:
    """Returns the tally, the seconds it took, and the number of the next resident."""
    tally, numbers = Tally(), iter(range(first, RESIDENTS))
    until, began = time.monotonic() + seconds, time.monotonic()
    last = first

    async def client() -> None:
        nonlocal last
        connection = Connection(url)
        for number in numbers:
            if time.monotonic() >= until:
                break
            last = max(last, number + 1)
            await journey(connection, number, tally)
        connection.close()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return tally, time.monotonic() - began, last


async def measure_bare(folder: Path, sizes: dict[str, int], seconds: float) -> float:
    port = free_port()
    command = [sys.executable, "-m", "bench.bare", str(port), str(folder), *map(str, sizes.values())]
    server = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220 - a moment, before anything is measured
    try:
        await _until_answering(f"http://127.0.0.1:{port}/receipt")
        await drive(f"http://127.0.0.1:{port}", bare_journey, 1.0)
        tally, took, _ = await drive(f"http://127.0.0.1:{port}", bare_journey, seconds)
    finally:
        server.terminate()
        server.wait()
    return tally.done / took


async def _until_answering(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(200):
            try:
                await client.get(url)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise TimeoutError(url)


class MailSink:
    """bench/sink.py in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.sink"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._line())

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the sink has no output")
        return self._process.stdout.readline()

    def taken(self) -> tuple[int, int]:
        """Mails taken, and different recipients among them."""
        if self._process.stdin is None:
            raise RuntimeError("the sink has no input")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        mails, people = self._line().split()
        return int(mails), int(people)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


async def measure(folder: Path) -> dict[str, object]:
    sink = MailSink()
    world = World("embedded", folder, None)
    world.set("ENGAGE_SMTP", f"127.0.0.1:{sink.port}")
    world.set("ENGAGE_LOG_LEVEL", "WARNING")
    world.set("ENGAGE_ANSWERS_PER_HOUR", "0")  # all of them come from here
    settings = read_settings(world.environment)
    tokens = await fill(settings)
    world.start()
    try:
        await world.until_up()
        url = world.where("/consultations")
        journey = our_journey(tokens)
        await asyncio.sleep(5)  # the residents' own events come first
        warm, _, number = await drive(url, journey, 1.0)
        process = psutil.Process(world.pid("consultation"))
        before = process.cpu_times()
        tally, took, number = await drive(url, journey, SECONDS, number)
        after = process.cpu_times()
        expected = warm.done + tally.done
        mail_s = await _until_mailed(sink, expected)
    finally:
        world.stop()
        mails, people = sink.taken()
        sink.stop()
    bare = await measure_bare(folder, tally.sizes, SECONDS)
    stored, counted = await _stored(settings)
    cpu_s = after.user + after.system - before.user - before.system
    rate = tally.done / took
    return {
        "responses_per_s": round(rate, 1),
        "bare_per_s": round(bare, 1),
        "ratio_to_bare": round(rate / bare, 3),
        "server_cpu_ms": round(cpu_s / max(tally.done, 1) * 1000, 2),
        "failures": tally.failures + warm.failures,
        "duplicates": stored - len({*range(expected)}) if stored > expected else 0,
        "acknowledged": expected,
        "stored": stored,
        "counted": counted,
        "mails": mails,
        "mails_to_different_people": people,
        "mails_all_out_after_s": round(mail_s, 1),
        "requests_per_response": 4,
        "bytes": tally.sizes,
    }


async def _until_mailed(sink: MailSink, expected: int) -> float:
    began = time.monotonic()
    while sink.taken()[0] < expected and time.monotonic() - began < CATCH_UP_S:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.1)
    return time.monotonic() - began


async def _stored(settings: Settings) -> tuple[int, int]:
    """Responses in the database, and in the results."""
    async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
        store = host.service("consultation").store
        tallies = await store.find("tallies", {"consultation": "five"})
        return await store.count("responses"), sum(part.body["responses"] for part in tallies)


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder)))
    print(json.dumps(result))
    whole = result["failures"] == 0 and result["stored"] == result["acknowledged"] == result["counted"]
    return 0 if whole and result["mails"] == result["mails_to_different_people"] == result["stored"] else 1
