# /// script
# dependencies = ["pandas"]
# ///
"""What the cells of columns hold: types, replaced, mapped, rounded, scaled, in bins. Every node gives a new table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_tables import _column, _columns, _frame, _number_cells

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Change type", keywords=["convert", "cast", "astype", "number", "text", "integer", "dataframe"])
def change_type(
    table: pd.DataFrame,
    columns: str | list[str],
    to: Literal["number", "whole number", "text", "true/false", "date", "category"] = "number",
    wrong: Literal["error", "missing"] = "error",
) -> pd.DataFrame:
    """Make numbers, texts, dates or true and false of the cells of columns.

    Args:
        table: Table with the columns.
        columns: Names of the columns, separated by commas.
        to: What the cells become; a category holds few different texts in little room.
        wrong: What becomes of a cell that cannot be converted.

    Example:
        >>> change_type(pd.DataFrame({"age": ["36", "n/a"]}), "age", wrong="missing")["age"].tolist()
        [36.0, nan]
    """
    frame = _frame("table", table)
    result = frame.copy()
    for label in _columns(frame, "columns", columns):
        try:
            result[label] = _converted(frame[label], to, wrong == "error")
        except (ValueError, TypeError, OverflowError) as error:
            what = str(error).split(". ")[0]
            raise ValueError(f"columns: column {label!r} holds a cell that is no {to}: {what}") from error
    return result


@loom.node(title="Replace values", keywords=["substitute", "change cells", "recode", "find", "regex", "dataframe"])
def replace_values(
    table: pd.DataFrame,
    old: object,
    new: object,
    columns: str | list[str] = "",
    match: Literal["whole cell", "part of text", "regular expression"] = "whole cell",
) -> pd.DataFrame:
    """Replace a value, or a part of texts, by another.

    Args:
        table: Table to change.
        old: What is replaced: a cell, a part of it, or a regular expression; 3 finds the number and the text.
        new: What stands there instead; in a regular expression \\\\1 is what its first group found.
        columns: Names of the columns, separated by commas; empty: all.
        match: What "old" is compared with.

    Example:
        >>> replace_values(pd.DataFrame({"size": ["S", "XL"]}), "S", "small")["size"].tolist()
        ['small', 'XL']
        >>> replace_values(pd.DataFrame({"tel": ["01-23"]}), r"(\\d+)-(\\d+)", r"\\2/\\1", match="regular expression")
             tel
        0  23/01
    """
    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns, empty_is_all=True)
    if match == "whole cell":
        change = _exchange(old, new)
    else:
        if str(old) == "":
            raise ValueError("old: a text to look for was expected, this is empty")
        try:
            pattern = re.compile(str(old) if match == "regular expression" else re.escape(str(old)))
        except re.error as error:
            raise ValueError(f"old: not a regular expression: {error}: {old!r}") from error
        text = str(new)
        by = text if match == "regular expression" else lambda _: text
        try:
            pattern.sub(by, "")
        except re.error as error:
            raise ValueError(f"new: not what a match can be replaced by: {error}: {new!r}") from error

        def change(cell: object) -> object:
            return pattern.sub(by, cell) if isinstance(cell, str) else cell

    return _with_changed(frame, labels, change)


@loom.node(title="Map values", keywords=["recode", "lookup", "dictionary", "translate", "vlookup", "dataframe"])
def map_values(
    table: pd.DataFrame, column: str, values: dict[str, object], others: Literal["keep", "missing"] = "keep"
) -> pd.DataFrame:
    """Replace the cells of a column by what a dictionary says.

    Args:
        table: Table to change.
        column: Name of the column.
        values: New cells by the old ones, or by their texts.
        others: What becomes of cells that are not in the dictionary.

    Example:
        >>> map_values(pd.DataFrame({"code": ["m", "f"]}), "code", {"m": "male", "f": "female"})["code"].tolist()
        ['male', 'female']
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    if not isinstance(values, Mapping):
        raise TypeError(f"values: a dictionary was expected, not {type(values).__name__}")

    def change(cell: object) -> object:
        for key in (cell, str(cell)):
            if key.__hash__ is not None and key in values:
                return values[key]
        return cell if others == "keep" else None

    return _with_changed(frame, [label], change)


