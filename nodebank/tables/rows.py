# /// script
# dependencies = ["pandas"]
# ///
"""Rows of tables: which ones, in what order, and what to do with missing cells. Every node gives a new table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Filter rows", keywords=["where", "query", "select", "condition", "dataframe"])
def filter_rows(
    table: pd.DataFrame,
    column: str,
    operator: Literal[
        "==", "!=", ">", ">=", "<", "<=", "contains", "starts with", "ends with", "is one of", "is missing", "is there"
    ] = ">=",
    value: object = 0,
) -> pd.DataFrame:
    """Keep the rows whose cell in one column meets a condition.

    Rows with a missing cell are kept by "is missing" and "!=" alone.

    Args:
        table: Table to filter.
        column: Name of the column that is looked at.
        operator: How the cell is compared with the value; "is one of" takes a list or texts separated by commas.
        value: What the cell is compared with.

    Example:
        column "age", operator ">=", value 18 keeps the rows of adults.
    """
    import pandas as pd

    frame = _frame("table", table)
    cells = frame[_column(frame, "column", column)]
    if operator == "is missing":
        return frame[cells.isna()]
    if operator == "is there":
        return frame[cells.notna()]
    if operator in ("contains", "starts with", "ends with"):
        texts = cells.astype("object").map(lambda cell: "" if pd.isna(cell) else str(cell))
        wanted = str(value)
        tests = {"contains": str.__contains__, "starts with": str.startswith, "ends with": str.endswith}
        keep = texts.map(lambda text: tests[operator](text, wanted)).astype(bool)
        return frame[keep & cells.notna()]
    if operator == "is one of":
        choices = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        if not isinstance(choices, list | tuple | set):
            choices = [choices]
        return frame[cells.isin([_alike(cells, choice) for choice in choices])]
    other = _alike(cells, value)
    compare = {"==": "eq", "!=": "ne", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}[operator]
    try:
        return frame[getattr(cells, compare)(other).fillna(False).astype(bool)]
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"value: {value!r} cannot be compared with column {column!r}, which holds {cells.dtype}: {error}"
        ) from error


@loom.node(title="Sort rows", keywords=["order", "ascending", "descending", "rank", "dataframe"])
def sort_rows(table: pd.DataFrame, columns: str | list[str], descending: bool = False) -> pd.DataFrame:
    """Sort the rows by one column or several.

    Rows that are equal keep their order; missing cells come last.

    Args:
        table: Table to sort.
        columns: Names of the columns, separated by commas, the most important first.
        descending: Largest first.

    Example:
        columns "city, age" sorts by city, and by age within each city.
    """
    frame = _frame("table", table)
    names = _columns(frame, "columns", columns)
    try:
        return frame.sort_values(names, ascending=not descending, kind="stable")
    except TypeError as error:
        raise TypeError(f"columns: {names} holds values that cannot be ordered together: {error}") from error


@loom.node(title="First rows", keywords=["head", "top", "limit", "preview", "dataframe"])
def first_rows(
    table: pd.DataFrame, count: Annotated[int, loom.Range(0, 1_000_000_000)] = 10, last: bool = False
) -> pd.DataFrame:
    """Keep the first rows, or the last ones.

    Args:
        table: Table to take rows from.
        count: How many rows.
        last: Take them from the end.

    Example:
        count 3 keeps the first three rows.
    """
    frame = _frame("table", table)
    if count < 0:
        raise ValueError(f"count: 0 or more was expected, not {count}")
    return frame.tail(count) if last else frame.head(count)


@loom.node(title="Sample rows", keywords=["random", "subset", "shuffle", "dataframe"])
def sample_rows(
    table: pd.DataFrame, count: Annotated[int, loom.Range(0, 1_000_000_000)] = 10, seed: int = 0
) -> pd.DataFrame:
    """Take rows by chance, each at most once; all of them, shuffled, when there are not more.

    Args:
        table: Table to take rows from.
        count: How many rows.
        seed: The same seed takes the same rows.

    Example:
        count 100 of a table of 10,000 rows gives a small table to try things on.
    """
    frame = _frame("table", table)
    if count < 0:
        raise ValueError(f"count: 0 or more was expected, not {count}")
    return frame.sample(n=min(count, len(frame)), random_state=seed % 2**32)


@loom.node(title="Unique rows", keywords=["distinct", "duplicates", "deduplicate", "dataframe"])
def unique_rows(table: pd.DataFrame, columns: str | list[str] = "") -> pd.DataFrame:
    """Keep the first of the rows that are equal.

    Args:
        table: Table to look through.
        columns: Names of the columns that are compared, separated by commas; empty: all.

    Example:
        columns "city" keeps one row per city.
    """
    frame = _frame("table", table)
    return frame.drop_duplicates(subset=_columns(frame, "columns", columns, empty_is_all=True))


@loom.node(title="Drop missing", keywords=["dropna", "empty", "nan", "null", "clean", "dataframe"])
def drop_missing(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    when: Literal["any is missing", "all are missing"] = "any is missing",
) -> pd.DataFrame:
    """Leave out the rows that have missing cells.

    Args:
        table: Table to clean.
        columns: Names of the columns that are looked at, separated by commas; empty: all.
        when: Whether one missing cell is enough.

    Example:
        columns "age" leaves out the rows without an age.
    """
    frame = _frame("table", table)
    names = _columns(frame, "columns", columns, empty_is_all=True)
    return frame.dropna(subset=names, how="all" if when == "all are missing" else "any")


@loom.node(title="Fill missing", keywords=["fillna", "empty", "nan", "null", "replace", "clean", "dataframe"])
def fill_missing(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    fill_with: Literal["value", "mean", "median", "previous", "next"] = "value",
    value: object = 0,
) -> pd.DataFrame:
    """Fill missing cells with a value, a statistic of their column, or their neighbour.

    Args:
        table: Table to fill.
        columns: Names of the columns to fill, separated by commas; empty: all (for mean and median: all with numbers).
        fill_with: What the cells are filled with: previous and next are the rows above and below.
        value: The value, when filled with "value".

    Example:
        fill_with "mean" on 1, missing, 3 gives 1, 2, 3.
    """
    import pandas as pd

    frame = _frame("table", table).copy()
    names = _columns(frame, "columns", columns, empty_is_all=True)
    is_statistic = fill_with in ("mean", "median")
    for name in names:
        cells = frame[name]
        if is_statistic and not pd.api.types.is_numeric_dtype(cells):
            if columns:
                raise TypeError(f"columns: {fill_with} needs numbers, column {name!r} holds {cells.dtype}")
            continue
        if fill_with == "previous":
            frame[name] = cells.ffill()
        elif fill_with == "next":
            frame[name] = cells.bfill()
        elif cells.isna().any():
            filler = value if fill_with == "value" else getattr(cells, fill_with)()
            frame[name] = cells.where(cells.notna(), filler) if _holds(cells, filler) else _mixed(cells, filler)
    return frame


def _holds(cells: pd.Series, value: object) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(cells) == (isinstance(value, int | float) and not isinstance(value, bool))


def _mixed(cells: pd.Series, value: object) -> pd.Series:
    """Cells of several types: a text among numbers is the user's wish, and no error."""
    cells = cells.astype("object")
    return cells.where(cells.notna(), value)


def _alike(cells: pd.Series, value: object) -> object:
    """The value as the cells would hold it: a text field reads 13 as a number even where the column holds texts."""
    import pandas as pd

    if isinstance(value, str):
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            try:
                return float(value)
            except ValueError:
                raise TypeError(
                    f"value: a number was expected, as column {cells.name!r} holds numbers, not {value!r}"
                ) from None
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        texts = cells.dropna()
        if len(texts) and texts.map(lambda cell: isinstance(cell, str)).all():
            return str(value)
    return value


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
