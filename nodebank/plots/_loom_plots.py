"""What the plots share: axes, colours, labels, and numbers out of tables, lists and dictionaries.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE_INCHES = (6.4, 4.0)
_DPI = 110
_PALETTE = ("#2f6fde", "#e8743b", "#1fa187", "#b14fc5", "#d9a514", "#5b6b7f", "#d1495b", "#6aa84f")
_INK, _FAINT = "#1f2933", "#dfe3e8"


def _axes(title: str, grid: Literal["x", "y", "both", "none"] = "y") -> tuple[Figure, Axes]:
    """An empty figure in the common style."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE_INCHES, dpi=_DPI, layout="constrained", facecolor="white")
    axes = figure.subplots()
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)
    axes.tick_params(colors=_INK, length=0, labelsize=9)
    if grid != "none":
        axes.grid(axis=grid, color=_FAINT, linewidth=0.8)
    axes.xaxis.label.set_color(_INK)
    axes.yaxis.label.set_color(_INK)
    if title:
        axes.set_title(title, loc="left", color=_INK, fontsize=12, fontweight="bold", pad=10)
    return figure, axes


def _label(axes: Axes, x: str, series: Mapping[str, object], *, swapped: bool = False) -> None:
    """Name the axes; a single series needs no legend."""
    only = next(iter(series)) if len(series) == 1 else ""
    across, up = (only, x) if swapped else (x, only)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    if len(series) > 1:
        axes.legend(frameon=False)


def _colours(count: int) -> list[str]:
    return [_PALETTE[i % len(_PALETTE)] for i in range(count)]


def _table(data: object, name: str = "data") -> pd.DataFrame:
    """The data as a table: a list or a row of numbers becomes its only column, without a name."""
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        frame = data
    elif isinstance(data, pd.Series):
        frame = data.to_frame()
    elif isinstance(data, list) and data and all(isinstance(item, Mapping) for item in data):
        frame = pd.DataFrame(data)
    else:
        frame = pd.DataFrame({"": _flat_numbers(data, name)})
    if not len(frame):
        raise ValueError(f"{name}: at least one row was expected, there is none")
    return frame


def _flat_numbers(data: object, name: str = "data") -> np.ndarray:
    import numpy as np

    try:
        numbers = np.asarray(list(data) if isinstance(data, set | range) else data, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: a table or numbers were expected, not {type(data).__name__}: {error}") from error
    if numbers.ndim == 0:
        raise TypeError(f"{name}: a table or a list of numbers was expected, not {type(data).__name__}")
    return numbers.ravel()


def _copy(figure: Figure) -> Figure:
    """A figure to paint or change: painting lays out anew, and other nodes may hold this one at the same time."""
    import copy
    import sys

    if not hasattr(figure, "savefig"):
        raise TypeError(f"figure: a matplotlib figure was expected, not {type(figure).__name__}")
    copied = copy.deepcopy(figure)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(copied)  # it keeps the copies of figures that it made, too
    return copied


def _spread(table: pd.DataFrame, columns: str | list[str], by: str) -> tuple[str, dict[str, np.ndarray]]:
    """Numbers to show the spread of, without gaps: those of each column, or of the one column for each group.

    Its name is given for groups, else an empty one.
    """
    names = _value_columns(table, "columns", columns)
    if by and not columns:
        names = [name for name in names if str(name) != by]
    if not names:
        raise ValueError("columns: at least one column of numbers was expected, the table has none")
    if not by:
        return "", {str(name): table[name].dropna().to_numpy() for name in names}
    if len(names) != 1:
        raise ValueError(f"columns: exactly one column was expected with groups, not {len(names)}")
    grouped = table.groupby(_column(table, "by", by), sort=True, observed=True)[names[0]]
    return str(names[0]), {str(key): cells.dropna().to_numpy() for key, cells in grouped}


def _series(table: pd.DataFrame, x: str, y: str | list[str]) -> tuple[pd.Index | pd.Series, dict[str, pd.Series]]:
    """What lies along x, and the columns of numbers to draw over it by their names."""
    positions = table[_column(table, "x", x)] if x else table.index
    names = _value_columns(table, "y", y)
    if not y and x:
        names = [name for name in names if str(name) != x]
    if not names:
        raise ValueError("y: a column of numbers was expected, the table has none besides x")
    return positions, {str(name): table[name] for name in names}


def _value_columns(table: pd.DataFrame, name: str, columns: str | list[str]) -> list[object]:
    """Columns of numbers: those named, or all."""
    if isinstance(columns, str):
        whole = columns in list(table.columns)
        columns = [columns] if whole and columns else [part.strip() for part in columns.split(",") if part.strip()]
    if columns:
        return [_number_column(table, name, column) for column in columns]
    return [label for label in table.columns if _is_number(table[label])]


def _number_column(table: pd.DataFrame, name: str, column: str) -> object:
    """The column that is called so, which must hold numbers."""
    label = _column(table, name, column)
    if not _is_number(table[label]):
        raise TypeError(f"{name}: a column of numbers was expected, column {column!r} holds {table[label].dtype}")
    return label


def _is_number(cells: pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(cells)


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
