"""Display: nodes that show what flows through them, and notes. They change nothing that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import loom

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from PIL import Image


@loom.node(title="Show value", keywords=["display", "print", "output", "result", "watch"])
def show_value(value: object) -> object:
    """Show a value of any kind and pass it on.

    Numbers and short texts appear on the node, everything in the viewer when the node is selected.

    Args:
        value: What to show.

    Example:
        value 22 shows 22.
    """
    return value


@loom.node(title="Show text", keywords=["display", "print", "output", "string"])
def show_text(value: object) -> str:
    """Show a value as text, the way Python prints it, and pass the text on.

    Args:
        value: What to show as text.

    Example:
        value [1, 2] gives the text "[1, 2]".
    """
    return str(value)


@loom.node(title="Show table", keywords=["display", "view", "dataframe", "output"])
def show_table(table: pd.DataFrame, rows: Annotated[int, loom.Range(0, 1_000_000_000)] = 0) -> pd.DataFrame:
    """Show a table, or only its first rows, and pass on what is shown.

    Args:
        table: Table to show.
        rows: How many rows to show; 0 shows all.

    Example:
        rows 10 on a table of 178 rows shows the first 10.
    """
    if not (hasattr(table, "columns") and hasattr(table, "head")):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    if rows < 0:
        raise ValueError(f"rows: 0 (all) or more was expected, not {rows}")
    return table.head(rows) if rows else table


@loom.node(title="Show image", keywords=["display", "view", "picture", "output"])
def show_image(image: Image.Image) -> Image.Image:
    """Show an image and pass it on, as it is.

    Args:
        image: Image or array to show.

    Example:
        Linked to Load image, the node shows the file's picture.
    """
    if not hasattr(image, "size"):
        raise TypeError(f"image: an image or an array was expected, not {type(image).__name__}")
    return image


@loom.node(title="Show figure", keywords=["display", "view", "plot", "chart", "output"])
def show_figure(figure: Figure) -> Figure:
    """Show a figure and pass it on, as it is.

    Args:
        figure: Figure to show.

    Example:
        Linked to Bar chart, the node shows the chart.
    """
    if not hasattr(figure, "savefig"):
        raise TypeError(f"figure: a figure was expected, not {type(figure).__name__}")
    return figure
