"""Linear programs. The only file that knows HiGHS."""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

INFINITY = float(highspy.kHighsInf)
TOLERANCE = 1e-9
"""Below the solver's own default, since what is found feeds into the next program."""


class SolverFailed(Exception):  # noqa: N818
    """The solver gave up for a reason of its own: neither an answer nor that there is none."""


@dataclass(frozen=True, slots=True)
class Sparse:
    """A matrix by columns: those of column j are rows[starts[j]:starts[j + 1]] and values[...]."""

    height: int
    starts: NDArray[np.int32]
    rows: NDArray[np.int32]
    values: Vector

    @property
    def width(self) -> int:
        return len(self.starts) - 1


def sparse(matrix: Matrix) -> Sparse:
    rows, columns = np.nonzero(matrix)
    return from_entries(matrix.shape[0], matrix.shape[1], rows, columns, matrix[rows, columns])


def from_entries(height: int, width: int, rows: NDArray[np.intp], columns: NDArray[np.intp], values: Vector) -> Sparse:
    """`values[i]` stands in row `rows[i]` of column `columns[i]`."""
    order = np.lexsort((rows, columns))
    starts = np.searchsorted(columns[order], np.arange(width + 1)).astype(np.int32)
    return Sparse(height, starts, rows[order].astype(np.int32), values[order].astype(float))


class Program:
    """Maximise cost·x with least <= rows·x <= most and low <= x <= high. Solved again from where it was left."""

    def __init__(  # noqa: PLR0913
        self, rows: Sparse, least: Vector, most: Vector, low: Vector, high: Vector, cost: Vector | None = None
    ) -> None:
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("random_seed", 0),
            ("presolve", "off"),
            ("simplex_scale_strategy", 0),
            ("primal_feasibility_tolerance", TOLERANCE),
            ("dual_feasibility_tolerance", TOLERANCE),
        ):
            self._highs.setOptionValue(option, value)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = rows.width, rows.height
        lp.col_cost_ = np.zeros(rows.width) if cost is None else cost
        lp.col_lower_, lp.col_upper_, lp.row_lower_, lp.row_upper_ = low, high, least, most
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.starts, rows.rows, rows.values
        lp.sense_ = highspy.ObjSense.kMaximize
        self._highs.passModel(lp)
        self._columns = np.arange(rows.width, dtype=np.int32)
        self._rows = np.arange(rows.height, dtype=np.int32)

    def set_cost(self, cost: Vector) -> None:
        self._highs.changeColsCost(len(self._columns), self._columns, cost)

    def set_bounds(self, low: Vector, high: Vector) -> None:
        self._highs.changeColsBounds(len(self._columns), self._columns, low, high)

    def set_some_bounds(self, columns: NDArray[np.intp], low: Vector, high: Vector) -> None:
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def set_rows(self, least: Vector, most: Vector) -> None:
        self._highs.changeRowsBounds(len(self._rows), self._rows, least, most)

    def set_some_rows(self, rows: NDArray[np.intp], least: Vector, most: Vector) -> None:
        self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), least, most)

    def set_entry(self, row: int, column: int, value: float) -> None:
        self._highs.changeCoeff(row, column, value)

    def add_column(self, rows: NDArray[np.intp], values: Vector, cost: float = 0.0) -> None:
        """A variable from 0 up."""
        self._highs.addCol(cost, 0.0, INFINITY, len(rows), rows.astype(np.int32), values)
        self._columns = np.arange(len(self._columns) + 1, dtype=np.int32)

    def make_whole(self, columns: NDArray[np.intp] | None = None) -> None:
        """From now on these variables (all, if none are named) are whole numbers."""
        which = self._columns if columns is None else columns.astype(np.int32)
        self._highs.changeColsIntegrality(len(which), which, np.full(len(which), highspy.HighsVarType.kInteger))
        self._highs.setOptionValue("presolve", "choose")
        self._highs.setOptionValue("mip_rel_gap", 0.0)

    def solve(self) -> bool:
        """Whether there is an answer. Raises SolverFailed."""
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return True
        if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
            return False
        return self._solve_afresh()

    def solve_roughly(self, *, nodes: int, gap: float) -> bool:
        """Whether an answer was found in so many nodes of the search tree; the best may be better by up to `gap`."""
        self._highs.setOptionValue("mip_max_nodes", nodes)
        self._highs.setOptionValue("mip_abs_gap", gap)
        self._highs.run()
        return bool(self._highs.getSolution().value_valid)

    def _solve_afresh(self) -> bool:
        """Without the basis, which numbers can have made useless."""
        self._highs.clearSolver()
        self._highs.run()
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverFailed(self._highs.modelStatusToString(status))
        return True

    @property
    def value(self) -> float:
        return float(self._highs.getInfo().objective_function_value)

    @property
    def answer(self) -> Vector:
        return np.array(self._highs.getSolution().col_value)

    @property
    def prices(self) -> Vector:
        """What a little more room in each row would be worth."""
        return np.array(self._highs.getSolution().row_dual)
