"""What the nodes of arrays share: arrays and axes checked, lines of numbers.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def _ndarray(name: str, value: object) -> np.ndarray:
    """The array, list or column as an array of numbers or of true and false; an error that names the input."""
    import numpy as np

    if isinstance(value, str | bytes | dict | None):
        raise TypeError(f"{name}: an array or a list of numbers was expected, not {type(value).__name__}")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name}: rows of equal length were expected") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{name}: numbers were expected, not {_described(array)}")
    return array


def _real(name: str, value: object) -> np.ndarray:
    """As `_ndarray`, and as float64."""
    import numpy as np

    array = _ndarray(name, value)
    if array.dtype.kind == "c":
        raise TypeError(f"{name}: real numbers were expected, not complex ones; Apply function gives their size")
    return array.astype(np.float64)


def _line(name: str, value: object, least: int = 1) -> np.ndarray:
    """A list of real numbers, one after the other, at least so many."""
    array = _real(name, value)
    if array.ndim != 1 or len(array) < least:
        raise ValueError(f"{name}: {least} or more numbers in a row were expected, not {_described(array)}")
    return array


def _described(array: np.ndarray) -> str:
    shape = " by ".join(map(str, array.shape)) or "a single value"
    kind = "text or objects" if array.dtype.kind in "OSU" else str(array.dtype)
    return f"{shape} ({kind})"


def _axis_of(axis: str | int, array: np.ndarray) -> int | None:
    """The axis as a number that the array has; None for all."""
    if axis == "all":
        return None
    try:
        number = int(axis)
    except (ValueError, TypeError):
        raise ValueError(f"axis: all or a whole number was expected, not {axis!r}") from None
    if not -array.ndim <= number < array.ndim:
        raise ValueError(
            f"axis: an axis of the array was expected, {-array.ndim} to {array.ndim - 1}, not {number}: "
            f"it is {_described(array)}"
            if array.ndim
            else "axis: all was expected, as the array is a single value"
        )
    return number


def _finite_line(name: str, value: object, least: int) -> np.ndarray:
    """Finite numbers in a row."""
    import numpy as np

    values = _line(name, value, least)
    if not np.isfinite(values).all():
        raise ValueError(
            f"{name}: finite numbers were expected, some are missing or without end; Replace missing helps"
        )
    return values


def _filled(name: str, array: np.ndarray) -> np.ndarray:
    """The array, when there is anything in it."""
    if not array.size:
        raise ValueError(f"{name}: at least one number was expected, the array is empty ({_described(array)})")
    return array
