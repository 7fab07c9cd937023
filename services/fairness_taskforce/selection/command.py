"""`engage select`: a selection from files, its lottery, the frozen document, the draw and its check."""

import argparse
import csv
import json
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from services.fairness_taskforce.selection import verify
from services.fairness_taskforce.selection.faults import BadPool
from services.fairness_taskforce.selection.page import page
from services.fairness_taskforce.selection.pool import Pool
from services.fairness_taskforce.selection.reading import Sheets, read_pool
from services.fairness_taskforce.selection.record import SHORTEST_SALT, Program, draw, freeze, reopen
from services.fairness_taskforce.selection.relax import Clash, clash_of
from services.fairness_taskforce.selection.rules import TooRare
from services.fairness_taskforce.selection.selection import RULES, VERSION, NoGroup, Selection, select
from services.fairness_taskforce.selection.source import Balls, Beacon
from services.fairness_taskforce.selection.tables import Sheet
from shared.errors import Refusal

DIGITS = 9
INFEASIBLE, FAULTY = 1, 2
OF_A_LOTTERY = (
    "types",
    "leximin_min",
    "upper_bound",
    "min_probability",
    "gini",
    "geometric_mean",
    "max_deviation",
    "panels",
    "distinct_panels",
    "selected",
    "probabilities",
    "seconds",
)
"""What is null where there is none, so that a program finds the same names in every answer."""


def main(arguments: Sequence[str]) -> int:
    """Exit 0 for a selection, 1 where the quotas cannot be met or a record does not hold, 2 for files at fault."""
    if arguments[:1] == ["verify"]:
        return verify.main(arguments[1:])
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.record:
            return _draw(options)
        return _select(options)
    except BadPool as bad:
        if bad.pool is not None:
            return _infeasible(bad.pool, clash_of(bad.pool), options, bad.sentences)
        return _faulty(bad.sentences, options)
    except (Refusal, TooRare, OSError) as error:
        return _faulty([str(error)], options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="engage select",
        description="Draw a balanced group. `engage select verify FILE --hash HASH` checks the record of a draw.",
    )
    parser.add_argument("--categories", type=Path, required=True, help="CSV: category,feature,min,max")
    parser.add_argument("--respondents", type=Path, required=True, help="CSV: a row for each person")
    parser.add_argument("--size", type=int, required=True, help="seats, those already filled among them")
    parser.add_argument("--household", default="", help="the column that says who lives with whom")
    parser.add_argument("--apart", type=Path, help="CSV: pairs of ids who must not sit together")
    parser.add_argument("--seated", type=Path, help="CSV: ids of those who have a seat already")
    parser.add_argument("--declined", type=Path, help="CSV: ids of those who declined, to draw others for their seats")
    parser.add_argument("--lottery", type=int, default=1000, help="how many numbered groups (1000)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same groups (0)")
    parser.add_argument("--rule", choices=RULES, default="leximin", help="who gets which chance (leximin)")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write lottery.csv")
    parser.add_argument("--freeze", type=Path, metavar="FILE", help="write what is published before the draw")
    parser.add_argument("--salt", type=Path, metavar="FILE", help="keeps pseudonyms secret; made where it is not there")
    parser.add_argument("--beacon-at", metavar="TIME", help="the draw's round of the drand beacon, by its time")
    parser.add_argument("--balls", metavar="EVENT", help="or the public event at which numbered balls are drawn")
    parser.add_argument("--record", type=Path, metavar="FILE", help="draw from --freeze FILE, and write the record")
    parser.add_argument("--number", default="", help="what the beacon or the balls gave")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page about it, as HTML")
    return parser


def _select(options: argparse.Namespace) -> int:
    if not 1 <= options.lottery <= 65_536:  # noqa: PLR2004 - record.py: so that a beacon's number can name each
        raise Refusal("--lottery must be from 1 to 65,536")
    if options.seed < 0:
        raise Refusal("--seed must be 0 or more")
    pool, began = _pool(options), time.perf_counter()
    try:
        selection = select(pool, number=options.lottery, seed=options.seed, rule=options.rule, tell=_tell)
    except NoGroup as none:
        return _infeasible(pool, none.clash, options, [])
    seconds = time.perf_counter() - began
    if options.out:
        _write_lottery(selection, options.out)
    if options.freeze:
        _freeze(selection, options)
    result = figures(selection, seconds)
    if options.json:
        _say(json.dumps(result))
    else:
        _say("\n".join(_in_words(result)))
    return 0


def figures(selection: Selection, seconds: float) -> dict[str, Any]:
    """What the command prints. `selected` is the group that the seed draws; a public draw has a number from outside."""
    counts = list(selection.counts.values())
    chosen = selection.groups[selection.seed % len(selection.groups)]
    return {
        "status": "ok",
        "n": len(selection.pool.people),
        "k": selection.pool.seats,
        "types": selection.types,
        "leximin_min": round(min(selection.chances.values()), DIGITS),
        "upper_bound": None if selection.upper_bound is None else round(selection.upper_bound, DIGITS),
        "min_probability": min(counts) / len(selection.groups),
        "gini": round(abs(selection.gini), DIGITS),
        "geometric_mean": round(selection.geometric_mean, DIGITS),
        "max_deviation": round(selection.max_deviation, DIGITS),
        "panels": len(selection.groups),
        "distinct_panels": len(set(selection.groups)),
        "selected": list(chosen),
        "probabilities": {id: round(chance, DIGITS) for id, chance in selection.chances.items()},
        "seconds": round(seconds, 3),
        "changes": [],
    }


