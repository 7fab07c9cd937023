"""Whether a response costs more the more there are: a submission at 50,000 stored responses beside one at 100.

Two towns side by side in one process, each on a file of its own, take their turns; so the machine's moods fall on both.
A submission is the form's last step as a browser sends it, from the request to the answer; beside it, how long it takes
until it is in the results.
"""

import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from bench.responses import QUESTIONS
from services.consultation.domain import Origin, count_into
from shared.consume import remember
from tests.town import Town, opened_town

MEASURES = "how much dearer a response is at 50,000 stored ones than at 100"
FEW, MANY = 100, 50_000
EACH = 300
WARM = 30
AIM = 1.3
AT_ONCE = 500
COUNTED_WITHIN_S = 10.0
ANSWERS = {
    "one": ["option-2"],
    "several": ["option-1", "option-4"],
    "agree": ["agree"],
    "short": ["The park"],
    "long": ["More trees. " * 20],
}


@dataclass
class Times:
    """Seconds."""

    answered: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)


async def fill(town: Town, number: int) -> None:
    """So many responses with their counts, as submissions leave them once their events have gone out."""
    await town.publish("five", questions=QUESTIONS)
    documents = town.consultations
    loaded = await documents.consultations.get("five")
    if loaded is None:
        raise RuntimeError("the consultation is not there")
    part = {"consultation": "five", "responses": 0, "answered": {}, "choices": {}, "seen": []}
    seen: list[str] = []
    for _ in range(0, number, AT_ONCE):
        new = [loaded.value.respond(uuid4().hex, ANSWERS, Origin(), town.clock()) for _ in range(min(AT_ONCE, number))]
        await asyncio.gather(*(documents.responses.add(response) for response, _ in new))
        for _, fact in new:
            count_into(part, fact)
        seen = remember(seen, [uuid4().hex for _ in new])
    await documents.store.insert("tallies", "five:0", {**part, "seen": seen})


async def submit(town: Town, number: int, times: Times) -> None:
    """One response, from a network of its own: the limits are for those who send many."""
    fields = {f"q-{name}": values for name, values in ANSWERS.items()}
    form = {"response": [uuid4().hex], "version": ["1"], "page": ["page-1"], "go": ["send"], **fields}
    body = urlencode(form, doseq=True).encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    address = f"10.{number // 65_536}.{number // 256 % 256}.{number % 256}"
    before = await _counted(town)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=town.app, client=(address, 1))) as client:
        began = time.perf_counter()
        answer = await client.post("http://testserver/consultations/five/answer", content=body, headers=headers)
        times.answered.append(time.perf_counter() - began)
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise RuntimeError(f"status {answer.status_code}: {answer.text[:500]}")
    while await _counted(town) == before:
        if time.perf_counter() - began > COUNTED_WITHIN_S:
            raise TimeoutError("the response is not counted")
        await asyncio.sleep(0.001)
    times.counted.append(time.perf_counter() - began)


async def _counted(town: Town) -> int:
    parts = await town.host.service("consultation").store.find("tallies", {"consultation": "five"})
    return sum(part.body["responses"] for part in parts)


async def measure(folder: Path) -> dict[str, object]:
    async with opened_town(folder / "few") as few, opened_town(folder / "many") as many:
        began = time.perf_counter()
        await fill(few, FEW)
        await fill(many, MANY)
        filled_s = time.perf_counter() - began
        at_few, at_many = Times(), Times()
        for number in range(WARM + EACH):
            # In turns who is first: the second of two has the other's caches to push out.
            for town, times in [(few, at_few), (many, at_many)][:: 1 if number % 2 else -1]:
                await submit(town, number, times if number >= WARM else Times())
        whole = [await town.responses("five") for town in (few, many)]
        return _result(at_few, at_many) | {
            "stored": whole,
            "counted": [await _counted(town) for town in (few, many)],
            "filled_s": round(filled_s, 1),
        }


def _result(few: Times, many: Times) -> dict[str, object]:
    answered = statistics.median(few.answered), statistics.median(many.answered)
    counted = statistics.median(few.counted), statistics.median(many.counted)
    return {
        "ratio": round(answered[1] / answered[0], 3),
        "aim": AIM,
        "median_ms_at_100": round(answered[0] * 1000, 2),
        "median_ms_at_50000": round(answered[1] * 1000, 2),
        "counted_ratio": round(counted[1] / counted[0], 3),
        "counted_ms": [round(each * 1000, 2) for each in counted],
        "submissions_each": len(many.answered),
    }


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(measure(Path(folder)))
    print(json.dumps(result))
    whole = result["stored"] == result["counted"] == [FEW + WARM + EACH, MANY + WARM + EACH]
    return 0 if whole and float(str(result["ratio"])) <= AIM else 1
