"""What is wrong with the files of a pool: every fault in a sentence that names the file, the row and the column."""

from dataclasses import dataclass

from services.fairness_taskforce.selection.pool import Pool
from shared.errors import Refusal

MOST_FAULTS = 100
"""More help nobody."""


@dataclass(frozen=True, slots=True)
class Fault:
    file: str
    row: int | None
    """As a spreadsheet shows it: the header is row 1. None: the file as a whole."""
    column: str | None
    says: str
    clash: bool = False
    """The files can be read, but no group can keep to what they ask. Least changes may help."""

    @property
    def sentence(self) -> str:
        where = [self.file] if self.file else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"column “{self.column}”"] if self.column is not None else []
        return f"{', '.join(where)}: {self.says}" if where else self.says


class BadPool(Refusal):
    """Files that give no pool, with all their faults, at most MOST_FAULTS. Its own words are those of the first."""

    def __init__(self, faults: list[Fault], pool: Pool | None = None) -> None:
        super().__init__(faults[0].sentence, faults[0].column)
        self.faults = tuple(faults[:MOST_FAULTS])
        self.left_out = len(faults) - len(self.faults)
        self.file, self.row, self.column = faults[0].file, faults[0].row, faults[0].column
        self.pool = pool
        """What was read, if every fault is a clash: its least changes can be looked for."""

    @property
    def sentences(self) -> list[str]:
        more = [f"There are {self.left_out:,} more faults."] if self.left_out else []
        return [fault.sentence for fault in self.faults] + more
