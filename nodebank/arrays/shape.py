# /// script
# dependencies = ["numpy"]
# ///
"""The shape of arrays: axes, parts, order. Every node gives a new array; numbers stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_arrays import _axis_of, _described, _filled, _ndarray

if TYPE_CHECKING:
    import numpy as np


class SortedArray(NamedTuple):
    """What `sort_array` gives."""

    sorted: np.ndarray
    places: np.ndarray


class UniqueValues(NamedTuple):
    """What `unique_values` gives."""

    values: np.ndarray
    counts: np.ndarray


@loom.node(title="Reshape array", keywords=["dimensions", "axes", "rows", "columns", "flatten", "numpy", "size"])
def reshape_array(array: np.ndarray | list, shape: str = "-1") -> np.ndarray:
    """Put the numbers of an array in another shape, row by row.

    Args:
        array: Array to reshape.
        shape: New lengths of the axes, as in 3, 4; one may be -1, for what is left over. -1 alone: all in a row.

    Example:
        >>> reshape_array(np.arange(6), "2, -1").tolist()
        [[0, 1, 2], [3, 4, 5]]
    """
    values = _ndarray("array", array)
    try:
        sides = tuple(int(word) for word in str(shape).replace("x", " ").replace(",", " ").strip("()[] ").split())
        return values.reshape(sides).copy()
    except (ValueError, OverflowError):
        raise ValueError(
            f"shape: lengths whose product is {values.size:,}, such as -1 or {values.size}, 1, were expected, "
            f"not {shape!r}: the array is {_described(values)}"
        ) from None


@loom.node(title="Flatten array", keywords=["ravel", "row", "list", "one dimension", "reshape", "numpy"])
def flatten_array(
    array: np.ndarray | list, order: Literal["row by row", "column by column"] = "row by row"
) -> np.ndarray:
    """Put all numbers of an array in a row.

    Args:
        array: Array to flatten.
        order: Which come first.

    Example:
        >>> flatten_array([[1, 2], [3, 4]], "column by column").tolist()
        [1, 3, 2, 4]
    """
    return _ndarray("array", array).flatten("C" if order == "row by row" else "F")


@loom.node(title="Transpose array", keywords=["swap axes", "rows to columns", "permute", "turn", "matrix", "numpy"])
def transpose_array(array: np.ndarray | list, axes: str = "") -> np.ndarray:
    """Exchange the axes of an array: rows become columns.

    Args:
        array: Array to transpose.
        axes: New order of the axes, as in 2, 0, 1; nothing: the other way round.

    Example:
        >>> transpose_array([[1, 2, 3], [4, 5, 6]]).tolist()
        [[1, 4], [2, 5], [3, 6]]
    """
    values = _ndarray("array", array)
    try:
        order = [int(word) for word in axes.replace(",", " ").split()] or None
        return values.transpose(order).copy()
    except ValueError:
        every = ", ".join(map(str, range(values.ndim)))
        raise ValueError(f"axes: each of {every} once, in any order, was expected, not {axes!r}") from None


@loom.node(title="Slice array", keywords=["index", "part", "rows", "columns", "crop", "select", "subset", "numpy"])
def slice_array(array: np.ndarray | list, part: str = "0:10") -> np.ndarray:
    """Cut a part out of an array, written as in Python.

    Args:
        array: Array to cut from.
        part: For each axis, parted by commas, first:stop:step or one place; all may be left out, below 0 counts from
            the end. So 0:10, ::2 is ten rows of every second column, and : , 0 the first column.

    Example:
        >>> slice_array([[1, 2, 3], [4, 5, 6]], ":, ::2").tolist()
        [[1, 3], [4, 6]]
        >>> slice_array([1, 2, 3], "-1").tolist()
        [3]
    """
    import numpy as np

    values = _ndarray("array", array)
    words = [word.strip() for word in str(part).strip("[] ").split(",")]
    if len(words) > values.ndim:
        raise ValueError(f"part: at most {values.ndim} axes were expected, not {len(words)}: {part!r}")
    key: list[slice | int] = []
    for axis, word in enumerate(words):
        try:
            numbers = [int(number) if number.strip() else None for number in word.split(":")]
            if (
                len(numbers) > 3
                or (len(numbers) == 1 and numbers[0] is None)
                or (len(numbers) == 3 and numbers[2] == 0)
            ):
                raise ValueError
        except ValueError:
            raise ValueError(f"part: first:stop:step such as 0:10 or ::2 was expected, not {word!r}") from None
        if len(numbers) > 1:
            key.append(slice(*numbers))
        elif -values.shape[axis] <= numbers[0] < values.shape[axis]:
            key.append(numbers[0])
        else:
            side = values.shape[axis]
            raise ValueError(f"part: {-side} to {side - 1} was expected for axis {axis}, not {numbers[0]}")
    return np.atleast_1d(values[tuple(key)]).copy()


@loom.node(title="Stack arrays", keywords=["concatenate", "join", "append", "hstack", "vstack", "combine", "numpy"])
def stack_arrays(
    arrays: list[np.ndarray], axis: Literal["0", "1", "2", "-1"] = "0", new_axis: bool = False
) -> np.ndarray:
    """Put arrays one after the other along an axis, or on a new axis.

    Args:
        arrays: Arrays, at least one; equal in all other axes, on a new axis in all.
        axis: Along which axis: 0 one below the other, 1 side by side, -1 the last.
        new_axis: Make an axis of that number, so that three rows of numbers become an array of three rows.

    Example:
        >>> rows = [np.array([1, 2]), np.array([3, 4])]
        >>> stack_arrays(rows).tolist(), stack_arrays(rows, new_axis=True).tolist()
        ([1, 2, 3, 4], [[1, 2], [3, 4]])
    """
    import numpy as np

    if isinstance(arrays, str | bytes | dict) or not hasattr(arrays, "__iter__"):
        raise TypeError(f"arrays: a list of arrays was expected, not {type(arrays).__name__}")
    parts = [_ndarray(f"arrays, item {place}", array) for place, array in enumerate(arrays)]
    if not parts:
        raise ValueError("arrays: at least one array was expected, the list is empty")
    try:
        return np.stack(parts, int(axis)) if new_axis else np.concatenate(parts, int(axis))
    except ValueError:
        shapes = ", ".join(_described(part) for part in parts[:5])
        raise ValueError(f"arrays: shapes that fit along axis {axis} were expected, not {shapes}") from None


@loom.node(title="Split array", keywords=["chunks", "parts", "divide", "batches", "array_split", "numpy"])
def split_array(
    array: np.ndarray | list,
    parts: Annotated[int, loom.Range(1, 100_000)] = 2,
    axis: Literal["0", "1", "2", "-1"] = "0",
) -> list[np.ndarray]:
    """Cut an array into parts that are as equal as can be.

    Args:
        array: Array to cut.
        parts: How many.
        axis: Along which axis: 0 the rows, 1 the columns, -1 the last.

    Example:
        >>> [part.tolist() for part in split_array([1, 2, 3, 4, 5], 2)]
        [[1, 2, 3], [4, 5]]
    """
    import numpy as np

    values = _ndarray("array", array)
    if not 1 <= parts <= 100_000:
        raise ValueError(f"parts: 1 to 100,000 was expected, not {parts}")
    return [part.copy() for part in np.array_split(values, parts, _axis_of(axis, values))]


@loom.node(title="Pad array", keywords=["border", "extend", "zeros", "edge", "margin", "numpy", "mirror"])
def pad_array(
    array: np.ndarray | list,
    before: Annotated[int, loom.Range(0, 1_000_000)] = 1,
    after: Annotated[int, loom.Range(0, 1_000_000)] = 1,
    fill: Literal["value", "edge", "mirror", "repeat"] = "value",
    value: float = 0.0,
    axis: Literal["all", "0", "1", "2", "-1"] = "all",
) -> np.ndarray:
    """Add numbers before and after those of an array.

    Args:
        array: Array to pad.
        before: How many before the first.
        after: How many after the last.
        fill: One value, the number at the edge, the array mirrored, or the array again.
        value: The value.
        axis: Along which axis; all: along each.

    Example:
        >>> pad_array([1, 2, 3], 2, 1).tolist()
        [0, 0, 1, 2, 3, 0]
    """
    import math

    import numpy as np

    values = _ndarray("array", array)
    for name, count in (("before", before), ("after", after)):
        if not 0 <= count <= 1_000_000:
            raise ValueError(f"{name}: 0 to 1,000,000 was expected, not {count}")
    at = _axis_of(axis, values)
    room = [(before, after) if at is None or place == at % values.ndim else (0, 0) for place in range(values.ndim)]
    if math.prod(side + sum(pair) for side, pair in zip(values.shape, room, strict=True)) > 1_000_000_000:
        raise ValueError("before, after: at most 1,000,000,000 values in all were expected")
    if fill == "value":
        kind = values.dtype
        if kind.kind in "iu" and not (float(value).is_integer() and np.iinfo(kind).min <= value <= np.iinfo(kind).max):
            kind = np.result_type(np.int64 if float(value).is_integer() else float)
        return np.pad(values.astype(kind), room, constant_values=kind.type(value))
    _filled("array", values)
    return np.pad(values, room, {"edge": "edge", "mirror": "symmetric", "repeat": "wrap"}[fill])


@loom.node(title="Flip array", keywords=["reverse", "mirror", "order", "backwards", "numpy"])
def flip_array(array: np.ndarray | list, axis: Literal["all", "0", "1", "2", "-1"] = "0") -> np.ndarray:
    """Reverse the order of the numbers of an array.

    Args:
        array: Array to flip.
        axis: Along which axis: 0 the rows, 1 the columns, -1 the last; all: along each.

    Example:
        >>> flip_array([1, 2, 3]).tolist()
        [3, 2, 1]
    """
    import numpy as np

    values = _ndarray("array", array)
    return np.flip(values, _axis_of(axis, values)).copy()


@loom.node(title="Roll array", keywords=["shift", "rotate", "lag", "cycle", "wrap", "numpy"])
def roll_array(array: np.ndarray | list, by: int = 1, axis: Literal["0", "1", "2", "-1"] = "-1") -> np.ndarray:
    """Move the numbers of an array along; what leaves at the end comes in at the start.

    Args:
        array: Array to roll.
        by: How many places; below 0: towards the start.
        axis: Along which axis: 0 the rows, 1 the columns, -1 the last.

    Example:
        >>> roll_array([1, 2, 3, 4], 1).tolist()
        [4, 1, 2, 3]
    """
    import numpy as np

    values = _ndarray("array", array)
    return np.roll(values, by, _axis_of(axis, values))


@loom.node(title="Sort array", keywords=["order", "ascending", "descending", "argsort", "rank", "numpy"])
def sort_array(
    array: np.ndarray | list, axis: Literal["all", "0", "1", "2", "-1"] = "-1", descending: bool = False
) -> SortedArray:
    """Put the numbers of an array in order, and tell the places that they had; nan comes last.

    Args:
        array: Array to sort.
        axis: Along which axis: 0 each column, 1 each row, -1 along the last; all: all numbers in a row.
        descending: The greatest first.

    Example:
        >>> ordered = sort_array([30, 10, 20])
        >>> ordered.sorted.tolist(), ordered.places.tolist()
        ([10, 20, 30], [1, 2, 0])
    """
    import numpy as np

    values = _ndarray("array", array)
    at = _axis_of(axis, values)
    values, at = (values.ravel(), 0) if at is None else (values, at)
    if descending:
        # From behind and back: equal ones keep their order, and nan stays last.
        key = -values.astype(float) if values.dtype.kind != "c" else -values
        places = np.argsort(key, at, kind="stable")
    else:
        places = np.argsort(values, at, kind="stable")
    return SortedArray(np.take_along_axis(values, places, at), places)


@loom.node(title="Unique values", keywords=["distinct", "count", "duplicates", "set", "frequency", "numpy"])
def unique_values(array: np.ndarray | list) -> UniqueValues:
    """Give each different number of an array once, in order, and how often it is there.

    Args:
        array: Array to look through.

    Example:
        >>> found = unique_values([3, 1, 3])
        >>> found.values.tolist(), found.counts.tolist()
        ([1, 3], [1, 2])
    """
    import numpy as np

    return UniqueValues(*np.unique(_ndarray("array", array), return_counts=True))
