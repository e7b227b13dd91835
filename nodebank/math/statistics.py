"""Statistics of lists of numbers, and numbers by chance. Chance comes from a seed, so that a run can be repeated."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Annotated, Literal, NamedTuple

import loom


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
        "mean" of [1, 2, 6] is 3.
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
        [1, 2, 6] has count 3, mean 3, median 2, minimum 1 and maximum 6.
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
        25 percent of [0, 1, 2, 3, 4] is 1.
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
        [1, 2, 3] gives [1, 3, 6].
    """
    from itertools import accumulate

    return list(accumulate(_numbers("items", items)))


@loom.node(title="Random number", keywords=["chance", "uniform", "dice", "seed", "noise"])
def random_number(low: float = 0.0, high: float = 1.0, seed: int = 0, whole: bool = False) -> float:
    """Give a number by chance, each between the ends as likely as any other.

    Args:
        low: Least number.
        high: Greatest number; not below low.
        seed: The same seed gives the same number; another seed gives another.
        whole: Only whole numbers, both ends among them.

    Example:
        low 1, high 6, whole: the roll of a die.
    """
    return _random(low, high, seed, 1, whole)[0]


@loom.node(title="Random list", keywords=["chance", "uniform", "normal", "gaussian", "seed", "noise", "numbers"])
def random_list(
    count: Annotated[int, loom.Range(0, 10_000_000)] = 10,
    low: float = 0.0,
    high: float = 1.0,
    seed: int = 0,
    whole: bool = False,
) -> list[float]:
    """Give a list of numbers by chance, each between the ends as likely as any other.

    Args:
        count: How many numbers.
        low: Least number.
        high: Greatest number; not below low.
        seed: The same seed gives the same numbers; another seed gives others.
        whole: Only whole numbers, both ends among them.

    Example:
        count 100, low 1, high 6, whole: a hundred rolls of a die.
    """
    if not 0 <= count <= 10_000_000:
        raise ValueError(f"count: 0 to 10,000,000 was expected, not {count}")
    return _random(low, high, seed, count, whole)


@loom.node(title="Shuffle list", keywords=["random", "order", "permute", "seed", "mix"])
def shuffle_list(items: list[object], seed: int = 0) -> list[object]:
    """Put the items of a list in an order by chance.

    Args:
        items: List to shuffle.
        seed: The same seed gives the same order.

    Example:
        [1, 2, 3] may give [3, 1, 2].
    """
    values = _list("items", items)
    random.Random(seed).shuffle(values)
    return values


def _random(low: float, high: float, seed: int, count: int, whole: bool) -> list[float]:
    if low > high:
        raise ValueError(f"low: at most high ({high}) was expected, not {low}")
    source = random.Random(seed)
    if not whole:
        return [source.uniform(low, high) for _ in range(count)]
    first, last = math.ceil(low), math.floor(high)
    if first > last:
        raise ValueError(f"high: a whole number between low ({low}) and high ({high}) was expected, there is none")
    return [source.randint(first, last) for _ in range(count)]


def _numbers(name: str, items: Iterable[object]) -> list[float]:
    """The numbers of a list, at least one, or an error that names the input and the item."""
    values = _list(name, items)
    if not values:
        raise ValueError(f"{name}: at least one number was expected, the list is empty")
    for i, value in enumerate(values):
        if not isinstance(value, Real):
            raise TypeError(f"{name}: numbers were expected, item {i} is {value!r:.60}")
    return values


def _list(name: str, items: Iterable[object]) -> list[object]:
    """A new list of the items (of an array or a column too), or an error that names the input."""
    is_single = isinstance(items, str | bytes | Mapping) or getattr(items, "ndim", 1) == 0
    if is_single or not isinstance(items, Iterable):
        raise TypeError(f"{name}: a list was expected, not {type(items).__name__}")
    return items.tolist() if hasattr(items, "tolist") else list(items)
