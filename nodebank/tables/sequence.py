# /// script
# dependencies = ["pandas"]
# ///
"""Columns made by the order of rows, and by dates: rank, shift, rolling, running totals, periods. Gives new tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_tables import _column, _columns, _frame, _number_cells

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="Number rows", keywords=["row number", "index", "counter", "id", "enumerate", "dataframe"])
def number_rows(table: pd.DataFrame, name: str = "row", start: int = 1, by: str | list[str] = "") -> pd.DataFrame:
    """Add a first column that counts the rows.

    Args:
        table: Table to number.
        name: Name of the column; no other may have it.
        start: First number.
        by: Names of columns, separated by commas: each group of equal cells is counted by itself; empty: no groups.

    Example:
        >>> number_rows(pd.DataFrame({"x": [5, 6]}))
           row  x
        0    1  5
        1    2  6
    """
    frame = _frame("table", table)
    if not name or name in frame.columns:
        raise ValueError(f"name: a name that no column has was expected, not {name!r}")
    keys = _columns(frame, "by", by) if by else []
    counted = frame.groupby(keys, dropna=False, observed=True).cumcount() if keys else range(len(frame))
    result = frame.copy()
    result.insert(0, name, [start + int(number) for number in counted])
    return result


@loom.node(title="Rank column", keywords=["place", "order", "position", "percentile", "dataframe"])
def rank_column(
    table: pd.DataFrame,
    column: str,
    name: str = "rank",
    descending: bool = True,
    ties: Literal["same, with gaps", "same, no gaps", "mean", "by order"] = "same, with gaps",
) -> pd.DataFrame:
    """Add the place of each row when sorted by a column; rows with a missing cell have none.

    Args:
        table: Table to rank.
        column: Column that is ranked by.
        name: Name of the new column.
        descending: The largest is first.
        ties: What equal cells get: 1, 1, 3 or 1, 1, 2 or 1.5, 1.5, 3 or 1, 2, 3.

    Example:
        >>> rank_column(pd.DataFrame({"points": [7, 9, 9, 1]}), "points")["rank"].tolist()
        [3.0, 1.0, 1.0, 4.0]
    """
    frame = _frame("table", table)
    cells = frame[_column(frame, "column", column)]
    method = {"same, with gaps": "min", "same, no gaps": "dense", "mean": "average", "by order": "first"}[ties]
    try:
        return frame.assign(**{_name(name): cells.rank(method=method, ascending=not descending)})
    except TypeError as error:
        raise TypeError(f"column: {column!r} holds values that cannot be ordered together: {error}") from error


@loom.node(title="Shift column", keywords=["lag", "lead", "previous row", "next row", "offset", "dataframe"])
def shift_column(
    table: pd.DataFrame, column: str, rows: int = 1, name: str = "previous", by: str | list[str] = ""
) -> pd.DataFrame:
    """Add a column with the cells of another row: the one before, or further away.

    Args:
        table: Table with the column.
        column: Name of the column.
        rows: How far down the cells move; below 0 they move up. The cells that are freed are missing.
        name: Name of the new column.
        by: Names of columns, separated by commas: nothing moves from one group to another; empty: no groups.

    Example:
        >>> shift_column(pd.DataFrame({"x": [5, 6, 7]}), "x")["previous"].tolist()
        [nan, 5.0, 6.0]
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    keys = _columns(frame, "by", by) if by else []
    cells = frame.groupby(keys, dropna=False, observed=True)[label] if keys else frame[label]
    return frame.assign(**{_name(name): cells.shift(rows)})


@loom.node(title="Difference of rows", keywords=["change", "delta", "growth", "percent", "derivative", "dataframe"])
def difference_of_rows(
    table: pd.DataFrame,
    column: str,
    name: str = "change",
    show: Literal["difference", "percent"] = "difference",
    rows: Annotated[int, loom.Range(1, 1_000_000)] = 1,
) -> pd.DataFrame:
    """Add how much a cell differs from that of an earlier row.

    Args:
        table: Table in the order of interest.
        column: Column of numbers or dates.
        name: Name of the new column.
        show: The difference itself, or in percent of the earlier cell.
        rows: How many rows before the earlier cell lies.

    Example:
        >>> difference_of_rows(pd.DataFrame({"x": [10, 12, 9]}), "x", show="percent")["change"].tolist()
        [nan, 20.0, -25.0]
    """
    import pandas as pd

    frame = _frame("table", table)
    cells = frame[_column(frame, "column", column)]
    if rows < 1:
        raise ValueError(f"rows: 1 or more was expected, not {rows}")
    if not (pd.api.types.is_datetime64_any_dtype(cells) and show == "difference"):
        cells = _number_cells(frame, "column", column)
    before = cells.shift(rows)
    change = cells - before
    return frame.assign(**{_name(name): change / before * 100 if show == "percent" else change})


