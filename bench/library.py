"""The Sortition Foundation's library on one pool, with its own defaults. Run with the Python it is installed in:

    .bench/bin/python bench/library.py FOLDER SIZE

Prints the seconds of its maximin, reading not counted.
"""

import csv
import io
import sys
import time
from pathlib import Path


def main(folder: Path, size: int) -> float:
    from sortition_algorithms import (  # type: ignore[import-not-found]  # noqa: PLC0415 - not where the others run
        CSVStringDataSource,
        SelectionData,
        Settings,
        run_stratification,
    )

    people = list(csv.DictReader((folder / "respondents.csv").read_text().splitlines()))
    for number, person in enumerate(people, 1):
        person.setdefault("id", str(number))
    text = io.StringIO()
    writer = csv.DictWriter(text, list(people[0]))
    writer.writeheader()
    writer.writerows(people)
    features = (folder / "categories.csv").read_text().replace("category,feature", "feature,value", 1)
    settings = Settings(
        id_column="id",
        columns_to_keep=[],
        check_same_address=False,
        check_same_address_columns=[],
        selection_algorithm="maximin",
    )
    data = SelectionData(CSVStringDataSource(features, text.getvalue()))
    known, _ = data.load_features(size)
    pool, _ = data.load_people(settings, known)
    began = time.perf_counter()
    ok, _, report = run_stratification(known, pool, size, settings)
    if not ok:
        raise SystemExit(str(report.last_error()))
    return time.perf_counter() - began


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2])))
