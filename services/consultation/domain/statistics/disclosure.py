"""Tables of two questions, made safe to publish beside the exact totals of each question.

Who reads the results knows exactly how many chose each answer to each question. A table that crosses two questions adds
to that, and must not say what a few people answered. Three steps:

1. **Primary.** A count under the threshold is hidden, a zero too.
2. **Rounding.** What is shown is rounded to a multiple of five.
3. **Secondary.** More counts are hidden until nothing small can be worked out from what is left.

**What is promised.** Take somebody who knows all totals, all that is shown, the threshold and the rounding. For each
hidden count under the threshold, and for what is hidden in a row or a column taken together where that is under the
threshold, what they can work out is a range at least `threshold - 1` wide, or as wide as the totals alone leave it.
Ranges are exact: the tables that fit what is known are the flows of a network, whose corners are whole numbers. (Which
counts the third step chooses depends on the counts themselves; what somebody could learn by going through it backwards
is not part of the promise.)

**Several tables.** Two tables that share a question, or none, tell together no more than each alone: whatever fits the
one can be put together with whatever fits the other, since they agree on the totals that they share. A filter shows a
row of one of these tables and nothing else. (With three tables around in a circle ranges can become narrower; tests
attack such circles with linear programs.) Tables of the same questions at two moments could be subtracted: show them
once a consultation has closed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.consultation.domain.statistics.ranges import Counts, Known, Mask, width_by_totals

BASE = 5
"""What is shown is a multiple of this."""

THRESHOLDS = (5, 10)


@dataclass(frozen=True, slots=True)
class Protected:
    """`cells`: a row for each row that came in; rounded counts, and None for what is hidden."""

    cells: tuple[tuple[int | None, ...], ...]
    threshold: int

    @property
    def hidden(self) -> int:
        return sum(cell is None for row in self.cells for cell in row)


def protect(counts: Counts, threshold: int = THRESHOLDS[0]) -> Protected:
    """A table of counts that are zero or more, every person in one cell.

    So it has a row and a column for who left a question out; the caller need not show them. A question with several
    answers is a table of two columns for each answer: chose it, and did not. The same counts give the same table.
    """
    hidden = (counts < threshold) & _open(counts)
    for place in np.flatnonzero(hidden):
        _hide_around(counts, hidden, _mask(np.array([place]), counts), threshold)
    while any(_hide_around(counts, hidden, line, threshold) for line in _small_lines(counts, hidden, threshold)):
        pass
    shown = [
        tuple(None if is_hidden else rounded(int(count)) for count, is_hidden in zip(row, row_hidden, strict=True))
        for row, row_hidden in zip(counts, hidden, strict=True)
    ]
    return Protected(tuple(shown), threshold)


def rounded(count: int) -> int:
    """To the nearest multiple of five."""
    return BASE * round(count / BASE)


def _open(counts: Counts) -> Mask:
    """What the totals do not say already: where a row or a column has nobody, all know that nobody is there."""
    return np.asarray((counts.sum(axis=1)[:, None] > 0) & (counts.sum(axis=0)[None, :] > 0))


def _hide_around(counts: Counts, hidden: Mask, target: Mask, threshold: int) -> bool:
    """Hide more, until nobody can know the target too well; whether any had to be.

    What was safe stays so: the more is hidden, the wider are all ranges.
    """
    enough = min(threshold - 1, width_by_totals(counts, target))
    hid = False
    while Known(counts, hidden, threshold, BASE).width(target, enough) < enough:
        hidden[_next_to_hide(counts, hidden, target)] = hid = True
    return hid


def _small_lines(counts: Counts, hidden: Mask, threshold: int) -> list[Mask]:
    """What is hidden in each row and each column, where that is several counts which are small together."""
    everywhere = np.arange(counts.size).reshape(counts.shape)
    lines = [line[mask] for line, mask in zip(everywhere, hidden, strict=True)]
    lines += [line[mask] for line, mask in zip(everywhere.T, hidden.T, strict=True)]
    flat = counts.ravel()
    return [_mask(line, counts) for line in lines if len(line) > 1 and flat[line].sum() < threshold]


def _mask(places: NDArray[np.intp], counts: Counts) -> Mask:
    mask = np.zeros(counts.size, bool)
    mask[places] = True
    return mask.reshape(counts.shape)


def _next_to_hide(counts: Counts, hidden: Mask, target: Mask) -> tuple[int, int]:
    """The smallest count that is shown in a row or a column of the target; if there is none, the smallest of all."""
    shown = ~hidden & _open(counts)
    near = np.isin(np.arange(len(counts)), np.nonzero(target)[0])[:, None] & shown
    near |= np.isin(np.arange(counts.shape[1]), np.nonzero(target)[1])[None, :] & shown
    candidates = near if near.any() else shown
    # Where fewest are hidden already a line gains most: first by hidden neighbours, then by size, then by place.
    alone = np.minimum(hidden.sum(axis=1)[:, None], hidden.sum(axis=0)[None, :])
    rank = np.where(candidates, counts + 1e6 * np.minimum(alone, 2), np.inf)
    row, column = np.unravel_index(int(np.argmin(rank)), counts.shape)
    return int(row), int(column)
