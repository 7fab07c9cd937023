"""What can be worked out of a protected table: how wide the range is in which hidden counts must lie.

Rows and columns are the nodes of a network. A count that may be smaller is an edge from its row to its column, one that
may be larger an edge back. What is hidden in one row or column can grow by as much as flows from the one side of it to
the other around it, and shrink by as much as flows back (Gusfield, A graph theoretic approach to statistical data
security, SIAM Journal on Computing 17, 1988).
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Known:
    """What somebody knows of a table: all totals, what is hidden, and that each count shown is rounded."""

    def __init__(self, counts: Counts, hidden: Mask, threshold: int, base: int) -> None:
        shown = base * np.round(counts / base).astype(np.int64)
        reach = base // 2
        settled = (counts.sum(axis=1)[:, None] == 0) | (counts.sum(axis=0)[None, :] == 0)
        self._counts = counts
        self._larger = np.where(hidden, counts.sum(), np.where(settled, 0, shown + reach - counts))
        self._smaller = np.where(hidden, counts, np.where(settled, 0, counts - np.maximum(shown - reach, threshold)))

    def width(self, target: Mask, enough: int) -> int:
        """Of the range in which the sum of the target lies, at most `enough`.

        The target is cells of one row or of one column, all hidden.
        """
        rows, columns = np.nonzero(target)
        turned = rows[0] != rows[-1]  # cells of one column: the same, with rows for columns
        line, across = (columns[0], rows) if turned else (rows[0], columns)
        grows = self._flow(int(line), across, enough, turned=turned, back=False)
        return grows + (
            self._flow(int(line), across, enough - grows, turned=turned, back=True) if grows < enough else 0
        )

    def _flow(self, row: int, columns: NDArray[np.intp], limit: int, *, turned: bool, back: bool) -> int:
        """From the row to the columns around the cells between them, or back; at most `limit`.

        What flows back cannot be more than the cells of the target hold.
        """
        counts, to_column, to_row = (
            each.T.copy() if turned else each.copy() for each in (self._counts, self._smaller, self._larger)
        )
        to_column[row, columns] = to_row[row, columns] = 0
        ends = np.zeros(counts.shape[1], np.int64)
        ends[columns] = counts[row, columns] if back else limit
        if back:  # from the columns to the row is from the row to the columns with every edge turned
            to_column, to_row = to_row, to_column
        flowed = 0
        while flowed < limit and (step := _augment(to_column, to_row, row, ends, limit - flowed)):
            flowed += step
        return flowed


def width_by_totals(counts: Counts, target: Mask) -> int:
    """Of the range in which the sum of the target lies if every count is hidden (Fréchet's bounds)."""
    one, others = int(counts[target.any(axis=1)].sum()), int(counts[:, target.any(axis=0)].sum())
    return min(one, others) - max(0, one + others - int(counts.sum()))


def _augment(to_column: Counts, to_row: Counts, row: int, ends: NDArray[np.int64], limit: int) -> int:
    """Send as much as one shortest path can take, and leave the capacities as they are then; 0 if there is none."""
    rows, columns = to_column.shape
    row_from, column_from = np.full(rows, -1), np.full(columns, -1)
    seen_rows, seen_columns = np.zeros(rows, bool), np.zeros(columns, bool)
    seen_rows[row], frontier = True, np.array([row])
    while len(frontier):
        open_columns = (to_column[frontier] > 0) & ~seen_columns
        reached = np.flatnonzero(open_columns.any(axis=0))
        if not len(reached):
            return 0
        column_from[reached] = frontier[open_columns[:, reached].argmax(axis=0)]
        seen_columns[reached] = True
        arrived = reached[ends[reached] > 0]
        if len(arrived):
            return _send(to_column, to_row, ends, (row_from, column_from), (row, int(arrived[0])), limit)
        open_rows = (to_row[:, reached] > 0) & ~seen_rows[:, None]
        frontier = np.flatnonzero(open_rows.any(axis=1))
        row_from[frontier] = reached[open_rows[frontier].argmax(axis=1)]
        seen_rows[frontier] = True
    return 0


def _send(  # noqa: PLR0913
    to_column: Counts,
    to_row: Counts,
    ends: NDArray[np.int64],
    came_from: tuple[NDArray[np.int64], NDArray[np.int64]],
    between: tuple[int, int],
    limit: int,
) -> int:
    row_from, column_from = came_from
    row, end = between
    downs, ups, column = [], [], end
    while True:
        at = int(column_from[column])
        downs.append((at, column))
        if at == row:
            break
        column = int(row_from[at])
        ups.append((at, column))
    step = min(limit, int(ends[end]), *(int(to_column[cell]) for cell in downs), *(int(to_row[cell]) for cell in ups))
    for cell in downs:
        to_column[cell] -= step
        to_row[cell] += step
    for cell in ups:
        to_row[cell] -= step
        to_column[cell] += step
    ends[end] -= step
    return step