@loom.node(title="Conditional column", keywords=["if then else", "rule", "case when", "where", "flag", "dataframe"])
def conditional_column(
    table: pd.DataFrame, name: str, condition: str, then: object = True, otherwise: object = False
) -> pd.DataFrame:
    """Add a column with one value where a formula is true, and another where it is not.

    Args:
        table: Table to add to.
        name: Name of the new column.
        condition: A formula of columns, such as age >= 18 and city == "Oslo".
        then: Value where it is true; the name of a column takes that column's cell.
        otherwise: Value where it is not; the name of a column takes that column's cell.

    Example:
        >>> people = pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 5]})
        >>> conditional_column(people, "group", "age >= 18", "adult", "child")["group"].tolist()
        ['adult', 'child']
    """
    import pandas as pd

    frame = _frame("table", table)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    if not isinstance(condition, str) or not condition.strip():
        raise ValueError("condition: a formula such as age >= 18 was expected, this is empty")
    try:
        found = frame.eval(condition, engine="python", local_dict={}, global_dict={})
    except Exception as error:  # pandas raises what its parser, its names and its comparisons raise
        known = ", ".join(map(str, frame.columns)) or "none"
        raise ValueError(f"condition: cannot tell {condition!r}: {error}; the columns are: {known}") from error
    if not isinstance(found, pd.Series) or not pd.api.types.is_bool_dtype(found):
        raise ValueError(f"condition: true or false for each row was expected, which {condition!r} does not give")
    yes, no = (
        list(frame[value]) if isinstance(value, str) and value in frame.columns else [value] * len(frame)
        for value in (then, otherwise)
    )
    cells = [a if is_so else b for is_so, a, b in zip(found.fillna(False), yes, no, strict=True)]
    return frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=None if cells else "object")})


@loom.node(title="Bin column", keywords=["discretise", "cut", "quantile", "intervals", "classes", "dataframe"])
def bin_column(
    table: pd.DataFrame,
    column: str,
    bins: Annotated[int, loom.Range(1, 1000)] = 5,
    how: Literal["equal width", "equal count", "edges"] = "equal width",
    edges: str | list[float] = "",
    name: str = "bin",
) -> pd.DataFrame:
    """Add a column that tells in which interval a number lies, as a text such as 0 – 10.

    An interval holds its upper end; the first one holds its lower end too.

    Args:
        table: Table to add to.
        column: Column of numbers.
        bins: How many intervals, when no edges are given.
        how: Intervals of equal width, with an equal count of rows, or between edges that are given.
        edges: Edges of the intervals in order, separated by commas; numbers outside have no interval.
        name: Name of the new column.

    Example:
        >>> people = pd.DataFrame({"age": [5, 36, 80]})
        >>> bin_column(people, "age", how="edges", edges="0, 18, 65, 120")["bin"].tolist()
        ['0 – 18', '18 – 65', '65 – 120']
    """
    import pandas as pd

    frame = _frame("table", table)
    cells = _number_cells(frame, "column", column)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    if bins < 1:
        raise ValueError(f"bins: 1 or more was expected, not {bins}")
    ends = _edges(edges) if how == "edges" else None
    if not cells.notna().any():
        return frame.assign(**{name: pd.Series(None, index=frame.index, dtype="str")})
    if how == "equal count":
        found, ends = pd.qcut(cells, bins, labels=False, retbins=True, duplicates="drop")
    else:
        found, ends = pd.cut(cells, ends or bins, labels=False, retbins=True, include_lowest=True)
    if how == "equal width":
        ends[0] = cells.min()  # pandas moves it a little, to hold the least number
    texts = [f"{low:.6g} – {high:.6g}" for low, high in zip(ends[:-1], ends[1:], strict=True)]
    labels = [None if pd.isna(place) else texts[int(place)] for place in found]
    return frame.assign(**{name: pd.Series(labels, index=frame.index, dtype="str")})


@loom.node(title="Round columns", keywords=["decimals", "digits", "precision", "dataframe"])
def round_columns(
    table: pd.DataFrame, decimals: Annotated[int, loom.Range(-15, 15)] = 2, columns: str | list[str] = ""
) -> pd.DataFrame:
    """Round the numbers of columns; a half goes to the even neighbour.

    Args:
        table: Table to round.
        decimals: How many digits follow the point; -1 rounds to tens, and so on.
        columns: Names of the columns, separated by commas; empty: all with numbers.

    Example:
        >>> round_columns(pd.DataFrame({"x": [1.234, 5.678]}), 1)["x"].tolist()
        [1.2, 5.7]
    """
    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns) if columns else list(frame.select_dtypes("number").columns)
    return _each(frame, {label: _number_cells(frame, "columns", label).round(decimals) for label in labels})


