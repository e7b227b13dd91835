# /// script
# dependencies = ["numpy", "pandas"]
# ///
"""Computing with arrays, number by number or along an axis. Every node gives a new array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_arrays import _axis_of, _described, _filled, _ndarray, _real

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@loom.node(title="Array arithmetic", keywords=["add", "subtract", "multiply", "divide", "power", "broadcast", "numpy"])
def array_arithmetic(
    a: np.ndarray | list | float,
    b: np.ndarray | list | float = 1.0,
    operation: Literal[
        "add",
        "subtract",
        "multiply",
        "divide",
        "divide whole",
        "remainder",
        "power",
        "minimum",
        "maximum",
        "hypotenuse",
    ] = "add",
) -> np.ndarray:
    """Compute with two arrays, number by number.

    Shapes must be equal, or one of them be stretched to the other: a number goes with all, a row of 4 with each row of
    an array of 3 by 4. Dividing by 0 gives inf or nan. Numbers without sign, as of images, never run over.

    Args:
        a: Array or number.
        b: Array or number.
        operation: What to do.

    Example:
        >>> array_arithmetic(np.array([[1, 2], [3, 4]]), [10, 20]).tolist()
        [[11, 22], [13, 24]]
        >>> array_arithmetic(np.array([1, 2]), 2, "divide").tolist()
        [0.5, 1.0]
    """
    import numpy as np

    functions = {
        "add": np.add,
        "subtract": np.subtract,
        "multiply": np.multiply,
        "divide": np.true_divide,
        "divide whole": np.floor_divide,
        "remainder": np.remainder,
        "power": np.power,
        "minimum": np.minimum,
        "maximum": np.maximum,
        "hypotenuse": np.hypot,
    }
    one, other = _wide(_ndarray("a", a)), _wide(_ndarray("b", b))
    _broadcast(one, other)
    if operation in ("divide whole", "remainder", "hypotenuse") and "c" in one.dtype.kind + other.dtype.kind:
        raise TypeError(f"a, b: real numbers were expected for {operation}, not complex ones")
    is_divided = operation in ("divide whole", "remainder") and one.dtype.kind in "iu"
    if operation == "power" and one.dtype.kind in "iu" or is_divided and (other == 0).any():
        # Whole numbers know no 1/2 and no end.
        one = one.astype(float)
        if operation == "power" and other.dtype.kind in "iu" and (other >= 0).all():
            with np.errstate(all="ignore"):
                powers = np.power(one, other)
            fits = powers.size == 0 or np.abs(powers).max() < 2**53
            return np.asarray(powers.astype(np.int64) if fits else powers)
    with np.errstate(all="ignore"):
        return np.asarray(functions[operation](one, other))


@loom.node(title="Apply function", keywords=["sqrt", "log", "exp", "sin", "abs", "round", "square", "numpy", "map"])
def apply_function(
    array: np.ndarray | list,
    function: Literal[
        "absolute",
        "negative",
        "square",
        "square root",
        "exp",
        "log",
        "log2",
        "log10",
        "log(1 + x)",
        "sin",
        "cos",
        "tan",
        "arcsin",
        "arccos",
        "arctan",
        "tanh",
        "sigmoid",
        "sign",
        "round",
        "floor",
        "ceiling",
        "reciprocal",
        "real",
        "imaginary",
        "angle",
        "degrees to radians",
        "radians to degrees",
    ] = "absolute",
) -> np.ndarray:
    """Apply a function to each number of an array. Where it has no value, as the root of -1, the result is nan.

    Args:
        array: Array to start from; angles are in radians.
        function: The function; absolute and angle are those of complex numbers too.

    Example:
        >>> apply_function([1, 4, 9], "square root").tolist()
        [1.0, 2.0, 3.0]
    """
    import numpy as np

    functions = {
        "absolute": np.abs,
        "negative": np.negative,
        "square": np.square,
        "square root": np.sqrt,
        "exp": np.exp,
        "log": np.log,
        "log2": np.log2,
        "log10": np.log10,
        "log(1 + x)": np.log1p,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "arcsin": np.arcsin,
        "arccos": np.arccos,
        "arctan": np.arctan,
        "tanh": np.tanh,
        # By tanh it never runs over.
        "sigmoid": lambda x: (1 + np.tanh(x / 2)) / 2,
        "sign": np.sign,
        "round": np.round,
        "floor": np.floor,
        "ceiling": np.ceil,
        "reciprocal": lambda x: 1 / x,
        "real": np.real,
        "imaginary": np.imag,
        "angle": np.angle,
        "degrees to radians": np.radians,
        "radians to degrees": np.degrees,
    }
    values = _wide(_ndarray("array", array))
    if values.dtype.kind == "c" and function in ("floor", "ceiling", "degrees to radians", "radians to degrees"):
        raise TypeError(f"array: real numbers were expected for {function}, not complex ones")
    with np.errstate(all="ignore"):
        return np.array(functions[function](values))


@loom.node(title="Compare arrays", keywords=["greater", "less", "equal", "mask", "condition", "boolean", "numpy"])
def compare_arrays(
    a: np.ndarray | list,
    b: np.ndarray | list | float = 0.0,
    operation: Literal["greater", "at least", "less", "at most", "equal", "not equal", "about equal"] = "greater",
) -> np.ndarray:
    """Compare two arrays number by number: true where it holds.

    Args:
        a: Array.
        b: Array of a shape that fits, or a number.
        operation: What must hold of a and b; about equal: within a hundred-thousandth.

    Example:
        >>> compare_arrays([1, 5, 3], 2).tolist()
        [False, True, True]
    """
    import numpy as np

    functions = {
        "greater": np.greater,
        "at least": np.greater_equal,
        "less": np.less,
        "at most": np.less_equal,
        "equal": np.equal,
        "not equal": np.not_equal,
        "about equal": np.isclose,
    }
    one, other = _ndarray("a", a), _ndarray("b", b)
    _broadcast(one, other)
    return np.asarray(functions[operation](one, other))


@loom.node(title="Choose by condition", keywords=["where", "if", "mask", "select", "replace", "numpy"])
def where_array(
    condition: np.ndarray, when_true: np.ndarray | list | float = 1.0, when_false: np.ndarray | list | float = 0.0
) -> np.ndarray:
    """Take each number from one array where a condition holds and from another where it does not.

    Args:
        condition: Array of true and false, as Compare arrays gives; other numbers are true unless 0.
        when_true: Array of a shape that fits, or a number.
        when_false: Array of a shape that fits, or a number.

    Example:
        >>> where_array(np.array([True, False, True]), [1, 2, 3], 0).tolist()
        [1, 0, 3]
    """
    import numpy as np

    chosen, one, other = (
        _ndarray("condition", condition),
        _ndarray("when_true", when_true),
        _ndarray("when_false", when_false),
    )
    for name, array in (("when_true", one), ("when_false", other)):
        _broadcast(chosen, array, "condition", name)
    _broadcast(one, other, "when_true", "when_false")
    return np.where(chosen.astype(bool), one, other)


@loom.node(title="Clip array", keywords=["limit", "clamp", "minimum", "maximum", "bound", "saturate", "numpy"])
def clip_array(array: np.ndarray | list, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Cut the numbers of an array off at a least and a greatest one.

    Args:
        array: Array to clip.
        low: What is less becomes this.
        high: What is greater becomes this; at least low.

    Example:
        >>> clip_array([-1.0, 0.5, 7.0]).tolist()
        [0.0, 0.5, 1.0]
    """
    import numpy as np

    if not low <= high:
        raise ValueError(f"low: at most high ({high}) was expected, not {low}")
    values = _real_or_whole("array", array)
    is_whole = values.dtype.kind in "iu" and float(low).is_integer() and float(high).is_integer()
    return np.clip(values, int(low), int(high)) if is_whole else np.clip(values.astype(float), low, high)


