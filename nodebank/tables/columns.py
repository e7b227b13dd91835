# /// script
# dependencies = ["pandas"]
# ///
"""Columns of tables, and tables from and to lists. Every node gives a new table and leaves its inputs alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import loom
from _loom_tables import _column, _columns, _frame

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Table from records", keywords=["dataframe", "make", "list of dictionaries", "json", "create"])
def table_from_records(records: list[object]) -> pd.DataFrame:
    """Make a table of a list of dictionaries, one row each; their keys are the columns.

    Args:
        records: Dictionaries (or lists of equal length, whose columns are called column_1, column_2 and so on).

    Example:
        >>> table_from_records([{"name": "Ada", "age": 36}, {"name": "Bo", "age": 5}])
          name  age
        0  Ada   36
        1   Bo    5
    """
    import pandas as pd

    if isinstance(records, str | bytes | Mapping) or not hasattr(records, "__iter__"):
        raise TypeError(f"records: a list of dictionaries was expected, not {type(records).__name__}")
    rows = list(records)
    if all(isinstance(row, Mapping) for row in rows):
        return pd.DataFrame(rows)
    if all(isinstance(row, list | tuple) for row in rows) and len({len(row) for row in rows}) == 1:
        return pd.DataFrame(rows, columns=[f"column_{number}" for number in range(1, len(rows[0]) + 1)])
    raise TypeError("records: dictionaries, or lists of one length, were expected, all of one kind")


@loom.node(title="Table from columns", keywords=["dataframe", "make", "dictionary of lists", "create"])
def table_from_columns(columns: dict[str, list[object]]) -> pd.DataFrame:
    """Make a table of a dictionary of lists, one column each.

    Args:
        columns: Lists of equal length by the name of their column.

    Example:
        >>> table_from_columns({"x": [1, 2], "y": [3, 4]})
           x  y
        0  1  3
        1  2  4
    """
    import pandas as pd

    if not isinstance(columns, Mapping):
        raise TypeError(f"columns: a dictionary of lists was expected, not {type(columns).__name__}")
    lists = {name: list(cells) if isinstance(cells, range | set) else cells for name, cells in columns.items()}
    try:
        return pd.DataFrame(lists)
    except ValueError as error:
        lengths = {name: len(cells) if hasattr(cells, "__len__") else 1 for name, cells in lists.items()}
        raise ValueError(f"columns: lists of equal length were expected, these have {lengths}") from error


@loom.node(title="Table to records", keywords=["dataframe", "list of dictionaries", "rows", "json", "convert"])
def table_to_records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Make a list of dictionaries of a table, one for each row.

    Args:
        table: Table to take apart.

    Example:
        >>> table_to_records(pd.DataFrame({"name": ["Ada"], "age": [36]}))
        [{'name': 'Ada', 'age': 36}]
    """
    return _frame("table", table).to_dict(orient="records")


@loom.node(title="Column to list", keywords=["dataframe", "values", "extract", "series", "convert"])
def column_to_list(table: pd.DataFrame, column: str) -> list[object]:
    """Take the cells of one column as a list.

    Args:
        table: Table to take from.
        column: Name of the column.

    Example:
        >>> column_to_list(pd.DataFrame({"age": [36, 41]}), "age")
        [36, 41]
    """
    frame = _frame("table", table)
    return frame[_column(frame, "column", column)].tolist()


@loom.node(title="Column names", keywords=["dataframe", "header", "fields"])
def column_names(table: pd.DataFrame) -> list[str]:
    """List the names of a table's columns.

    Args:
        table: Table to look at.

    Example:
        >>> column_names(pd.DataFrame({"name": ["Ada"], "age": [36]}))
        ['name', 'age']
    """
    return [str(label) for label in _frame("table", table).columns]


@loom.node(title="Row count", keywords=["dataframe", "length", "size", "number of rows", "shape"])
def row_count(table: pd.DataFrame) -> int:
    """Count the rows of a table.

    Args:
        table: Table to count.

    Example:
        >>> row_count(pd.DataFrame({"x": [5, 6, 7]}))
        3
    """
    return len(_frame("table", table))


@loom.node(title="Select columns", keywords=["dataframe", "keep", "pick", "reorder"])
def select_columns(table: pd.DataFrame, columns: str | list[str]) -> pd.DataFrame:
    """Keep some columns, in the order given.

    Args:
        table: Table to take from.
        columns: Names of the columns, separated by commas.

    Example:
        >>> select_columns(pd.DataFrame({"name": ["Ada"], "age": [36], "city": ["London"]}), "age, name")
           age name
        0   36  Ada
    """
    frame = _frame("table", table)
    return frame[_columns(frame, "columns", columns)]


@loom.node(title="Drop columns", keywords=["dataframe", "remove", "delete"])
def drop_columns(table: pd.DataFrame, columns: str | list[str]) -> pd.DataFrame:
    """Leave out some columns.

    Args:
        table: Table to take from.
        columns: Names of the columns to leave out, separated by commas.

    Example:
        >>> drop_columns(pd.DataFrame({"name": ["Ada"], "age": [36]}), "age")
          name
        0  Ada
    """
    frame = _frame("table", table)
    return frame.drop(columns=_columns(frame, "columns", columns))


