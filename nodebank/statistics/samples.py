# /// script
# dependencies = ["numpy", "pandas", "scipy"]
# ///
"""What one sample of numbers tells: how it is spread, how sure its mean is, and what in it is far out.

A sample is a list, an array, or a column of a table; missing numbers are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_statistics import _check_confidence, _measured, _varied, _with_gaps

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_USUAL_REACH = {"quartiles": 1.5, "z-score": 3.0, "median deviation": 3.5}


class Description(NamedTuple):
    """What `describe_numbers` gives."""

    table: pd.DataFrame
    statistics: dict[str, float]


class MeanInterval(NamedTuple):
    """What `confidence_interval` gives."""

    mean: float
    low: float
    high: float
    margin: float


class Normality(NamedTuple):
    """What `normality_test` gives."""

    statistic: float
    p_value: float


class Outliers(NamedTuple):
    """What `find_outliers` gives."""

    mask: list[bool]
    others: pd.DataFrame
    outliers: pd.DataFrame
    low: float
    high: float


@loom.node(title="Describe numbers", keywords=["summary", "mean", "deviation", "quartiles", "skewness", "kurtosis"])
def describe_numbers(data: pd.DataFrame | list[object] | np.ndarray, column: str = "") -> Description:
    """Describe a sample: count, mean, deviation, quartiles, skewness and more, as a table and by name.

    Deviation, error, skewness and kurtosis are those of a sample; where there are too few numbers for one, it is nan.

    Args:
        data: List of numbers, or a table.
        column: Column of numbers of a table; empty: the only one.

    Example:
        >>> statistics = describe_numbers([1, 2, 3, 4, 10]).statistics
        >>> statistics["mean"], statistics["median"], round(statistics["skewness"], 2)
        (4.0, 3.0, 1.7)
    """
    import numpy as np
    import pandas as pd

    every = _with_gaps("data", data, column)
    numbers = pd.Series(_measured("data", every))
    low, middle, high = (float(numbers.quantile(share)) for share in (0.25, 0.5, 0.75))
    statistics = {
        "count": len(numbers),
        "missing": int(np.isnan(every).sum()),
        "sum": float(numbers.sum()),
        "mean": float(numbers.mean()),
        "standard deviation": float(numbers.std()),
        "standard error": float(numbers.sem()),
        "least": float(numbers.min()),
        "lower quartile": low,
        "median": middle,
        "upper quartile": high,
        "greatest": float(numbers.max()),
        "between quartiles": high - low,
        "skewness": float(numbers.skew()),
        "kurtosis": float(numbers.kurt()),
    }
    return Description(pd.DataFrame({"statistic": statistics.keys(), "value": statistics.values()}), statistics)


@loom.node(title="Confidence interval", keywords=["mean", "uncertainty", "margin of error", "standard error", "scipy"])
def confidence_interval(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> MeanInterval:
    """Tell between which ends the mean lies that a sample was drawn around, by Student's t.

    Args:
        data: List of two numbers or more, or a table.
        column: Column of numbers of a table; empty: the only one.
        confidence: How sure the interval is, 0.5 to 0.999.

    Example:
        >>> found = confidence_interval([4, 5, 6])
        >>> found.mean, round(found.low, 2), round(found.high, 2)
        (5.0, 2.52, 7.48)
    """
    from scipy import stats

    _check_confidence(confidence)
    numbers = _measured("data", data, column, least=2)
    mean, count = float(numbers.mean()), len(numbers)
    margin = float(stats.t.ppf((1 + confidence) / 2, count - 1) * numbers.std(ddof=1) / count**0.5)
    return MeanInterval(mean, mean - margin, mean + margin, margin)


@loom.node(title="Quantiles", keywords=["percentile", "quartile", "decile", "median", "distribution"])
def quantiles(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    shares: str | list[float] = "0, 0.25, 0.5, 0.75, 1",
) -> pd.DataFrame:
    """Give the numbers that several shares of a sample lie below, in proportion between neighbours.

    Args:
        data: List of numbers, or a table.
        column: Column of numbers of a table; empty: the only one.
        shares: The shares, 0 to 1, separated by commas; 0.5 is the median.

    Example:
        >>> quantiles([0, 10, 20], shares="0.5, 0.9")
           share  value
        0    0.5   10.0
        1    0.9   18.0
    """
    import numpy as np
    import pandas as pd

    numbers = _measured("data", data, column)
    parts = [part for part in shares.split(",") if part.strip()] if isinstance(shares, str) else shares
    try:
        places = [float(part) for part in parts]
    except (TypeError, ValueError):
        raise ValueError(f"shares: numbers with commas between were expected, not {shares!r}") from None
    if not places or not all(0 <= place <= 1 for place in places):
        raise ValueError(f"shares: numbers from 0 to 1 were expected, not {shares!r}")
    return pd.DataFrame({"share": places, "value": np.quantile(numbers, places)})


@loom.node(title="Normality test", keywords=["shapiro-wilk", "gaussian", "bell curve", "distribution", "scipy"])
def normality_test(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    method: Literal["Shapiro-Wilk", "skewness and kurtosis"] = "Shapiro-Wilk",
) -> Normality:
    """Test whether a sample may come from a normal distribution: a small p-value says that it does not.

    Args:
        data: List of numbers that are not all the same, or a table.
        column: Column of numbers of a table; empty: the only one.
        method: Shapiro-Wilk is for 3 to 5000 numbers; skewness and kurtosis (D'Agostino-Pearson) for 20 or more.

    Example:
        >>> normality_test([1, 1, 1, 1, 1, 1, 1, 50]).p_value < 0.001
        True
    """
    from scipy import stats

    if method == "Shapiro-Wilk":
        numbers = _varied("data", data, column, least=3)
        if len(numbers) > 5000:
            raise ValueError(f"data: at most 5000 numbers were expected for {method}, there are {len(numbers)}")
        found = stats.shapiro(numbers)
    else:
        found = stats.normaltest(_varied("data", data, column, least=20))
    return Normality(float(found.statistic), float(found.pvalue))


@loom.node(title="Find outliers", keywords=["anomaly", "extreme", "iqr", "z-score", "mad", "tukey", "mask"])
def find_outliers(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    method: Literal["quartiles", "z-score", "median deviation"] = "quartiles",
    reach: Annotated[float, loom.Range(0, 100)] = 0.0,
) -> Outliers:
    """Find what lies far out: a mask, the rows without and with it, and the limits.

    Missing numbers are no outliers. A list becomes a table with the column "value".

    Args:
        data: List of numbers, or a table.
        column: Column of numbers of a table; empty: the only one.
        method: What distance is measured in: that between the quartiles, from these; standard deviations from the
            mean; or median deviations (MAD) from the median, which outliers themselves hardly move.
        reach: How many of them an outlier is away; 0: the usual 1.5 of the quartiles, 3 of z-score, 3.5 of median
            deviation.

    Example:
        >>> find_outliers([5, 6, 7, 6, 99]).mask
        [False, False, False, False, True]
    """
    import numpy as np
    import pandas as pd

    if not 0 <= reach <= 100:
        raise ValueError(f"reach: 0 to 100 was expected, not {reach}")
    every = _with_gaps("data", data, column)
    numbers = _measured("data", every)
    far = reach or _USUAL_REACH[method]
    if method == "quartiles":
        lower, upper = np.quantile(numbers, [0.25, 0.75])
        distance = upper - lower
    elif method == "z-score":
        lower = upper = numbers.mean()
        distance = numbers.std(ddof=1) if len(numbers) > 1 else 0.0
    else:
        lower = upper = np.median(numbers)
        distance = np.median(np.abs(numbers - lower)) * 1.4826  # as wide as the deviation of a normal distribution
    low, high = float(lower - far * distance), float(upper + far * distance)
    mask = (every < low) | (every > high)
    table = data if isinstance(data, pd.DataFrame) else pd.DataFrame({"value": every})
    return Outliers(mask.tolist(), table[~mask], table[mask], low, high)