@loom.node(title="Scale columns", keywords=["normalise", "standardise", "z-score", "min max", "dataframe"])
def scale_columns(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    how: Literal["0 to 1", "mean 0, deviation 1", "share of sum"] = "0 to 1",
) -> pd.DataFrame:
    """Bring the numbers of columns to a common scale. A column whose numbers are all equal becomes 0.

    Args:
        table: Table to scale.
        columns: Names of the columns, separated by commas; empty: all with numbers.
        how: From the least to the greatest, by the deviation of a sample, or as parts of the column's sum.

    Example:
        >>> scale_columns(pd.DataFrame({"x": [10, 15, 20]}))["x"].tolist()
        [0.0, 0.5, 1.0]
    """
    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns) if columns else list(frame.select_dtypes("number").columns)
    scaled = {}
    for label in labels:
        cells = _number_cells(frame, "columns", label).astype("float64")
        if how == "share of sum":
            if cells.sum() == 0 and len(cells):
                raise ValueError(f"columns: a sum other than 0 was expected, that of column {label!r} is 0")
            scaled[label] = cells / cells.sum()
            continue
        low, reach = (cells.min(), cells.max() - cells.min()) if how == "0 to 1" else (cells.mean(), cells.std())
        scaled[label] = (cells - low) / (reach or 1.0)
    return _each(frame, scaled)


