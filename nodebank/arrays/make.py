# /// script
# dependencies = ["numpy"]
# ///
"""Arrays of nothing but numbers: filled, counted up, by chance, of lists. Chance comes from a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_arrays import _line, _ndarray

if TYPE_CHECKING:
    import numpy as np


class Grid(NamedTuple):
    """What `grid_coordinates` gives."""

    x: np.ndarray
    y: np.ndarray


@loom.node(title="New array", keywords=["zeros", "ones", "full", "constant", "numpy", "create", "matrix", "identity"])
def new_array(
    shape: str = "3, 4",
    value: float = 0.0,
    type: Literal["float64", "float32", "int64", "int32", "uint8", "bool"] = "float64",
    diagonal: bool = False,
) -> np.ndarray:
    """Make an array of one value.

    Args:
        shape: Lengths of its axes, as in 3, 4 for three rows of four columns.
        value: What it is filled with.
        type: Kind of its numbers.
        diagonal: Only where row and column are equal, the rest 0: with 1 the identity matrix.

    Example:
        >>> new_array("2, 3", 7, "int64").tolist()
        [[7, 7, 7], [7, 7, 7]]
        >>> new_array("2, 2", 1, "int64", diagonal=True).tolist()
        [[1, 0], [0, 1]]
    """
    import numpy as np

    sides = _shape_of(shape)
    kind = np.dtype(type)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        if not (float(value).is_integer() and limits.min <= value <= limits.max):
            raise ValueError(f"value: a whole number from {limits.min} to {limits.max} was expected, not {value}")
    if not diagonal:
        return np.full(sides, value, kind)
    if len(sides) != 2:
        raise ValueError(f"shape: rows and columns were expected for a diagonal, not {shape!r}")
    array = np.zeros(sides, kind)
    np.fill_diagonal(array, value)
    return array


@loom.node(title="Array from range", keywords=["arange", "sequence", "count", "step", "numpy", "numbers", "create"])
def range_array(start: float = 0.0, stop: float = 10.0, step: float = 1.0) -> np.ndarray:
    """Make an array of numbers from a start up to, but without, a stop.

    Args:
        start: First number.
        stop: Where it ends; not reached itself.
        step: From one number to the next, not 0; below 0 counts down.

    Example:
        >>> range_array(0, 5).tolist()
        [0, 1, 2, 3, 4]
        >>> range_array(1, 0, -0.25).tolist()
        [1.0, 0.75, 0.5, 0.25]
    """
    import math

    import numpy as np

    for name, number in (("start", start), ("stop", stop), ("step", step)):
        if not math.isfinite(number):
            raise ValueError(f"{name}: a finite number was expected, not {number}")
    if not step:
        raise ValueError("step: a number other than 0 was expected")
    # What rounding leaves over is no further number: 0 to 0.3 by 0.1 are three.
    count = max(0, math.ceil(round((stop - start) / step, 9)))
    if count > 1_000_000_000:
        raise ValueError(f"step: one that gives at most 1,000,000,000 numbers was expected, not {step}")
    numbers = start + step * np.arange(count)
    is_whole = all(float(number).is_integer() and abs(number) < 2**53 for number in (start, stop, step))
    return numbers.astype(np.int64) if is_whole else numbers


@loom.node(
    title="Evenly spaced array", keywords=["linspace", "logspace", "axis", "sample", "numpy", "geometric", "create"]
)
def spaced_array(
    start: float = 0.0,
    stop: float = 1.0,
    count: Annotated[int, loom.Range(1, 100_000_000)] = 50,
    spacing: Literal["linear", "geometric"] = "linear",
) -> np.ndarray:
    """Make an array of so many numbers from a start to a stop, both among them.

    Args:
        start: First number.
        stop: Last number.
        count: How many.
        spacing: Equal differences, or equal ratios (logarithmic), for which both ends are above 0.

    Example:
        >>> spaced_array(0, 1, 5).tolist()
        [0.0, 0.25, 0.5, 0.75, 1.0]
        >>> spaced_array(1, 1000, 4, "geometric").round(6).tolist()
        [1.0, 10.0, 100.0, 1000.0]
    """
    import numpy as np

    if not 1 <= count <= 100_000_000:
        raise ValueError(f"count: 1 to 100,000,000 was expected, not {count}")
    for name, number in (("start", start), ("stop", stop)):
        if not np.isfinite(number) or (spacing == "geometric" and number <= 0):
            what = "a number above 0" if spacing == "geometric" else "a finite number"
            raise ValueError(f"{name}: {what} was expected, not {number}")
    return np.linspace(start, stop, count) if spacing == "linear" else np.geomspace(start, stop, count)


@loom.node(
    title="Random array", keywords=["noise", "uniform", "normal", "gaussian", "seed", "numpy", "chance", "create"]
)
def random_array(
    shape: str = "100",
    distribution: Literal["uniform", "normal", "whole numbers", "exponential", "Poisson"] = "uniform",
    first: float = 0.0,
    second: float = 1.0,
    seed: int = 0,
) -> np.ndarray:
    """Make an array of numbers by chance.

    Args:
        shape: Lengths of its axes, as in 3, 4 for three rows of four columns.
        distribution: How the numbers are spread.
        first: Least number (uniform, whole numbers), mean (normal) or nothing (exponential, Poisson).
        second: Greatest number, which whole numbers reach; standard deviation (normal); mean (exponential, Poisson).
        seed: The same seed gives the same numbers; 0 or more.

    Example:
        >>> random_array("2, 3", seed=1).shape
        (2, 3)
        >>> set(random_array("1000", "whole numbers", 1, 6).tolist()) == {1, 2, 3, 4, 5, 6}
        True
    """
    import math

    import numpy as np

    sides = _shape_of(shape)
    if seed < 0:
        raise ValueError(f"seed: 0 or more was expected, not {seed}")
    for name, number in (("first", first), ("second", second)):
        if not math.isfinite(number):
            raise ValueError(f"{name}: a finite number was expected, not {number}")
    source = np.random.default_rng(seed)
    if distribution in ("uniform", "whole numbers") and second < first:
        raise ValueError(f"second: at least first ({first}) was expected, not {second}")
    if distribution not in ("uniform", "whole numbers") and second < 0:
        raise ValueError(f"second: 0 or more was expected, not {second}")
    if distribution == "uniform":
        return source.uniform(first, second, sides)
    if distribution == "normal":
        return source.normal(first, second, sides)
    if distribution == "exponential":
        return source.exponential(second, sides)
    if distribution == "Poisson":
        if second > 1e9:
            raise ValueError(f"second: at most 1,000,000,000 was expected, not {second}")
        return source.poisson(second, sides)
    low, high = math.ceil(first), math.floor(second)
    if low > high or max(abs(low), abs(high)) >= 2**62:
        raise ValueError(f"second: a whole number from first ({first}) on was expected below it, not {second}")
    return source.integers(low, high, sides, endpoint=True)


@loom.node(title="Grid coordinates", keywords=["meshgrid", "mesh", "x y", "surface", "field", "numpy", "create"])
def grid_coordinates(x: np.ndarray | list, y: np.ndarray | list) -> Grid:
    """Give the column and the row value of each point of a grid, to compute a function of both.

    Args:
        x: Numbers along the columns, in a row.
        y: Numbers along the rows, in a row.

    Example:
        >>> grid = grid_coordinates([0, 1, 2], [10, 20])
        >>> (grid.x + grid.y).tolist()
        [[10.0, 11.0, 12.0], [20.0, 21.0, 22.0]]
    """
    import numpy as np

    return Grid(*(part.copy() for part in np.meshgrid(_line("x", x), _line("y", y))))


@loom.node(title="List to array", keywords=["convert", "numpy", "numbers", "matrix", "vector"])
def list_to_array(
    items: list, type: Literal["as it is", "float64", "float32", "int64", "uint8", "bool"] = "as it is"
) -> np.ndarray:
    """Make an array of a list of numbers, or of a list of rows of equal length.

    Args:
        items: Numbers, or rows of them.
        type: Kind of the numbers; as it is: whole numbers stay so.

    Example:
        >>> list_to_array([[1, 2], [3, 4]]).shape
        (2, 2)
    """
    array = _ndarray("items", items)
    return array.copy() if type == "as it is" else _as_type("items", array, type)


@loom.node(title="Array from text", keywords=["parse", "type in", "matrix", "literal", "vector", "numpy", "create"])
def text_to_array(text: Annotated[str, loom.Multiline()] = "1 2 3\n4 5 6") -> np.ndarray:
    """Make an array of numbers in a text: a line for each row; one line alone gives numbers in a row.

    Args:
        text: Numbers parted by blanks or commas; nan stands for a missing one.

    Example:
        >>> text_to_array("1 2\\n3 4").tolist(), text_to_array("0.5, 1.5").tolist()
        ([[1, 2], [3, 4]], [0.5, 1.5])
    """
    import numpy as np

    rows = [
        (number, line.replace(",", " ").split()) for number, line in enumerate(text.splitlines(), 1) if line.strip()
    ]
    if not rows:
        raise ValueError("text: at least one number was expected, there is none")
    values = []
    for number, words in rows:
        try:
            values.append([_whole_or_float(word) for word in words])
        except ValueError:
            raise ValueError(f"text: numbers were expected in line {number}, not {' '.join(words)[:60]!r}") from None
        if len(words) != len(rows[0][1]):
            raise ValueError(
                f"text: {len(rows[0][1])} numbers as in the first line were expected in line {number}, not {len(words)}"
            )
    return np.array(values[0] if len(values) == 1 else values)


def _whole_or_float(word: str) -> int | float:
    try:
        whole = int(word)
    except ValueError:
        return float(word)
    return whole if abs(whole) < 2**63 else float(whole)


def _as_type(name: str, array: np.ndarray, type: str) -> np.ndarray:
    """The array in another kind of numbers; an error when one of them has no place in it."""
    import numpy as np

    kind = np.dtype(type)
    if array.dtype.kind == "c" and kind.kind != "c":
        raise TypeError(f"{name}: real numbers were expected, not complex ones; Apply function gives their size")
    if kind.kind in "iu" and array.size:
        limits = np.iinfo(kind)
        if not np.isfinite(array).all() or array.min() < limits.min or array.max() > limits.max:
            raise ValueError(f"{name}: numbers from {limits.min} to {limits.max} were expected, for {type}")
    return array.astype(kind)


def _shape_of(shape: str) -> tuple[int, ...]:
    """A shape written as whole numbers; at most a billion values."""
    import math

    try:
        sides = tuple(int(word) for word in str(shape).replace("x", " ").replace(",", " ").strip("()[] ").split())
    except ValueError:
        sides = (-1,)
    if not sides or min(sides) < 0 or len(sides) > 8:
        raise ValueError(f"shape: whole numbers such as 3, 4 (rows, columns) were expected, not {shape!r}")
    if math.prod(sides) > 1_000_000_000:
        raise ValueError(f"shape: at most 1,000,000,000 values were expected, not {math.prod(sides):,}")
    return sides
