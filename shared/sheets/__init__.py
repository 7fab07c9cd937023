"""Tables in files: read from CSV, XLSX and ODS, and written as them."""

from shared.sheets.reading import LARGEST_FILE, MOST_ROWS, Row, read_file, read_rows
from shared.sheets.writing import (
    BOM,
    MOST_ROWS_OF_A_SHEET,
    Cell,
    Sheet,
    csv_lines,
    no_formula,
    write_csv,
    write_ods,
    write_xlsx,
    xlsx,
)

__all__ = [
    "BOM",
    "LARGEST_FILE",
    "MOST_ROWS",
    "MOST_ROWS_OF_A_SHEET",
    "Cell",
    "Row",
    "Sheet",
    "csv_lines",
    "no_formula",
    "read_file",
    "read_rows",
    "write_csv",
    "write_ods",
    "write_xlsx",
    "xlsx",
]
