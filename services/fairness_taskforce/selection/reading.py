"""A pool from the field's common files: categories.csv and respondents.csv, and who must not sit together.

Reading goes on after a fault, so that a person who puts the files right sees all that is wrong at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.fairness_taskforce.selection.faults import BadPool, Fault
from services.fairness_taskforce.selection.lists import read_apart, read_ids
from services.fairness_taskforce.selection.pool import Person, Pool
from services.fairness_taskforce.selection.quotas import Quotas, read_quotas
from services.fairness_taskforce.selection.tables import Row, Sheet, rows_of


@dataclass(frozen=True, slots=True)
class Sheets:
    """The files of one pool, and the column of respondents that says who lives with whom ("" for none)."""

    categories: Sheet
    respondents: Sheet
    household: str = ""
    apart: Sheet | None = None
    seated: Sheet | None = None
    declined: Sheet | None = None
    """Who is not to be drawn any more."""


def read_pool(sheets: Sheets, seats: int) -> Pool:
    """The pool of these files. Raises BadPool with every fault; see its `pool` where no group can meet the quotas.

    A person without an id gets the number of their row among the people, from 1. A feature nobody has is allowed
    when its minimum is 0; otherwise it is more likely a slip of the pen than a wish, and a fault.
    """
    faults: list[Fault] = []
    quotas = read_quotas(sheets.categories, seats, faults)
    people = _people(sheets, quotas, faults) if quotas else []
    pool = None
    if quotas and people:
        faults += _nobody(quotas, people, sheets)
        pool = _put_together(sheets, quotas, people, seats, faults)
        faults += _too_few(pool, sheets)
    if pool is None or faults:
        raise BadPool(faults, pool if all(fault.clash for fault in faults) else None)
    return pool


def _put_together(sheets: Sheets, quotas: Quotas, people: Sequence[Person], seats: int, faults: list[Fault]) -> Pool:
    ids = {person.id for person in people}
    seated = read_ids(sheets.seated, ids, faults) if sheets.seated else frozenset()
    declined = read_ids(sheets.declined, ids, faults) if sheets.declined else frozenset()
    if sheets.declined and (both := sorted(seated & declined)):
        faults.append(Fault(sheets.declined.name, None, None, f"“{both[0]}” cannot have a seat and have declined."))
    apart = read_apart(sheets.apart, ids, seated, faults) if sheets.apart else ()
    return Pool(
        categories=quotas.categories,
        quotas=quotas.all,
        people=tuple(person for person in people if person.id not in seated | declined),
        seats=seats,
        apart=apart,
        seated=tuple(person for person in people if person.id in seated),
    )


def _people(sheets: Sheets, quotas: Quotas, faults: list[Fault]) -> list[Person]:
    try:
        header, *rows = rows_of(sheets.respondents)
    except BadPool as bad:
        faults.extend(bad.faults)
        return []
    name = sheets.respondents.name
    columns = _columns(header, [*quotas.categories, *filter(None, [sheets.household])], name, faults)
    if columns is None:
        return []
    if not rows:
        faults.append(Fault(name, None, None, "This file has a header, but nobody below it."))
    id_at = next((at for at, title in enumerate(header.cells) if title.casefold() == "id"), None)
    seen: dict[str, int] = {}
    people = []
    for count, row in enumerate(rows, 1):
        faults.extend(_row_faults(row, header, quotas, columns, name))
        id = str(count) if id_at is None else row.cell(id_at)
        faults.extend(_id_faults(id, row.number, seen, name))
        household = row.cell(columns[sheets.household]) if sheets.household else ""
        people.append(Person(id, tuple(row.cell(columns[each]) for each in quotas.categories), household))
    return people


def _columns(header: Row, wanted: Iterable[str], name: str, faults: list[Fault]) -> dict[str, int] | None:
    missing = []
    for column in wanted:
        found = header.cells.count(column)
        if found == 0:
            missing.append(Fault(name, header.number, column, f"This column is missing.{_near(column, header.cells)}"))
        elif found > 1:
            missing.append(Fault(name, header.number, column, f"There are {found} columns of this name."))
    if [cell.casefold() for cell in header.cells].count("id") > 1:
        missing.append(Fault(name, header.number, "id", "There are several columns of this name."))
    faults += missing
    return None if missing else {column: header.cells.index(column) for column in wanted}


def _row_faults(row: Row, header: Row, quotas: Quotas, columns: dict[str, int], name: str) -> Iterable[Fault]:
    if any(row.cells[len(header.cells) :]):
        says = f"This row has {len(row.cells)} cells and the header only {len(header.cells)}."
        yield Fault(name, row.number, None, says)
        return
    for category, features in quotas.features.items():
        value = row.cell(columns[category])
        if not value:
            yield Fault(name, row.number, category, "This is empty. Every person needs a value here.")
        elif value not in features:
            says = f"“{value}” has no row in the categories.{_near(value, features)}"
            yield Fault(name, row.number, category, says)


def _id_faults(id: str, number: int, seen: dict[str, int], name: str) -> Iterable[Fault]:
    if not id:
        yield Fault(name, number, "id", "This is empty. Every person needs an id of their own.")
    elif id in seen:
        yield Fault(name, number, "id", f"“{id}” is also in row {seen[id]}. Every person needs an id of their own.")
    else:
        seen[id] = number


def _near(value: str, others: Iterable[str]) -> str:
    same = next((other for other in others if other.casefold() == value.casefold()), None)
    return f" Is it “{same}”? Small and capital letters count." if same else ""


def _nobody(quotas: Quotas, people: Sequence[Person], sheets: Sheets) -> Iterable[Fault]:
    """A feature nobody has, though somebody must."""
    having: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for category, feature in zip(quotas.categories, person.features, strict=True):
            having[category].add(feature)
    for quota, row in quotas.rows:
        if quota.least > 0 and quota.feature not in having[quota.category]:
            says = f"Nobody in {sheets.respondents.name} has “{quota.feature}”, but at least {quota.least} must."
            yield Fault(sheets.categories.name, row, "min", says, clash=True)


def _too_few(pool: Pool, sheets: Sheets) -> Iterable[Fault]:
    people, name = len(pool.people) + len(pool.seated), sheets.respondents.name
    if pool.seats > people:
        says = f"There are {people:,} people for {pool.seats:,} seats. More people must volunteer, or seats be fewer."
        yield Fault(name, None, None, says)
    if sheets.seated and pool.to_draw < 1:
        says = f"{len(pool.seated):,} of {pool.seats:,} seats are filled already, so there is nothing to draw."
        yield Fault(sheets.seated.name, None, None, says)
