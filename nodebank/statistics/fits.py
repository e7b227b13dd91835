# /// script
# dependencies = ["numpy", "pandas", "scipy"]
# ///
"""How numbers go with other numbers, and how sure that is: correlation, line and linear regression with p-values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_statistics import _check_confidence, _column, _number_column_of, _pair_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class CorrelationTest(NamedTuple):
    """What `correlation_test` gives."""

    correlation: float
    p_value: float
    count: int


class TestedLine(NamedTuple):
    """What `fit_line_with_p_value` gives."""

    slope: float
    intercept: float
    r_squared: float
    p_value: float
    slope_low: float
    slope_high: float
    residuals: list[float]


class Regression(NamedTuple):
    """What `regression_table` gives."""

    coefficients: pd.DataFrame
    r_squared: float
    adjusted_r_squared: float
    f: float
    p_value: float
    fitted: pd.DataFrame


@loom.node(title="Correlation test", keywords=["pearson", "spearman", "kendall", "significance", "p-value", "scipy"])
def correlation_test(
    first: pd.DataFrame | list[object] | np.ndarray,
    second: list[object] | np.ndarray | None = None,
    columns: str = "",
    method: Literal["pearson", "spearman", "kendall"] = "pearson",
) -> CorrelationTest:
    """Measure how two rows of numbers go together, and how likely chance alone would make so much of it.

    Pairs with a missing number are left out.

    Args:
        first: List of three numbers or more, or a table that holds both.
        second: As many numbers, each belonging to the one at its place in the first; not used with a table.
        columns: The two columns of a table, separated by a comma.
        method: pearson for straight relations, spearman and kendall for ranks.

    Example:
        >>> found = correlation_test([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
        >>> round(found.correlation, 3), round(found.p_value, 3)
        (0.8, 0.104)
    """
    from scipy import stats

    one, other = _varied_pair(first, second, columns)
    test = {"pearson": stats.pearsonr, "spearman": stats.spearmanr, "kendall": stats.kendalltau}[method]
    found = test(one, other)
    return CorrelationTest(float(found.statistic), float(found.pvalue), len(one))


@loom.node(title="Fit line with p-value", keywords=["linear regression", "slope", "trend", "r2", "residuals", "scipy"])
def fit_line_with_p_value(
    x: pd.DataFrame | list[object] | np.ndarray,
    y: list[object] | np.ndarray | None = None,
    columns: str = "",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> TestedLine:
    """Fit a straight line by least squares, with r², an interval of its slope, and the p-value of there being none.

    Args:
        x: List of three numbers or more along, or a table that holds both.
        y: As many numbers up; not used with a table.
        columns: The two columns of a table, x first, separated by a comma.
        confidence: How sure the interval of the slope is, 0.5 to 0.999.

    Example:
        >>> line = fit_line_with_p_value([0, 1, 2, 3], [1, 3, 5, 8])
        >>> round(line.slope, 2), round(line.r_squared, 3), round(line.p_value, 4)
        (2.3, 0.989, 0.0056)
    """
    from scipy import stats

    _check_confidence(confidence)
    along, up = _varied_pair(x, y, columns, flat_second=True, names=("x", "y"))
    found = stats.linregress(along, up)
    reach = float(stats.t.ppf((1 + confidence) / 2, len(along) - 2) * found.stderr)
    slope, intercept = float(found.slope), float(found.intercept)
    is_flat = (up == up[0]).all()
    return TestedLine(
        slope,
        intercept,
        1.0 if is_flat else float(found.rvalue**2),
        1.0 if is_flat else float(found.pvalue),
        slope - reach,
        slope + reach,
        (up - slope * along - intercept).tolist(),
    )


@loom.node(
    title="Regression table", keywords=["ols", "multiple regression", "coefficients", "least squares", "p-value"]
)
def regression_table(
    table: pd.DataFrame,
    target: str,
    predictors: str | list[str] = "",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> Regression:
    """Explain a number by others, by least squares: each coefficient with its error, interval and p-value.

    Rows with a missing cell are left out. The output "fitted" is the table with the columns "fitted" and "residual".

    Args:
        table: Table with a row for each case, more than there are predictors.
        target: Column of numbers to explain.
        predictors: Columns of numbers to explain it by, separated by commas; empty: all others with numbers.
        confidence: How sure the intervals are, 0.5 to 0.999.

    Example:
        >>> flats = pd.DataFrame({"rooms": [1, 2, 3, 4, 5], "price": [11, 19, 31, 40, 49]})
        >>> found = regression_table(flats, "price")
        >>> found.coefficients["term"].tolist(), found.coefficients["coefficient"].round(2).tolist()
        (['(constant)', 'rooms'], [0.9, 9.7])
    """
    import numpy as np
    import pandas as pd
    from scipy import stats

    _check_confidence(confidence)
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"table: a pandas table was expected, not {type(table).__name__}")
    aim = _number_column_of(table, target, "target") if target else _column(table, "target", target)
    if isinstance(predictors, str):
        predictors = [part.strip() for part in predictors.split(",") if part.strip()]
    labels = [_number_column_of(table, name, "predictors") for name in predictors]
    labels = labels or [label for label in table.select_dtypes("number").columns if label != aim]
    if not labels or aim in labels or len(set(labels)) < len(labels):
        raise ValueError(f"predictors: different columns of numbers other than the target {target!r} were expected")
    rows = table[[aim, *labels]].astype(float)
    if np.isinf(rows.to_numpy()).any():
        raise ValueError("table: finite numbers were expected, there is infinity")
    rows = rows.dropna()
    free = len(rows) - len(labels) - 1
    if free < 1:
        raise ValueError(
            f"table: {len(labels) + 2} rows or more without gaps were expected for {len(labels)} predictors, "
            f"there are {len(rows)}"
        )
    up = rows[aim].to_numpy()
    along = np.column_stack([np.ones(len(rows)), rows[labels].to_numpy()])
    solution, _, rank, _ = np.linalg.lstsq(along, up, rcond=None)
    if rank < along.shape[1]:
        raise ValueError(
            "predictors: columns that do not follow from each other and are not all the same were expected"
        )
    fitted = along @ solution
    unexplained, whole = float(((up - fitted) ** 2).sum()), float(((up - up.mean()) ** 2).sum())
    if whole == 0:
        raise ValueError(f"target: numbers that are not all the same were expected in column {target!r}")
    errors = np.sqrt(np.diag(np.linalg.inv(along.T @ along)) * unexplained / free)
    reach = stats.t.ppf((1 + confidence) / 2, free) * errors
    with np.errstate(divide="ignore", invalid="ignore"):  # what fits without any error has none to divide by
        t = solution / errors
        f = (whole - unexplained) / len(labels) / np.float64(unexplained / free)
    coefficients = pd.DataFrame(
        {
            "term": ["(constant)", *map(str, labels)],
            "coefficient": solution,
            "standard_error": errors,
            "t": t,
            "p_value": 2 * stats.t.sf(np.abs(t), free),
            "low": solution - reach,
            "high": solution + reach,
        }
    )
    explained = 1 - unexplained / whole
    made = table.loc[rows.index].assign(fitted=fitted, residual=up - fitted)
    adjusted = 1 - (1 - explained) * (len(rows) - 1) / free
    return Regression(coefficients, explained, adjusted, float(f), float(stats.f.sf(f, len(labels), free)), made)


def _varied_pair(
    first: object,
    second: object,
    columns: str,
    *,
    flat_second: bool = False,
    names: tuple[str, str] = ("first", "second"),
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of numbers, three or more, where those of a row are not all the same."""
    one, other = _pair_of(first, second, columns, names)
    if len(one) < 3:
        raise ValueError(f"{names[0]}, {names[1]}: three pairs of numbers or more were expected, there are {len(one)}")
    for name, numbers in zip(names, (one, other), strict=True):
        if (numbers == numbers[0]).all() and not (flat_second and name == names[1]):
            raise ValueError(f"{name}: numbers that are not all the same were expected, all are {numbers[0]:g}")
    return one, other