@loom.node(
    title="Normalise array", keywords=["scale", "standardise", "z-score", "min-max", "unit", "normalize", "numpy"]
)
def normalise_array(
    array: np.ndarray | list,
    method: Literal["0 to 1", "-1 to 1", "mean 0, deviation 1", "sum 1", "length 1"] = "0 to 1",
    axis: Literal["all", "0", "1", "2", "-1"] = "all",
) -> np.ndarray:
    """Bring the numbers of an array to a common scale; nan is left out and stays.

    Args:
        array: Array to normalise.
        method: What is to hold after it. Where all numbers are equal, those that cannot be scaled become 0.
        axis: all: all numbers together; 0: each column by itself, 1: each row, -1: along the last axis.

    Example:
        >>> normalise_array([10, 15, 20]).tolist()
        [0.0, 0.5, 1.0]
    """
    import numpy as np

    values = _filled("array", _real("array", array))
    along = {"axis": _axis_of(axis, values), "keepdims": True}
    if np.isinf(values).any():
        raise ValueError("array: finite numbers were expected, some are without end")
    if np.isnan(values).all(axis=along["axis"]).any():
        raise ValueError("array: at least one number along the axis was expected, all are nan")
    if method in ("0 to 1", "-1 to 1"):
        least, greatest = np.nanmin(values, **along), np.nanmax(values, **along)
        scaled = _divided(values - least, greatest - least)
        return scaled if method == "0 to 1" else scaled * 2 - 1
    if method == "mean 0, deviation 1":
        return _divided(values - np.nanmean(values, **along), np.nanstd(values, **along))
    if method == "sum 1":
        return _divided(values, np.nansum(values, **along))
    return _divided(values, np.sqrt(np.nansum(values**2, **along)))


