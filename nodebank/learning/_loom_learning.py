"""What the nodes of learning share: tables and columns checked.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def _whole_table(name: str, table: object) -> pd.DataFrame:
    """The table, with at least one row, or an error that names the input."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{name}: a pandas table was expected, not {type(table).__name__}")
    if table.empty:
        raise ValueError(f"{name}: at least one row was expected, this table has {len(table)} rows")
    return table


def _pick(table: pd.DataFrame, name: str, columns: object) -> list[str]:
    """The columns named by a list, or by a text with commas between."""
    if isinstance(columns, str):
        columns = [columns] if columns in table.columns else [part.strip() for part in columns.split(",")]
        columns = [column for column in columns if column]
    if not columns:
        raise ValueError(f"{name}: the name of at least one column was expected, there is none")
    for column in columns:
        if list(table.columns).count(column) != 1:
            many = "several columns are" if column in table.columns else "no column is"
            raise ValueError(f"{name}: {many} called {column!r}; the columns are: {', '.join(map(str, table.columns))}")
    return list(columns)
