# /// script
# dependencies = ["numpy", "pandas", "scipy"]
# ///
"""What counts tell: whether two columns go together, whether shares are as expected, and how sure a share is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_statistics import _ALTERNATIVES, _check_confidence, _column, _measured, _with_gaps

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_FEWEST_EXPECTED = 5
"""Below so many expected in a cell, the p-value of a chi-square test is only rough."""


class Independence(NamedTuple):
    """What `chi_square_test` gives."""

    chi_square: float
    p_value: float
    degrees_of_freedom: int
    effect_size: float
    counts: pd.DataFrame
    expected: pd.DataFrame


class Fit(NamedTuple):
    """What `goodness_of_fit` gives."""

    chi_square: float
    p_value: float
    degrees_of_freedom: int
    table: pd.DataFrame


class Share(NamedTuple):
    """What `proportion_test` gives."""

    share: float
    p_value: float
    low: float
    high: float


@loom.node(
    title="Chi-square test", keywords=["independence", "contingency", "crosstab", "association", "p-value", "scipy"]
)
def chi_square_test(
    table: pd.DataFrame, first: str = "", second: str = "", continuity_correction: bool = True
) -> Independence:
    """Test whether two columns go together, by how often their values meet.

    The effect size is Cramér's V, 0 to 1. A warning is logged where fewer than 5 are expected in a cell.

    Args:
        table: Table of cases with the two columns; or of counts, as Cross tabulate gives it, when no column is named.
        first: Column of values; empty: the table holds counts, in all its columns of numbers.
        second: The other column of values.
        continuity_correction: Be careful with two rows and two columns (Yates).

    Example:
        >>> counts = pd.DataFrame({"city": ["Oslo", "Bern"], "car": [30, 10], "bike": [10, 30]})
        >>> found = chi_square_test(counts)
        >>> round(found.chi_square, 2), found.degrees_of_freedom, round(found.effect_size, 3)
        (18.05, 1, 0.5)
    """
    import numpy as np
    import pandas as pd
    from scipy import stats

    counts = _contingency(table, first, second)
    cells = counts.to_numpy(dtype=float)
    if min(cells.shape) < 2:
        shape = "{} rows and {} columns".format(*cells.shape)
        raise ValueError(f"table: two rows and two columns of counts or more were expected, these are {shape}")
    if np.isnan(cells).any() or np.isinf(cells).any() or (cells < 0).any():
        raise ValueError("table: counts of 0 or more without gaps were expected")
    if not cells.sum(axis=0).all() or not cells.sum(axis=1).all():
        raise ValueError("table: one count or more in each row and column was expected, there is a row or column of 0")
    found = stats.chi2_contingency(cells, correction=continuity_correction)
    if found.expected_freq.min() < _FEWEST_EXPECTED:
        loom.warning(f"fewer than {_FEWEST_EXPECTED} are expected in some cells: the p-value is only rough")
    plain = stats.chi2_contingency(cells, correction=False).statistic
    effect = float((plain / (cells.sum() * (min(cells.shape) - 1))) ** 0.5)
    expected = pd.DataFrame(found.expected_freq, index=counts.index, columns=counts.columns)
    tables = (frame.reset_index() for frame in (counts, expected))
    return Independence(float(found.statistic), float(found.pvalue), int(found.dof), effect, *tables)


@loom.node(title="Goodness of fit", keywords=["chi-square", "expected", "frequencies", "fair dice", "p-value", "scipy"])
def goodness_of_fit(
    counts: pd.DataFrame | dict[str, object] | list[object],
    column: str = "",
    expected: list[object] | dict[str, object] | None = None,
) -> Fit:
    """Test whether counts are as expected, such as those of a die.

    Args:
        counts: How often each thing was seen: a list, a dictionary by name, or a table, as Count values gives it.
        column: Column of counts of a table; empty: the only one of numbers.
        expected: What was expected of each, as counts or shares, in the same order or by the same names; none: all
            alike.

    Example:
        >>> found = goodness_of_fit([18, 22, 20], expected=[1, 1, 1])
        >>> round(found.chi_square, 3), round(found.p_value, 3)
        (0.4, 0.819)
    """
    import numpy as np
    import pandas as pd
    from scipy import stats

    names, seen = _named_counts("counts", counts, column)
    if len(seen) < 2 or (seen < 0).any() or not seen.sum() > 0:
        raise ValueError("counts: two counts or more of 0 and above, not all 0, were expected")
    if expected is None:
        weights = np.ones(len(seen))
    else:
        others, weights = _named_counts("expected", expected, "")
        if isinstance(expected, Mapping) and isinstance(counts, Mapping):
            if set(others) != set(names):
                raise ValueError(f"expected: the names of counts were expected ({', '.join(names)})")
            weights = np.array([weights[others.index(name)] for name in names])
    if len(weights) != len(seen) or not (weights > 0).all():
        raise ValueError(f"expected: {len(seen)} numbers above 0 were expected, as many as counts")
    hoped = weights / weights.sum() * seen.sum()
    if hoped.min() < _FEWEST_EXPECTED:
        loom.warning(f"fewer than {_FEWEST_EXPECTED} are expected of some: the p-value is only rough")
    found = stats.chisquare(seen, hoped)
    made = {"name": names, "seen": seen, "expected": hoped, "residual": (seen - hoped) / np.sqrt(hoped)}
    return Fit(float(found.statistic), float(found.pvalue), len(seen) - 1, pd.DataFrame(made))


@loom.node(
    title="Proportion test", keywords=["share", "binomial", "conversion", "percentage", "wilson", "survey", "scipy"]
)
def proportion_test(
    hits: Annotated[int, loom.Range(0, 1_000_000_000)],
    total: Annotated[int, loom.Range(1, 1_000_000_000)],
    share: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5,
    question: Literal["different", "greater", "less"] = "different",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> Share:
    """Test whether a share, such as of visitors who bought, is another than a given one, and how sure it is.

    Args:
        hits: How often it was so.
        total: How often it could have been so.
        share: What the share is compared with, 0 to 1.
        question: Is the share different from it, greater, or less?
        confidence: How sure the interval (Wilson's) is, 0.5 to 0.999.

    Example:
        >>> found = proportion_test(60, 100)
        >>> found.share, round(found.p_value, 3), round(found.low, 3), round(found.high, 3)
        (0.6, 0.057, 0.502, 0.691)
    """
    from scipy import stats

    _check_confidence(confidence)
    if not 0 <= hits <= total or total < 1:
        raise ValueError(f"hits, total: 0 to total, and a total of 1 or more, were expected, not {hits} of {total}")
    if not 0 <= share <= 1:
        raise ValueError(f"share: 0 to 1 was expected, not {share}")
    found = stats.binomtest(hits, total, share, alternative=_ALTERNATIVES[question])
    ends = stats.binomtest(hits, total).proportion_ci(confidence, method="wilson")
    return Share(hits / total, float(found.pvalue), float(ends.low), float(ends.high))


def _contingency(table: object, first: str, second: str) -> pd.DataFrame:
    """Counts, with the values of one column as rows and of the other as columns."""
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table: a pandas table was expected, not {type(table).__name__}")
    if bool(first) != bool(second):
        raise ValueError("first, second: two columns were expected, or none for a table of counts; one is named")
    if first:
        keys = [_column(table, "first", first), _column(table, "second", second)]
        if keys[0] == keys[1]:
            raise ValueError(f"second: a column other than the first was expected, not {second!r}")
        counts = table.groupby(keys, observed=True).size().unstack(fill_value=0)
        counts.columns = [str(label) for label in counts.columns]
        return counts
    numbers = table.select_dtypes("number")
    names = [label for label in table.columns if label not in numbers.columns]
    return numbers.set_axis(table[names[0]] if names else table.index, axis="index")


def _named_counts(name: str, counts: object, column: str) -> tuple[list[str], np.ndarray]:
    """Names and numbers, of which none may be missing."""
    import numpy as np
    import pandas as pd

    if isinstance(counts, Mapping):
        names, numbers = [str(key) for key in counts], _with_gaps(name, list(counts.values()))
    else:
        numbers = _with_gaps(name, counts, column)
        names = [str(place) for place in range(1, len(numbers) + 1)]
        if isinstance(counts, pd.DataFrame):
            texts = [label for label in counts.columns if not pd.api.types.is_numeric_dtype(counts[label])]
            names = [str(cell) for cell in counts[texts[0]]] if texts else names
    if np.isnan(numbers).any():
        raise ValueError(f"{name}: numbers without gaps were expected")
    return names, _measured(name, numbers)
