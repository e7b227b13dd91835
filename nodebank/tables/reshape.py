# /// script
# dependencies = ["pandas"]
# ///
"""Tables in another shape: pivoted, long, turned, side by side, split and merged columns. Gives new tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_tables import _column, _columns, _frame, _is_number

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Pivot table", keywords=["crosstab", "wide", "spread", "matrix", "summarise", "dataframe"])
def pivot_table(
    table: pd.DataFrame,
    rows: str | list[str],
    columns: str | list[str],
    values: str,
    statistic: Literal["mean", "median", "sum", "count", "min", "max", "first", "last"] = "sum",
) -> pd.DataFrame:
    """Make a row for each value of one column and a column for each value of another, and fill in a statistic.

    Where no row has both values, the cell is missing.

    Args:
        table: Table to pivot.
        rows: Names of the columns whose values become rows, separated by commas.
        columns: Names of the columns whose values become columns, separated by commas.
        values: Name of the column that is reduced.
        statistic: How several cells become one.

    Example:
        >>> sales = pd.DataFrame({"city": ["Oslo", "Oslo", "Bern"], "year": [2025, 2026, 2026], "sold": [3, 4, 5]})
        >>> pivot_table(sales, "city", "year", "sold")
           city  2025  2026
        0  Bern   NaN   5.0
        1  Oslo   3.0   4.0
    """
    frame = _frame("table", table)
    down, across = _columns(frame, "rows", rows), _columns(frame, "columns", columns)
    cells = _column(frame, "values", values)
    if cells in (*down, *across) or set(down) & set(across):
        raise ValueError("values: rows, columns and values were expected to be different columns")
    if statistic in ("mean", "median", "sum") and not _is_number(frame[cells]):
        raise TypeError(f"values: {statistic} needs numbers, column {values!r} holds {frame[cells].dtype}")
    keys = [*down, *across]
    grouped = frame.groupby(keys, observed=True, dropna=False)[cells].agg(statistic)
    wide = grouped.unstack(across)
    wide.columns = [" ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in wide.columns]
    return wide.reset_index()


@loom.node(title="Unpivot table", keywords=["melt", "long", "gather", "stack columns", "tidy", "dataframe"])
def unpivot_table(
    table: pd.DataFrame,
    keep: str | list[str],
    columns: str | list[str] = "",
    name_column: str = "name",
    value_column: str = "value",
) -> pd.DataFrame:
    """Put several columns below each other: a row for each of their cells, with the column's name beside it.

    Args:
        table: Table to make long.
        keep: Names of the columns that are repeated in each row, separated by commas.
        columns: Names of the columns to put below each other, separated by commas; empty: all others.
        name_column: Name of the column that gets the names.
        value_column: Name of the column that gets the cells.

    Example:
        >>> wide = pd.DataFrame({"city": ["Oslo"], "2025": [3], "2026": [4]})
        >>> unpivot_table(wide, "city", name_column="year", value_column="sold")
           city  year  sold
        0  Oslo  2025     3
        1  Oslo  2026     4
    """
    frame = _frame("table", table)
    kept = _columns(frame, "keep", keep)
    rest = [label for label in frame.columns if label not in kept]
    melted = _columns(frame, "columns", columns) if columns else rest
    if not melted:
        raise ValueError("columns: at least one column to put below the others was expected, all are kept")
    for port, name in (("name_column", name_column), ("value_column", value_column)):
        if not name or name in kept:
            raise ValueError(f"{port}: a name that no kept column has was expected, not {name!r}")
    if name_column == value_column:
        raise ValueError(f"value_column: a name other than name_column was expected, not {value_column!r}")
    return frame.melt(id_vars=kept, value_vars=melted, var_name=name_column, value_name=value_column)


@loom.node(title="Transpose table", keywords=["turn", "swap rows and columns", "flip", "rotate", "dataframe"])
def transpose_table(table: pd.DataFrame, header_column: str = "") -> pd.DataFrame:
    """Make rows of columns and columns of rows.

    Args:
        table: Table to turn.
        header_column: Column whose cells become the names of the new columns; empty: they are called row_1, row_2 …

    Example:
        >>> transpose_table(pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]}), "name")
          column  Ada  Bo
        0    age   36   5
    """
    frame = _frame("table", table)
    if header_column:
        label = _column(frame, "header_column", header_column)
        names, body = [str(cell) for cell in frame[label]], frame.drop(columns=label)
    else:
        names, body = [f"row_{number}" for number in range(1, len(frame) + 1)], frame
    turned = body.copy().T
    turned.columns = names
    turned.insert(0, "column", [str(label) for label in body.columns], allow_duplicates=True)
    return turned.reset_index(drop=True)


@loom.node(title="Cross tabulate", keywords=["contingency", "crosstab", "frequency", "two columns", "dataframe"])
def cross_tabulate(
    table: pd.DataFrame, rows: str, columns: str, show: Literal["counts", "share of row", "share of all"] = "counts"
) -> pd.DataFrame:
    """Count how often the values of two columns meet.

    Args:
        table: Table to count in.
        rows: Column whose values become rows.
        columns: Column whose values become columns.
        show: Counts, or shares from 0 to 1.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "owns": ["car", "bike", "bike"]})
        >>> cross_tabulate(people, "city", "owns")
           city  bike  car
        0  Bern     1    0
        1  Oslo     1    1
    """
    frame = _frame("table", table)
    keys = [_column(frame, "rows", rows), _column(frame, "columns", columns)]
    if keys[0] == keys[1]:
        raise ValueError(f"columns: a column other than that of rows was expected, not {columns!r}")
    counts = frame.groupby(keys, observed=True, dropna=False).size().unstack(fill_value=0)
    if show == "share of row":
        counts = counts.div(counts.sum(axis="columns"), axis="index")
    elif show == "share of all":
        counts = counts / len(frame)
    counts.columns = [str(label) for label in counts.columns]
    return counts.reset_index()


@loom.node(title="Tables side by side", keywords=["concat columns", "bind", "append columns", "zip", "dataframe"])
def tables_side_by_side(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Put the columns of one table beside those of another, row by row.

    A name that both have gets the endings _left and _right. Both need the same number of rows.

    Args:
        left: Table whose columns come first.
        right: Table whose columns come after.

    Example:
        >>> tables_side_by_side(pd.DataFrame({"x": [1, 2]}), pd.DataFrame({"y": [3, 4]}))
           x  y
        0  1  3
        1  2  4
    """
    import pandas as pd

    first, second = _frame("left", left), _frame("right", right)
    if len(first) != len(second):
        raise ValueError(f"right: {len(first)} rows were expected, as many as left has, not {len(second)}")
    both = set(first.columns) & set(second.columns)
    parts = [
        frame.rename(columns={label: f"{label}{ending}" for label in both}).reset_index(drop=True)
        for frame, ending in ((first, "_left"), (second, "_right"))
    ]
    return pd.concat(parts, axis="columns")


