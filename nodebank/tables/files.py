# /// script
# dependencies = ["pandas"]
# ///
"""Tables from files and to files. Nothing here changes what a table holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_tables import _frame, _target

if TYPE_CHECKING:
    import pandas as pd

_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": r"\s+"}


@loom.node(title="Load CSV", keywords=["read", "open", "import", "tsv", "dataframe", "spreadsheet"])
def load_csv(
    file: Annotated[Path, loom.OpenFile("*.csv", "*.tsv")],
    separator: Literal["by ending", "comma", "semicolon", "tab", "space", "automatic"] = "by ending",
    decimal: Literal[".", ","] = ".",
    header: bool = True,
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
) -> pd.DataFrame:
    """Load a table from a CSV file.

    Columns that hold only numbers become numbers; empty cells are missing values.

    Args:
        file: File to read.
        separator: What stands between the cells of a row; by ending is a tab for .tsv and else a comma, automatic
            finds out, more slowly.
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
    separator = _separator(path, separator)
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
    separator: Literal["by ending", "comma", "semicolon", "tab"] = "by ending",
    row_labels: bool = False,
    formulas: bool = False,
) -> Path:
    """Save a table as a CSV file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on. A
    spreadsheet runs a text that begins with =, +, - or @ as a formula when it opens the file: such a text, unless it is
    a number, gets a quote before it, which the spreadsheet takes for "this is a text".

    Args:
        table: Table to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".csv" is added when it has no ending.
        separator: What stands between the cells of a row; by ending is a tab for .tsv and else a comma.
        row_labels: Save the labels of the rows as the first column too.
        formulas: Save texts that a spreadsheet takes for formulas as they are.

    Example:
        >>> save_csv(pd.DataFrame({"name": ["Ada"], "age": [36]}), Path("results"), "people").read_text()
        'name,age\\nAda,36\\n'
        >>> save_csv(pd.DataFrame({"x": ["=1+1", "-1"]}), Path("results"), "signs").read_text()
        "x\\n'=1+1\\n-1\\n"
    """
    if not hasattr(table, "to_csv"):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    path = _target(folder, name, ".csv")
    written = table if formulas else _without_formulas(table, row_labels)
    written.to_csv(
        path, sep=_SEPARATORS[_separator(path, separator)], index=row_labels, encoding="utf-8", lineterminator="\n"
    )
    return path


@loom.node(title="Load JSON table", keywords=["read", "open", "import", "records", "jsonl", "ndjson", "dataframe"])
def load_json_table(
    file: Annotated[Path, loom.OpenFile("*.json", "*.jsonl", "*.ndjson")], inside: str = "", flat: bool = True
) -> pd.DataFrame:
    """Load a table from a JSON file: of records, one for each row, of columns, or of a record a line.

    Args:
        file: File to read; one that ends in .jsonl or .ndjson has a record a line.
        inside: Names that lead to the table where it is a part of the file, with dots between, such as data.items.
        flat: Make columns such as address.city of records within records.

    Example:
        >>> length = Path("people.json").write_text('[{"name": "Ada", "home": {"city": "London"}}, {"name": "Bo"}]')
        >>> load_json_table(Path("people.json"))
          name home.city
        0  Ada    London
        1   Bo       NaN
    """
    import pandas as pd

    path = Path(file)
    value = _json(path)
    for name in inside.split(".") if inside else []:
        if not isinstance(value, dict) or name not in value:
            known = ", ".join(value) if isinstance(value, dict) else "none"
            raise ValueError(f"inside: there is no {name!r} in the file; the names there are: {known}")
        value = value[name]
    if isinstance(value, dict):
        parts = [isinstance(part, list | dict) for part in value.values()]
        if parts and all(parts):
            try:
                return pd.DataFrame(value).reset_index(drop=True)
            except ValueError as error:
                raise ValueError(f"file: columns of equal length were expected: {error}: {path}") from None
        if any(isinstance(part, list) for part in value.values()):
            raise ValueError(
                f"inside: the part that is the table was expected; the names there are: {', '.join(value)}"
            )
        value = [value]
    if not isinstance(value, list) or not all(isinstance(record, dict) for record in value):
        raise ValueError(f"file: a list of records, or lists by the name of their column, were expected: {path}")
    return pd.json_normalize(value) if flat else pd.DataFrame(value)


@loom.node(title="Save JSON table", cache=False, keywords=["write", "export", "records", "jsonl", "dataframe"])
def save_json_table(
    table: pd.DataFrame,
    folder: Annotated[Path, loom.Folder()],
    name: str = "table.json",
    layout: Literal["records", "columns", "a record a line"] = "records",
) -> Path:
    """Save a table as a JSON file in a folder; missing cells become null, dates texts.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        table: Table to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".json" is added when it has no ending, ".jsonl" with a record a line.
        layout: A list of records, one for each row; lists by the name of their column; or a record a line (JSON Lines).

    Example:
        >>> table = pd.DataFrame({"name": ["Ada"], "age": [36]})
        >>> save_json_table(table, Path("results"), "people", "columns").read_text()
        '{"name": ["Ada"], "age": [36]}\\n'
    """
    frame = _frame("table", table)
    names = [str(label) for label in frame.columns]
    if len(set(names)) < len(names):
        raise ValueError("table: columns with different names were expected; Clean column names makes them so")
    cells = [_cells(frame.iloc[:, place]) for place in range(len(names))]
    records = [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]
    is_lines = layout == "a record a line"
    parts = records if is_lines else [records if layout == "records" else dict(zip(names, cells, strict=True))]
    try:
        lines = [json.dumps(part, ensure_ascii=False, allow_nan=False, default=_plain) for part in parts]
    except (TypeError, ValueError) as error:
        raise ValueError(f"table: it cannot be written as JSON: {error}") from None
    path = _target(folder, name, ".jsonl" if is_lines else ".json")
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return path


def _separator(path: Path, separator: str) -> str:
    """The name of the separator that is chosen, or that the ending of the file tells."""
    if separator != "by ending":
        return separator
    return "tab" if path.suffix.lower() == ".tsv" else "comma"


def _json(path: Path) -> object:
    """What a JSON file holds; of one with a record a line, the list of them."""
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return json.loads(text)
    except ValueError as error:  # of JSON or of UTF-8
        raise ValueError(f"file: not a JSON file: {error}: {path}") from None


def _cells(cells: pd.Series) -> list[object]:
    """The cells as Python knows them, None where they are missing."""
    return [None if is_missing else cell for cell, is_missing in zip(cells.tolist(), cells.isna(), strict=True)]


def _plain(value: object) -> object:
    """NumPy's numbers and arrays, sets, dates and paths as JSON knows them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, set | frozenset | range):
        return list(value)
    if isinstance(value, Path) or hasattr(value, "isoformat"):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _without_formulas(table: pd.DataFrame | pd.Series, row_labels: bool) -> pd.DataFrame:
    """The table with a quote before every text, label and name that a spreadsheet would run.

    After https://owasp.org/www-community/attacks/CSV_Injection, but that numbers written as texts stay numbers.
    """
    import pandas as pd

    table = table.to_frame() if isinstance(table, pd.Series) else table.copy(deep=False)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_datetime64_any_dtype(kind):
            table.isetitem(place, table.iloc[:, place].astype(object).map(_quoted))
    if row_labels:
        table = table.rename(index=_quoted)
        table.index = table.index.set_names([_quoted(name) for name in table.index.names])
    return table.rename(columns=_quoted)


def _quoted(cell: object) -> object:
    if not isinstance(cell, str) or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    is_number = re.fullmatch(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?%?", cell)
    return cell if is_number else f"'{cell}"
