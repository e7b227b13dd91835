# /// script
# dependencies = ["pandas"]
# ///
"""Tables made of tables: groups, joins, stacks, counts and summaries. Every node gives a new table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import loom
from _loom_tables import _column, _columns, _frame, _is_number

if TYPE_CHECKING:
    import pandas as pd

_JOINS = {"matching rows": "inner", "all of left": "left", "all of right": "right", "all rows": "outer"}
_STATISTICS = ("count", "sum", "mean", "median", "min", "max", "std", "first", "last", "distinct")


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
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> group_rows(people, "city", "mean", "age")
           city   age
        0  Bern  36.0
        1  Oslo  23.0
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
        >>> people = pd.DataFrame({"name": ["Ada", "Bo"], "city": ["Bern", "Oslo"]})
        >>> cities = pd.DataFrame({"city": ["Oslo", "Bern"], "country": ["NO", "CH"]})
        >>> join_tables(people, cities, "city")
          name  city country
        0  Ada  Bern      CH
        1   Bo  Oslo      NO
    """
    first, second = _frame("left", left), _frame("right", right)
    names = _columns(first, "on", on)
    for name in names:
        if name not in second.columns:
            known = ", ".join(map(str, second.columns)) or "none"
            raise ValueError(f"on: the right table has no column {name!r}; its columns are: {known}")
    try:
        return first.merge(second, on=names, how=_JOINS[keep], suffixes=("_left", "_right"))
    except ValueError as error:
        raise ValueError(f"on: the columns {names} of the two tables cannot be matched: {error}") from error


@loom.node(title="Join by two names", keywords=["merge", "lookup", "different keys", "vlookup", "sql", "dataframe"])
def join_by_two_names(
    left: pd.DataFrame,
    right: pd.DataFrame,
    left_on: str | list[str],
    right_on: str | list[str],
    keep: Literal["matching rows", "all of left", "all of right", "all rows"] = "matching rows",
) -> pd.DataFrame:
    """Join the rows of two tables that have equal cells in columns whose names differ.

    Args:
        left: First table.
        right: Second table.
        left_on: Names of the columns of the left table that must be equal, separated by commas.
        right_on: Names of those of the right table, in the same order.
        keep: Which rows stay when the other table has none to match; their cells are missing then.

    Example:
        >>> people = pd.DataFrame({"name": ["Ada", "Bo"], "home": ["Bern", "Oslo"]})
        >>> cities = pd.DataFrame({"city": ["Oslo", "Bern"], "country": ["NO", "CH"]})
        >>> join_by_two_names(people, cities, "home", "city")[["name", "country"]]
          name country
        0  Ada      CH
        1   Bo      NO
    """
    first, second = _frame("left", left), _frame("right", right)
    names, others = _columns(first, "left_on", left_on), _columns(second, "right_on", right_on)
    if len(others) != len(names):
        raise ValueError(f"right_on: {len(names)} names were expected, as many as left_on has, not {len(others)}")
    try:
        return first.merge(second, left_on=names, right_on=others, how=_JOINS[keep], suffixes=("_left", "_right"))
    except ValueError as error:
        raise ValueError(f"right_on: {others} cannot be matched with {names} of left: {error}") from error


@loom.node(
    title="Compare keys", keywords=["anti join", "semi join", "difference", "not in", "missing rows", "dataframe"]
)
def compare_keys(
    left: pd.DataFrame,
    right: pd.DataFrame,
    on: str | list[str],
    keep: Literal["in both", "only in left"] = "only in left",
) -> pd.DataFrame:
    """Keep the rows of a table that have, or have no, row with equal cells in another. No column is added.

    Args:
        left: Table whose rows are kept.
        right: Table that is looked in.
        on: Names of the columns that are compared, in both tables, separated by commas.
        keep: Which rows of left stay.

    Example:
        >>> orders = pd.DataFrame({"order": [1, 2, 3]})
        >>> compare_keys(orders, pd.DataFrame({"order": [2]}), "order")["order"].tolist()
        [1, 3]
    """
    first, second = _frame("left", left), _frame("right", right)
    names, others = _columns(first, "on", on), _columns(second, "on", on)
    known = set(second[others].itertuples(index=False, name=None))
    is_in = [row in known for row in first[names].itertuples(index=False, name=None)]
    return first[[found == (keep == "in both") for found in is_in]]