@loom.node(title="Stack list of tables", keywords=["concat", "append", "union", "combine many", "loop", "dataframe"])
def stack_list_of_tables(tables: list[pd.DataFrame], source_column: str = "") -> pd.DataFrame:
    """Put the rows of all tables of a list below each other; columns are matched by name.

    Args:
        tables: Tables to put together.
        source_column: Name of a column that tells which table a row came from, counted from 1; empty: none.

    Example:
        >>> stack_list_of_tables([pd.DataFrame({"x": [1]}), pd.DataFrame({"x": [2]})], "part")
           part  x
        0     1  1
        1     2  2
    """
    import pandas as pd

    if isinstance(tables, str | pd.DataFrame) or not hasattr(tables, "__iter__"):
        raise TypeError(f"tables: a list of tables was expected, not {type(tables).__name__}")
    frames = [_frame(f"tables: item {number}", table) for number, table in enumerate(tables, start=1)]
    if not frames:
        raise ValueError("tables: at least one table was expected, the list is empty")
    if source_column:
        for frame in frames:
            if source_column in frame.columns:
                raise ValueError(f"source_column: there is a column {source_column!r} already; choose another name")
        frames = [
            pd.DataFrame({source_column: number}, frame.index).join(frame) for number, frame in enumerate(frames, 1)
        ]
    return pd.concat(frames, ignore_index=True)


