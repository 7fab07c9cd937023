"""The quotas of categories.csv, in the header of the common format or in that of the Sortition Foundation."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from services.fairness_taskforce.selection.faults import BadPool, Fault
from services.fairness_taskforce.selection.pool import Quota
from services.fairness_taskforce.selection.tables import Row, Sheet, rows_of

_HEADERS = (("category", "feature"), ("feature", "value"), ("category", "name"))
"""What the columns of category and feature are called: here, in newer and in older files of the Foundation."""

_WHOLE = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True)
class Quotas:
    """Quotas, each with the row it stands in, in the order of the file."""

    rows: tuple[tuple[Quota, int], ...]

    @property
    def all(self) -> tuple[Quota, ...]:
        return tuple(quota for quota, _ in self.rows)

    @cached_property
    def categories(self) -> tuple[str, ...]:
        return tuple(self.features)

    @cached_property
    def features(self) -> dict[str, list[str]]:
        """The features of each category."""
        found: dict[str, list[str]] = {}
        for quota, _ in self.rows:
            found.setdefault(quota.category, []).append(quota.feature)
        return found


def read_quotas(sheet: Sheet, seats: int, faults: list[Fault]) -> Quotas | None:
    """None when there is no telling which categories are meant; what is wrong is added to `faults`."""
    if seats < 1:
        faults.append(Fault("", None, None, f"A group of {seats} cannot be selected. It needs at least 1 seat."))
    try:
        header, *rows = rows_of(sheet)
    except BadPool as bad:
        faults.extend(bad.faults)
        return None
    columns = _columns(header, sheet.name, faults)
    if columns is None:
        return None
    if not rows:
        faults.append(Fault(sheet.name, None, None, "This file has a header, but no quotas below it."))
        return None
    quotas = Quotas(tuple(_read_rows(rows, columns, sheet.name, faults)))
    if not quotas.rows:
        return None
    if seats > 0:
        faults.extend(_clashes(quotas, seats, sheet.name))
    return quotas


def _columns(header: Row, name: str, faults: list[Fault]) -> list[int] | None:
    titles = [cell.casefold() for cell in header.cells]
    names = next((pair for pair in _HEADERS if set(pair) <= set(titles)), _HEADERS[0])
    wanted = [*names, "min", "max"]
    missing = [Fault(name, header.number, each, "This column is missing.") for each in wanted if each not in titles]
    faults += missing
    return None if missing else [titles.index(each) for each in wanted]


def _read_rows(rows: Iterable[Row], columns: list[int], name: str, faults: list[Fault]) -> Iterable[tuple[Quota, int]]:
    """A quota with a number that cannot be read still says which features there are, with the widest bounds."""
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        category, feature, least, most = (row.cell(at) for at in columns)
        if not category or not feature:
            faults.append(Fault(name, row.number, None, "A row needs both a category and a feature."))
            continue
        if (category, feature) in seen:
            says = f"“{feature}” of “{category}” is also in row {seen[category, feature]}. Keep one of them."
            faults.append(Fault(name, row.number, None, says))
            continue
        seen[category, feature] = row.number
        faults.extend(_number_faults(least, name, row.number, "min"))
        faults.extend(_number_faults(most, name, row.number, "max"))
        yield Quota(category, feature, _whole(least, 0), _whole(most, 10**9)), row.number


def _number_faults(text: str, name: str, row: int, column: str) -> Iterable[Fault]:
    if not text:
        yield Fault(name, row, column, "This is empty. Write a whole number, 0 or more.")
    elif not _WHOLE.fullmatch(text):
        yield Fault(name, row, column, f"“{text[:30]}” is not a whole number, 0 or more.")


def _whole(text: str, otherwise: int) -> int:
    return int(text) if _WHOLE.fullmatch(text) else otherwise


def _clashes(quotas: Quotas, seats: int, name: str) -> Iterable[Fault]:
    """What no group can meet, whoever is in the pool."""
    for quota, row in quotas.rows:
        if quota.least > quota.most:
            says = f"The minimum, {quota.least}, is above the maximum, {quota.most}."
            yield Fault(name, row, "min", says, clash=True)
        if quota.least > seats:
            says = f"The minimum, {quota.least}, is above the number of seats, {seats}."
            yield Fault(name, row, "min", says, clash=True)
    for category in quotas.categories:
        rows = [(quota, row) for quota, row in quotas.rows if quota.category == category]
        least, most = (sum(quota.least for quota, _ in rows), sum(quota.most for quota, _ in rows))
        if least > seats:
            says = f"The minimums of “{category}” add up to {least}, more than the {seats} seats."
            yield Fault(name, rows[0][1], "min", says, clash=True)
        if most < seats:
            says = f"The maximums of “{category}” add up to {most}, fewer than the {seats} seats."
            yield Fault(name, rows[0][1], "max", says, clash=True)
