# /// script
# dependencies = ["pandas"]
# ///
"""Tables from files and to files. Nothing here changes what a table holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_tables import _target

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": r"\s+"}


@loom.node(title="Load CSV", keywords=["read", "open", "import", "tsv", "dataframe", "spreadsheet"])
def load_csv(
    file: Annotated[Path, loom.OpenFile("*.csv")],
    separator: Literal["comma", "semicolon", "tab", "space", "automatic"] = "comma",
    decimal: Literal[".", ","] = ".",
    header: bool = True,
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
) -> pd.DataFrame:
    """Load a table from a CSV file.

    Columns that hold only numbers become numbers; empty cells are missing values.

    Args:
        file: File to read.
        separator: What stands between the cells of a row; "automatic" finds out, more slowly.
        decimal: The sign before the fraction of a number.
        header: Does the first row hold the names of the columns? If not, they are called column_1, column_2 and so on.
        encoding: How the file writes its characters.

    Example:
        >>> length = Path("people.csv").write_text("name,age\\nAda,36\\n")
        >>> load_csv(Path("people.csv"))
          name  age
        0  Ada   36
    """
    import pandas as pd

    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        table = pd.read_csv(
            path,
            sep=None if separator == "automatic" else _SEPARATORS[separator],
            engine="python" if separator in ("automatic", "space") else "c",
            decimal=decimal,
            header=0 if header else None,
            encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        )
    except pd.errors.EmptyDataError:
        raise ValueError(f"file: the file is empty; a CSV file with at least one row was expected: {path}") from None
    except pd.errors.ParserError as error:
        raise ValueError(f"file: not a CSV file with separator {separator!r}: {error}: {path}") from error
    except UnicodeError as error:
        raise ValueError(f"encoding: the file is not written in {encoding}; try another: {path}") from error
    if not header:
        table.columns = [f"column_{number}" for number in range(1, table.shape[1] + 1)]
    return table


@loom.node(title="Save CSV", cache=False, keywords=["write", "export", "tsv", "dataframe", "spreadsheet"])
def save_csv(
    table: pd.DataFrame,
    folder: Annotated[Path, loom.Folder()],
    name: str = "table.csv",
    separator: Literal["comma", "semicolon", "tab"] = "comma",
    row_labels: bool = False,
) -> Path:
    """Save a table as a CSV file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        table: Table to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".csv" is added when it has no ending.
        separator: What stands between the cells of a row.
        row_labels: Save the labels of the rows as the first column too.

    Example:
        >>> save_csv(pd.DataFrame({"name": ["Ada"], "age": [36]}), Path("results"), "people").read_text()
        'name,age\\nAda,36\\n'
    """
    if not hasattr(table, "to_csv"):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    path = _target(folder, name, ".csv")
    table.to_csv(path, sep=_SEPARATORS[separator], index=row_labels, encoding="utf-8", lineterminator="\n")
    return path
