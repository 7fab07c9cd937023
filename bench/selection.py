"""Chances and 1,000 groups for recruitment pools: seconds and memory, beside the Sortition Foundation's library.

Each pool is run in a process of its own, ours three times, theirs (maximin, which is less than leximin) once, one right
after the other. Theirs is stopped after LIMIT_S; the ratio is then at least what is shown.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.pools import Around, around_a_group, made_up
from services.fairness_taskforce.selection.pool import Pool
from services.fairness_taskforce.selection.selection import select
from tests.selection.pools import FOLDER, SMALLEST_CHANCE_AND_GINI, pool_of

MEASURES = "seconds for the chances and the lottery of a pool, beside another library's maximin"
LIMIT_S = float(os.environ.get("ENGAGE_BENCH_LIMIT", "240"))
TIMES = 3
SMALL, LARGE = 10, 50
"""How many times faster than theirs it is meant to be: below 500 people, and from there on."""

LARGE_FROM = 500
LIBRARY = Path(".bench/bin/python")
RESULTS = Path("bench/results")
MADE_UP = {
    "made_up_n2000_k100": lambda: made_up(2000, 100, (2, 5, 4, 6, 3), seed=3),
    "made_up_n2000_k100_7_categories": lambda: made_up(2000, 100, (2, 5, 4, 6, 3, 4, 3), seed=3),
    "exact_quotas_n2000_k100": lambda: around_a_group(Around(2000, 100, (2, 5, 4, 6, 3, 4, 3)), seed=7),
    "households_n5000_k150": lambda: around_a_group(
        Around(5000, 150, (2, 4, 5, 3, 4), slack=1, households=0.3), seed=13
    ),
    "tight_quotas_n5000_k200": lambda: around_a_group(Around(5000, 200, (2, 5, 4, 6, 3, 4, 3, 5), slack=1), seed=12),
}


def pool_named(name: str) -> Pool:
    return MADE_UP[name]() if name in MADE_UP else pool_of(name)


def ours(name: str) -> None:
    """In a process of its own: prints one line of JSON."""
    pool = pool_named(name)
    began = time.perf_counter()
    selection = select(pool, seed=7)
    seconds = time.perf_counter() - began
    print(
        json.dumps(
            {
                "n": len(pool.people),
                "k": pool.seats,
                "types": selection.types,
                "seconds": seconds,
                "leximin_min": min(selection.chances.values()),
                "upper_bound": selection.upper_bound,
                "max_deviation": selection.max_deviation,
                "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def theirs(name: str) -> tuple[float, bool]:
    """Seconds, and whether it came to an end."""
    folder = FOLDER / name
    size = name.rpartition("_")[2].lstrip("k")
    command = [str(LIBRARY), "bench/library.py", str(folder), size]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=True)
    except subprocess.TimeoutExpired:
        return LIMIT_S, False
    return float(done.stdout.strip().splitlines()[-1]), True


def measure(name: str) -> dict[str, object]:
    runs = []
    for _ in range(TIMES):
        done = subprocess.run(
            [sys.executable, "-m", "bench.selection", "--one", name], capture_output=True, text=True, check=True
        )
        runs.append(json.loads(done.stdout))
    result: dict[str, object] = {"pool": name, **runs[0]}
    seconds = statistics.median(run["seconds"] for run in runs)
    result |= {"seconds": round(seconds, 3), "mb": round(max(run["mb"] for run in runs))}
    if name not in MADE_UP and LIBRARY.exists():
        library, ended = theirs(name)
        result |= {"library_seconds": round(library, 2), "library_ended": ended, "ratio": round(library / seconds, 1)}
    return result


def table(results: list[dict[str, object]]) -> str:
    lines = [
        "| pool | people | seats | types | smallest chance | bound | furthest off | seconds | MB | library | times |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for each in results:
        library = each.get("library_seconds", "")
        more = "" if each.get("library_ended", True) else "more than "
        lines.append(
            f"| {each['pool']} | {each['n']:,} | {each['k']} | {each['types']} | {each['leximin_min']:.6f}"
            f" | {each['upper_bound']:.6f} | {each['max_deviation']:.6f} | {each['seconds']} | {each['mb']}"
            f" | {more}{library} | {more}{each.get('ratio', '')} |"
        )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--one")
    asked, _ = parser.parse_known_args()
    if asked.one:
        ours(asked.one)
        return 0
    results = []
    for name in (*SMALLEST_CHANCE_AND_GINI, *MADE_UP):
        results.append(measure(name))
        print(json.dumps(results[-1]), flush=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "selection.md").write_text(table(results) + "\n")
    print(table(results), file=sys.stderr)
    short = [
        each["pool"]
        for each in results
        if "ratio" in each and float(str(each["ratio"])) < (LARGE if int(str(each["n"])) >= LARGE_FROM else SMALL)
    ]
    print(json.dumps({"measure": "selection", "pools": len(results), "slower_than_meant": short}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