@loom.node(title="Rename column", keywords=["dataframe", "title", "label", "header"])
def rename_column(table: pd.DataFrame, column: str, new_name: str) -> pd.DataFrame:
    """Give a column another name.

    Args:
        table: Table with the column.
        column: Name that it has.
        new_name: Name that it gets; no other column may have it.

    Example:
        >>> rename_column(pd.DataFrame({"name": ["Ada"], "age": [36]}), "age", "years")
          name  years
        0  Ada     36
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    if not new_name:
        raise ValueError("new_name: a name was expected, this is empty")
    if new_name != label and new_name in frame.columns:
        raise ValueError(f"new_name: there is a column {new_name!r} already; choose another name")
    return frame.rename(columns={label: new_name})


@loom.node(title="Clean column names", keywords=["snake case", "unique", "duplicate names", "header", "dataframe"])
def clean_column_names(
    table: pd.DataFrame, style: Literal["trim", "lower_with_underscores"] = "lower_with_underscores"
) -> pd.DataFrame:
    """Give all columns tidy and different names: a name that is there already gets _2, _3 and so on.

    Args:
        table: Table with the columns.
        style: Blank space at the ends removed alone, or also lower case with _ for every other sign.

    Example:
        >>> clean_column_names(pd.DataFrame([[1, 2, 3]], columns=["Price (EUR)", "x", "X "])).columns.tolist()
        ['price_eur', 'x', 'x_2']
    """
    frame = _frame("table", table)
    names: list[str] = []
    for place, label in enumerate(frame.columns, start=1):
        name = " ".join(str(label).split())
        if style != "trim":
            name = re.sub(r"\W+", "_", name.lower()).strip("_")
        name = name or f"column_{place}"
        unique, number = name, 2
        while unique in names:
            unique, number = f"{name}_{number}", number + 1
        names.append(unique)
    return frame.set_axis(names, axis="columns")


@loom.node(title="Columns by type", keywords=["select numbers", "numeric", "dtype", "text columns", "dataframe"])
def columns_by_type(
    table: pd.DataFrame, keep: Literal["numbers", "texts", "dates", "true/false", "all but numbers"] = "numbers"
) -> pd.DataFrame:
    """Keep the columns that hold one type of cells.

    Args:
        table: Table to take from.
        keep: Which columns stay.

    Example:
        >>> columns_by_type(pd.DataFrame({"name": ["Ada"], "age": [36]})).columns.tolist()
        ['age']
    """
    import pandas as pd

    frame = _frame("table", table)
    types = pd.api.types
    tests = {
        "numbers": lambda kind: types.is_numeric_dtype(kind) and not types.is_bool_dtype(kind),
        "texts": lambda kind: types.is_string_dtype(kind) or types.is_object_dtype(kind),
        "dates": types.is_datetime64_any_dtype,
        "true/false": types.is_bool_dtype,
        "all but numbers": lambda kind: not types.is_numeric_dtype(kind) or types.is_bool_dtype(kind),
    }
    return frame.loc[:, [bool(tests[keep](kind)) for kind in frame.dtypes]]


@loom.node(title="Add column", keywords=["dataframe", "list", "append", "constant"])
def add_column(table: pd.DataFrame, name: str, values: object) -> pd.DataFrame:
    """Add a column from a list, or with one value in every row; a column of that name is replaced.

    Args:
        table: Table to add to.
        name: Name of the column.
        values: A list with one item per row, or a single value.

    Example:
        >>> add_column(pd.DataFrame({"name": ["Ada", "Bo"]}), "id", [1, 2])
          name  id
        0  Ada   1
        1   Bo   2
    """
    frame = _frame("table", table)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    if hasattr(values, "__len__") and not isinstance(values, str | bytes | Mapping):
        values = list(values)
        if len(values) != len(frame):
            raise ValueError(f"values: {len(frame)} items were expected, one for each row, not {len(values)}")
    return frame.assign(**{name: values})


@loom.node(title="Computed column", keywords=["dataframe", "formula", "expression", "eval", "calculate", "add"])
def computed_column(table: pd.DataFrame, name: str, expression: str) -> pd.DataFrame:
    """Add a column that is computed from others by a formula; a column of that name is replaced.

    The formula names columns, numbers and texts, with + - * / ** % and comparisons. A name with a space or
    another sign in it stands between backticks.

    Args:
        table: Table to add to.
        name: Name of the new column.
        expression: The formula, such as price * amount.

    Example:
        >>> shop = pd.DataFrame({"price": [2.5, 4.0], "items sold": [10, 3]})
        >>> computed_column(shop, "total", "price * `items sold`")
           price  items sold  total
        0    2.5          10   25.0
        1    4.0           3   12.0
    """
    frame = _frame("table", table)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    if not expression.strip():
        raise ValueError("expression: a formula such as price * amount was expected, this is empty")
    try:
        cells = frame.eval(expression, engine="python", local_dict={}, global_dict={})
    except Exception as error:  # pandas raises what its parser, its names and its arithmetic raise
        known = ", ".join(map(str, frame.columns)) or "none"
        raise ValueError(f"expression: cannot compute {expression!r}: {error}; the columns are: {known}") from error
    if getattr(cells, "ndim", 0) > 1 or cells is None:
        raise ValueError(f"expression: a formula without an assignment was expected, not {expression!r}")
    return frame.assign(**{name: cells})
