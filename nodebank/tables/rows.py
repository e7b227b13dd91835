# /// script
# dependencies = ["pandas"]
# ///
"""Rows of tables: which ones, in what order, and what to do with missing cells. Every node gives a new table."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_tables import _column, _columns, _frame

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
        >>> people = pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]})
        >>> filter_rows(people, "age", ">=", 18)
          name  age
        0  Ada   36
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


@loom.node(title="Filter by formula", keywords=["where", "query", "expression", "condition", "rules", "dataframe"])
def filter_by_formula(table: pd.DataFrame, condition: str, keep_others: bool = False) -> pd.DataFrame:
    """Keep the rows for which a formula is true.

    The formula names columns, numbers and texts in quotes, with comparisons, "and", "or", "not", "in" and + - * /.
    A name with a space or another sign in it stands between backticks.

    Args:
        table: Table to filter.
        condition: The formula, such as age >= 18 and city == "Oslo".
        keep_others: Keep the other rows instead.

    Example:
        >>> people = pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]})
        >>> filter_by_formula(people, "age > 10 and name != 'Cy'")
          name  age
        0  Ada   36
    """
    import pandas as pd

    frame = _frame("table", table)
    if not isinstance(condition, str) or not condition.strip():
        raise ValueError("condition: a formula such as age >= 18 was expected, this is empty")
    try:
        found = frame.eval(condition, engine="python", local_dict={}, global_dict={})
    except Exception as error:  # pandas raises what its parser, its names and its comparisons raise
        known = ", ".join(map(str, frame.columns)) or "none"
        raise ValueError(f"condition: cannot tell {condition!r}: {error}; the columns are: {known}") from error
    if not isinstance(found, pd.Series) or not pd.api.types.is_bool_dtype(found):
        raise ValueError(f"condition: true or false for each row was expected, which {condition!r} does not give")
    found = found.fillna(False).astype(bool)
    return frame[~found if keep_others else found]


class SplitRows(NamedTuple):
    """What `split_rows` gives."""

    first: pd.DataFrame
    second: pd.DataFrame


@loom.node(
    title="Split rows", cache=True, keywords=["partition", "train", "test", "share", "fraction", "random", "dataframe"]
)
def split_rows(
    table: pd.DataFrame,
    share: Annotated[float, loom.Slider(0, 1, step=0.05)] = 0.8,
    how: Literal["by chance", "in order"] = "by chance",
    seed: int = 0,
) -> SplitRows:
    """Part a table in two: a share of the rows, and the others. Each keeps the order of the table.

    Args:
        table: Table to part.
        share: Share of the rows that goes into the first, from 0 to 1.
        how: Which rows go there: any, or those at the top.
        seed: The same seed chooses the same rows.

    Example:
        >>> first, second = split_rows(pd.DataFrame({"x": range(10)}), 0.8)
        >>> len(first), len(second)
        (8, 2)
    """
    frame = _frame("table", table)
    if not 0 <= share <= 1:
        raise ValueError(f"share: 0 to 1 was expected, not {share}")
    count = round(share * len(frame))
    places = list(range(len(frame)))
    if how == "by chance":
        random.Random(seed).shuffle(places)
    return SplitRows(frame.iloc[sorted(places[:count])], frame.iloc[sorted(places[count:])])


@loom.node(title="Slice rows", keywords=["range", "from to", "every nth", "step", "subset", "dataframe"])
def slice_rows(
    table: pd.DataFrame, start: int = 0, count: int = -1, step: Annotated[int, loom.Range(1, 1_000_000)] = 1
) -> pd.DataFrame:
    """Keep the rows from one place on.

    Args:
        table: Table to take rows from.
        start: First row, counted from 0; below 0 from the end.
        count: How many rows; -1 takes all that follow.
        step: 2 takes every second row, and so on.

    Example:
        >>> slice_rows(pd.DataFrame({"x": [5, 6, 7, 8]}), start=1, count=2)["x"].tolist()
        [6, 7]
    """
    frame = _frame("table", table)
    if step < 1:
        raise ValueError(f"step: 1 or more was expected, not {step}")
    if count < -1:
        raise ValueError(f"count: -1 (all) or more was expected, not {count}")
    rows = frame.iloc[start::step]
    return rows if count == -1 else rows.head(count)


@loom.node(title="Largest rows", keywords=["top", "best", "nlargest", "smallest", "highest", "dataframe"])
def largest_rows(
    table: pd.DataFrame,
    column: str,
    count: Annotated[int, loom.Range(0, 1_000_000_000)] = 10,
    by: str | list[str] = "",
    smallest: bool = False,
) -> pd.DataFrame:
    """Keep the rows with the largest cells in a column, the largest first.

    Args:
        table: Table to take rows from.
        column: Column that is compared; rows without a cell are left out.
        count: How many rows.
        by: Names of columns, separated by commas: so many rows of each group of equal cells; empty: no groups.
        smallest: Keep the smallest instead.

    Example:
        >>> largest_rows(pd.DataFrame({"name": ["Ada", "Bo", "Cy"], "age": [36, 5, 41]}), "age", 2)
          name  age
        2   Cy   41
        0  Ada   36
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    keys = _columns(frame, "by", by) if by else []
    if count < 0:
        raise ValueError(f"count: 0 or more was expected, not {count}")
    try:
        ordered = frame.dropna(subset=[label]).sort_values(label, ascending=smallest, kind="stable")
    except TypeError as error:
        raise TypeError(f"column: {column!r} holds values that cannot be ordered together: {error}") from error
    return ordered.groupby(keys, dropna=False, observed=True).head(count) if keys else ordered.head(count)


