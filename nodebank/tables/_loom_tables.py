"""What the nodes of tables share: tables and columns checked.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def _number_cells(table: pd.DataFrame, name: str, column: object) -> pd.Series:
    """The cells of a column, which must hold numbers."""
    import pandas as pd

    cells = table[_column(table, name, column)]
    if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
        raise TypeError(f"{name}: a column of numbers was expected, column {column!r} holds {cells.dtype}")
    return cells


def _frame(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """The table, or an error that names the input."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{name}: a pandas table was expected, not {type(table).__name__}")
    return table


def _column(table: pd.DataFrame, name: str, column: object) -> object:
    """The column that is called so; a column called by a number is found by its text."""
    labels = list(table.columns)
    found = [label for label in labels if label == column] or [label for label in labels if str(label) == str(column)]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(f"{name}: {len(found)} columns are called {column!r}; Clean column names tells them apart")
    known = ", ".join(map(str, labels)) or "none"
    raise ValueError(f"{name}: there is no column {column!r}; the columns are: {known}")


def _columns(table: pd.DataFrame, name: str, columns: str | list[str], *, empty_is_all: bool = False) -> list[object]:
    """The columns of a list, or of a text with names separated by commas."""
    if isinstance(columns, str):
        whole = columns in list(table.columns)
        columns = [columns] if whole else [part.strip() for part in columns.split(",") if part.strip()]
    if not columns:
        if empty_is_all:
            return list(table.columns)
        raise ValueError(f"{name}: the name of at least one column was expected")
    return [_column(table, name, column) for column in columns]


def _is_number(cells: pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(cells)


def _target(folder: Path, name: str, ending: str) -> Path:
    """The file `name` in `folder`, which is made; with `ending` when the name has none."""
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(folder, str | Path) or Path(folder) == Path():
        raise ValueError("folder: a folder to save in was expected, none is chosen")
    if not name.strip() or Path(name).name != name:
        raise ValueError(f"name: the name of a file without a folder was expected, not {name!r}")
    path = Path(folder) / (name if Path(name).suffix else name + ending)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    return path