@loom.node(title="Reduce array", keywords=["sum", "mean", "average", "max", "min", "std", "median", "axis", "numpy"])
def reduce_array(
    array: np.ndarray | list,
    operation: Literal[
        "sum",
        "mean",
        "median",
        "minimum",
        "maximum",
        "range",
        "standard deviation",
        "variance",
        "product",
        "count true",
        "any",
        "all",
        "place of minimum",
        "place of maximum",
    ] = "mean",
    axis: Literal["all", "0", "1", "2", "-1"] = "all",
    skip_nan: bool = False,
) -> np.ndarray | float:
    """Reduce an array along an axis: to one number, or to one for each row or column.

    Args:
        array: Array to reduce.
        operation: How; standard deviation and variance are those of all (divided by their count).
        axis: all: to one number; 0: one for each column, 1: one for each row, -1: along the last axis.
        skip_nan: Leave out what is missing (nan); otherwise it makes the result nan.

    Example:
        >>> reduce_array([[1, 2], [3, 4]], "sum")
        10
        >>> reduce_array([[1, 2], [3, 4]], "sum", "0").tolist()
        [4, 6]
    """
    import numpy as np

    values = _real_or_whole("array", array)
    at = _axis_of(axis, values)
    plain = {
        "sum": np.sum, "mean": np.mean, "median": np.median, "minimum": np.min, "maximum": np.max, "range": np.ptp,
        "standard deviation": np.std, "variance": np.var, "product": np.prod, "count true": np.count_nonzero,
        "any": np.any, "all": np.all, "place of minimum": np.argmin, "place of maximum": np.argmax,
    }  # fmt: skip
    skipping = {
        "sum": np.nansum, "mean": np.nanmean, "median": np.nanmedian, "minimum": np.nanmin, "maximum": np.nanmax,
        "range": lambda x, axis: np.nanmax(x, axis) - np.nanmin(x, axis), "standard deviation": np.nanstd,
        "variance": np.nanvar, "product": np.nanprod, "place of minimum": np.nanargmin,
        "place of maximum": np.nanargmax,
    }  # fmt: skip
    if operation not in ("sum", "product", "count true", "any", "all"):
        _filled("array", values)
    if skip_nan and operation in skipping and values.dtype.kind == "f":
        if operation not in ("sum", "product") and np.isnan(values).all(axis=at).any():
            raise ValueError("array: at least one number along the axis was expected, all are nan")
        result = skipping[operation](values, axis=at)
    else:
        # Numbers without sign, as of images: their range and sum are none.
        result = plain[operation](_wide(values), axis=at)
    return result.item() if np.ndim(result) == 0 else np.asarray(result)


@loom.node(title="Cumulate array", keywords=["cumsum", "running", "total", "difference", "diff", "cumulative", "numpy"])
def cumulate_array(
    array: np.ndarray | list,
    operation: Literal["sum", "product", "maximum", "minimum", "mean", "difference"] = "sum",
    axis: Literal["0", "1", "2", "-1"] = "-1",
) -> np.ndarray:
    """Compute along an axis, each number with all before it, or with the one before it.

    Args:
        array: Array to start from.
        operation: Sum, product, maximum, minimum or mean of all up to each; or the difference from the one before,
            which is one fewer.
        axis: Along which axis: 0 down the rows, 1 along the columns, -1 the last.

    Example:
        >>> cumulate_array([1, 2, 3]).tolist(), cumulate_array([1, 4, 9], "difference").tolist()
        ([1, 3, 6], [3, 5])
    """
    import numpy as np

    values = _wide(_real_or_whole("array", array))
    at = _axis_of(axis, values)
    if operation == "mean":
        shape = [-1 if place == at % values.ndim else 1 for place in range(values.ndim)]
        return np.cumsum(values, at) / np.arange(1, values.shape[at] + 1).reshape(shape)
    functions = {
        "sum": np.cumsum,
        "product": np.cumprod,
        "maximum": np.maximum.accumulate,
        "minimum": np.minimum.accumulate,
        "difference": lambda array, axis: np.diff(array, axis=axis),
    }
    return functions[operation](values, at)


@loom.node(title="Find positions", keywords=["nonzero", "argwhere", "index", "indices", "where", "true", "numpy"])
def find_positions(condition: np.ndarray | list) -> np.ndarray:
    """Give the places where a condition holds: a row of places, or for more axes a row for each.

    Args:
        condition: Array of true and false, as Compare arrays gives; other numbers are true unless 0.

    Example:
        >>> find_positions([False, True, True]).tolist()
        [1, 2]
        >>> find_positions([[0, 1], [1, 0]]).tolist()
        [[0, 1], [1, 0]]
    """
    import numpy as np

    places = np.argwhere(np.atleast_1d(_ndarray("condition", condition)))
    return places[:, 0].copy() if places.shape[1] == 1 else places