@loom.node(title="Mark duplicates", keywords=["duplicated", "repeated", "find equal rows", "dataframe"])
def mark_duplicates(table: pd.DataFrame, columns: str | list[str] = "", name: str = "duplicate") -> pd.DataFrame:
    """Add a column that is true for each row that another row equals.

    Args:
        table: Table to look through.
        columns: Names of the columns that are compared, separated by commas; empty: all.
        name: Name of the new column.

    Example:
        >>> mark_duplicates(pd.DataFrame({"x": [1, 2, 1]}))["duplicate"].tolist()
        [True, False, True]
    """
    frame = _frame("table", table)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    names = _columns(frame, "columns", columns, empty_is_all=True)
    return frame.assign(**{name: frame.duplicated(subset=names, keep=False)})


@loom.node(title="Get row", keywords=["one row", "record", "dictionary", "pick", "cell", "dataframe"])
def get_row(table: pd.DataFrame, place: int = 0) -> dict[str, object]:
    """Take one row as a dictionary.

    Args:
        table: Table to take from.
        place: Which row, counted from 0; below 0 from the end.

    Example:
        >>> get_row(pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]}), -1)
        {'name': 'Bo', 'age': 5}
    """
    frame = _frame("table", table)
    if not -len(frame) <= place < len(frame):
        raise ValueError(f"place: there is no row {place}, the table has {len(frame)}")
    return frame.iloc[[place]].to_dict(orient="records")[0]


@loom.node(title="Sort rows", keywords=["order", "ascending", "descending", "rank", "dataframe"])
def sort_rows(table: pd.DataFrame, columns: str | list[str], descending: bool = False) -> pd.DataFrame:
    """Sort the rows by one column or several.

    Rows that are equal keep their order; missing cells come last.

    Args:
        table: Table to sort.
        columns: Names of the columns, separated by commas, the most important first.
        descending: Largest first.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> sort_rows(people, "city, age")
           city  age
        1  Bern   36
        2  Oslo    5
        0  Oslo   41
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
        >>> first_rows(pd.DataFrame({"x": [5, 6, 7]}), 2)["x"].tolist()
        [5, 6]
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
        >>> sample = sample_rows(pd.DataFrame({"x": range(1000)}), 100, seed=3)
        >>> len(sample), sample["x"].is_unique
        (100, True)
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
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> unique_rows(people, "city")
           city  age
        0  Oslo   41
        1  Bern   36
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
        >>> drop_missing(pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, None]}), "age")
          name   age
        0  Ada  36.0
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
        >>> fill_missing(pd.DataFrame({"x": [1, None, 3]}), "x", "mean")["x"].tolist()
        [1.0, 2.0, 3.0]
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
