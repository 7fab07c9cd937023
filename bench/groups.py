"""Opinion groups of 2,000 people on 900 statements: seconds, and how far an independent program agrees.

Made-up votes: three camps, a fifth of all statements voted on. Then the two real conversations, on which red-dwarf
(in an environment of its own, .bench) is run as well, where that is installed.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from services.consultation.domain.opinions.groups import adjusted_rand, opinion_groups
from services.consultation.domain.opinions.space import Matrix
from tests.consultation.test_opinions import FOLDERS, votes_of

MEASURES = "seconds for the opinion groups of 2,000 people on 900 statements, and agreement with red-dwarf"
PEOPLE, STATEMENTS, VOTED = 2_000, 900, 0.2
AIM_S = 1.0
TIMES = 5
THEIRS = Path(".bench/bin/python")


def made_up() -> Matrix:
    dice = np.random.default_rng(5)
    camp = dice.integers(3, size=PEOPLE)
    leaning = dice.uniform(0.1, 0.9, (3, STATEMENTS))
    votes = np.where(dice.random((PEOPLE, STATEMENTS)) < leaning[camp], 1.0, -1.0)
    votes[dice.random(votes.shape) < 0.1] = 0.0
    votes[dice.random(votes.shape) > VOTED] = np.nan
    return votes


def seconds(votes: Matrix, resamples: int) -> float:
    began = time.perf_counter()
    opinion_groups(votes, resamples=resamples)
    return time.perf_counter() - began


def agreement(name: str) -> float | None:
    """The adjusted Rand index of our groups and theirs, run now; None where theirs is not installed."""
    done = subprocess.run(
        [str(THEIRS), "bench/red_dwarf.py", str(FOLDERS[name])], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    theirs = json.loads(done.stdout.strip().splitlines()[-1])
    people, votes = votes_of(name)
    ours = opinion_groups(votes, resamples=0)
    table = np.zeros((6, 6))
    for row, id in enumerate(people):
        if id in theirs:
            table[ours.labels[row], theirs[id]] += 1
    return round(adjusted_rand(table), 3)


def main() -> int:
    votes = made_up()
    found = opinion_groups(votes, resamples=0)
    once = sorted(seconds(votes, 0) for _ in range(TIMES))[TIMES // 2]
    result: dict[str, object] = {
        "measure": "groups",
        "people": PEOPLE,
        "statements": STATEMENTS,
        "sizes": found.sizes,
        "seconds": round(once, 3),
        "seconds_with_stability": round(seconds(votes, 50), 1),
        "within_aim": once <= AIM_S,
    }
    result |= {f"agreement_{name}": agreement(name) for name in FOLDERS} if THEIRS.exists() else {}
    print(json.dumps(result))
    return 0 if once <= AIM_S else 1


if __name__ == "__main__":
    sys.exit(main())
