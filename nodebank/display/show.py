"""Display: nodes that show what flows through them, and words in the log. They change nothing that they show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import loom

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure
    from PIL import Image

_MOST_CHARACTERS = 1_000


@loom.node(title="Show value", keywords=["display", "print", "output", "result", "watch"])
def show_value(value: object) -> object:
    """Show a value of any kind and pass it on.

    Numbers and short texts appear on the node, everything in the viewer when the node is selected.

    Args:
        value: What to show.

    Example:
        >>> show_value(22)
        22
    """
    return value


@loom.node(title="Show text", keywords=["display", "print", "output", "string"])
def show_text(value: object) -> str:
    """Show a value as text, the way Python prints it, and pass the text on.

    Args:
        value: What to show as text.

    Example:
        >>> show_text([1, 2])
        '[1, 2]'
    """
    return str(value)


@loom.node(title="Show number", keywords=["display", "format", "decimals", "unit", "gauge", "thousands", "output"])
def show_number(
    number: float,
    decimals: Annotated[int, loom.Slider(0, 15)] = 2,
    unit: str = "",
    thousands: Literal["none", "space", "comma", "point"] = "space",
) -> str:
    """Show a number as people write it, with its unit, and pass the text on.

    Args:
        number: Number to show.
        decimals: How many digits follow the point.
        unit: What stands behind the number, such as kg or %.
        thousands: What parts the groups of three digits; with "point" a comma begins the fraction.

    Example:
        >>> show_number(1234567.891, decimals=1, unit="m")
        '1 234 567.9 m'
        >>> show_number(1234.5, thousands="point")
        '1.234,50'
    """
    if isinstance(number, bool | str) or not hasattr(number, "__float__"):
        raise TypeError(f"number: a number was expected, not {number!r:.60}")
    if not 0 <= decimals <= 15:
        raise ValueError(f"decimals: 0 to 15 was expected, not {decimals}")
    # A whole number keeps all of its digits: as a fraction of two it has room for 15 alone.
    is_whole = isinstance(number, int) and decimals == 0
    text = f"{number:,d}" if is_whole else f"{float(number):,.{decimals}f}"
    signs = {"none": ("", "."), "space": (" ", "."), "comma": (",", "."), "point": (".", ",")}[thousands]
    text = text.translate(str.maketrans({",": signs[0], ".": signs[1]}))
    return f"{text} {unit.strip()}" if unit.strip() else text


@loom.node(
    title="Show as JSON", keywords=["display", "pretty print", "dictionary", "list", "indent", "debug", "output"]
)
def show_as_json(value: object, indent: Annotated[int, loom.Range(0, 8)] = 2, sort_keys: bool = False) -> str:
    """Show dictionaries and lists as JSON, one entry a line, and pass the text on.

    What JSON does not know, such as dates and paths, is shown as its text.

    Args:
        value: What to show.
        indent: By how many spaces each level is moved to the right; 0 writes all in one line.
        sort_keys: Sort the entries of dictionaries by their keys.

    Example:
        >>> print(show_as_json({"name": "Ada", "born": date(1815, 12, 10)}))
        {
          "name": "Ada",
          "born": "1815-12-10"
        }
    """
    import json

    if not 0 <= indent <= 8:
        raise ValueError(f"indent: 0 to 8 was expected, not {indent}")
    try:
        return json.dumps(value, indent=indent or None, ensure_ascii=False, sort_keys=sort_keys, default=_plain_text)
    except (TypeError, ValueError) as error:
        raise TypeError(f"value: it cannot be shown as JSON: {error}") from None


@loom.node(title="Inspect value", keywords=["display", "debug", "type of", "shape", "length", "what is it", "describe"])
def inspect_value(value: object) -> str:
    """Tell what a value is: its type, its length or shape, and its beginning.

    Args:
        value: What to look at.

    Example:
        >>> print(inspect_value(["red", "blue"]))
        list
        2 items, the first is a str
        ['red', 'blue']
        >>> print(inspect_value(np.zeros((2, 3))))
        numpy.ndarray
        shape (2, 3), float64
        [[0. 0. 0.]
         [0. 0. 0.]]
    """
    kind = type(value)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    text = str(value)
    more = f" … ({len(text):,} characters)" if len(text) > _MOST_CHARACTERS else ""
    return "\n".join(part for part in (name, _size_of(value), text[:_MOST_CHARACTERS] + more) if part)


@loom.node(title="Log value", cache=False, keywords=["display", "debug", "print", "console", "trace", "message"])
def log_value(value: object, label: str = "", level: Literal["info", "warning", "error"] = "info") -> object:
    """Write a value into the log and pass it on, as it is.

    Args:
        value: What to write; long texts are cut.
        label: What stands before it.
        level: How the line is marked; "error" does not stop the run.

    Example:
        >>> log_value(22, label="price")
        22
    """
    text = str(value)
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[:_MOST_CHARACTERS]} … ({len(text):,} characters)"
    write = {"info": loom.log, "warning": loom.warning, "error": loom.error}[level]
    write(f"{label}: {text}" if label else text)
    return value


@loom.node(title="Warn if", cache=False, keywords=["check", "alert", "condition", "log", "message", "monitor", "debug"])
def warn_if(value: object, condition: bool, message: str = "Look at this value") -> object:
    """Write a warning into the log when a condition holds; the value is passed on, as it is.

    Args:
        value: What is passed on.
        condition: When true, the warning is written.
        message: Text of the warning.

    Example:
        >>> warn_if(120, condition=False, message="too fast")
        120
    """
    if condition not in (True, False):
        raise TypeError(f"condition: true or false was expected, not {condition!r:.60}")
    if condition:
        loom.warning(message)
    return value


@loom.node(title="Show difference", keywords=["compare", "diff", "changes", "two texts", "debug", "before and after"])
def show_difference(before: object, after: object) -> str:
    """Show line by line what differs between two values, and pass the text on; nothing when they are the same.

    Args:
        before: First value; what is not a text is shown the way Python prints it, a dictionary entry by entry.
        after: Second value.

    Example:
        >>> print(show_difference({"a": 1, "b": 2}, {"a": 1, "b": 3}))
          a: 1
        - b: 2
        + b: 3
    """
    import difflib

    lines = [_lines(value) for value in (before, after)]
    if lines[0] == lines[1]:
        return ""
    found = difflib.ndiff(*lines)
    return "\n".join(line.rstrip() for line in found if not line.startswith("?"))


@loom.node(title="Show table", keywords=["display", "view", "dataframe", "output"])
def show_table(table: pd.DataFrame, rows: Annotated[int, loom.Range(0, 1_000_000_000)] = 0) -> pd.DataFrame:
    """Show a table, or only its first rows, and pass on what is shown.

    Args:
        table: Table to show.
        rows: How many rows to show; 0 shows all.

    Example:
        >>> show_table(pd.DataFrame({"x": [5, 6, 7]}), rows=2)
           x
        0  5
        1  6
    """
    if not (hasattr(table, "columns") and hasattr(table, "head")):
        raise TypeError(f"table: a table was expected, not {type(table).__name__}")
    if rows < 0:
        raise ValueError(f"rows: 0 (all) or more was expected, not {rows}")
    return table.head(rows) if rows else table


@loom.node(title="Show array", keywords=["display", "view", "numpy", "matrix", "values", "output"])
def show_array(array: np.ndarray) -> np.ndarray:
    """Show an array as a grid of numbers and pass it on, as it is.

    Args:
        array: NumPy array of any shape.

    Example:
        >>> show_array(np.arange(3))
        array([0, 1, 2])
    """
    if not (hasattr(array, "shape") and hasattr(array, "dtype")):
        raise TypeError(f"array: an array was expected, not {type(array).__name__}")
    return array


@loom.node(title="Show image", keywords=["display", "view", "picture", "output"])
def show_image(image: Image.Image) -> Image.Image:
    """Show an image and pass it on, as it is.

    Args:
        image: Image or array to show.

    Example:
        >>> show_image(Image.new("RGB", (4, 3))).size
        (4, 3)
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
        >>> figure = plt.figure(figsize=(4, 3))
        >>> show_figure(figure) is figure
        True
    """
    if not hasattr(figure, "savefig"):
        raise TypeError(f"figure: a figure was expected, not {type(figure).__name__}")
    return figure


def _size_of(value: object) -> str:
    """How much there is of it, in words."""
    if hasattr(value, "shape") and hasattr(value, "columns"):
        rows, columns = value.shape
        return f"{rows:,} rows, {columns:,} columns: {', '.join(map(str, value.columns))}"[:_MOST_CHARACTERS]
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"shape {tuple(value.shape)}, {value.dtype}"
    if hasattr(value, "mode") and hasattr(value, "size"):
        return f"{value.size[0]} × {value.size[1]} pixels, mode {value.mode}"
    if isinstance(value, str):
        return f"{len(value):,} characters, {len(value.splitlines()):,} lines"
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        first = next(iter(value), None)
        what = f", the first {'key ' * isinstance(value, Mapping)}is a {type(first).__name__}" if value else ""
        return f"{len(value):,} item{'s' * (len(value) != 1)}{what}"
    return ""


def _lines(value: object) -> list[str]:
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, Mapping):
        return [f"{key}: {entry!r}" for key, entry in value.items()]
    if isinstance(value, list | tuple):
        return [repr(item) for item in value]
    return str(value).splitlines()


def _plain_text(value: object) -> object:
    return value.tolist() if hasattr(value, "tolist") else str(value)
