# /// script
# dependencies = ["matplotlib", "numpy", "pandas", "scipy"]
# ///
"""Plots of how numbers are spread and go together, in the style of `charts.py`. They never use pyplot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_plots import (
    _DPI,
    _FAINT,
    _INK,
    _PALETTE,
    _axes,
    _colours,
    _column,
    _label,
    _number_column,
    _series,
    _spread,
    _table,
    _value_columns,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_IN_PAIRS = 8
_MOST_WITH_NUMBERS = 20


@loom.node(title="Density plot", keywords=["kde", "distribution", "kernel", "smooth histogram", "matplotlib", "figure"])
def density_plot(
    data: pd.DataFrame | list[object] | np.ndarray,
    columns: str | list[str] = "",
    by: str = "",
    title: str = "",
    smoothness: Annotated[float, loom.Slider(0.1, 5, step=0.1)] = 1.0,
    filled: bool = True,
) -> Figure:
    """Draw how numbers are spread as a smooth line: of each column, or of one column for each group.

    Args:
        data: Table, or a list of numbers; missing ones are left out.
        columns: Columns to draw, separated by commas; empty: all with numbers.
        by: Column that makes the groups; needs exactly one column to draw. Empty: no groups.
        title: Title of the figure.
        smoothness: How wide each number is smeared; 1 is Scott's rule.
        filled: Fill the area below the line.

    Example:
        >>> figure = density_plot(pd.DataFrame({"age": [5, 36, 41, 8], "sex": list("fmfm")}), "age", by="sex")
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['f', 'm']
    """
    import numpy as np
    from scipy import stats

    if not 0.1 <= smoothness <= 5:
        raise ValueError(f"smoothness: 0.1 to 5 was expected, not {smoothness}")
    measured, parts = _finite_parts(data, columns, by)
    for name, numbers in parts.items():
        if len(numbers) < 2 or (numbers == numbers[0]).all():
            raise ValueError(f"data: two or more different numbers were expected in {name or 'the list'!r}")
    figure, axes = _axes(title)
    for (name, numbers), colour in zip(parts.items(), _colours(len(parts)), strict=True):
        density = stats.gaussian_kde(numbers, lambda kde: kde.scotts_factor() * smoothness)
        reach = 3 * float(density.covariance[0, 0]) ** 0.5
        places = np.linspace(numbers.min() - reach, numbers.max() + reach, 400)
        heights = density(places)
        axes.plot(places, heights, color=colour, linewidth=1.8, label=name)
        if filled:
            axes.fill_between(places, heights, color=colour, alpha=0.2, linewidth=0)
    axes.set_ylim(bottom=0)
    _name_spread(axes, measured, parts, by, "density")
    return figure


@loom.node(title="Cumulative plot", keywords=["ecdf", "cdf", "distribution", "share below", "matplotlib", "figure"])
def cumulative_plot(
    data: pd.DataFrame | list[object] | np.ndarray, columns: str | list[str] = "", by: str = "", title: str = ""
) -> Figure:
    """Draw which share of the numbers is at most so great, as stairs (empirical distribution function).

    Args:
        data: Table, or a list of numbers; missing ones are left out.
        columns: Columns to draw, separated by commas; empty: all with numbers.
        by: Column that makes the groups; needs exactly one column to draw. Empty: no groups.
        title: Title of the figure.

    Example:
        >>> figure = cumulative_plot([3, 1, 2, 2])
        >>> figure.axes[0].lines[0].get_ydata().tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    measured, parts = _finite_parts(data, columns, by)
    figure, axes = _axes(title)
    for (name, numbers), colour in zip(parts.items(), _colours(len(parts)), strict=True):
        axes.ecdf(numbers, color=colour, linewidth=1.8, label=name)
    _name_spread(axes, measured, parts, by, "share at most so great")
    return figure


@loom.node(title="Step plot", keywords=["stairs", "chart", "graph", "series", "state", "matplotlib", "figure"])
def step_plot(
    data: pd.DataFrame | list[object] | np.ndarray,
    x: str = "",
    y: str | list[str] = "",
    title: str = "",
    step_at: Literal["next point", "point", "middle"] = "next point",
) -> Figure:
    """Draw one series or several as stairs: for what stays until it changes, such as prices and states.

    Args:
        data: Table, or a list of numbers.
        x: Column along the x axis; empty: the row's label.
        y: Columns to draw, separated by commas; empty: all others with numbers.
        title: Title of the figure.
        step_at: Where the line goes to the next value: once that is reached, already at its own point, or between.

    Example:
        >>> figure = step_plot(pd.DataFrame({"hour": [8, 12, 18], "price": [10, 14, 9]}), "hour")
        >>> figure.axes[0].lines[0].get_drawstyle()
        'steps-post'
    """
    places = {"next point": "post", "point": "pre", "middle": "mid"}
    positions, series = _series(_table(data), x, y)
    figure, axes = _axes(title)
    for (label, cells), colour in zip(series.items(), _colours(len(series)), strict=True):
        axes.step(positions, cells, where=places[step_at], color=colour, linewidth=1.8, label=label)
    _label(axes, x, series)
    return figure


