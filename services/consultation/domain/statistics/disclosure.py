"""Tables of two questions, made safe to publish beside the exact totals of each question.

Who reads the results knows exactly how many people there are, how many chose each answer to each question, and how
many left it out. A table that crosses two questions adds to that, and must not say what a few people answered.

1. **Primary.** A count under the threshold is hidden, a zero too.
2. **Rounding.** What is shown is rounded to a multiple of five.
3. **Secondary.** More counts are hidden until nothing small can be worked out from what is left: for a hidden count
   of which too little is in doubt one more in its row or column is hidden, the smallest as shown; in the end the whole
   table is.

**What is promised.** Take somebody who knows all totals, all that is shown, the threshold and the rounding. For every
count that is hidden, small or not, either

* from the least to the most that it can be it is at least `threshold`, so that nobody can tell a small one; or
* it can be as much and as little as the totals alone leave it: the table has told nothing new of it.

**Sums.** A union of cells that are few people together has hidden cells only, and can be as large as the largest of
these can be; that is the threshold or more, or else the totals say so by themselves. So nobody can work out "all
others in this ward", nor what one table minus another leaves, where that is a few. A count that is shown beside
few who are hidden is not known more closely than within AT_LEAST either, for these would be known with it.

**Not promised** is what somebody could learn who runs this program on every table with the same totals, and asks which
come out the same. The third step goes by totals and rounded figures alone, and asks the same of every hidden count, so
that little is to be learnt; of tables of two rows and a few people something can be.

**Several tables.** Two tables that share a question tell together no more than each alone: whatever fits the one can be
put together with whatever fits the other, since they agree on the totals that they share. That holds for one breakdown
and any number of questions. With several breakdowns and several questions there are circles of tables, in which what is
possible can become narrower; there rounding is what protects, and tests attack such circles with linear programs over
everything people can be. A filter shows a row of one of these tables and nothing else, so it adds nothing. One table is
made for a pair of questions, whichever way round it is shown.

**At two moments** the difference of two tables is about those who came between. Tables are shown once a consultation
has closed, and after that anew only when `may_renew` says so (usecases/showing.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.consultation.domain.statistics.possible import Cell, Possible

BASE = 5
"""What is shown is a multiple of this."""

THRESHOLDS = (5, 10)

AT_LEAST = 2
"""How far the least and the most that a shown count can be are apart."""

TOGETHER = 10
"""How many responses must have come, gone or changed before the same tables are published again."""

Counts = Iterable[Iterable[int]]
"""Rows; an array of numpy will do."""


@dataclass(frozen=True, slots=True)
class Protected:
    """`cells`: a row for each row that came in; rounded counts, and None for what is hidden."""

    cells: tuple[tuple[int | None, ...], ...]
    threshold: int

    @property
    def hidden(self) -> int:
        return sum(cell is None for row in self.cells for cell in row)


def protect(counts: Counts, threshold: int = THRESHOLDS[0]) -> Protected:
    """A table of counts, every person in one cell.

    So it has a row and a column for who left a question out; the caller need not show them. The same counts give the
    same table, also with rows for columns. Counts that cannot be are hidden, all of them: while answers come in they
    may be read between two writes. Raises ValueError for another threshold than THRESHOLDS.
    """
    rows = _whole(counts, threshold)
    if not _are_counts(rows):
        return _all_hidden(rows, threshold)
    turned = tuple(zip(*rows, strict=True))
    if turned < rows:
        return Protected(tuple(zip(*_Hiding(turned, threshold).shown(), strict=True)), threshold)
    return Protected(_Hiding(rows, threshold).shown(), threshold)


def protect_several(
    counts: Counts, answered: Sequence[int], threshold: int = THRESHOLDS[0], most: int | None = None
) -> Protected:
    """A table of a question to which people give several answers, `most` at the most: who answered gave at least one.

    A row for each group, and one for who is in none; `answered` people of each answered the question, and that number
    is not published. Hidden is also what nearly everyone of a group chose, since few did not. Raises ValueError.
    """
    rows = _whole(counts, threshold)
    if not rows or not rows[0]:
        return _all_hidden(rows, threshold)
    choices = min(most or len(rows[0]), len(rows[0]))
    fits = _are_counts(rows) and all(
        max(row) <= people <= sum(row) <= choices * people for row, people in zip(rows, answered, strict=True)
    )
    if not fits:
        return _all_hidden(rows, threshold)
    return Protected(_Hiding(rows, threshold, tuple(answered), choices).shown(), threshold)


def may_renew(changed: int) -> bool:
    """Whether tables that are public may be worked out anew, when so many responses came, went or were changed."""
    return changed >= TOGETHER


def rounded(count: int) -> int:
    """To the nearest multiple of five."""
    return BASE * round(count / BASE)


Rows = tuple[tuple[int, ...], ...]


def _whole(counts: Counts, threshold: int) -> Rows:
    if threshold not in THRESHOLDS:
        raise ValueError(f"the threshold is one of {THRESHOLDS}")
    return tuple(tuple(int(count) for count in row) for row in counts)


def _are_counts(rows: Rows) -> bool:
    return bool(rows) and bool(rows[0]) and min(min(row) for row in rows) >= 0


def _all_hidden(rows: Rows, threshold: int) -> Protected:
    return Protected(tuple((None,) * len(row) for row in rows), threshold)


class _Hiding:
    """Of one table, which cells are hidden.

    `answered`: where people can choose several, those of each row who answered. Each counts in one to `choices` cells,
    so a row adds up to something between; one more column takes up what is left of it.
    """

    def __init__(self, rows: Rows, threshold: int, answered: tuple[int, ...] | None = None, choices: int = 1) -> None:
        self._rows, self._threshold, self._several, self._choices = rows, threshold, answered is not None, choices
        self._limits = answered or tuple(sum(row) for row in rows)
        self._totals = tuple(sum(column) for column in zip(*rows, strict=True))
        every = [(row, column) for row in range(len(rows)) for column in range(len(rows[0]))]
        # Where a row or a column has nobody, all know that nobody is there.
        self._cells = [(row, column) for row, column in every if self._limits[row] and self._totals[column]]
        self._hidden = {cell for cell in self._cells if self._is_small(cell)}
        self._by_totals = self._possible(set(self._cells))

    def shown(self) -> tuple[tuple[int | None, ...], ...]:
        known = self._possible(self._hidden)
        while self._hide_one_more(known):
            pass
        return tuple(
            tuple(None if (at, column) in self._hidden else rounded(count) for column, count in enumerate(row))
            for at, row in enumerate(self._rows)
        )

    def _is_small(self, cell: Cell) -> bool:
        count = self._rows[cell[0]][cell[1]]
        return count < self._threshold or (self._several and self._limits[cell[0]] - count < self._threshold)

    def _possible(self, hidden: set[Cell]) -> Possible:
        rows = [list(row) for row in self._rows]
        bounds = [[self._bounds((at, c), hidden) for c in range(len(row))] for at, row in enumerate(rows)]
        low, high = [[each[0] for each in row] for row in bounds], [[each[1] for each in row] for row in bounds]
        if self._several:
            for at, people in enumerate(self._limits):
                rows[at].append(self._choices * people - sum(rows[at]))
                low[at].append(0)
                high[at].append((self._choices - 1) * people)
        return Possible(rows, low, high)

    def _bounds(self, cell: Cell, hidden: set[Cell]) -> tuple[int, int]:
        """What is known of the cell by itself."""
        row, column = cell
        most = min(self._limits[row], self._totals[column])
        if not most or cell in hidden:
            return 0, most
        if self._several:
            most = min(most, self._limits[row] - self._threshold)
        about = rounded(self._rows[row][column])
        return max(about - BASE // 2, self._threshold), min(about + BASE // 2, most)

    def _hide_one_more(self, known: Possible) -> bool:
        """Whether it was needed. What was in enough doubt stays so: the more is hidden, the less is known of all."""
        for cell in sorted(self._hidden):
            if self._is_told(cell, known, self._threshold):
                self._hide(self._others(cell), known)
                return True
        for cell in self._cells:
            if cell not in self._hidden and self._stands_by_few(cell) and self._is_told(cell, known, AT_LEAST):
                self._hide([cell], known)
                return True
        return False

    def _stands_by_few(self, cell: Cell) -> bool:
        """Whether what is hidden in its row or its column may be few people, who would be known with it."""
        return any(
            hidden and total - sum(rounded(self._rows[row][column]) for row, column in shown) < 2 * self._threshold
            for total, hidden, shown in (self._line(cell, axis) for axis in (0, 1))
        )

    def _line(self, cell: Cell, axis: int) -> tuple[int, list[Cell], list[Cell]]:
        """The row of a cell (axis 0) or its column: its total, its hidden cells and those that are shown."""
        line = [each for each in self._cells if each[axis] == cell[axis]]
        total = sum(self._rows[row][column] for row, column in line)
        hidden = [each for each in line if each in self._hidden]
        return total, hidden, [each for each in line if each not in self._hidden]

    def _is_told(self, cell: Cell, known: Possible, wanted: int) -> bool:
        """Whether more is known of the cell than may be, and than the totals tell by themselves."""
        spread = known.spread(cell, wanted)
        return spread < wanted and spread < self._by_totals.spread(cell, wanted)

    def _hide(self, cells: Sequence[Cell], known: Possible) -> None:
        for cell in cells:
            self._hidden.add(cell)
            known.loosen(cell, *self._bounds(cell, self._hidden))

    def _others(self, cell: Cell) -> list[Cell]:
        """The smallest that is shown in the row or the column, whichever has fewer hidden; if none is, all."""
        lines = sorted((self._line(cell, axis)[1:] for axis in (0, 1)), key=lambda line: len(line[0]))
        for _, shown in lines:
            if shown:
                return [min(shown, key=lambda each: (rounded(self._rows[each[0]][each[1]]), each))]
        return [each for each in self._cells if each not in self._hidden]
