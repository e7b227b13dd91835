# /// script
# dependencies = ["pandas"]
# ///
"""Tables made of tables: groups, joins, stacks, counts and summaries. Every node gives a new table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Group rows", keywords=["groupby", "aggregate", "mean", "sum", "count", "pivot", "dataframe"])
def group_rows(
    table: pd.DataFrame,
    by: str | list[str],
    statistic: Literal["mean", "median", "sum", "count", "min", "max", "std", "first", "last", "distinct"] = "mean",
    columns: str | list[str] = "",
) -> pd.DataFrame:
    """Group rows with equal cells and reduce each group to one row.

    Args:
        table: Table to group.
        by: Names of the columns that make the groups, separated by commas.
        statistic: How the cells of a group become one; std is the deviation of a sample, distinct counts the different
            cells, and count with no columns named counts the rows.
        columns: Names of the columns to reduce, separated by commas; empty: all others that the statistic works on.

    Example:
        by "city", statistic "mean", columns "age" gives the mean age of each city.
    """
    frame = _frame("table", table)
    keys = _columns(frame, "by", by)
    groups = frame.groupby(keys, sort=True, observed=True, dropna=False)
    if statistic == "count" and not columns:
        return groups.size().rename("count").reset_index()
    rest = [label for label in frame.columns if label not in keys]
    needs_numbers = statistic in ("mean", "median", "sum", "std")
    if columns:
        names = _columns(frame, "columns", columns)
        if shared := [name for name in names if name in keys]:
            raise ValueError(f"columns: {shared} makes the groups and cannot be reduced too")
    else:
        names = [label for label in rest if not needs_numbers or _is_number(frame[label])]
    for name in names:
        if needs_numbers and not _is_number(frame[name]):
            raise TypeError(f"columns: {statistic} needs numbers, column {name!r} holds {frame[name].dtype}")
    function = "nunique" if statistic == "distinct" else statistic
    return groups[names].agg(function).reset_index()


@loom.node(title="Join tables", keywords=["merge", "combine", "lookup", "sql", "dataframe"])
def join_tables(
    left: pd.DataFrame,
    right: pd.DataFrame,
    on: str | list[str],
    keep: Literal["matching rows", "all of left", "all of right", "all rows"] = "matching rows",
) -> pd.DataFrame:
    """Join the rows of two tables that have equal cells in the columns named.

    Args:
        left: First table.
        right: Second table.
        on: Names of the columns that must be equal, in both tables, separated by commas.
        keep: Which rows stay when the other table has none to match; their cells are missing then.

    Example:
        on "city" puts the population of a table of cities beside each person of a table of people.
    """
    first, second = _frame("left", left), _frame("right", right)
    names = _columns(first, "on", on)
    for name in names:
        if name not in second.columns:
            known = ", ".join(map(str, second.columns)) or "none"
            raise ValueError(f"on: the right table has no column {name!r}; its columns are: {known}")
    how = {"matching rows": "inner", "all of left": "left", "all of right": "right", "all rows": "outer"}[keep]
    try:
        return first.merge(second, on=names, how=how, suffixes=("_left", "_right"))
    except ValueError as error:
        raise ValueError(f"on: the columns {names} of the two tables cannot be matched: {error}") from error


@loom.node(title="Stack tables", keywords=["concat", "append", "union", "combine", "dataframe"])
def stack_tables(top: pd.DataFrame, bottom: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of one table below those of another; columns are matched by name.

    Args:
        top: Table whose rows come first.
        bottom: Table whose rows come after.

    Example:
        Two tables of 3 and 4 rows give one of 7.
    """
    import pandas as pd

    return pd.concat([_frame("top", top), _frame("bottom", bottom)], ignore_index=True)


@loom.node(title="Count values", keywords=["frequency", "histogram", "value_counts", "dataframe"])
def count_values(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count how often each value of a column occurs, the most frequent first.

    Args:
        table: Table to look at.
        column: Name of the column.

    Example:
        column "colour" on red, blue, red gives red 2, blue 1.
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    counts = frame.groupby(label, sort=False, observed=True, dropna=False).size().rename("count")
    return counts.reset_index().sort_values("count", ascending=False, kind="stable", ignore_index=True)


@loom.node(title="Describe table", keywords=["summary", "statistics", "mean", "quartile", "dataframe"])
def describe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise each column of numbers: count, mean, std, min, quartiles, max.

    Args:
        table: Table with at least one column of numbers.

    Example:
        A column with 1, 2, 3 has count 3, mean 2 and std 1.
    """
    frame = _frame("table", table)
    numbers = frame.select_dtypes("number")
    if not numbers.shape[1]:
        raise ValueError("table: at least one column of numbers was expected, this table has none")
    return numbers.describe().T.rename_axis("column").reset_index()


@loom.node(title="Correlations", keywords=["correlation", "matrix", "pearson", "spearman", "dataframe"])
def correlations(table: pd.DataFrame, method: Literal["pearson", "spearman", "kendall"] = "pearson") -> pd.DataFrame:
    """Correlate each column of numbers with each other one; a heat map shows it well.

    Args:
        table: Table with at least two columns of numbers.
        method: pearson for straight relations, spearman and kendall for ranks.

    Example:
        Columns x and 2·x have the correlation 1.
    """
    frame = _frame("table", table)
    numbers = frame.select_dtypes("number")
    if numbers.shape[1] < 2:
        raise ValueError(f"table: two or more columns of numbers were expected, this table has {numbers.shape[1]}")
    return numbers.corr(method=method)


def _is_number(cells: pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(cells)


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