@loom.node(title="Binned scatter plot", keywords=["hexbin", "2d histogram", "density", "many points", "heat", "figure"])
def binned_scatter_plot(
    table: pd.DataFrame,
    x: str,
    y: str,
    bins: Annotated[int, loom.Slider(2, 200)] = 30,
    shape: Literal["hexagons", "squares"] = "hexagons",
    logarithmic: bool = False,
    title: str = "",
) -> Figure:
    """Draw how many rows lie where, as colours: for more points than a scatter plot can show.

    Rows where either number is missing are left out.

    Args:
        table: Table with two columns of numbers.
        x: Column along the x axis.
        y: Column along the y axis.
        bins: How many fields lie side by side.
        shape: Shape of the fields.
        logarithmic: Colours by powers of ten, so that few rows beside many are seen.
        title: Title of the figure.

    Example:
        >>> table = pd.DataFrame({"x": [0, 0, 9], "y": [0, 0, 9]})
        >>> figure = binned_scatter_plot(table, "x", "y", bins=3, shape="squares")
        >>> int(figure.axes[0].collections[0].get_array().max())
        2
    """
    import numpy as np

    if not 2 <= bins <= 200:
        raise ValueError(f"bins: 2 to 200 was expected, not {bins}")
    frame = _table(table, "table")
    points = [frame[_number_column(frame, name, column)].to_numpy(float, na_value=np.nan) for name, column in
              (("x", x), ("y", y))]  # fmt: skip
    across, up = np.stack(points)[:, np.isfinite(points).all(axis=0)]
    if not len(across):
        raise ValueError("table: at least one row with both numbers was expected, there is none")
    figure, axes = _axes(title, grid="none")
    norm = "log" if logarithmic else None
    if shape == "hexagons":
        drawn = axes.hexbin(across, up, gridsize=bins, mincnt=1, cmap="viridis", norm=norm, linewidths=0.1)
    else:
        drawn = axes.hist2d(across, up, bins=bins, cmin=1, cmap="viridis", norm=norm)[3]
    figure.colorbar(drawn, ax=axes, label="rows").outline.set_visible(False)
    axes.set_xlabel(str(x))
    axes.set_ylabel(str(y))
    return figure


@loom.node(title="Correlation plot", keywords=["matrix", "heat map", "corrplot", "pearson", "matplotlib", "figure"])
def correlation_plot(
    table: pd.DataFrame,
    columns: str | list[str] = "",
    method: Literal["pearson", "spearman", "kendall"] = "pearson",
    show_numbers: bool = True,
    title: str = "",
) -> Figure:
    """Draw how each column of numbers goes together with each other one, from blue for -1 to red for 1.

    Args:
        table: Table with two columns of numbers or more; missing cells are left out pair by pair.
        columns: Columns to take, separated by commas; empty: all with numbers.
        method: pearson for straight relations, spearman and kendall for ranks.
        show_numbers: Write the correlation into each field, of at most 20 columns.
        title: Title of the figure.

    Example:
        >>> figure = correlation_plot(pd.DataFrame({"x": [1, 2, 3], "y": [3, 2, 1]}))
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['1.00', '-1.00', '-1.00', '1.00']
    """
    import numpy as np

    frame = _table(table, "table")
    labels = _value_columns(frame, "columns", columns)
    if len(labels) < 2:
        raise ValueError(f"columns: two columns of numbers or more were expected, there are {len(labels)}")
    grid = frame[labels].astype(float).corr(method=method).to_numpy()
    figure, axes = _axes(title, grid="none")
    picture = axes.imshow(grid, cmap="coolwarm", vmin=-1, vmax=1, interpolation="nearest")
    figure.colorbar(picture, ax=axes, label=f"{method} correlation").outline.set_visible(False)
    names = [str(label) for label in labels]
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), names)
    if show_numbers and len(names) <= _MOST_WITH_NUMBERS:
        for (row, column), cell in np.ndenumerate(grid):
            text = "–" if np.isnan(cell) else f"{cell:.2f}"
            axes.text(column, row, text, ha="center", va="center", size=8, color="white" if abs(cell) > 0.7 else _INK)
    return figure


