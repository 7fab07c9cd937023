"""Files of ids beside a pool: pairs who must not sit together, and who already has a seat. A header is optional."""

import re
from collections.abc import Collection, Iterable

from services.fairness_taskforce.selection.faults import BadPool, Fault
from services.fairness_taskforce.selection.tables import Row, Sheet, rows_of

_TITLE = re.compile(r"id[ _-]?\w?", re.IGNORECASE)
"""id, ID 1, id_a. Anything else in the first row is taken for an id, so that a slip there is seen."""


def read_apart(
    sheet: Sheet, ids: Collection[str], seated: Collection[str], faults: list[Fault]
) -> tuple[tuple[str, str], ...]:
    """Each pair once, in the order of the file; what is wrong is added to `faults`."""
    pairs: dict[frozenset[str], tuple[str, str]] = {}
    for row in _rows(sheet, ids, faults):
        one, other = row.cell(0), row.cell(1)
        wrong = list(_pair_faults(row, ids, seated, sheet.name))
        faults.extend(wrong)
        if not wrong:
            pairs.setdefault(frozenset((one, other)), (one, other))
    return tuple(pairs.values())


def read_ids(sheet: Sheet, ids: Collection[str], faults: list[Fault]) -> frozenset[str]:
    """What is wrong is added to `faults`."""
    found: dict[str, int] = {}
    for row in _rows(sheet, ids, faults):
        id = row.cell(0)
        if id not in ids:
            faults.append(Fault(sheet.name, row.number, None, f"Nobody among the respondents has the id “{id}”."))
        elif id in found:
            faults.append(Fault(sheet.name, row.number, None, f"“{id}” is also in row {found[id]}."))
        else:
            found[id] = row.number
    return frozenset(found)


def _rows(sheet: Sheet, ids: Collection[str], faults: list[Fault]) -> list[Row]:
    try:
        first, *rest = rows_of(sheet)
    except BadPool as bad:
        faults.extend(bad.faults)
        return []
    is_header = first.cell(0) not in ids and _TITLE.fullmatch(first.cell(0)) is not None
    return rest if is_header else [first, *rest]


def _pair_faults(row: Row, ids: Collection[str], seated: Collection[str], name: str) -> Iterable[Fault]:
    one, other = row.cell(0), row.cell(1)
    if not one or not other or any(row.cells[2:]):
        yield Fault(name, row.number, None, "A row needs two ids.")
        return
    for number, id in enumerate((one, other), 1):
        if id not in ids:
            yield Fault(name, row.number, str(number), f"Nobody among the respondents has the id “{id}”.")
    if one == other:
        yield Fault(name, row.number, None, f"“{one}” cannot be kept apart from themselves.")
    if one in seated and other in seated:
        yield Fault(name, row.number, None, f"“{one}” and “{other}” both have seats already.")
