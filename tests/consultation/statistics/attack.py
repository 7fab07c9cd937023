"""What somebody can work out of published tables with linear programs. Shares no code with what protects them."""

from collections.abc import Sequence

import highspy
import numpy as np

from services.consultation.domain.statistics.disclosure import Protected


class Attack:
    """People by the answers to two or three questions: how many there are of each kind is what is sought."""

    def __init__(self, shape: Sequence[int]) -> None:
        self._shape = tuple(shape)
        self._places = np.arange(int(np.prod(shape))).reshape(self._shape)
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        for _ in range(self._places.size):
            self._highs.addVar(0.0, highspy.kHighsInf)

    def _know(self, places: np.ndarray, low: float, high: float) -> None:
        which = places.ravel().astype(np.int32)
        self._highs.addRow(low, high, len(which), which, np.ones(len(which)))

    def totals(self, counts: np.ndarray) -> None:
        for axis in range(counts.ndim):
            others = tuple(each for each in range(counts.ndim) if each != axis)
            self.totals_of(axis, counts.sum(axis=others))

    def totals_of(self, axis: int, totals: np.ndarray) -> None:
        for at, total in enumerate(totals):
            self._know(np.take(self._places, at, axis), float(total), float(total))

    def table(self, axes: tuple[int, int], published: Protected, counts: np.ndarray) -> None:
        for row, cells in enumerate(published.cells):
            for column, cell in enumerate(cells):
                if cell is not None and counts[row].sum() and counts[:, column].sum():
                    places = self._pair(axes, (row, column))
                    self._know(places, max(cell - 2, published.threshold), cell + 2)

    def range_of(self, at: tuple[int, int]) -> tuple[float, float]:
        return self.range_of_pair((0, 1), at)

    def range_of_pair(self, axes: tuple[int, int], at: tuple[int, int]) -> tuple[float, float]:
        """The least and the most that a cell of the table of these two questions can be."""
        cost = np.zeros(self._places.size)
        cost[self._pair(axes, at).ravel()] = 1.0
        self._highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            self._highs.changeObjectiveSense(sense)
            self._highs.run()
            assert self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            ends.append(float(self._highs.getInfo().objective_function_value))
        return ends[0], ends[1]

    def _pair(self, axes: tuple[int, int], at: tuple[int, int]) -> np.ndarray:
        index: list[int | slice] = [slice(None)] * len(self._shape)
        for axis, place in zip(axes, at, strict=True):
            index[axis] = place
        return np.atleast_1d(self._places[tuple(index)])
