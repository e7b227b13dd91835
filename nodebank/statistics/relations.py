"""What lists of numbers tell: together, beside each other, and how sure it is. The standard library is enough."""

from __future__ import annotations

import math
import statistics
from numbers import Real
from typing import Annotated, Literal, NamedTuple

import loom


class Line(NamedTuple):
    """What `fit_line` gives."""

    slope: float
    intercept: float
    r_squared: float


class Interval(NamedTuple):
    """What `bootstrap_interval` gives."""

    estimate: float
    low: float
    high: float


@loom.node(title="Correlation", keywords=["pearson", "spearman", "relation", "covariance", "association"])
def correlation(first: list[float], second: list[float], method: Literal["linear", "ranked"] = "linear") -> float:
    """Measure how two lists of numbers go together: -1 to 1, 0 when they do not.

    Args:
        first: Numbers, two or more that are not all the same.
        second: As many numbers, each belonging to the one at its place in the first.
        method: Linear (Pearson) measures nearness to a line, ranked (Spearman) whether one rises with the other.

    Example:
        >>> round(correlation([1, 2, 3], [2, 4, 6]), 6)
        1.0
    """
    x, y = _paired(first, second)
    if len(set(y)) < 2:
        raise ValueError("second: numbers that are not all the same were expected")
    if method == "ranked":
        x, y = _ranks(x), _ranks(y)
    return float(statistics.correlation(x, y))


@loom.node(title="Fit line", keywords=["linear regression", "slope", "trend", "least squares", "r2"])
def fit_line(x: list[float], y: list[float]) -> Line:
    """Find the straight line that comes nearest to points, by least squares.

    Args:
        x: Numbers along, two or more that are not all the same.
        y: As many numbers up.

    Example:
        >>> line = fit_line([0, 1, 2], [1, 3, 5])
        >>> line.slope, line.intercept, round(line.r_squared, 6)
        (2.0, 1.0, 1.0)
    """
    along, up = _paired(x, y, "x", "y")
    slope, intercept = statistics.linear_regression(along, up)
    flat = len(set(up)) < 2
    return Line(slope, intercept, 1.0 if flat else statistics.correlation(along, up) ** 2)


@loom.node(title="Z-scores", keywords=["standardize", "normalize", "deviations", "outliers", "standard score"])
def z_scores(numbers: list[float]) -> list[float]:
    """Tell of each number how many standard deviations of the sample it lies above the mean.

    Args:
        numbers: Numbers, two or more that are not all the same.

    Example:
        >>> z_scores([1, 2, 3])
        [-1.0, 0.0, 1.0]
    """
    values = _sample("numbers", numbers)
    if len(set(values)) < 2:
        raise ValueError("numbers: two or more that are not all the same were expected")
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    return [(value - mean) / spread for value in values]


@loom.node(title="Bootstrap interval", keywords=["confidence", "resample", "uncertainty", "error bars", "mean"])
def bootstrap_interval(
    numbers: list[float],
    statistic: Literal["mean", "median"] = "mean",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
    rounds: Annotated[int, loom.Range(100, 100_000)] = 2000,
    seed: int = 0,
) -> Interval:
    """Tell between which ends a mean or median lies, by drawing from the numbers again and again.

    Args:
        numbers: Numbers of a sample, one or more.
        statistic: What is estimated.
        confidence: How sure the interval is, 0.5 to 0.999.
        rounds: How often is drawn.
        seed: The same seed gives the same interval.

    Example:
        >>> bootstrap_interval([5, 5, 5])
        Interval(estimate=5.0, low=5.0, high=5.0)
    """
    import random

    values = _sample("numbers", numbers)
    if not values or not 0.5 <= confidence <= 0.999 or rounds < 100:
        raise ValueError("numbers, confidence, rounds: a number or more, 0.5 to 0.999 and 100 or more were expected")
    measure = statistics.fmean if statistic == "mean" else statistics.median
    source = random.Random(seed)
    drawn = sorted(float(measure(source.choices(values, k=len(values)))) for _ in loom.track(range(rounds)))
    left = math.floor((1 - confidence) / 2 * (rounds - 1))
    return Interval(float(measure(values)), drawn[left], drawn[rounds - 1 - left])


def _ranks(values: list[float]) -> list[float]:
    """Places in order; numbers that are equal share the middle of theirs."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values)):
        places.setdefault(value, []).append(place)
    return [statistics.fmean(places[value]) for value in values]


def _paired(first: object, second: object, one: str = "first", other: str = "second") -> tuple[list, list]:
    x, y = _sample(one, first), _sample(other, second)
    if len(x) != len(y):
        raise ValueError(f"{other}: {len(x)} numbers were expected, as many as in {one}, not {len(y)}")
    if len(set(x)) < 2:
        raise ValueError(f"{one}: two numbers or more that are not all the same were expected")
    return x, y


def _sample(name: str, items: object) -> list[float]:
    if isinstance(items, str | bytes | dict) or not hasattr(items, "__iter__"):
        raise TypeError(f"{name}: a list of numbers was expected, not {type(items).__name__}")
    values = list(items)
    for i, value in enumerate(values):
        if not isinstance(value, Real) or not math.isfinite(value):
            raise TypeError(f"{name}: finite numbers were expected, item {i} is {value!r:.60}")
    return values
