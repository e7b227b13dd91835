# /// script
# dependencies = ["matplotlib"]
# ///
"""Figures that are there already, changed: titles, axes, size, legend, lines. The figure that comes in stays as it is.

They take any matplotlib figure, also of nodes of one's own. Save figure, in `charts.py`, writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_plots import _FAINT, _INK, _copy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SCALES = {"linear": "linear", "logarithmic": "log", "logarithmic around 0": "symlog"}


@loom.node(title="Label figure", keywords=["title", "axis labels", "caption", "xlabel", "ylabel", "matplotlib", "plot"])
def label_figure(
    figure: Figure, title: str = "", x_label: str = "", y_label: str = "", axes: Annotated[int, loom.Range(1, 1000)] = 1
) -> Figure:
    """Give a figure another title and other labels of its axes; what is empty stays as it is.

    Args:
        figure: Figure to label.
        title: Title above the axes.
        x_label: Label of the x axis, with its unit.
        y_label: Label of the y axis, with its unit.
        axes: Which axes of the figure, counted from 1; most figures have one. A second scale is 2.

    Example:
        >>> figure = plt.figure()
        >>> lines = figure.subplots().plot([3, 1, 2])
        >>> labelled = label_figure(figure, "Depth", y_label="metres")
        >>> labelled.axes[0].get_title(loc="left"), labelled.axes[0].get_ylabel()
        ('Depth', 'metres')
    """
    changed, chosen = _copy_and_axes(figure, axes)
    if title:
        for place in ("center", "right"):
            chosen.set_title("", loc=place)
        chosen.set_title(title, loc="left", color=_INK, fontsize=12, fontweight="bold", pad=10)
    if x_label:
        chosen.set_xlabel(x_label)
    if y_label:
        chosen.set_ylabel(y_label)
    return changed


@loom.node(title="Set axes", keywords=["limits", "range", "xlim", "ylim", "zoom", "logarithmic scale", "grid", "plot"])
def set_axes(
    figure: Figure,
    x_from: float | None = None,
    x_to: float | None = None,
    y_from: float | None = None,
    y_to: float | None = None,
    x_scale: Literal["as it is", "linear", "logarithmic", "logarithmic around 0"] = "as it is",
    y_scale: Literal["as it is", "linear", "logarithmic", "logarithmic around 0"] = "as it is",
    grid: Literal["as it is", "none", "x", "y", "both"] = "as it is",
    axes: Annotated[int, loom.Range(1, 1000)] = 1,
) -> Figure:
    """Set from where to where the axes of a figure go, and their scales; what is not given stays as it is.

    Args:
        figure: Figure to change.
        x_from: Where the x axis begins, in its unit; greater than its end to turn it around.
        x_to: Where the x axis ends.
        y_from: Where the y axis begins, in its unit.
        y_to: Where the y axis ends.
        x_scale: Scale of the x axis; logarithmic shows numbers above 0 alone.
        y_scale: Scale of the y axis.
        grid: Lines behind the plot.
        axes: Which axes of the figure, counted from 1; most figures have one. A second scale is 2.

    Example:
        >>> figure = plt.figure()
        >>> lines = figure.subplots().plot([3, 1, 2])
        >>> [float(end) for end in set_axes(figure, y_from=0, y_to=10).axes[0].get_ylim()]
        [0.0, 10.0]
    """
    changed, chosen = _copy_and_axes(figure, axes)
    for name, scale, ends in (("x", x_scale, (x_from, x_to)), ("y", y_scale, (y_from, y_to))):
        axis = getattr(chosen, f"{name}axis")
        if scale != "as it is":
            getattr(chosen, f"set_{name}scale")(_SCALES[scale])
        begin, end = (old if new is None else new for new, old in zip(ends, axis.get_view_interval(), strict=True))
        if begin == end:
            raise ValueError(f"{name}_from, {name}_to: two different numbers were expected, both are {begin}")
        if axis.get_scale() == "log" and any(number is not None and number <= 0 for number in ends):
            raise ValueError(f"{name}_from, {name}_to: numbers above 0 were expected on a logarithmic axis")
        if ends != (None, None):
            getattr(chosen, f"set_{name}lim")(begin, end)
    if grid != "as it is":
        chosen.grid(False)
        if grid != "none":
            chosen.set_axisbelow(True)
            chosen.grid(True, axis=grid, color=_FAINT, linewidth=0.8)
    return changed


@loom.node(title="Size figure", keywords=["width", "height", "aspect", "font size", "dpi", "resolution", "matplotlib"])
def size_figure(
    figure: Figure,
    width: Annotated[float, loom.Range(1, 60)] = 6.4,
    height: Annotated[float, loom.Range(1, 60)] = 4.0,
    text_scale: Annotated[float, loom.Slider(0.25, 4, step=0.05)] = 1.0,
) -> Figure:
    """Give a figure another size, and its texts too.

    Args:
        figure: Figure to change.
        width: Width in inches, of 2.54 cm; those of a new figure are 6.4 and 4.
        height: Height in inches.
        text_scale: How many times as large all texts become.

    Example:
        >>> size_figure(plt.figure(), 8, 3).get_size_inches().tolist()
        [8.0, 3.0]
    """
    from matplotlib.text import Text

    for name, value in (("width", width), ("height", height)):
        if not 1 <= value <= 60:
            raise ValueError(f"{name}: 1 to 60 inches was expected, not {value}")
    if not 0.25 <= text_scale <= 4:
        raise ValueError(f"text_scale: 0.25 to 4 was expected, not {text_scale}")
    changed = _copy(figure)
    changed.set_size_inches(width, height)
    if text_scale != 1:
        for axes in changed.axes:
            for axis in (axes.xaxis, axes.yaxis):
                # Ticks are made anew when they are needed, with the size that is noted here.
                sizes = [text.get_size() for text in axis.get_ticklabels()]
                if sizes:
                    axis.set_tick_params(labelsize=sizes[0] * text_scale)
        ticks = {id(text) for axes in changed.axes for text in (*axes.get_xticklabels(), *axes.get_yticklabels())}
        for text in changed.findobj(Text):
            if id(text) not in ticks:
                text.set_size(text.get_size() * text_scale)
    return changed


@loom.node(title="Set legend", keywords=["key", "labels", "series names", "hide legend", "matplotlib", "plot"])
def set_legend(
    figure: Figure,
    place: Literal[
        "best", "upper left", "upper right", "lower left", "lower right", "right of axes", "below axes", "none"
    ] = "best",
    labels: str | list[str] = "",
    title: str = "",
    columns: Annotated[int, loom.Range(1, 20)] = 1,
    axes: Annotated[int, loom.Range(1, 1000)] = 1,
) -> Figure:
    """Put the legend of a figure elsewhere, name what is in it, or take it away.

    Args:
        figure: Figure with series that have a name, such as those of Line plot.
        place: Where it is; best is where it hides least.
        labels: Names of the series in their order, separated by commas; empty: as they are.
        title: Title of the legend; empty: as it is.
        columns: How many names stand side by side.
        axes: Which axes of the figure, counted from 1; most figures have one.

    Example:
        >>> figure = plt.figure()
        >>> lines = figure.subplots().plot([[1, 2], [2, 1]], label=["a", "b"])
        >>> [text.get_text() for text in set_legend(figure, labels="north, south").axes[0].get_legend().get_texts()]
        ['north', 'south']
    """
    changed, chosen = _copy_and_axes(figure, axes)
    former = chosen.get_legend()
    if place == "none":
        if former is not None:
            former.remove()
        return changed
    handles, names = chosen.get_legend_handles_labels()
    if not handles and former is not None:
        handles, names = former.legend_handles, [text.get_text() for text in former.get_texts()]
    if not handles:
        raise ValueError("figure: series with names were expected, these axes have none")
    if labels:
        given = [part.strip() for part in labels.split(",")] if isinstance(labels, str) else list(labels)
        if len(given) != len(names):
            raise ValueError(f"labels: {len(names)} names were expected, for {', '.join(names)}; not {len(given)}")
        names = given
    if not 1 <= columns <= 20:
        raise ValueError(f"columns: 1 to 20 was expected, not {columns}")
    where = {
        "right of axes": {"loc": "center left", "bbox_to_anchor": (1.01, 0.5)},
        "below axes": {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16)},
    }.get(place, {"loc": place})
    heading = title or (former.get_title().get_text() if former is not None else "")
    chosen.legend(handles, names, title=heading or None, ncols=columns, frameon=False, **where)
    return changed


@loom.node(
    title="Reference line", keywords=["threshold", "limit", "target", "axhline", "axvline", "mark", "matplotlib"]
)
def reference_line(
    figure: Figure,
    at: float,
    across: Literal["level", "upright"] = "level",
    label: str = "",
    colour: loom.Colour = "#d1495b",
    axes: Annotated[int, loom.Range(1, 1000)] = 1,
) -> Figure:
    """Draw a dashed line through a figure, such as a limit, a target or a mean.

    Args:
        figure: Figure to draw in.
        at: Where it is, in the unit of the axis that it crosses.
        across: Level lies at a number of the y axis, upright stands at one of the x axis.
        label: Text at its end; empty: none.
        colour: Colour of the line and its text.
        axes: Which axes of the figure, counted from 1; most figures have one. A second scale is 2.

    Example:
        >>> figure = plt.figure()
        >>> lines = figure.subplots().plot([3, 1, 2])
        >>> list(reference_line(figure, at=2.5, label="limit").axes[0].lines[1].get_ydata())
        [2.5, 2.5]
    """
    import math

    from matplotlib.colors import is_color_like

    if not math.isfinite(at):
        raise ValueError(f"at: a finite number was expected, not {at}")
    if not is_color_like(colour):
        raise ValueError(f"colour: a colour such as #d1495b was expected, not {colour!r}")
    changed, chosen = _copy_and_axes(figure, axes)
    is_level = across == "level"
    draw = chosen.axhline if is_level else chosen.axvline
    draw(at, color=colour, linewidth=1.3, linestyle="--")
    if label:
        chosen.annotate(
            label,
            (1, at) if is_level else (at, 1),
            xycoords=chosen.get_yaxis_transform() if is_level else chosen.get_xaxis_transform(),
            xytext=(-2, 3) if is_level else (3, -2),
            textcoords="offset points",
            ha="right" if is_level else "left",
            va="bottom" if is_level else "top",
            color=colour,
            size=9,
        )
    return changed


def _copy_and_axes(figure: Figure, number: int) -> tuple[Figure, Axes]:
    """A copy of the figure, and the axes in it that are asked for, counted from 1."""
    changed = _copy(figure)
    if not 1 <= number <= len(changed.axes):
        raise ValueError(f"axes: 1 to {len(changed.axes)}, the axes of the figure, was expected, not {number}")
    return changed, changed.axes[number - 1]