def _infeasible(pool: Pool, clash: Clash, options: argparse.Namespace, sentences: Sequence[str]) -> int:
    reasons = [*sentences, clash.sentence]
    result: dict[str, Any] = {
        "status": "infeasible",
        "n": len(pool.people),
        "k": pool.seats,
        **dict.fromkeys(OF_A_LOTTERY),
        "reasons": reasons,
        "changes": [
            {
                "cost": choice.cost,
                "changes": [
                    {
                        "category": change.category,
                        "feature": change.feature,
                        "bound": change.bound,
                        "from": change.before,
                        "to": change.after,
                    }
                    for change in choice.changes
                ],
            }
            for choice in clash.choices
        ],
    }
    if options.json:
        _say(json.dumps(result))
        return INFEASIBLE
    _say("\n".join(reasons))
    for number, choice in enumerate(clash.choices, 1):
        changes = ", ".join(
            f"{change.bound} of {change.category} {change.feature} from {change.before} to {change.after}"
            for change in choice.changes
        )
        _say(f"Choice {number}, moving the quotas by {choice.cost}: {changes}")
    return INFEASIBLE


def _faulty(sentences: Sequence[str], options: argparse.Namespace) -> int:
    if options.json:
        _say(json.dumps({"status": "error", "error": sentences[0], "faults": list(sentences)}))
    else:
        for sentence in sentences:
            print(f"engage select: {sentence}", file=sys.stderr)
    return FAULTY


def _pool(options: argparse.Namespace) -> Pool:
    given = {"apart": options.apart, "seated": options.seated, "declined": options.declined}
    optional = {name: Sheet.open(path) for name, path in given.items() if path}
    sheets = Sheets(Sheet.open(options.categories), Sheet.open(options.respondents), options.household, **optional)
    return read_pool(sheets, options.size)


def _write_lottery(selection: Selection, folder: Path) -> None:
    """A row for each group: its number, then the ids in it."""
    folder.mkdir(parents=True, exist_ok=True)
    size = selection.pool.to_draw
    with (folder / "lottery.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["group", *(f"id_{seat}" for seat in range(1, size + 1))])
        writer.writerows([number, *group] for number, group in enumerate(selection.groups))


def _freeze(selection: Selection, options: argparse.Namespace) -> None:
    frozen = freeze(
        selection.pool,
        selection.groups,
        selection.chances,
        Program(VERSION, selection.seed),
        _source(options),
        salt=_salt(options),
    )
    options.freeze.write_bytes(frozen.content)
    if options.page:
        options.page.write_text(page(frozen.content), encoding="utf-8")
    print(f"Publish this hash before the draw: {frozen.sha256}", file=sys.stderr)


def _draw(options: argparse.Namespace) -> int:
    if not options.freeze:
        raise Refusal("--record needs --freeze, the file that was published before the draw")
    drawn = draw(reopen(options.freeze.read_bytes(), _pool(options), _salt(options)), options.number)
    options.record.write_bytes(drawn.content)
    if options.page:
        options.page.write_text(page(drawn.content), encoding="utf-8")
    result = {"status": "ok", "number": drawn.number, "selected": list(drawn.winner)}
    _say(json.dumps(result) if options.json else f"Group {drawn.number}: {', '.join(drawn.winner)}")
    return 0


def _source(options: argparse.Namespace) -> Beacon | Balls:
    if options.balls:
        return Balls(options.balls)
    if not options.beacon_at:
        raise Refusal("Say where the number will come from: --beacon-at TIME or --balls EVENT")
    try:
        moment = datetime.fromisoformat(options.beacon_at)
    except ValueError:
        raise Refusal("--beacon-at must be a time such as 2026-12-01T12:00:00+00:00") from None
    if moment.tzinfo is None:
        raise Refusal("--beacon-at must say its time zone, such as 2026-12-01T12:00:00+00:00")
    return Beacon.at(moment)


def _salt(options: argparse.Namespace) -> bytes:
    """From its file, which is made for who freezes for the first time."""
    if not options.salt:
        raise Refusal("--freeze needs --salt, a file that only the council has")
    path: Path = options.salt
    if not path.exists():
        if options.record:
            raise Refusal("The file of --salt is not there. It must be the one with which the pool was frozen")
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(SHORTEST_SALT))
    return path.read_bytes()


def _in_words(result: Mapping[str, Any]) -> list[str]:
    bound = result["upper_bound"]
    exact = bound is not None and abs(bound - result["leximin_min"]) <= 10**-6
    return [
        f"{result['n']:,} people for {result['k']} seats, of {result['types']:,} types.",
        f"Smallest chance: {result['leximin_min']:.4%}"
        + (", which no lottery can better." if exact else f" (upper bound {bound:.4%})." if bound is not None else "."),
        f"{result['panels']:,} groups, {result['distinct_panels']:,} of them different."
        f" Nobody is further from their chance than {result['max_deviation']:.6f}.",
        f"The seed draws: {', '.join(result['selected'])}",
        f"{result['seconds']} seconds.",
    ]


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(f"{text} …", file=sys.stderr, flush=True)


def _say(text: str) -> None:
    print(text, flush=True)