@loom.node(title="Split column", keywords=["separator", "parts", "text to columns", "explode", "dataframe"])
def split_column(
    table: pd.DataFrame,
    column: str,
    separator: str = ",",
    names: str | list[str] = "",
    keep: bool = False,
) -> pd.DataFrame:
    """Part the texts of a column at a separator into columns of their own.

    Missing cells, and parts that a text has not, are missing.

    Args:
        table: Table with the column.
        column: Name of the column to part.
        separator: What stands between the parts; empty: any blank space.
        names: Names of the new columns, separated by commas; empty: the column's name with _1, _2 …; the last one named
            gets all that is left.
        keep: Keep the column too.

    Example:
        >>> split_column(pd.DataFrame({"name": ["Ada Lovelace", "Bo"]}), "name", " ", "first, last")
          first      last
        0   Ada  Lovelace
        1    Bo       NaN
    """
    import pandas as pd

    frame = _frame("table", table)
    label = _column(frame, "column", column)
    wanted = [part.strip() for part in names.split(",") if part.strip()] if isinstance(names, str) else list(names)
    most = len(wanted) - 1 if wanted else -1
    texts = [None if pd.isna(cell) is True else str(cell) for cell in frame[label]]
    # A split of one part is no split: Python reads 0 so, pandas as "all".
    parts = [[] if text is None else [part.strip() for part in text.split(separator or None, most)] for text in texts]
    count = len(wanted) or max(map(len, parts), default=1) or 1
    labels = wanted or [f"{label}_{number}" for number in range(1, count + 1)]
    rest = frame if keep else frame.drop(columns=label)
    if len({*labels, *rest.columns}) < len(labels) + rest.shape[1]:
        raise ValueError(f"names: different names that no other column has were expected, not {', '.join(labels)}")
    cells = [row + [None] * (count - len(row)) for row in parts]
    added = pd.DataFrame(cells, columns=labels, index=frame.index, dtype="str")
    place = frame.columns.get_loc(label) + keep
    return pd.concat([rest.iloc[:, :place], added, rest.iloc[:, place:]], axis="columns")


@loom.node(title="Merge columns", keywords=["concatenate", "join texts", "combine", "dataframe"])
def merge_columns(
    table: pd.DataFrame, columns: str | list[str], name: str = "merged", separator: str = " ", keep: bool = False
) -> pd.DataFrame:
    """Put the cells of several columns into one text each; missing cells are left out.

    Args:
        table: Table with the columns.
        columns: Names of the columns, separated by commas, in the order of the text.
        name: Name of the new column.
        separator: What stands between two cells.
        keep: Keep the columns too.

    Example:
        >>> merge_columns(pd.DataFrame({"first": ["Ada"], "last": ["Lovelace"]}), "first, last", "name")
               name
        0  Ada Lovelace
    """
    import pandas as pd

    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    rows = zip(*(frame[label] for label in labels), strict=True)
    texts = [separator.join(str(cell) for cell in row if not pd.isna(cell)) for row in rows]
    rest = frame if keep else frame.drop(columns=labels)
    return rest.assign(**{name: pd.Series(texts, index=frame.index, dtype="str")})


@loom.node(title="Explode column", keywords=["unnest", "list to rows", "flatten", "repeat rows", "dataframe"])
def explode_column(table: pd.DataFrame, column: str, separator: str = "") -> pd.DataFrame:
    """Make a row for each item of the lists in a column, or for each part of its texts.

    Args:
        table: Table with the column.
        column: Name of the column.
        separator: Where texts are parted; empty: the cells are lists.

    Example:
        >>> explode_column(pd.DataFrame({"name": ["Ada"], "likes": ["tea, sums"]}), "likes", ",")
          name likes
        0  Ada   tea
        1  Ada  sums
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    if separator:
        parts = [
            [part.strip() for part in cell.split(separator)] if isinstance(cell, str) else cell for cell in frame[label]
        ]
        frame = frame.copy()
        frame[label] = parts
    return frame.explode(label, ignore_index=True)


@loom.node(title="One-hot columns", keywords=["dummy", "encode", "indicator", "categories", "one to many", "dataframe"])
def one_hot_columns(
    table: pd.DataFrame, columns: str | list[str], most: Annotated[int, loom.Range(1, 10_000)] = 100
) -> pd.DataFrame:
    """Replace a column by one for each of its values that holds 1 where a row has that value and else 0.

    Args:
        table: Table with the columns.
        columns: Names of the columns to replace, separated by commas.
        most: How many different values a column may have.

    Example:
        >>> one_hot_columns(pd.DataFrame({"x": [5, 6], "colour": ["red", "blue"]}), "colour")
           x  colour_blue  colour_red
        0  5            0           1
        1  6            1           0
    """
    import pandas as pd

    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns)
    for label in labels:
        if (count := frame[label].nunique()) > most:
            raise ValueError(f"columns: at most {most} different values were expected, column {label!r} has {count}")
    return pd.get_dummies(frame, columns=labels, dtype=int)