@loom.node(title="Pair plot", keywords=["scatter matrix", "pairs", "splom", "overview", "matplotlib", "figure"])
def pair_plot(table: pd.DataFrame, columns: str | list[str] = "", colour_by: str = "", title: str = "") -> Figure:
    """Draw each column of numbers against each other one, with histograms where a column meets itself.

    Args:
        table: Table with two to eight columns of numbers.
        columns: Columns to take, separated by commas; empty: all with numbers.
        colour_by: Column whose values colour the points; empty: one colour.
        title: Title of the figure.

    Example:
        >>> figure = pair_plot(pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]}))
        >>> len(figure.axes)
        4
    """
    import numpy as np

    frame = _table(table, "table")
    labels = _value_columns(frame, "columns", columns)
    groups = frame[_column(frame, "colour_by", colour_by)] if colour_by else None
    if groups is not None and not columns:
        labels = [label for label in labels if label != groups.name]
    if not 2 <= len(labels) <= _MOST_IN_PAIRS:
        raise ValueError(f"columns: two to {_MOST_IN_PAIRS} columns of numbers were expected, there are {len(labels)}")
    kinds = [None] if groups is None else list(groups.dropna().unique())
    if len(kinds) > 2 * len(_PALETTE):
        raise ValueError(f"colour_by: at most {2 * len(_PALETTE)} values were expected, {colour_by!r} has {len(kinds)}")
    figure, grid = _grid(len(labels), title)
    chosen = [np.ones(len(frame), dtype=bool) if groups is None else (groups == kind).to_numpy(bool, na_value=False)
              for kind in kinds]  # fmt: skip
    cells = {label: frame[label].to_numpy(float, na_value=np.nan) for label in labels}
    for (row, column), axes in np.ndenumerate(grid):
        across, up = cells[labels[column]], cells[labels[row]]
        if row == column:
            there = [across[rows & np.isfinite(across)] for rows in chosen]
            axes.hist(there, bins=15, stacked=True, color=_colours(len(kinds)))
            axes.set_yticks([])
        else:
            for kind, rows, colour in zip(kinds, chosen, _colours(len(kinds)), strict=True):
                axes.scatter(across[rows], up[rows], s=9, alpha=0.7, linewidths=0, color=colour, label=str(kind))
        axes.set_xlabel(str(labels[column]) if row == len(labels) - 1 else "", color=_INK, size=9)
        axes.set_ylabel(str(labels[row]) if column == 0 else "", color=_INK, size=9)
    if groups is not None:
        handles, names = grid[0, 1].get_legend_handles_labels()
        figure.legend(handles, names, title=colour_by, frameon=False, loc="outside right center")
    return figure


@loom.node(
    title="Q-Q plot", keywords=["normal", "quantile", "probability plot", "distribution", "matplotlib", "figure"]
)
def quantile_plot(data: pd.DataFrame | list[object] | np.ndarray, column: str = "", title: str = "") -> Figure:
    """Draw numbers against those that a normal distribution would have: on a line where they are normal.

    Args:
        data: Table, or a list of two numbers or more that are not all the same; missing ones are left out.
        column: Column of the table; empty: the only one with numbers.
        title: Title of the figure.

    Example:
        >>> figure = quantile_plot([1, 2, 3, 4])
        >>> figure.axes[0].collections[0].get_offsets()[:, 1].tolist()
        [1.0, 2.0, 3.0, 4.0]
    """
    import numpy as np
    from scipy import stats

    frame = _table(data)
    labels = _value_columns(frame, "column", [column] if column else "")
    if len(labels) != 1:
        raise ValueError(f"column: the name of a column of numbers was expected, there are {len(labels)}")
    numbers = frame[labels[0]].to_numpy(float, na_value=np.nan)
    numbers = numbers[np.isfinite(numbers)]
    if len(numbers) < 2 or (numbers == numbers[0]).all():
        raise ValueError("data: two or more different numbers were expected")
    (normal, ordered), (slope, middle, _) = stats.probplot(numbers)
    figure, axes = _axes(title, grid="both")
    ends = np.array([normal[0], normal[-1]])
    axes.plot(ends, middle + slope * ends, color=_PALETTE[1], linewidth=1.5)
    axes.scatter(normal, ordered, s=22, alpha=0.8, linewidths=0, color=_PALETTE[0], zorder=3)
    axes.set_xlabel("standard deviations of a normal distribution")
    axes.set_ylabel(str(labels[0]))
    return figure


def _finite_parts(data: object, columns: str | list[str], by: str) -> tuple[str, dict[str, np.ndarray]]:
    import numpy as np

    measured, parts = _spread(_table(data), columns, by)
    finite = {name: numbers.astype(float)[np.isfinite(numbers.astype(float))] for name, numbers in parts.items()}
    for name, numbers in finite.items():
        if not len(numbers):
            raise ValueError(f"data: at least one number was expected in {name or 'the list'!r}")
    return measured, finite


def _name_spread(axes: Axes, measured: str, parts: dict[str, np.ndarray], by: str, height: str) -> None:
    axes.set_xlabel(measured or (next(iter(parts)) if len(parts) == 1 else ""))
    axes.set_ylabel(height)
    if len(parts) > 1:
        axes.legend(frameon=False, title=by or None)


def _grid(count: int, title: str) -> tuple[Figure, np.ndarray]:
    """A square of axes in the common style; the scales are those of a row and a column, but for the middle ones."""
    import numpy as np
    from matplotlib.figure import Figure

    side = min(1.9 * count + 0.8, 12)
    figure = Figure(figsize=(side * 1.15, side), dpi=_DPI, layout="constrained", facecolor="white")
    grid = figure.subplots(count, count, sharex="col", squeeze=False)
    for (row, column), axes in np.ndenumerate(grid):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(_FAINT)
        axes.tick_params(colors=_INK, length=0, labelsize=8, labelleft=column == 0)
        first = 0 if row else 1
        if column not in (row, first):
            axes.sharey(grid[row, first])
    if title:
        figure.suptitle(title, color=_INK, fontsize=12, fontweight="bold")
    return figure, grid
