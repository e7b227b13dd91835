# /// script
# dependencies = ["openpyxl", "pandas", "pyarrow"]
# ///
"""Tables from and to Excel and Parquet files. Nothing here changes what a table holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import loom
from _loom_tables import _target

if TYPE_CHECKING:
    import openpyxl  # noqa: F401, pandas reads and writes Excel files with it
    import pandas as pd
    import pyarrow  # noqa: F401, and Parquet files with this


@loom.node(title="Load Excel", keywords=["read", "open", "import", "xlsx", "spreadsheet", "sheet", "dataframe"])
def load_excel(
    file: Annotated[Path, loom.OpenFile("*.xlsx", "*.xlsm")], sheet: str = "", header: bool = True
) -> pd.DataFrame:
    """Load a table from a sheet of an Excel file. Of formulas, the value that was computed last is read.

    Args:
        file: File to read.
        sheet: Name of the sheet; empty: the first.
        header: Does the first row hold the names of the columns? If not, they are called column_1, column_2 and so on.

    Example:
        >>> path = save_excel(pd.DataFrame({"name": ["Ada"], "age": [36]}), Path("results"), "people")
        >>> load_excel(path)
          name  age
        0  Ada   36
    """
    import pandas as pd

    path = _file(file)
    try:
        with pd.ExcelFile(path, engine="openpyxl") as book:
            if sheet and sheet not in book.sheet_names:
                names = ", ".join(map(str, book.sheet_names))
                raise ValueError(f"sheet: there is no sheet {sheet!r}; the sheets are: {names}")
            table = pd.read_excel(book, sheet_name=sheet or 0, header=0 if header else None)
    except ValueError as error:
        if str(error).startswith("sheet: "):
            raise
        raise ValueError(f"file: not an Excel file (.xlsx): {error}: {path}") from error
    except Exception as error:  # openpyxl raises what zip, XML and its own checks raise
        raise ValueError(f"file: not an Excel file (.xlsx): {error}: {path}") from error
    if not header:
        table.columns = [f"column_{number}" for number in range(1, table.shape[1] + 1)]
    return table


@loom.node(title="Save Excel", cache=False, keywords=["write", "export", "xlsx", "spreadsheet", "dataframe"])
def save_excel(
    table: pd.DataFrame,
    folder: Annotated[Path, loom.Folder()],
    name: str = "table.xlsx",
    sheet: str = "Sheet1",
) -> Path:
    """Save a table as an Excel file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        table: Table to save; times with a zone are not known to Excel.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".xlsx" is added when it has no ending.
        sheet: Name of the sheet, of at most 31 characters.

    Example:
        >>> save_excel(pd.DataFrame({"x": [1]}), Path("results"), "numbers").name
        'numbers.xlsx'
    """
    if not hasattr(table, "to_excel"):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    if not 0 < len(sheet) <= 31 or any(sign in sheet for sign in r"[]:*?/\\"):
        raise ValueError(f"sheet: 1 to 31 characters without []:*?/\\ were expected, not {sheet!r}")
    path = _target(folder, name, ".xlsx")
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise ValueError(f"name: the ending .xlsx was expected, not {path.suffix!r}")
    try:
        table.to_excel(path, sheet_name=sheet, index=False, engine="openpyxl")
    except ValueError as error:
        raise ValueError(f"table: it cannot be written to Excel: {error}") from error
    return path


@loom.node(title="Load Parquet", keywords=["read", "open", "import", "arrow", "columnar", "dataframe"])
def load_parquet(file: Annotated[Path, loom.OpenFile("*.parquet", "*.pq")]) -> pd.DataFrame:
    """Load a table from a Parquet file, with the types of its columns.

    Args:
        file: File to read.

    Example:
        >>> path = save_parquet(pd.DataFrame({"name": ["Ada"], "age": [36]}), Path("results"), "people")
        >>> load_parquet(path)
          name  age
        0  Ada   36
    """
    import pandas as pd

    path = _file(file)
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (ValueError, OSError) as error:
        raise ValueError(f"file: not a Parquet file: {error}: {path}") from error


@loom.node(title="Save Parquet", cache=False, keywords=["write", "export", "arrow", "columnar", "dataframe"])
def save_parquet(table: pd.DataFrame, folder: Annotated[Path, loom.Folder()], name: str = "table.parquet") -> Path:
    """Save a table as a Parquet file in a folder; it is small, and keeps the types of columns.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        table: Table to save; a column must hold cells of one type.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".parquet" is added when it has no ending.

    Example:
        >>> save_parquet(pd.DataFrame({"x": [1]}), Path("results"), "numbers").name
        'numbers.parquet'
    """
    if not hasattr(table, "to_parquet"):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    path = _target(folder, name, ".parquet")
    try:
        table.to_parquet(path, engine="pyarrow", index=False)
    except (ValueError, TypeError) as error:
        raise ValueError(f"table: it cannot be written to Parquet: {error}") from error
    return path


def _file(file: Path) -> Path:
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    return path