@loom.node(title="Rolling column", keywords=["moving average", "window", "smooth", "running mean", "dataframe"])
def rolling_column(
    table: pd.DataFrame,
    column: str,
    rows: Annotated[int, loom.Range(1, 1_000_000)] = 7,
    statistic: Literal["mean", "median", "sum", "min", "max", "std"] = "mean",
    name: str = "rolling",
    centred: bool = False,
    whole: bool = True,
) -> pd.DataFrame:
    """Add a statistic of each row and those before it, such as a moving average.

    Args:
        table: Table in the order of interest.
        column: Column of numbers.
        rows: How many rows the window has.
        statistic: What is computed of the window.
        name: Name of the new column.
        centred: The row lies in the middle of its window rather than at its end.
        whole: Windows at the ends, with fewer rows, give a missing cell.

    Example:
        >>> rolling_column(pd.DataFrame({"x": [1, 2, 6, 4]}), "x", rows=2)["rolling"].tolist()
        [nan, 1.5, 4.0, 5.0]
    """
    frame = _frame("table", table)
    cells = _number_cells(frame, "column", column)
    if rows < 1:
        raise ValueError(f"rows: 1 or more was expected, not {rows}")
    window = cells.rolling(rows, center=centred, min_periods=None if whole else 1)
    return frame.assign(**{_name(name): getattr(window, statistic)()})


@loom.node(title="Running total column", keywords=["cumulative", "cumsum", "accumulate", "running sum", "dataframe"])
def running_total_column(
    table: pd.DataFrame,
    column: str,
    statistic: Literal["sum", "product", "min", "max"] = "sum",
    name: str = "total",
    by: str | list[str] = "",
) -> pd.DataFrame:
    """Add the sum (or product, least, greatest) of each row and all before it.

    Args:
        table: Table in the order of interest.
        column: Column of numbers; a missing cell stays missing and counts for nothing.
        statistic: What is computed.
        name: Name of the new column.
        by: Names of columns, separated by commas: each group of equal cells has its own; empty: no groups.

    Example:
        >>> running_total_column(pd.DataFrame({"x": [1, 2, 6]}), "x")["total"].tolist()
        [1, 3, 9]
    """
    frame = _frame("table", table)
    cells = _number_cells(frame, "column", column)
    keys = _columns(frame, "by", by) if by else []
    if keys:
        cells = cells.groupby([frame[key] for key in keys], dropna=False, observed=True)
    function = {"sum": "cumsum", "product": "cumprod", "min": "cummin", "max": "cummax"}[statistic]
    return frame.assign(**{_name(name): getattr(cells, function)()})


@loom.node(title="Interpolate missing", keywords=["fill gaps", "nan", "null", "linear", "time series", "dataframe"])
def interpolate_missing(
    table: pd.DataFrame, columns: str | list[str] = "", ends: Literal["leave", "nearest"] = "leave"
) -> pd.DataFrame:
    """Fill missing numbers on a straight line between the rows above and below.

    Args:
        table: Table in the order of interest.
        columns: Names of the columns to fill, separated by commas; empty: all with numbers.
        ends: What becomes of gaps at the ends, where there is no line.

    Example:
        >>> interpolate_missing(pd.DataFrame({"x": [1, None, None, 4]}), "x")["x"].tolist()
        [1.0, 2.0, 3.0, 4.0]
    """
    frame = _frame("table", table)
    labels = _columns(frame, "columns", columns) if columns else list(frame.select_dtypes("number").columns)
    result = frame.copy()
    for label in labels:
        cells = _number_cells(frame, "columns", label).interpolate(limit_area="inside")
        result[label] = cells.ffill().bfill() if ends == "nearest" else cells
    return result


@loom.node(title="Read dates", keywords=["parse", "to datetime", "convert", "date column", "timestamp", "dataframe"])
def read_dates(
    table: pd.DataFrame,
    columns: str | list[str],
    pattern: str = "",
    day_first: bool = False,
    wrong: Literal["error", "missing"] = "error",
) -> pd.DataFrame:
    """Make dates of the texts in columns.

    Args:
        table: Table with the columns.
        columns: Names of the columns, separated by commas.
        pattern: How the texts are written, such as %d.%m.%Y %H:%M; empty: found out by the first one.
        day_first: 3/4 is the third of April; for texts without a pattern.
        wrong: What becomes of a text that is no date.

    Example:
        >>> read_dates(pd.DataFrame({"day": ["24.12.2026"]}), "day", "%d.%m.%Y")
                 day
        0 2026-12-24
    """
    import pandas as pd

    frame = _frame("table", table)
    result = frame.copy()
    for label in _columns(frame, "columns", columns):
        cells = frame[label]
        if pd.api.types.is_datetime64_any_dtype(cells):
            continue
        if pd.api.types.is_numeric_dtype(cells):
            if not pattern:
                raise TypeError(f"columns: texts were expected, column {label!r} holds numbers; name their pattern")
            cells = cells.map(lambda cell: None if pd.isna(cell) else f"{cell:.0f}")
        try:
            result[label] = pd.to_datetime(
                cells,
                format=pattern or None,
                dayfirst=day_first,
                errors="raise" if wrong == "error" else "coerce",
                utc=_has_zones(cells) and not pattern,
            )
        except (ValueError, TypeError, OverflowError) as error:
            what = str(error).split(". ")[0]
            raise ValueError(f"columns: column {label!r} holds something that is no such date: {what}") from error
    return result


