"""`engage consultation ...`: what is done with consultations on the command line."""

import argparse
import asyncio
import json
import re
import sys
import time
from pathlib import Path

from deploy.host import Host, load_pages, opened, running
from deploy.polis import COUNTED_WITHIN_S, import_conversation
from services.consultation import usecases
from services.consultation.domain.evidence_check import check_pack
from services.consultation.queries import statements as asked
from services.consultation.storage import ConsultationDocuments
from services.consultation.usecases import statements
from shared.errors import Unavailable
from shared.run import Run
from shared.settings import Settings

BAR = 30


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    consultation = commands.add_parser("consultation", help="what can be done with consultations from here")
    actions = consultation.add_subparsers(required=True, metavar="action")
    recount = actions.add_parser("recount", help="count its cross tables anew from the stored responses")
    recount.add_argument("id")
    recount.set_defaults(do=_recount)
    polis = actions.add_parser("import-polis", help="take in a conversation that was held with Polis")
    polis.add_argument("folder", type=Path, help="with comments.csv, votes.csv and summary.csv")
    polis.set_defaults(do=_import_polis)
    verify = actions.add_parser("verify-pack", help="say whether an evidence pack is whole, and the one it should be")
    verify.add_argument("file", type=Path, help="the ZIP file of the pack")
    verify.add_argument("--hash", type=_hash, help="the hash that Engage shows for the pack")
    verify.set_defaults(do=_verify)


def _recount(options: argparse.Namespace, settings: Settings) -> int:
    async def count() -> int:
        async with opened(["consultation"], settings, pages=load_pages(settings)) as host:
            done = await usecases.recount(options.id, ConsultationDocuments(host.service("consultation").store))
            print(f"{options.id}: {done.responses:,} responses are counted by {done.breakdowns} breakdowns")
            return 0

    return asyncio.run(count())


def _import_polis(options: argparse.Namespace, settings: Settings) -> int:
    """Prints one line of JSON last: people, statements, votes, sizes of the groups, their stability, seconds."""

    async def take_in() -> int:
        began = time.monotonic()
        async with opened(["consultation"], settings, pages=load_pages(settings)) as host, running(host):
            id = await import_conversation(options.folder, host, _tell)
            result = await _figures(id, host)
        print(json.dumps({**result, "seconds": round(time.monotonic() - began, 2)}))
        return 0

    return asyncio.run(take_in())


async def _figures(id: str, host: Host) -> dict[str, object]:
    """Once the counts, which follow the votes by events, have taken in all of them. Raises Unavailable."""
    documents = ConsultationDocuments(host.service("consultation").store)
    ballots = await statements.votes_by_ballot(id, documents)
    cast = sum(len(votes) for votes in ballots)
    deadline = time.monotonic() + COUNTED_WITHIN_S
    while (totals := await asked.vote_totals(id, documents)).cast != cast:
        if time.monotonic() > deadline:
            raise Unavailable("all votes are stored, but they are not counted yet: is the bus up?")
        await asyncio.sleep(0.1)
    run = Run(host.service("consultation").relay.wake)
    drawn = await run(lambda: statements.draw_opinion_map(id, documents, host.parts.clock()))
    return {
        "people": totals.people,
        "statements": len(totals.votes),
        "votes": totals.cast,
        "groups": list(drawn.sizes),
        "stability": None if drawn.stability is None else round(drawn.stability, 3),
    }


def _tell(what: str, done: int, of: int) -> None:
    """A bar on a terminal, nothing elsewhere."""
    if sys.stderr.isatty():
        full = BAR * done // max(of, 1)
        end = "\n" if done == of else ""
        print(f"\r{'#' * full}{'.' * (BAR - full)} {done:,} of {of:,} {what}", end=end, file=sys.stderr, flush=True)


def _hash(typed: str) -> str:
    plain = "".join(typed.split()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise argparse.ArgumentTypeError("a hash has 64 digits from 0 to 9 and a to f")
    return plain


def _verify(options: argparse.Namespace, _: Settings) -> int:
    """0 for yes, 1 for no."""
    verdict = check_pack(options.file, options.hash or "")
    if not verdict.is_good:
        print(f"No: {options.file} is not as it was.")
        for fault in verdict.faults:
            print(f"  {fault}")
        return 1
    print(f"Yes: all {verdict.files} files in it are as its manifest says.")
    print(f"Its hash is {verdict.digest}.")
    if options.hash:
        print("That is the hash that you gave: it is that pack.")
    else:
        print("Compare it with the hash that Engage shows for the pack, or give that with --hash.")
    return 0
