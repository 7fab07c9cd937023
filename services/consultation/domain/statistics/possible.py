"""What somebody who knows all the totals can still think possible of each cell of a table: exactly, in whole people.

The tables that fit what is known are the flows of a network: rows on one side, columns on the other, a cell is an
arc with bounds. From one such table each other is reached by moving people around circles of cells (one more here, one
fewer there, and every total stays), and how far a cell can go is found by shortest augmenting paths. All is whole
numbers, so nothing depends on a tolerance.
"""

from collections.abc import Sequence

Cell = tuple[int, int]
Step = tuple[int, int, bool]
"""Row, column, and whether the cell gets more people or fewer."""


class Possible:
    """One table that fits, moved about between `low` and `high`."""

    def __init__(
        self, table: Sequence[Sequence[int]], low: Sequence[Sequence[int]], high: Sequence[Sequence[int]]
    ) -> None:
        self._now = [list(row) for row in table]
        self._least = [list(row) for row in table]
        self._most = [list(row) for row in table]
        self._more = [[top - now for top, now in zip(*rows, strict=True)] for rows in zip(high, table, strict=True)]
        self._fewer = [[now - base for now, base in zip(*rows, strict=True)] for rows in zip(table, low, strict=True)]
        self._rows, self._columns = range(len(table)), range(len(table[0]))

    def loosen(self, cell: Cell, low: int, high: int) -> None:
        """From now on the cell can be from `low` to `high`, which is no less than before."""
        row, column = cell
        self._more[row][column] = high - self._now[row][column]
        self._fewer[row][column] = self._now[row][column] - low

    def spread(self, cell: Cell, wanted: int) -> int:
        """How many people lie between the least and the most of the cell; counted no further than `wanted`."""
        for up in (True, False):
            while self._seen(cell) < wanted and self._move(cell, up=up):
                pass
        return min(self._seen(cell), wanted)

    def _seen(self, cell: Cell) -> int:
        return self._most[cell[0]][cell[1]] - self._least[cell[0]][cell[1]]

    def _move(self, cell: Cell, *, up: bool) -> bool:
        """Move the cell as far as one circle lets it. Whether there was one."""
        row, column = cell
        if (self._more if up else self._fewer)[row][column] <= 0:
            return False
        circle = self._circle(cell, up=up)
        if not circle:
            return False
        steps = [(row, column, up), *circle]
        by = min((self._more if more else self._fewer)[r][c] for r, c, more in steps)
        for at_row, at_column, more in steps:
            change = by if more else -by
            self._more[at_row][at_column] -= change
            self._fewer[at_row][at_column] += change
            self._now[at_row][at_column] += change
            now = self._now[at_row][at_column]
            self._least[at_row][at_column] = min(self._least[at_row][at_column], now)
            self._most[at_row][at_column] = max(self._most[at_row][at_column], now)
        return True

    def _circle(self, cell: Cell, *, up: bool) -> list[Step]:
        """The other cells of a shortest circle: in its column one goes the other way, in its row too. Empty if none."""
        row, column = cell
        along_column = self._fewer if up else self._more
        along_row = self._more if up else self._fewer
        to_row: dict[int, int] = {}  # row: the column by which it is reached
        to_column = {column: -1}
        left_rows, left_columns = set(self._rows), set(self._columns) - {column}
        edge = [column]
        while edge:
            rows = []
            for at in edge:
                found = [each for each in left_rows if along_column[each][at] > 0 and (each, at) != cell]
                to_row.update(dict.fromkeys(found, at))
                left_rows.difference_update(found)
                rows += found
            if row in to_row:
                return self._back(row, to_row, to_column, up=up)
            edge = []
            for at in rows:
                room = along_row[at]
                new = [each for each in left_columns if room[each] > 0]
                to_column.update(dict.fromkeys(new, at))
                left_columns.difference_update(new)
                edge += new
        return []

    @staticmethod
    def _back(row: int, to_row: dict[int, int], to_column: dict[int, int], *, up: bool) -> list[Step]:
        steps = []
        while row != -1:
            column = to_row[row]
            steps.append((row, column, not up))
            row = to_column[column]
            if row != -1:
                steps.append((row, column, up))
        return steps