@loom.node(title="Date parts", keywords=["year", "month", "day", "weekday", "hour", "extract", "calendar", "dataframe"])
def date_parts(table: pd.DataFrame, column: str, parts: str | list[str] = "year, month, day") -> pd.DataFrame:
    """Add a column for each part of a date, such as column_year.

    Args:
        table: Table with a column of dates.
        column: Name of the column.
        parts: Any of year, quarter, month, week, day, weekday (Monday is 1), day_of_year, hour, minute, second, date,
            month_name, weekday_name, separated by commas.

    Example:
        >>> days = pd.DataFrame({"day": pd.to_datetime(["2026-12-24"])})
        >>> date_parts(days, "day", "year, month, weekday_name")
                 day  day_year  day_month day_weekday_name
        0 2026-12-24      2026         12         Thursday
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    dates = _dates(frame, "column", column).dt
    makers = {
        **{part: lambda part=part: getattr(dates, part) for part in _PLAIN_PARTS},
        "week": lambda: dates.isocalendar().week,
        "weekday": lambda: dates.day_of_week + 1,
        "day_of_year": lambda: dates.day_of_year,
        "date": lambda: dates.normalize(),
        "month_name": lambda: dates.month_name(),
        "weekday_name": lambda: dates.day_name(),
    }
    wanted = [part.strip() for part in parts.split(",") if part.strip()] if isinstance(parts, str) else list(parts)
    if not wanted or (unknown := [part for part in wanted if part not in makers]):
        what = f"not {unknown[0]!r}" if wanted else "none is named"
        raise ValueError(f"parts: some of {', '.join(makers)} were expected, {what}")
    return frame.assign(**{f"{label}_{part}": makers[part]() for part in wanted})


@loom.node(title="Group by period", keywords=["resample", "daily", "monthly", "time series", "aggregate", "dataframe"])
def group_by_period(
    table: pd.DataFrame,
    column: str,
    period: Literal["minute", "hour", "day", "week", "month", "quarter", "year"] = "month",
    statistic: Literal["mean", "median", "sum", "count", "min", "max", "first", "last"] = "sum",
    columns: str | list[str] = "",
) -> pd.DataFrame:
    """Reduce the rows of each day, month or other period to one; periods without rows are there too.

    Args:
        table: Table with a column of dates.
        column: Name of the column of dates; each period is named by its first day or moment, weeks by their Monday.
        period: How long a period is.
        statistic: How the cells of a period become one; count counts the cells that are there.
        columns: Names of the columns to reduce, separated by commas; empty: all with numbers.

    Example:
        >>> days = pd.to_datetime(["2026-01-05", "2026-01-20", "2026-03-01"])
        >>> group_by_period(pd.DataFrame({"day": days, "sold": [3, 4, 5]}), "day")
                 day  sold
        0 2026-01-01     7
        1 2026-02-01     0
        2 2026-03-01     5
    """
    frame = _frame("table", table)
    label = _column(frame, "column", column)
    dates = _dates(frame, "column", column)
    labels = _columns(frame, "columns", columns) if columns else list(frame.select_dtypes("number").columns)
    if label in labels or not labels:
        raise ValueError("columns: at least one column of numbers besides the dates was expected")
    if statistic in ("mean", "median", "sum"):
        for name in labels:
            _number_cells(frame, "columns", name)
    rule = {"minute": "min", "hour": "h", "day": "D", "week": "W-MON", "month": "MS", "quarter": "QS", "year": "YS"}
    week = {"closed": "left", "label": "left"} if period == "week" else {}
    there = frame.assign(**{str(label): dates})[dates.notna()]
    return there.resample(rule[period], on=label, **week)[labels].agg(statistic).reset_index()


_PLAIN_PARTS = ("year", "quarter", "month", "day", "hour", "minute", "second")


def _name(name: str) -> str:
    """The name of a new column, which must not be empty."""
    if not isinstance(name, str) or not name.strip():
        raise ValueError("name: a name was expected, this is empty")
    return name


def _dates(table: pd.DataFrame, name: str, column: object) -> pd.Series:
    """The cells of a column, which must hold dates."""
    import pandas as pd

    cells = table[_column(table, name, column)]
    if not pd.api.types.is_datetime64_any_dtype(cells):
        cells = pd.to_datetime(cells, errors="coerce") if cells.map(_is_date).any() else cells
    if not pd.api.types.is_datetime64_any_dtype(cells):
        raise TypeError(
            f"{name}: a column of dates was expected, column {column!r} holds {cells.dtype}; "
            "Read dates makes dates of texts"
        )
    return cells


def _is_date(cell: object) -> bool:
    import datetime

    return isinstance(cell, datetime.date)


def _has_zones(cells: pd.Series) -> bool:
    """Do the texts end with an offset from UTC? Then they may differ, and only UTC holds them all."""
    return bool(cells.astype("str").str.contains(r"T?\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})$", regex=True).any())