@loom.node(title="Clip column", keywords=["limit", "clamp", "outliers", "winsorise", "dataframe"])
def clip_column(table: pd.DataFrame, column: str, low: float = 0.0, high: float = 1.0) -> pd.DataFrame:
    """Replace the numbers of a column that lie outside of two limits by the nearer limit.

    Args:
        table: Table to change.
        column: Column of numbers.
        low: Least number.
        high: Greatest number.

    Example:
        >>> clip_column(pd.DataFrame({"x": [-3, 5, 99]}), "x", 0, 10)["x"].tolist()
        [0, 5, 10]
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    if low > high:
        raise ValueError(f"low: at most high ({high}) was expected, not {low}")
    return _each(frame, {label: _number_cells(frame, "column", column).clip(low, high)})


@loom.node(title="Outlier rows", keywords=["anomaly", "iqr", "z-score", "extreme", "remove outliers", "dataframe"])
def outlier_rows(
    table: pd.DataFrame,
    column: str,
    reach: Annotated[float, loom.Range(0, 100)] = 1.5,
    keep: Literal["others", "outliers"] = "others",
) -> pd.DataFrame:
    """Leave out, or keep alone, the rows whose number lies far from the middle half of all.

    Args:
        table: Table to look through.
        column: Column of numbers; rows with a missing cell count as others.
        reach: How far outside of the quartiles an outlier begins, in distances between the quartiles.
        keep: Which rows stay.

    Example:
        >>> outlier_rows(pd.DataFrame({"x": [5, 6, 7, 6, 99]}), "x")["x"].tolist()
        [5, 6, 7, 6]
    """
    frame = _frame("table", table)
    cells = _number_cells(frame, "column", column)
    if reach < 0:
        raise ValueError(f"reach: 0 or more was expected, not {reach}")
    low, high = cells.quantile(0.25), cells.quantile(0.75)
    is_far = (cells < low - reach * (high - low)) | (cells > high + reach * (high - low))
    return frame[is_far if keep == "outliers" else ~is_far]


@loom.node(title="Change texts of column", keywords=["upper", "lower", "trim", "strip", "title case", "dataframe"])
def change_texts_of_column(
    table: pd.DataFrame,
    columns: str | list[str],
    change: Literal["trim", "upper case", "lower case", "title case", "single spaces"] = "trim",
) -> pd.DataFrame:
    """Change the texts of columns; cells that are no texts stay.

    Args:
        table: Table to change.
        columns: Names of the columns, separated by commas.
        change: What is done; trim removes blank space at both ends, single spaces within too.

    Example:
        >>> change_texts_of_column(pd.DataFrame({"city": [" oslo "]}), "city", "trim")["city"].tolist()
        ['oslo']
    """
    frame = _frame("table", table)
    functions: dict[str, Callable[[str], str]] = {
        "trim": str.strip,
        "upper case": str.upper,
        "lower case": str.lower,
        "title case": str.title,
        "single spaces": lambda text: " ".join(text.split()),
    }
    function = functions[change]
    labels = _columns(frame, "columns", columns)
    return _with_changed(frame, labels, lambda cell: function(cell) if isinstance(cell, str) else cell)


@loom.node(title="Extract from column", keywords=["regex", "pattern", "capture", "regular expression", "dataframe"])
def extract_from_column(table: pd.DataFrame, column: str, pattern: str, name: str = "found") -> pd.DataFrame:
    """Add a column with the first place in each text that a regular expression fits; missing where it fits none.

    Args:
        table: Table to add to.
        column: Column of texts.
        pattern: Regular expression; of one with a group in parentheses the group alone is taken.
        name: Name of the new column.

    Example:
        >>> extract_from_column(pd.DataFrame({"item": ["A-17", "B-4"]}), "item", r"-(\\d+)")["found"].tolist()
        ['17', '4']
    """
    import pandas as pd

    frame = _frame("table", table)
    label = _column(frame, "column", column)
    if not name:
        raise ValueError("name: a name was expected, this is empty")
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"pattern: not a regular expression: {error}: {pattern!r}") from error
    if not pattern:
        raise ValueError("pattern: a regular expression was expected, this is empty")
    found = [expression.search(str(cell)) if not pd.isna(cell) else None for cell in frame[label]]
    texts = [None if match is None else match[1 if expression.groups else 0] for match in found]
    return frame.assign(**{name: pd.Series(texts, index=frame.index, dtype="str")})


def _converted(cells: pd.Series, to: str, is_strict: bool) -> pd.Series:
    import pandas as pd

    errors = "raise" if is_strict else "coerce"
    if to == "text":
        return cells.map(lambda cell: None if pd.isna(cell) is True else str(cell)).astype("str")
    if to == "category":
        return cells.astype("category")
    if to == "date":
        return pd.to_datetime(cells, errors=errors)
    if to == "true/false":
        return _yes_or_no(cells, is_strict)
    if to == "number":
        return pd.to_numeric(cells, errors=errors)
    numbers = pd.to_numeric(cells, errors=errors)
    if pd.api.types.is_integer_dtype(numbers):
        return numbers
    is_whole = numbers.isna() | ((numbers % 1) == 0)
    if is_strict and not is_whole.all():
        raise ValueError(f"{numbers[~is_whole].iloc[0]} has a fraction; Round columns takes it away")
    return numbers.where(is_whole).astype("Int64" if numbers.where(is_whole).isna().any() else "int64")


def _yes_or_no(cells: pd.Series, is_strict: bool) -> pd.Series:
    import pandas as pd

    words = dict.fromkeys(("true", "yes", "y", "1", "1.0", "on"), True)
    words |= dict.fromkeys(("false", "no", "n", "0", "0.0", "off"), False)
    found = []
    for cell in cells:
        is_missing = pd.isna(cell) is True
        truth = None if is_missing else words.get(str(cell).strip().lower())
        if truth is None and not is_missing and is_strict:
            raise ValueError(f"{cell!r}; yes, no, true, false, 1 or 0 was expected")
        found.append(truth)
    return pd.Series(found, index=cells.index, dtype="boolean" if None in found else "bool")


def _exchange(old: object, new: object) -> Callable[[object], object]:
    """Puts `new` for `old`: a field of the window reads 3 as a number, even where the column holds texts."""

    def change(cell: object) -> object:
        is_same = cell == old and isinstance(cell, bool) == isinstance(old, bool)
        return new if is_same is True or (isinstance(cell, str) and cell == str(old)) else cell

    return change


def _with_changed(table: pd.DataFrame, labels: list[object], change: Callable[[object], object]) -> pd.DataFrame:
    """The table with each cell of some columns changed; a column keeps its type where it can hold the new cells."""
    import pandas as pd

    changed = {}
    for label in labels:
        cells = table[label]
        old = cells.tolist()
        new = [change(cell) for cell in old]
        if any(a is not b for a, b in zip(old, new, strict=True)):
            changed[label] = pd.Series(new, index=table.index, dtype=None).infer_objects()
    return _each(table, changed)


def _each(table: pd.DataFrame, columns: Mapping[object, pd.Series]) -> pd.DataFrame:
    """A copy of the table with some columns exchanged."""
    result = table.copy()
    for label, cells in columns.items():
        result[label] = cells
    return result


def _edges(edges: str | list[float]) -> list[float]:
    parts = [part for part in edges.split(",") if part.strip()] if isinstance(edges, str) else list(edges)
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError):
        raise ValueError(f"edges: numbers separated by commas were expected, not {edges!r}") from None
    if len(numbers) < 2 or any(low >= high for low, high in zip(numbers[:-1], numbers[1:], strict=True)):
        raise ValueError(f"edges: two or more numbers, each greater than the one before, were expected, not {edges!r}")
    return numbers
