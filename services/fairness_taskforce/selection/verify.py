"""Checks the record of a draw, or what was frozen before it. It needs Python and nothing else, and no network:

    python verify.py FILE --hash HASH

HASH is the SHA-256 that was published before the draw. The answer is yes (exit 0), or no and why (exit 1).
This program shares no code with the one that makes the groups and the records.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FROZEN, RECORD = "engage draw: frozen before, version 1", "engage draw: record, version 1"
BYTES = "The file was changed: a blank, the order, a name that is there twice, or something behind the end."
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="verify", description="Check the record of a draw.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--hash", help="the SHA-256 that was published before the draw")
    options = parser.parse_args(arguments)
    try:
        content = options.file.read_bytes()
        document = json.loads(content.decode("utf-8"))
        faults = list(check(document, options.hash)) if as_bytes(document) == content else [BYTES]
        known = [] if faults else list(facts(document, options.hash))
    except OSError as error:
        faults = [f"The file cannot be opened: {error.strerror}."]
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RuntimeError) as error:
        faults = [f"The file is not built like a record of a draw: {error!r}"]
    first = [f"No. Faults found: {len(faults):,}. The first of them:", *faults[:20]]
    print("\n".join(first if faults else ["Yes.", *known]))  # noqa: T201
    return int(bool(faults))


def as_bytes(document: Any) -> bytes:
    """The only right way to write a document (RFC 8785), so that a change of any byte is a change."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(document: Any) -> str:
    return hashlib.sha256(as_bytes(document)).hexdigest()


def check(document: Any, published: str | None) -> Iterator[str]:
    """Every sentence is a fault."""
    if document["format"] == RECORD:
        yield from check_draw(document, document["frozen"], document["number"])
        document = document["frozen"]
    if published is not None and published.strip().lower() != sha256(document):
        yield f"What was frozen is not what was published: its SHA-256 is {sha256(document)}."
    yield from check_people(document, document["groups"])
    yield from check_groups(document, document["groups"])


def check_draw(record: Any, frozen: Any, number: str) -> Iterator[str]:
    if record["sha256"] != sha256({key: record[key] for key in record if key != "sha256"}):
        yield "The record was changed after it was written: its SHA-256 is not the one that it states."
    if record["frozen_sha256"] != sha256(frozen):
        yield "What was frozen was changed: its SHA-256 is not the one that the record states."
    if number not in frozen["groups"]:
        yield f"No group has the number {number}."
    elif record["winner"] != frozen["groups"][number]:
        yield f"The winner stated is not group {number}."
    if number != derived(frozen["source"]["kind"], record["drawn"], len(frozen["groups"])):
        yield f"The number {number} does not follow from what was drawn."


def derived(kind: str, drawn: Any, groups: int) -> str:
    """The number that the balls give, or the randomness of the round; it is as long as that of the last group."""
    if kind == "balls" and set(drawn) == {"digits"}:
        return "".join("0123456789"[digit] for digit in drawn["digits"])
    if kind != "drand" or set(drawn) != {"randomness"} or not re.fullmatch("[0-9a-f]{64}", drawn["randomness"]):
        raise ValueError("what was drawn is neither digits on balls nor the randomness of a round")
    texts = (f"engage-draw {drawn['randomness']} {attempt}" for attempt in range(1000))
    values = (int(hashlib.sha256(text.encode()).hexdigest()[:4], 16) for text in texts)
    value = next(value for value in values if value < 65536 // groups * groups)
    return f"{value % groups:0{len(str(groups - 1))}}"


def check_people(frozen: Any, groups: dict[str, list[str]]) -> Iterator[str]:
    if frozen["format"] != FROZEN:
        yield "The file is neither a record nor what is frozen before a draw."
    if (source := frozen["source"])["kind"] == "drand":  # quicknet has a round every 3 seconds from 1692803367 on
        time = datetime.fromtimestamp(1692803367 + 3 * (source["round"] - 1), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if (source["chain"], source["time"]) != (QUICKNET, time):
            yield "The round of the beacon is not at the time stated, or not of the chain quicknet."
    counts = Counter(member for group in groups.values() for member in group)
    for name, stated in [(each["pseudonym"], each["groups"]) for each in frozen["people"]]:
        if stated != counts[name]:
            yield f"{name} is in {counts[name]} groups, not in {stated}: the chance stated is wrong."


def check_groups(frozen: Any, groups: dict[str, list[str]]) -> Iterator[str]:
    if not groups or sorted(groups) != [f"{at:0{len(str(len(groups) - 1))}}" for at in range(len(groups))]:
        yield "The groups are not numbered one after another from 0."
    seated, people = [each["pseudonym"] for each in frozen["seated"]], [*frozen["people"], *frozen["seated"]]
    features = {each["pseudonym"]: list(zip(frozen["categories"], each["features"], strict=True)) for each in people}
    if len(features) != len(people):
        yield "Two people have the same pseudonym."
    for number, members in [(number, [*group, *seated]) for number, group in groups.items()]:
        if len(members) != frozen["seats"] or len(set(members)) != len(members):
            yield f"Group {number} does not have {frozen['seats']} different members."
        if not set(members) <= features.keys():
            yield f"Group {number} has a member who is not in the pool."
        held = Counter(feature for each in members for feature in features.get(each, ()))
        for quota in frozen["quotas"]:
            has = held[quota["category"], quota["feature"]]
            if not quota["least"] <= has <= quota["most"]:
                asked = f"{quota['least']} to {quota['most']} with {quota['category']}: {quota['feature']}"
                yield f"Group {number} has {has}, but should have {asked}."
        for pair in frozen["apart"]:
            if set(pair) <= set(members):
                yield f"Group {number} has both {' and '.join(pair)}, who must be kept apart."


def facts(document: Any, published: str | None) -> Iterator[str]:
    """What a reader should know of a file without a fault, and what this program cannot know."""
    frozen = document.get("frozen", document)
    total, source = len(frozen["groups"]), frozen["source"]
    shares = [(each["groups"] / total, float(each["target"])) for each in frozen["people"]]
    yield f"SHA-256 of what was frozen: {sha256(frozen)}"
    if published is None:
        yield "You gave no --hash. The file agrees with itself, but someone could have changed all of it, hashes too."
        yield "Compare the SHA-256 above with the one that was published before the draw."
    yield f"{total:,} groups of {frozen['seats']} people meet every quota and keep everyone apart who must be."
    yield f"The chances of {len(shares):,} people are as stated, from {min(shares)[0]:.4f} to {max(shares)[0]:.4f},"
    yield f"and at most {max(abs(share - target) for share, target in shares):.6f} off what was aimed at."
    if document is frozen:
        yield "Nothing is drawn yet."
    elif source["kind"] == "drand":
        yield f"Group {document['number']} follows from {document['drawn']['randomness']}. Look whether that is round"
        yield f"{source['round']}, of {source['time']}: https://api.drand.sh/{QUICKNET}/public/{source['round']}"
    else:
        yield f"Group {document['number']} is what the balls say. Ask whoever was there: {source['event']}"


if __name__ == "__main__":
    sys.exit(main())
