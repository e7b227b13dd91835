"""Statistics of lists of numbers: one number, or several, that stand for many."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from numbers import Real
from typing import Annotated, Literal, NamedTuple

import loom
from _loom_math import _list


class Summary(NamedTuple):
    """What `summarise_list` gives."""

    count: int
    mean: float
    median: float
    standard_deviation: float
    minimum: float
    maximum: float


@loom.node(
    title="Statistic of list",
    keywords=["mean", "average", "median", "mode", "variance", "deviation", "min", "max", "product", "aggregate"],
)
def statistic_of_list(
    items: list[object],
    statistic: Literal[
        "mean", "median", "most frequent", "minimum", "maximum", "range", "standard deviation", "variance", "product"
    ] = "mean",
) -> float:
    """Reduce a list of numbers to one.

    Args:
        items: Numbers, at least one.
        statistic: Which number; range is from the least to the greatest; standard deviation and variance are those
            of a sample and need two numbers.

    Example:
        >>> statistic_of_list([1, 2, 6], statistic="mean")
        3.0
    """
    numbers = _numbers("items", items)
    if statistic in ("standard deviation", "variance") and len(numbers) < 2:
        raise ValueError(f"items: two numbers or more were expected for the {statistic}, there is 1")
    functions = {
        "mean": statistics.fmean,
        "median": statistics.median,
        "most frequent": statistics.mode,
        "minimum": min,
        "maximum": max,
        "range": lambda values: max(values) - min(values),
        "standard deviation": statistics.stdev,
        "variance": statistics.variance,
        "product": math.prod,
    }
    return functions[statistic](numbers)


@loom.node(title="Summarise list", keywords=["statistics", "describe", "mean", "median", "count", "summary"])
def summarise_list(items: list[object]) -> Summary:
    """Give the usual statistics of a list of numbers at once.

    Args:
        items: Numbers, at least one; the standard deviation, of a sample, is 0 for a single one.

    Example:
        >>> summarise_list([1, 2, 6])
        Summary(count=3, mean=3.0, median=2, standard_deviation=2.64..., minimum=1, maximum=6)
    """
    numbers = _numbers("items", items)
    deviation = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
    middle, centre = statistics.fmean(numbers), statistics.median(numbers)
    return Summary(len(numbers), middle, centre, deviation, min(numbers), max(numbers))


@loom.node(title="Percentile", keywords=["quantile", "quartile", "median", "statistics"])
def percentile(items: list[object], percent: Annotated[float, loom.Slider(0, 100, step=1)] = 50.0) -> float:
    """Give the number that a share of a list lies below, in proportion between neighbours.

    Args:
        items: Numbers, at least one.
        percent: The share, 0 to 100; 50 is the median.

    Example:
        >>> percentile([0, 1, 2, 3, 4], percent=25)
        1.0
    """
    numbers = sorted(_numbers("items", items))
    if not 0 <= percent <= 100:
        raise ValueError(f"percent: 0 to 100 was expected, not {percent}")
    place = (len(numbers) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


@loom.node(title="Running total", keywords=["cumulative", "cumsum", "sum", "accumulate"])
def running_total(items: list[object]) -> list[float]:
    """Add up a list of numbers and give the total after each.

    Args:
        items: Numbers, at least one.

    Example:
        >>> running_total([1, 2, 3])
        [1, 3, 6]
    """
    from itertools import accumulate

    return list(accumulate(_numbers("items", items)))


def _numbers(name: str, items: Iterable[object]) -> list[float]:
    """The numbers of a list, at least one, or an error that names the input and the item."""
    values = _list(name, items)
    if not values:
        raise ValueError(f"{name}: at least one number was expected, the list is empty")
    for i, value in enumerate(values):
        if not isinstance(value, Real):
            raise TypeError(f"{name}: numbers were expected, item {i} is {value!r:.60}")
    return values