@loom.node(title="Replace missing", keywords=["nan", "inf", "fill", "impute", "missing", "clean", "numpy"])
def replace_missing(
    array: np.ndarray | list, by: Literal["value", "mean", "median", "interpolation"] = "value", value: float = 0.0
) -> np.ndarray:
    """Replace what is no finite number (nan, inf) in an array.

    Args:
        array: Array to clean.
        by: One value, the mean or median of the others, or what lies between the neighbours in a row of numbers.
        value: The value.

    Example:
        >>> replace_missing([1.0, float("nan"), 3.0], "interpolation").tolist()
        [1.0, 2.0, 3.0]
    """
    import numpy as np

    values = _real("array", array)
    good = np.isfinite(values)
    if by == "value":
        return np.where(good, values, value)
    if not good.any():
        raise ValueError("array: at least one finite number was expected, there is none")
    if by == "interpolation":
        if values.ndim != 1:
            raise ValueError(f"array: numbers in a row were expected for interpolation, not {_described(values)}")
        at = np.arange(len(values))
        return np.interp(at, at[good], values[good])
    return np.where(good, values, values[good].mean() if by == "mean" else np.median(values[good]))


@loom.node(
    title="Array statistics", keywords=["describe", "summary", "mean", "deviation", "quartiles", "percentile", "numpy"]
)
def array_statistics(array: np.ndarray | list) -> pd.DataFrame:
    """Describe an array, a row for each column of it: count, missing, mean, deviation, least, quartiles, greatest.

    Args:
        array: Array of numbers in a row, or of rows and columns. Missing numbers (nan) are counted and left out; the
            deviation is that of a sample.

    Example:
        >>> table = array_statistics([1, 2, 3, 4, 10])
        >>> table[["count", "mean", "median", "maximum"]].values.tolist()
        [[5.0, 4.0, 3.0, 10.0]]
    """
    import numpy as np
    import pandas as pd

    values = _filled("array", _real("array", array))
    if values.ndim > 2:
        raise ValueError(f"array: one or two axes were expected, not {_described(values)}")
    rows = []
    for place, column in enumerate(values.T if values.ndim == 2 else np.atleast_2d(values)):
        there = column[~np.isnan(column)]
        quartiles = np.percentile(there, [0, 25, 50, 75, 100]) if len(there) else np.full(5, np.nan)
        rows.append(
            {
                "column": place,
                "count": len(there),
                "missing": len(column) - len(there),
                "mean": there.mean() if len(there) else np.nan,
                "standard_deviation": there.std(ddof=1) if len(there) > 1 else np.nan,
                **dict(zip(("minimum", "quartile_1", "median", "quartile_3", "maximum"), quartiles, strict=True)),
            }
        )
    return pd.DataFrame(rows)


@loom.node(title="Array percentile", keywords=["quantile", "median", "quartile", "rank", "distribution", "numpy"])
def array_percentile(
    array: np.ndarray | list,
    percent: Annotated[float, loom.Slider(0, 100, step=1)] = 50.0,
    axis: Literal["all", "0", "1", "2", "-1"] = "all",
) -> np.ndarray | float:
    """Give the number that so many percent of an array are at most; between two, in proportion.

    Args:
        array: Array of numbers.
        percent: 0 is the least, 50 the median, 100 the greatest.
        axis: all: of all numbers; 0: one for each column, 1: one for each row, -1: along the last axis.

    Example:
        >>> array_percentile([1, 2, 3, 4, 5], 75)
        4.0
    """
    import numpy as np

    if not 0 <= percent <= 100:
        raise ValueError(f"percent: 0 to 100 was expected, not {percent}")
    values = _filled("array", _real("array", array))
    result = np.percentile(values, percent, axis=_axis_of(axis, values))
    return float(result) if np.ndim(result) == 0 else result


def _wide(array: np.ndarray) -> np.ndarray:
    """Small whole numbers as int64, so that 200 + 100 of an image is 300."""
    import numpy as np

    return array.astype(np.int64) if array.dtype.kind in "iub" and array.dtype != np.uint64 else array


def _real_or_whole(name: str, value: object) -> np.ndarray:
    array = _ndarray(name, value)
    return array if array.dtype.kind != "c" else _real(name, array)


def _broadcast(one: np.ndarray, other: np.ndarray, name: str = "a", other_name: str = "b") -> None:
    """Raise an error that names both, unless their shapes fit together."""
    import numpy as np

    try:
        np.broadcast_shapes(one.shape, other.shape)
    except ValueError:
        raise ValueError(
            f"{other_name}: a shape that fits {name}, {_described(one)}, was expected, not {_described(other)}"
        ) from None


def _divided(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    import numpy as np

    return values / np.where(by == 0, 1.0, by)