@loom.node(title="All combinations", keywords=["cross join", "cartesian product", "grid", "pairs", "dataframe"])
def all_combinations(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Put each row of one table beside each row of another.

    Args:
        left: First table.
        right: Second table; as many rows as both have multiplied must have room in memory.

    Example:
        >>> all_combinations(pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"y": ["a", "b"]}))
           x  y
        0  1  a
        1  1  b
        2  2  a
        3  2  b
    """
    return _frame("left", left).merge(_frame("right", right), how="cross", suffixes=("_left", "_right"))


@loom.node(title="Group with statistics", keywords=["groupby", "aggregate", "several", "summary", "agg", "dataframe"])
def group_with_statistics(
    table: pd.DataFrame, by: str | list[str], columns: str | list[str], statistics: str | list[str] = "count, mean"
) -> pd.DataFrame:
    """Group rows with equal cells and give several statistics of each group, a column each.

    Args:
        table: Table to group.
        by: Names of the columns that make the groups, separated by commas.
        columns: Names of the columns of numbers to reduce, separated by commas.
        statistics: Any of count, sum, mean, median, min, max, std, first, last, distinct, separated by commas.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> group_with_statistics(people, "city", "age", "count, mean")
           city  age_count  age_mean
        0  Bern          1      36.0
        1  Oslo          2      23.0
    """
    frame = _frame("table", table)
    keys, names = _columns(frame, "by", by), _columns(frame, "columns", columns)
    if shared := [name for name in names if name in keys]:
        raise ValueError(f"columns: {shared} makes the groups and cannot be reduced too")
    parts = statistics.split(",") if isinstance(statistics, str) else statistics
    wanted = [part.strip() for part in parts if part.strip()]
    if not wanted or set(wanted) - set(_STATISTICS):
        raise ValueError(f"statistics: some of {', '.join(_STATISTICS)} were expected, not {statistics!r}")
    for name in names:
        if {"sum", "mean", "median", "std"} & set(wanted) and not _is_number(frame[name]):
            raise TypeError(f"columns: these statistics need numbers, column {name!r} holds {frame[name].dtype}")
    groups = frame.groupby(keys, sort=True, observed=True, dropna=False)
    made = {f"{name}_{what}": (name, "nunique" if what == "distinct" else what) for name in names for what in wanted}
    return groups.agg(**made).reset_index()


@loom.node(title="Group statistic column", keywords=["transform", "window", "share of group", "over", "dataframe"])
def group_statistic_column(
    table: pd.DataFrame,
    by: str | list[str],
    column: str,
    statistic: Literal["mean", "median", "sum", "count", "min", "max", "share"] = "mean",
    name: str = "of_group",
) -> pd.DataFrame:
    """Add to each row a statistic of its group; the rows stay.

    Args:
        table: Table to add to.
        by: Names of the columns that make the groups, separated by commas.
        column: Column of numbers that is reduced.
        statistic: What is computed; share is the row's part of its group's sum, from 0 to 1.
        name: Name of the new column.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [15, 36, 5]})
        >>> group_statistic_column(people, "city", "age", "share")["of_group"].tolist()
        [0.75, 1.0, 0.25]
    """
    frame = _frame("table", table)
    keys, label = _columns(frame, "by", by), _column(frame, "column", column)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    if statistic != "count" and not _is_number(frame[label]):
        raise TypeError(f"column: {statistic} needs numbers, column {column!r} holds {frame[label].dtype}")
    groups = frame.groupby([frame[key] for key in keys], dropna=False, observed=True)[label]
    cells = groups.transform("sum" if statistic == "share" else statistic)
    return frame.assign(**{name: frame[label] / cells if statistic == "share" else cells})


@loom.node(title="Split by group", keywords=["groupby", "partition", "loop", "each group", "dictionary", "dataframe"])
def split_by_group(table: pd.DataFrame, column: str) -> dict[str, pd.DataFrame]:
    """Make a table of each group of rows with an equal cell, in a dictionary by that cell's text.

    Args:
        table: Table to part.
        column: Name of the column that makes the groups.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> split_by_group(people, "city")["Oslo"]["age"].tolist()
        [41, 5]
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    groups: dict[str, pd.DataFrame] = {}
    for key, rows in frame.groupby(label, dropna=False, observed=True):
        if str(key) in groups:
            raise ValueError(f"column: two different cells of {column!r} have the text {key}; change its type first")
        groups[str(key)] = rows
    return groups


