# /// script
# dependencies = ["matplotlib", "numpy", "pandas"]
# ///
"""More charts in the style of `charts.py`: shares, areas, densities, errors, two scales. They never use pyplot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import loom
from _loom_plots import (
    _INK,
    _PALETTE,
    _axes,
    _colours,
    _column,
    _label,
    _number_column,
    _series,
    _table,
    _value_columns,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure


@loom.node(title="Pie chart", keywords=["graph", "share", "parts", "donut", "percent", "matplotlib", "figure"])
def pie_chart(table: pd.DataFrame, names: str, values: str, title: str = "") -> Figure:
    """Draw the rows of a table as parts of a whole.

    Args:
        table: Table with a row for each part.
        names: Column that names the parts.
        values: Column of numbers, none below 0; rows with a missing cell are left out.
        title: Title of the figure.

    Example:
        >>> figure = pie_chart(pd.DataFrame({"who": ["Ada", "Bo"], "votes": [3, 1]}), "who", "votes")
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['Ada', 'Bo', '75 %', '25 %']
    """
    frame = _table(table, "table")
    labels, label = _column(frame, "names", names), _number_column(frame, "values", values)
    there = frame[frame[label].notna()]
    if (there[label] < 0).any() or not there[label].sum() > 0:
        raise ValueError(f"values: numbers of 0 or more, not all 0, were expected in column {values!r}")
    figure, axes = _axes(title, grid="none")
    axes.pie(
        there[label].astype(float),
        labels=[str(name) for name in there[labels]],
        colors=_colours(len(there)),
        autopct="%.0f %%",
        startangle=90,
        counterclock=False,
        wedgeprops={"edgecolor": "white"},
        textprops={"color": _INK},
    )
    return figure


@loom.node(title="Area plot", keywords=["chart", "graph", "stacked", "filled", "series", "matplotlib", "figure"])
def area_plot(
    data: pd.DataFrame | list[object] | np.ndarray, x: str = "", y: str | list[str] = "", title: str = ""
) -> Figure:
    """Draw the areas of one series or several on top of each other.

    Args:
        data: Table, or a list of numbers; missing cells count as 0.
        x: Column along the x axis; empty: the row's label.
        y: Columns to draw, separated by commas; empty: all others with numbers.
        title: Title of the figure.

    Example:
        >>> figure = area_plot(pd.DataFrame({"year": [2025, 2026], "a": [1, 2], "b": [3, 4]}), "year")
        >>> len(figure.axes[0].collections)
        2
    """
    frame = _table(data)
    positions, series = _series(frame, x, y)
    figure, axes = _axes(title)
    heights = [cells.fillna(0) for cells in series.values()]
    axes.stackplot(positions, *heights, labels=list(series), colors=_colours(len(series)), alpha=0.8)
    _label(axes, x, series)
    return figure


@loom.node(
    title="Violin plot", keywords=["chart", "graph", "density", "distribution", "groups", "matplotlib", "figure"]
)
def violin_plot(
    data: pd.DataFrame | list[object] | np.ndarray, columns: str | list[str] = "", title: str = ""
) -> Figure:
    """Draw how the numbers of each column are spread, as a smooth outline with its median.

    Args:
        data: Table, or a list of numbers; missing cells are left out.
        columns: Columns to draw, separated by commas; empty: all with numbers.
        title: Title of the figure.

    Example:
        >>> figure = violin_plot(pd.DataFrame({"a": [1, 2, 4], "b": [2, 3, 9]}))
        >>> [text.get_text() for text in figure.axes[0].get_xticklabels()]
        ['a', 'b']
    """
    frame = _table(data)
    labels = _value_columns(frame, "columns", columns)
    if not labels:
        raise ValueError("columns: at least one column of numbers was expected, the table has none")
    cells = [frame[label].dropna().to_numpy(dtype=float) for label in labels]
    for label, numbers in zip(labels, cells, strict=True):
        if len(set(numbers)) < 2:
            raise ValueError(f"columns: two or more different numbers were expected in column {label!r}")
    figure, axes = _axes(title)
    drawn = axes.violinplot(cells, showmedians=True, showextrema=False)
    for part, colour in zip(drawn["bodies"], _colours(len(labels)), strict=True):
        part.set(facecolor=colour, edgecolor=colour, alpha=0.55)
    axes.set_xticks(range(1, len(labels) + 1), [str(label) for label in labels])
    return figure


@loom.node(
    title="Error bars", keywords=["chart", "graph", "uncertainty", "deviation", "points", "matplotlib", "figure"]
)
def error_bars(table: pd.DataFrame, x: str, y: str, error: str, title: str = "") -> Figure:
    """Draw points with a bar that shows how sure each is.

    Args:
        table: Table with a row for each point.
        x: Column along the x axis.
        y: Column of numbers along the y axis.
        error: Column with the length of the bar to each side, in the unit of y, 0 or more.
        title: Title of the figure.

    Example:
        >>> figure = error_bars(pd.DataFrame({"t": [1, 2], "v": [5, 6], "e": [0.5, 1]}), "t", "v", "e")
        >>> figure.axes[0].get_ylabel()
        'v'
    """
    frame = _table(table, "table")
    across, up = _column(frame, "x", x), _number_column(frame, "y", y)
    reach = frame[_number_column(frame, "error", error)]
    if (reach < 0).any():
        raise ValueError(f"error: numbers of 0 or more were expected in column {error!r}")
    figure, axes = _axes(title)
    axes.errorbar(frame[across], frame[up], yerr=reach, fmt="o", color=_PALETTE[0], capsize=3, markersize=5)
    axes.set_xlabel(str(x))
    axes.set_ylabel(str(y))
    return figure


@loom.node(title="Plot with two scales", keywords=["two axes", "secondary axis", "twin", "matplotlib", "figure"])
def plot_with_two_scales(table: pd.DataFrame, x: str, left: str, right: str, title: str = "") -> Figure:
    """Draw two lines over a common x, each with a scale of its own.

    Args:
        table: Table with the columns.
        x: Column along the x axis.
        left: Column of numbers with its scale at the left.
        right: Column of numbers with its scale at the right.
        title: Title of the figure.

    Example:
        >>> weather = pd.DataFrame({"day": [1, 2], "celsius": [3, 5], "rain": [12, 0]})
        >>> [axes.get_ylabel() for axes in plot_with_two_scales(weather, "day", "celsius", "rain").axes]
        ['celsius', 'rain']
    """
    frame = _table(table, "table")
    across = frame[_column(frame, "x", x)]
    figure, first = _axes(title)
    second = first.twinx()
    second.spines[["top", "left"]].set_visible(False)
    for axes, name, column, colour in ((first, "left", left, _PALETTE[0]), (second, "right", right, _PALETTE[1])):
        axes.plot(across, frame[_number_column(frame, name, column)], color=colour, linewidth=1.8)
        axes.set_ylabel(str(column), color=colour)
    first.set_xlabel(str(x))
    return figure
