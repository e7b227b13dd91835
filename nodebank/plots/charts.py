# /// script
# dependencies = ["matplotlib", "numpy", "pandas"]
# ///
"""Charts as matplotlib figures, in one quiet style. They never use pyplot: it keeps figures and is not thread-safe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_plots import (
    _INK,
    _PALETTE,
    _axes,
    _colours,
    _column,
    _copy,
    _flat_numbers,
    _is_number,
    _label,
    _number_column,
    _series,
    _spread,
    _table,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

_MOST_BARS_WITH_LEVEL_LABELS = 8


@loom.node(title="Line plot", keywords=["chart", "graph", "curve", "series", "matplotlib", "figure"])
def line_plot(
    data: pd.DataFrame | list[object] | np.ndarray,
    x: str = "",
    y: str | list[str] = "",
    title: str = "",
    markers: bool = False,
) -> Figure:
    """Draw one line or several over a common x.

    Args:
        data: Table, or a list of numbers.
        x: Column along the x axis; empty: the row's label.
        y: Columns to draw, separated by commas; empty: all others with numbers.
        title: Title of the figure.
        markers: Mark each point with a dot.

    Example:
        >>> years = pd.DataFrame({"year": [2024, 2025], "births": [7, 9], "deaths": [6, 5]})
        >>> figure = line_plot(years, "year", "births, deaths")
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['births', 'deaths']
    """
    frame = _table(data)
    positions, series = _series(frame, x, y)
    figure, axes = _axes(title)
    for (label, cells), colour in zip(series.items(), _colours(len(series)), strict=True):
        axes.plot(
            positions, cells, color=colour, linewidth=1.8, marker="o" if markers else None, markersize=4, label=label
        )
    if _is_whole(positions):
        axes.xaxis.get_major_locator().set_params(integer=True)
    _label(axes, x, series)
    return figure


@loom.node(title="Bar chart", keywords=["chart", "graph", "column", "category", "matplotlib", "figure"])
def bar_chart(
    data: pd.DataFrame | list[object] | np.ndarray,
    x: str = "",
    y: str | list[str] = "",
    title: str = "",
    horizontal: bool = False,
) -> Figure:
    """Draw a bar for each row; several columns stand side by side.

    Args:
        data: Table, or a list of numbers.
        x: Column that names the bars; empty: the row's label.
        y: Columns with the lengths, separated by commas; empty: all others with numbers.
        title: Title of the figure.
        horizontal: Bars lie instead of standing; good for long names.

    Example:
        >>> cities = pd.DataFrame({"city": ["Oslo", "Bern"], "population": [709, 134]})
        >>> figure = bar_chart(cities, "city", "population")
        >>> [int(bar.get_height()) for bar in figure.axes[0].patches]
        [709, 134]
    """
    import numpy as np

    frame = _table(data)
    names, series = _series(frame, x, y)
    places, width = np.arange(len(names)), 0.8 / len(series)
    figure, axes = _axes(title, grid="x" if horizontal else "y")
    draw = axes.barh if horizontal else axes.bar
    for i, ((label, cells), colour) in enumerate(zip(series.items(), _colours(len(series)), strict=True)):
        draw(places + (i - (len(series) - 1) / 2) * width, cells, width * 0.94, color=colour, label=label)
    texts = [str(name) for name in names]
    if horizontal:
        axes.set_yticks(places, texts)
        axes.invert_yaxis()
    else:
        is_wide = len(texts) > _MOST_BARS_WITH_LEVEL_LABELS or max(map(len, texts), default=0) > 14
        axes.set_xticks(places, texts, rotation=40 if is_wide else 0, ha="right" if is_wide else "center")
    _label(axes, x, series, swapped=horizontal)
    return figure


@loom.node(title="Scatter plot", keywords=["chart", "graph", "points", "xy", "correlation", "matplotlib", "figure"])
def scatter_plot(
    table: pd.DataFrame,
    x: str,
    y: str,
    colour_by: str = "",
    title: str = "",
    point_size: Annotated[float, loom.Slider(1, 200, step=1)] = 28.0,
) -> Figure:
    """Draw a point for each row of a table.

    Args:
        table: Table with two columns of numbers.
        x: Column along the x axis.
        y: Column along the y axis.
        colour_by: Column that colours the points: texts by group, numbers by a scale; empty: one colour.
        title: Title of the figure.
        point_size: Area of a point, in square points.

    Example:
        >>> people = pd.DataFrame({"height": [1.7, 1.8], "weight": [60, 80], "sex": ["f", "m"]})
        >>> figure = scatter_plot(people, "height", "weight", colour_by="sex")
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['f', 'm']
    """
    frame = _table(table, "table")
    across, up = (frame[_number_column(frame, name, column)] for name, column in (("x", x), ("y", y)))
    figure, axes = _axes(title, grid="both")
    style = {"s": point_size, "alpha": 0.8, "linewidths": 0.4, "edgecolors": "white"}
    if not colour_by:
        axes.scatter(across, up, color=_PALETTE[0], **style)
    elif _is_number(groups := frame[_column(frame, "colour_by", colour_by)]) and groups.nunique() > len(_PALETTE):
        points = axes.scatter(across, up, c=groups, cmap="viridis", **style)
        figure.colorbar(points, ax=axes, label=colour_by).outline.set_visible(False)
    else:
        kinds = list(groups.dropna().unique())
        for kind, colour in zip(kinds, _colours(len(kinds)), strict=True):
            axes.scatter(across[groups == kind], up[groups == kind], color=colour, label=str(kind), **style)
        axes.legend(frameon=False, title=colour_by)
    axes.set_xlabel(str(x))
    axes.set_ylabel(str(y))
    return figure


@loom.node(title="Histogram", keywords=["chart", "graph", "distribution", "bins", "matplotlib", "figure"])
def histogram(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    bins: Annotated[int, loom.Slider(1, 200)] = 20,
    title: str = "",
    label: str = "",
) -> Figure:
    """Draw how often values occur, in intervals of equal width.

    Missing values are left out.

    Args:
        data: Table, list of numbers, array or grey image.
        column: Column of the table; not used for lists and arrays.
        bins: How many intervals.
        title: Title of the figure.
        label: Text below the x axis; empty: the column's name.

    Example:
        >>> figure = histogram(list(range(100)), bins=10)
        >>> [int(bar.get_height()) for bar in figure.axes[0].patches]
        [10, 10, 10, 10, 10, 10, 10, 10, 10, 10]
    """
    import numpy as np

    if bins < 1:
        raise ValueError(f"bins: 1 or more was expected, not {bins}")
    if hasattr(data, "columns"):
        cells = data[_number_column(data, "column", column)]
    else:
        cells = data
    values = _flat_numbers(cells)
    figure, axes = _axes(title)
    axes.hist(values[np.isfinite(values)], bins=bins, color=_PALETTE[0], edgecolor="white", linewidth=0.7)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(label or str(column))
    axes.set_ylabel("count")
    return figure


@loom.node(title="Box plot", keywords=["chart", "graph", "quartile", "median", "distribution", "matplotlib", "figure"])
def box_plot(
    data: pd.DataFrame | list[object] | np.ndarray,
    columns: str | list[str] = "",
    by: str = "",
    title: str = "",
) -> Figure:
    """Draw median, quartiles and outliers of each column, or of one column for each group.

    Args:
        data: Table, or a list of numbers.
        columns: Columns to draw, separated by commas; empty: all with numbers.
        by: Column that makes the groups; needs exactly one column to draw. Empty: no groups.
        title: Title of the figure.

    Example:
        >>> people = pd.DataFrame({"city": ["Oslo", "Bern", "Oslo"], "age": [41, 36, 5]})
        >>> figure = box_plot(people, "age", by="city")
        >>> [text.get_text() for text in figure.axes[0].get_xticklabels()]
        ['Bern', 'Oslo']
    """
    measured, boxes = _spread(_table(data), columns, by)
    figure, axes = _axes(title)
    drawn = axes.boxplot(
        list(boxes.values()),
        patch_artist=True,
        widths=0.55,
        medianprops={"color": _INK, "linewidth": 1.6},
        flierprops={"marker": "o", "markersize": 4, "markerfacecolor": "none", "markeredgecolor": "#7b8794"},
    )
    for box, colour in zip(drawn["boxes"], _colours(len(boxes)), strict=True):
        box.set(facecolor=colour, alpha=0.55, edgecolor=colour)
    is_wide = len(boxes) > _MOST_BARS_WITH_LEVEL_LABELS
    axes.set_xticks(
        range(1, len(boxes) + 1), list(boxes), rotation=40 if is_wide else 0, ha="right" if is_wide else "center"
    )
    if by:
        axes.set_xlabel(by)
        axes.set_ylabel(measured)
    return figure


@loom.node(title="Heat map", keywords=["chart", "matrix", "image", "imshow", "correlation", "matplotlib", "figure"])
def heat_map(
    data: pd.DataFrame | list[object] | np.ndarray,
    colours: Literal["viridis", "magma", "gray", "coolwarm", "Blues"] = "viridis",
    title: str = "",
    show_numbers: bool = False,
) -> Figure:
    """Draw a grid of numbers as colours: an array, a grey image, or the numbers of a table.

    Args:
        data: Table, array, image, or list of lists of numbers.
        colours: Scale of colours; coolwarm is for values around zero, which is its middle.
        title: Title of the figure.
        show_numbers: Write the number into each cell, up to 400 cells.

    Example:
        >>> figure = heat_map([[1, 2], [3, 4]], show_numbers=True)
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['1', '2', '3', '4']
    """
    import numpy as np

    if hasattr(data, "columns"):
        frame = data.select_dtypes("number")
        grid, rows, columns = frame.to_numpy(dtype=float), list(frame.index), list(frame.columns)
    else:
        grid, rows, columns = np.asarray(data), [], []
    if grid.dtype == bool:
        grid = grid.astype(np.uint8)
    if grid.ndim != 2 or not grid.size or not np.issubdtype(grid.dtype, np.number):
        raise ValueError(f"data: rows and columns of numbers were expected, not shape {grid.shape} of {grid.dtype}")
    figure, axes = _axes(title, grid="none")
    # Around zero, so that white means zero.
    reach = np.nanmax(np.abs(grid)) if colours == "coolwarm" else None
    ends = {} if reach is None else {"vmin": -reach, "vmax": reach}
    shape = "auto" if columns else "equal"
    picture = axes.imshow(grid, cmap=colours, aspect=shape, interpolation="nearest", **ends)
    figure.colorbar(picture, ax=axes).outline.set_visible(False)
    if columns and len(columns) <= 40:
        axes.set_xticks(range(len(columns)), [str(name) for name in columns], rotation=40, ha="right")
    if rows and len(rows) <= 40:
        axes.set_yticks(range(len(rows)), [str(name) for name in rows])
    if show_numbers and grid.size <= 400:
        for (row, column), cell in np.ndenumerate(grid):
            red, green, blue, _ = picture.cmap(picture.norm(cell))
            is_dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.55
            axes.text(column, row, f"{cell:.3g}", ha="center", va="center", size=7, color="white" if is_dark else _INK)
    return figure


@loom.node(title="Save figure", cache=False, keywords=["export", "write", "png", "svg", "pdf", "chart", "plot"])
def save_figure(
    figure: Figure,
    folder: Annotated[Path, loom.Folder()],
    name: str = "figure.png",
    dpi: Annotated[int, loom.Range(10, 1200)] = 150,
) -> Path:
    """Save a figure as a PNG, SVG or PDF file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        figure: Figure to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; its ending (.png, .svg, .pdf, .jpg) chooses the format, .png when there is none.
        dpi: Pixels per inch, for formats made of pixels.

    Example:
        >>> figure = line_plot([3, 1, 2])
        >>> path = save_figure(figure, Path("results"), "chart.svg")
        >>> path.name, path.read_text()[:5]
        ('chart.svg', '<?xml')
    """
    copy = _copy(figure)
    if not 10 <= dpi <= 1200:
        raise ValueError(f"dpi: 10 to 1200 was expected, not {dpi}")
    path = _target(folder, name, ".png")
    known = copy.canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in known:
        raise ValueError(f"name: an ending of {', '.join(sorted(known))} was expected, not {path.suffix!r}")
    copy.savefig(path, dpi=dpi)
    return path


def _is_whole(cells: pd.Index | pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_integer_dtype(cells)


def _target(folder: Path, name: str, ending: str) -> Path:
    """The file `name` in `folder`, which is made; with `ending` when the name has none."""
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(folder, str | Path) or Path(folder) == Path():
        raise ValueError("folder: a folder to save in was expected, none is chosen")
    if not name.strip() or Path(name).name != name:
        raise ValueError(f"name: the name of a file without a folder was expected, not {name!r}")
    path = Path(folder) / (name if Path(name).suffix else name + ending)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    return path