@loom.node(title="Stack tables", keywords=["concat", "append", "union", "combine", "dataframe"])
def stack_tables(top: pd.DataFrame, bottom: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of one table below those of another; columns are matched by name.

    Args:
        top: Table whose rows come first.
        bottom: Table whose rows come after.

    Example:
        >>> stack_tables(pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"x": [3]}))["x"].tolist()
        [1, 2, 3]
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
        >>> count_values(pd.DataFrame({"colour": ["red", "blue", "red"]}), "colour")
          colour  count
        0    red      2
        1   blue      1
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    counts = frame.groupby(label, sort=False, observed=True, dropna=False).size().rename("count")
    return counts.reset_index().sort_values("count", ascending=False, kind="stable", ignore_index=True)


@loom.node(title="Column statistic", keywords=["mean", "sum", "min", "max", "total", "average", "dataframe"])
def column_statistic(
    table: pd.DataFrame,
    column: str,
    statistic: Literal["mean", "median", "sum", "count", "missing", "distinct", "min", "max", "std"] = "mean",
) -> object:
    """Reduce a column to one value. Missing cells are left out.

    Args:
        table: Table with the column.
        column: Name of the column.
        statistic: What is computed; std is the deviation of a sample.

    Example:
        >>> column_statistic(pd.DataFrame({"age": [36, 5, 41]}), "age", "max")
        41
    """
    frame = _frame("table", table)
    cells = frame[_column(frame, "column", column)]
    if statistic == "missing":
        return int(cells.isna().sum())
    if statistic in ("mean", "median", "sum", "std") and not _is_number(cells):
        raise TypeError(f"column: {statistic} needs numbers, column {column!r} holds {cells.dtype}")
    if statistic in ("mean", "median", "min", "max") and not cells.notna().any():
        raise ValueError(f"column: at least one cell was expected, column {column!r} has none for a {statistic}")
    value = getattr(cells, "nunique" if statistic == "distinct" else statistic)()
    return value.item() if hasattr(value, "item") else value


@loom.node(title="Column overview", keywords=["info", "schema", "types", "missing", "distinct", "profile", "dataframe"])
def column_overview(table: pd.DataFrame) -> pd.DataFrame:
    """List the columns with their type, how many cells are missing, how many differ, and the first one.

    Args:
        table: Table to look at.

    Example:
        >>> column_overview(pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, None]}))
          column     type  missing  distinct first
        0   name      str        0         2   Ada
        1    age  float64        1         1  36.0
    """
    import pandas as pd

    frame = _frame("table", table)
    rows = []
    for place, label in enumerate(frame.columns):
        cells = frame.iloc[:, place]
        there = cells.dropna()
        first = str(there.iloc[0]) if len(there) else ""
        rows.append((str(label), str(cells.dtype), int(cells.isna().sum()), there.map(repr).nunique(), first))
    return pd.DataFrame(rows, columns=["column", "type", "missing", "distinct", "first"])


@loom.node(title="Describe table", keywords=["summary", "statistics", "mean", "quartile", "dataframe"])
def describe_table(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise each column of numbers: count, mean, std, min, quartiles, max.

    Args:
        table: Table with at least one column of numbers.

    Example:
        >>> describe_table(pd.DataFrame({"x": [1, 2, 3]}))[["column", "count", "mean", "std"]]
          column  count  mean  std
        0      x    3.0   2.0  1.0
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
        >>> correlations(pd.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6]}))
             x    y
        x  1.0  1.0
        y  1.0  1.0
    """
    frame = _frame("table", table)
    numbers = frame.select_dtypes("number")
    if numbers.shape[1] < 2:
        raise ValueError(f"table: two or more columns of numbers were expected, this table has {numbers.shape[1]}")
    return numbers.corr(method=method)
