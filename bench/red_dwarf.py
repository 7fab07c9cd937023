"""The groups of a conversation as red-dwarf finds them. Run with the Python it is installed in:

    .bench/bin/python bench/red_dwarf.py FOLDER

Prints one line of JSON: the group of each person who voted on seven statements or more.
"""

import csv
import json
import sys
import warnings
from pathlib import Path


def main(folder: Path) -> dict[str, int]:
    warnings.simplefilter("ignore")
    from reddwarf.implementations.polis import (  # type: ignore[import-not-found]  # noqa: PLC0415 - not where the others run
        run_pipeline,
    )

    rows = csv.DictReader((folder / "participants-votes.csv").read_text().splitlines())
    votes = [
        {"participant_id": int(row["participant"]), "statement_id": int(each), "vote": int(row[each]), "modified": 0}
        for row in rows
        for each in row
        if each.isdigit() and row[each]
    ]
    groups = run_pipeline(votes=votes).participants_df["cluster_id"].dropna()
    return {str(id): int(group) for id, group in groups.items()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
