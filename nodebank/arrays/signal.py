# /// script
# dependencies = ["numpy"]
# ///
"""Numbers in a row: spectra, smoothing, fits, peaks, histograms, slopes and areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_arrays import _axis_of, _described, _finite_line, _line, _real

if TYPE_CHECKING:
    import numpy as np


class Spectrum(NamedTuple):
    """What `spectrum` gives."""

    frequencies: np.ndarray
    amplitudes: np.ndarray
    phases: np.ndarray


class HistogramOfArray(NamedTuple):
    """What `array_histogram` gives."""

    counts: np.ndarray
    edges: np.ndarray
    middles: np.ndarray


class Polynomial(NamedTuple):
    """What `fit_polynomial` gives."""

    coefficients: np.ndarray
    fitted: np.ndarray
    r_squared: float


class Peaks(NamedTuple):
    """What `find_peaks` gives."""

    places: np.ndarray
    heights: np.ndarray


@loom.node(title="Spectrum", keywords=["fft", "fourier", "frequency", "amplitude", "signal", "periodogram", "numpy"])
def spectrum(
    signal: np.ndarray | list,
    rate: float = 1.0,
    window: Literal["none", "Hann", "Hamming", "Blackman"] = "none",
    remove_mean: bool = True,
) -> Spectrum:
    """Give the frequencies in a signal, by fast Fourier transform: how strong each is, and its phase.

    A sine wave of amplitude 2 has 2 at its frequency, when it fits a whole number of times.

    Args:
        signal: Numbers in a row, at equal times.
        rate: How many numbers a second; frequencies are in hertz then.
        window: Fade the ends out, so that waves that do not fit spread less; amplitudes stay.
        remove_mean: Take the mean away first, which is frequency 0.

    Example:
        >>> time = np.arange(100) / 100
        >>> found = spectrum(2 * np.sin(2 * np.pi * 5 * time), rate=100)
        >>> float(found.frequencies[found.amplitudes.argmax()]), float(found.amplitudes.max().round(6))
        (5.0, 2.0)
    """
    import numpy as np

    values = _finite_line("signal", signal, 2)
    if not 0 < rate < float("inf"):
        raise ValueError(f"rate: a number above 0 was expected, not {rate}")
    count = len(values)
    windows = {"none": np.ones, "Hann": np.hanning, "Hamming": np.hamming, "Blackman": np.blackman}
    # A whole turn, which ends where it would begin again.
    fade = windows[window](count + 1)[:-1]
    if remove_mean:
        values = values - values.mean()
    found = np.fft.rfft(values * fade)
    amplitudes = np.abs(found) / fade.sum() * 2
    amplitudes[0] /= 2
    if count % 2 == 0:
        amplitudes[-1] /= 2
    return Spectrum(np.fft.rfftfreq(count, 1 / rate), amplitudes, np.angle(found))


@loom.node(
    title="Filter frequencies", keywords=["low-pass", "high-pass", "band-pass", "fft", "noise", "signal", "smooth"]
)
def filter_frequencies(
    signal: np.ndarray | list, low: float = 0.0, high: float = 0.1, rate: float = 1.0, keep: bool = True
) -> np.ndarray:
    """Keep, or take away, the frequencies of a signal between two limits, by Fourier transform.

    Args:
        signal: Numbers in a row, at equal times.
        low: Least frequency in hertz; 0 keeps the mean.
        high: Greatest frequency in hertz; at most half the rate is there.
        rate: How many numbers a second.
        keep: Keep what is between; otherwise what is outside.

    Example:
        >>> time = np.arange(100) / 100
        >>> slow, fast = np.sin(2 * np.pi * 2 * time), np.sin(2 * np.pi * 30 * time)
        >>> bool(np.allclose(filter_frequencies(slow + fast, 0, 10, rate=100), slow))
        True
    """
    import numpy as np

    values = _finite_line("signal", signal, 2)
    if not 0 < rate < float("inf"):
        raise ValueError(f"rate: a number above 0 was expected, not {rate}")
    if not 0 <= low <= high:
        raise ValueError(f"low: 0 to high ({high}) was expected, not {low}")
    frequencies = np.fft.rfftfreq(len(values), 1 / rate)
    between = (frequencies >= low) & (frequencies <= high)
    return np.fft.irfft(np.fft.rfft(values) * (between == keep), len(values))


@loom.node(title="Moving average", keywords=["rolling", "smooth", "window", "mean", "median", "exponential", "signal"])
def moving_average(
    signal: np.ndarray | list,
    width: Annotated[int, loom.Range(1, 1_000_000)] = 5,
    method: Literal["mean", "median", "maximum", "minimum", "exponential"] = "mean",
) -> np.ndarray:
    """Smooth a signal: each number becomes the mean of those around it.

    The result is as long as the signal; near the ends only what is there counts.

    Args:
        signal: Numbers in a row.
        width: How many numbers, the one itself in the middle; of an even width one more lies before it.
        method: Mean, median, greatest or least of them; or exponential, where earlier ones weigh less and less and none
            after it counts (the weight of the newest is 2 / (width + 1)).

    Example:
        >>> moving_average([0, 0, 9, 0, 0], 3).tolist()
        [0.0, 3.0, 3.0, 3.0, 0.0]
    """
    import numpy as np

    values = _line("signal", signal)
    if not 1 <= width <= 1_000_000:
        raise ValueError(f"width: 1 to 1,000,000 was expected, not {width}")
    if method == "exponential":
        weight, smooth, last = 2 / (width + 1), np.empty_like(values), values[0]
        for place, value in enumerate(values.tolist()):
            last = weight * value + (1 - weight) * last
            smooth[place] = last
        return smooth
    before, after = width // 2, (width - 1) // 2
    if method == "mean":
        at = np.arange(len(values))
        low, high = np.maximum(at - before, 0), np.minimum(at + after + 1, len(values))
        if np.isfinite(values).all():
            sums = np.concatenate([[0.0], np.cumsum(values)])
            return (sums[high] - sums[low]) / (high - low)
    reduce = {"mean": np.nanmean, "median": np.nanmedian, "maximum": np.nanmax, "minimum": np.nanmin}[method]
    # nan stands for what is not there; a window of nothing else stays nan.
    padded = np.concatenate([np.full(before, np.nan), values, np.full(after, np.nan)])
    smooth = np.full(len(values), np.nan)
    step = max(1, 10_000_000 // width)
    for start in loom.track(range(0, len(values), step)):
        windows = np.lib.stride_tricks.sliding_window_view(padded[start : start + step + width - 1], width)
        there = ~np.isnan(windows).all(axis=1)
        smooth[start : start + step][there] = reduce(windows[there], axis=1) if there.any() else []
    return smooth


@loom.node(title="Interpolate", keywords=["resample", "between", "linear", "lookup", "upsample", "signal", "numpy"])
def interpolate(
    x: np.ndarray | list,
    y: np.ndarray | list,
    at: np.ndarray | list,
    outside: Literal["hold", "missing", "error"] = "hold",
) -> np.ndarray:
    """Give the values of a line through points, at other places.

    Args:
        x: Where the points are; all different, in any order.
        y: Their values; as many.
        at: Places to give the value at.
        outside: Before the first and after the last point: its value, nan, or an error.

    Example:
        >>> interpolate([0, 10, 20], [0, 100, 0], [5, 12, 99]).tolist()
        [50.0, 80.0, 0.0]
    """
    import numpy as np

    places, values = _pair("x", x, "y", y, 1)
    wanted = _real("at", at)
    order = np.argsort(places, kind="stable")
    places, values = places[order], values[order]
    if (np.diff(places) == 0).any():
        raise ValueError("x: places that are all different were expected, some are equal")
    beyond = (wanted < places[0]) | (wanted > places[-1])
    if outside == "error" and beyond.any():
        raise ValueError(f"at: places from {places[0]:g} to {places[-1]:g} were expected, not {wanted[beyond][0]:g}")
    found = np.interp(wanted, places, values)
    return np.where(beyond, np.nan, found) if outside == "missing" else found


@loom.node(title="Array histogram", keywords=["bins", "distribution", "frequency", "count", "density", "numpy"])
def array_histogram(
    array: np.ndarray | list,
    bins: Annotated[int, loom.Range(1, 1_000_000)] = 10,
    low: float | None = None,
    high: float | None = None,
    density: bool = False,
) -> HistogramOfArray:
    """Count how many numbers of an array fall into each of several equal ranges; nan is left out.

    Args:
        array: Array of numbers.
        bins: How many ranges.
        low: Where the first begins; nothing: at the least number.
        high: Where the last ends, itself included; nothing: at the greatest number.
        density: So that the area is 1, rather than counts.

    Example:
        >>> found = array_histogram([1, 2, 2, 5], bins=2)
        >>> found.counts.tolist(), found.edges.tolist()
        ([3, 1], [1.0, 3.0, 5.0])
    """
    import numpy as np

    values = _real("array", array)
    values = values[np.isfinite(values)]
    if not 1 <= bins <= 1_000_000:
        raise ValueError(f"bins: 1 to 1,000,000 was expected, not {bins}")
    ends = [float(values.min()) if len(values) else 0.0, float(values.max()) if len(values) else 1.0]
    ends = [end if given is None else float(given) for end, given in zip(ends, (low, high), strict=True)]
    if not np.isfinite(ends).all() or ends[0] > ends[1]:
        raise ValueError(f"low: a finite number of at most high ({ends[1]:g}) was expected, not {ends[0]:g}")
    counts, edges = np.histogram(values, bins, tuple(ends))
    if density:
        counts = counts / (max(counts.sum(), 1) * np.diff(edges))
    return HistogramOfArray(counts, edges, (edges[:-1] + edges[1:]) / 2)


@loom.node(
    title="Fit polynomial", keywords=["polyfit", "regression", "trend", "line", "least squares", "curve", "numpy"]
)
def fit_polynomial(
    x: np.ndarray | list, y: np.ndarray | list, degree: Annotated[int, loom.Range(0, 30)] = 1
) -> Polynomial:
    """Fit a polynomial to points by least squares: degree 1 is a straight line.

    It gives the coefficients (the highest power first, as Evaluate polynomial takes them), the fitted values at each x,
    and R², the share of the variance that it explains.

    Args:
        x: Where the points are.
        y: Their values; as many.
        degree: Highest power, 0 to 30; there must be more different places than that.

    Example:
        >>> found = fit_polynomial([0, 1, 2, 3], [1, 3, 5, 7])
        >>> found.coefficients.round(6).tolist(), round(found.r_squared, 6)
        ([2.0, 1.0], 1.0)
    """
    import numpy as np

    if not 0 <= degree <= 30:
        raise ValueError(f"degree: 0 to 30 was expected, not {degree}")
    places, values = _pair("x", x, "y", y, 1)
    if len(np.unique(places)) <= degree:
        raise ValueError(f"x: more than {degree} different places were expected for that degree")
    # In a scaled variable, so that large places do not cost the digits.
    fit = np.polynomial.Polynomial.fit(places, values, degree)
    coefficients = fit.convert().coef if degree else fit.coef
    coefficients = np.concatenate([coefficients, np.zeros(degree + 1 - len(coefficients))])[::-1]
    fitted = fit(places)
    spread = ((values - values.mean()) ** 2).sum()
    left = ((values - fitted) ** 2).sum()
    return Polynomial(coefficients, fitted, float(1 - left / spread) if spread > 0 else 1.0)


@loom.node(title="Evaluate polynomial", keywords=["polyval", "curve", "predict", "formula", "coefficients", "numpy"])
def evaluate_polynomial(coefficients: np.ndarray | list, x: np.ndarray | list | float) -> np.ndarray:
    """Give the values of a polynomial.

    Args:
        coefficients: Its coefficients, the highest power first, as Fit polynomial gives: 2, 1 is 2 x + 1.
        x: Where.

    Example:
        >>> evaluate_polynomial([2, 1], [0, 10]).tolist()
        [1.0, 21.0]
    """
    import numpy as np

    return np.asarray(np.polyval(_line("coefficients", coefficients), _real("x", x)))


@loom.node(title="Find peaks", keywords=["maxima", "local", "signal", "prominence", "detect", "extrema", "numpy"])
def find_peaks(
    signal: np.ndarray | list,
    least_height: float | None = None,
    distance: Annotated[int, loom.Range(1, 1_000_000)] = 1,
) -> Peaks:
    """Find the places where a signal is higher than before and after; of a flat top, its middle.

    Args:
        signal: Numbers in a row.
        least_height: Only peaks at least so high; nothing: all.
        distance: How far peaks must be apart at least; of nearer ones the higher stays.

    Example:
        >>> find_peaks([0, 2, 1, 5, 5, 0]).places.tolist()
        [1, 3]
    """
    import numpy as np

    values = _line("signal", signal)
    if distance < 1:
        raise ValueError(f"distance: 1 or more was expected, not {distance}")
    # Runs of equal numbers are one place.
    starts = np.flatnonzero(np.concatenate([[True], np.diff(values) != 0]))
    ends = np.concatenate([starts[1:], [len(values)]]) - 1
    level = values[starts]
    middle = np.arange(1, len(level) - 1)
    is_peak = (level[middle] > level[middle - 1]) & (level[middle] > level[middle + 1])
    places = ((starts + ends) // 2)[middle[is_peak]]
    if least_height is not None:
        places = places[values[places] >= least_height]
    if distance > 1:
        kept: list[int] = []
        taken = np.zeros(len(values), bool)
        for place in places[np.argsort(-values[places], kind="stable")].tolist():
            if not taken[place]:
                kept.append(place)
                taken[max(0, place - distance + 1) : place + distance] = True
        places = np.array(sorted(kept), dtype=np.int64)
    return Peaks(places, values[places])


@loom.node(title="Derivative", keywords=["gradient", "slope", "rate", "difference", "change", "calculus", "numpy"])
def derivative(
    signal: np.ndarray | list, spacing: float = 1.0, axis: Literal["0", "1", "2", "-1"] = "-1"
) -> np.ndarray:
    """Give the slope of a signal at each place, by central differences; as long as the signal.

    Args:
        signal: Array; two numbers or more along the axis.
        spacing: From one number to the next, not 0.
        axis: Along which axis: 0 down the rows, 1 along the columns, -1 the last.

    Example:
        >>> derivative([0, 1, 4, 9], 1).tolist()
        [1.0, 2.0, 4.0, 5.0]
    """
    import numpy as np

    values = _real("signal", signal)
    at = _axis_of(axis, values)
    if not spacing or not np.isfinite(spacing):
        raise ValueError(f"spacing: a number other than 0 was expected, not {spacing}")
    if values.shape[at] < 2:
        raise ValueError(f"signal: two numbers or more along the axis were expected, not {_described(values)}")
    return np.gradient(values, spacing, axis=at)


@loom.node(title="Integral", keywords=["area", "trapezoid", "sum", "cumulative", "calculus", "under curve", "numpy"])
def integral(signal: np.ndarray | list, spacing: float = 1.0) -> float:
    """Give the area under a signal, by the trapezoidal rule.

    Args:
        signal: Numbers in a row; Cumulate array gives running sums.
        spacing: From one number to the next.

    Example:
        >>> integral([0, 1, 2, 3])
        4.5
    """
    values = _line("signal", signal)
    return float(((values[1:] + values[:-1]) / 2).sum() * spacing)


@loom.node(title="Correlation of arrays", keywords=["pearson", "correlate", "similarity", "covariance", "lag", "numpy"])
def array_correlation(a: np.ndarray | list, b: np.ndarray | list) -> float:
    """Give Pearson's correlation of two rows of numbers: 1 together, 0 not at all, -1 against each other.

    Args:
        a: Numbers in a row, at least two, not all equal.
        b: As many others, not all equal.

    Example:
        >>> round(array_correlation([1, 2, 3], [2, 4, 6]), 6)
        1.0
    """
    import numpy as np

    one, other = _pair("a", a, "b", b, 2)
    for name, values in (("a", one), ("b", other)):
        if (values == values[0]).all():
            raise ValueError(f"{name}: numbers that are not all equal were expected")
    return float(np.corrcoef(one, other)[0, 1])


def _pair(name: str, one: object, other_name: str, other: object, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Two rows of finite numbers of one length."""
    first, second = _finite_line(name, one, least), _finite_line(other_name, other, least)
    if len(first) != len(second):
        raise ValueError(f"{other_name}: as many numbers as {name} has, {len(first)}, were expected, not {len(second)}")
    return first, second
