# /// script
# dependencies = ["numpy", "pandas", "scipy"]
# ///
"""Whether samples differ, or only seem to: tests of means, ranks and spreads.

A small p-value says that chance alone would hardly make so much of a difference. Missing numbers are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_statistics import (
    _ALTERNATIVES,
    _check_confidence,
    _measured,
    _pair_of,
    _parted,
    _samples_of,
    _varied,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class MeanTest(NamedTuple):
    """What the t-tests give."""

    t: float
    p_value: float
    degrees_of_freedom: float
    difference: float
    low: float
    high: float
    effect_size: float


class RankTest(NamedTuple):
    """What the tests of ranks give."""

    statistic: float
    p_value: float
    difference: float
    effect_size: float


class GroupTest(NamedTuple):
    """What the tests of several groups give."""

    statistic: float
    p_value: float
    effect_size: float
    groups: pd.DataFrame


@loom.node(title="T-test, one sample", keywords=["student", "mean", "significance", "hypothesis", "p-value", "scipy"])
def t_test_one_sample(
    data: pd.DataFrame | list[object] | np.ndarray,
    column: str = "",
    mean: float = 0.0,
    question: Literal["different", "greater", "less"] = "different",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> MeanTest:
    """Test whether a sample has another mean than a given one.

    The difference is the mean of the sample less the given one, with its interval; the effect size is Cohen's d.

    Args:
        data: List of two numbers or more that are not all the same, or a table.
        column: Column of numbers of a table; empty: the only one.
        mean: What the mean is compared with, in the unit of the numbers.
        question: Is the mean of the sample different from it, greater, or less?
        confidence: How sure the interval is, 0.5 to 0.999.

    Example:
        >>> found = t_test_one_sample([5.1, 4.9, 5.3, 5.2], mean=5.0)
        >>> round(found.t, 3), round(found.p_value, 3)
        (1.464, 0.239)
    """
    _check_confidence(confidence)
    return _single_t_test(_varied("data", data, column), mean, question, confidence)


@loom.node(title="T-test, two samples", keywords=["welch", "student", "independent", "a/b test", "p-value", "scipy"])
def t_test_two_samples(
    first: pd.DataFrame | list[object] | np.ndarray,
    second: list[object] | np.ndarray | None = None,
    column: str = "",
    by: str = "",
    equal_variances: bool = False,
    question: Literal["different", "greater", "less"] = "different",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> MeanTest:
    """Test whether two independent samples have different means, by Welch's t-test.

    The difference is the mean of the first less that of the second; the effect size is Cohen's d.

    Args:
        first: List of two numbers or more, or a table that holds both samples.
        second: List of the numbers to compare with; not used with a table.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes two groups; the first in order is the first sample.
        equal_variances: Take both to be spread alike (Student's t-test).
        question: Is the mean of the first different from that of the second, greater, or less?
        confidence: How sure the interval is, 0.5 to 0.999.

    Example:
        >>> found = t_test_two_samples([5, 6, 7, 6], [8, 9, 7, 9])
        >>> round(found.t, 3), found.difference, round(found.p_value, 3)
        (-3.576, -2.25, 0.012)
    """
    from scipy import stats

    _check_confidence(confidence)
    one, other = _samples_of(first, second, column, by)
    counts = len(one), len(other)
    if min(counts) < 2:
        raise ValueError(
            f"first, second: two numbers or more in each were expected, there are {counts[0]}, {counts[1]}"
        )
    variances = one.var(ddof=1), other.var(ddof=1)
    if not any(variances):
        raise ValueError("first, second: numbers that differ within a sample were expected")
    found = stats.ttest_ind(one, other, equal_var=equal_variances, alternative=_ALTERNATIVES[question])
    ends = found.confidence_interval(confidence)
    difference = float(one.mean() - other.mean())
    pooled = ((counts[0] - 1) * variances[0] + (counts[1] - 1) * variances[1]) / (sum(counts) - 2)
    return MeanTest(
        float(found.statistic),
        float(found.pvalue),
        float(found.df),
        difference,
        float(ends.low),
        float(ends.high),
        float(difference / pooled**0.5),
    )


@loom.node(
    title="T-test, paired", keywords=["before after", "dependent", "student", "significance", "p-value", "scipy"]
)
def t_test_paired(
    first: pd.DataFrame | list[object] | np.ndarray,
    second: list[object] | np.ndarray | None = None,
    columns: str = "",
    question: Literal["different", "greater", "less"] = "different",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> MeanTest:
    """Test whether numbers that belong together in pairs, such as before and after, differ in the mean.

    The difference is the mean of the first less the second of each pair; pairs with a missing number are left out.

    Args:
        first: List of numbers, or a table that holds both.
        second: As many numbers, each belonging to the one at its place in the first; not used with a table.
        columns: The two columns of a table, separated by a comma.
        question: Is the first of a pair different from the second, greater, or less?
        confidence: How sure the interval is, 0.5 to 0.999.

    Example:
        >>> found = t_test_paired([10, 12, 9, 11], [12, 15, 10, 13])
        >>> found.difference, round(found.p_value, 3)
        (-2.0, 0.016)
    """
    _check_confidence(confidence)
    one, other = _pair_of(first, second, columns)
    return _single_t_test(_varied("first less second", one - other), 0.0, question, confidence)


@loom.node(title="Mann-Whitney test", keywords=["wilcoxon rank sum", "u test", "nonparametric", "p-value", "scipy"])
def mann_whitney_test(
    first: pd.DataFrame | list[object] | np.ndarray,
    second: list[object] | np.ndarray | None = None,
    column: str = "",
    by: str = "",
    question: Literal["different", "greater", "less"] = "different",
) -> RankTest:
    """Test by ranks whether numbers of one sample tend to be greater than those of another; no shape is assumed.

    The statistic is U of the first, the difference that of the medians, and the effect size the chance that a number
    of the first is greater than one of the second, where equal ones count half.

    Args:
        first: List of numbers, or a table that holds both samples.
        second: List of the numbers to compare with; not used with a table.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes two groups; the first in order is the first sample.
        question: Are numbers of the first different from those of the second, greater, or less?

    Example:
        >>> found = mann_whitney_test([1, 2, 3, 4], [5, 6, 7, 8])
        >>> found.statistic, found.effect_size, round(found.p_value, 3)
        (0.0, 0.0, 0.029)
    """
    import numpy as np
    from scipy import stats

    one, other = _samples_of(first, second, column, by)
    if (np.concatenate([one, other]) == one[0]).all():
        raise ValueError("first, second: numbers that are not all the same were expected")
    found = stats.mannwhitneyu(one, other, alternative=_ALTERNATIVES[question])
    difference = float(np.median(one) - np.median(other))
    statistic = float(found.statistic)
    return RankTest(statistic, float(found.pvalue), difference, statistic / (len(one) * len(other)))


@loom.node(
    title="Wilcoxon test", keywords=["signed rank", "paired", "before after", "nonparametric", "p-value", "scipy"]
)
def wilcoxon_test(
    first: pd.DataFrame | list[object] | np.ndarray,
    second: list[object] | np.ndarray | None = None,
    columns: str = "",
    question: Literal["different", "greater", "less"] = "different",
) -> RankTest:
    """Test by signed ranks whether numbers that belong together in pairs differ; pairs that are equal tell nothing.

    The difference is the median of the first less the second of each pair. The effect size is the rank correlation:
    1 where the first is always greater, -1 where it never is.

    Args:
        first: List of numbers, or a table that holds both.
        second: As many numbers, each belonging to the one at its place in the first; not used with a table.
        columns: The two columns of a table, separated by a comma.
        question: Is the first of a pair different from the second, greater, or less?

    Example:
        >>> found = wilcoxon_test([10, 12, 9, 11, 8, 14], [12, 15, 10, 15, 13, 20])
        >>> found.difference, found.effect_size, round(found.p_value, 3)
        (-3.5, -1.0, 0.031)
    """
    import numpy as np
    from scipy import stats

    one, other = _pair_of(first, second, columns)
    differences = _measured("first less second", one - other)
    different = differences[differences != 0]
    if not len(different):
        raise ValueError("first, second: pairs that are not all equal were expected")
    found = stats.wilcoxon(different, alternative=_ALTERNATIVES[question])
    ranks = stats.rankdata(np.abs(different))
    effect = float((ranks * np.sign(different)).sum() / ranks.sum())
    return RankTest(float(found.statistic), float(found.pvalue), float(np.median(differences)), effect)


@loom.node(title="ANOVA", keywords=["analysis of variance", "f-test", "groups", "means", "p-value", "one-way", "scipy"])
def anova(data: pd.DataFrame | dict[str, object] | list[object], column: str = "", by: str = "") -> GroupTest:
    """Test whether the means of several groups differ (one-way analysis of variance).

    The statistic is F, the effect size eta squared: the share of what differs that the groups explain, 0 to 1.

    Args:
        data: Table, dictionary of lists of numbers, or list of such lists.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes the groups.

    Example:
        >>> found = anova({"a": [1, 2, 3], "b": [2, 3, 4], "c": [7, 8, 9]})
        >>> round(found.statistic, 3), round(found.p_value, 4), found.groups["mean"].tolist()
        (31.0, 0.0007, [2.0, 3.0, 8.0])
    """
    import numpy as np
    from scipy import stats

    groups = _parted("data", data, column, by)
    every = np.concatenate(list(groups.values()))
    within = float(sum(((numbers - numbers.mean()) ** 2).sum() for numbers in groups.values()))
    if within == 0:
        raise ValueError("data: a group whose numbers differ was expected, in each they are all the same")
    found = stats.f_oneway(*groups.values())
    whole = float(((every - every.mean()) ** 2).sum())
    return GroupTest(float(found.statistic), float(found.pvalue), 1 - within / whole, _groups_table(groups))


@loom.node(title="Kruskal-Wallis test", keywords=["ranks", "groups", "nonparametric", "anova", "p-value", "scipy"])
def kruskal_wallis_test(
    data: pd.DataFrame | dict[str, object] | list[object], column: str = "", by: str = ""
) -> GroupTest:
    """Test by ranks whether the numbers of several groups differ; no shape is assumed.

    The statistic is H, the effect size epsilon squared, 0 to 1.

    Args:
        data: Table, dictionary of lists of numbers, or list of such lists.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes the groups.

    Example:
        >>> found = kruskal_wallis_test({"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]})
        >>> round(found.statistic, 3), round(found.p_value, 3)
        (7.2, 0.027)
    """
    import numpy as np
    from scipy import stats

    groups = _parted("data", data, column, by)
    every = _varied("data", np.concatenate(list(groups.values())))
    found = stats.kruskal(*groups.values())
    statistic = float(found.statistic)
    return GroupTest(statistic, float(found.pvalue), statistic / (len(every) - 1), _groups_table(groups))


@loom.node(title="Equal variances test", keywords=["levene", "brown-forsythe", "spread", "homogeneity", "scipy"])
def equal_variances_test(
    data: pd.DataFrame | dict[str, object] | list[object], column: str = "", by: str = ""
) -> GroupTest:
    """Test whether several groups are spread differently, by distances from their medians (Levene's test).

    The effect size is how often the greatest standard deviation holds the least.

    Args:
        data: Table, dictionary of lists of numbers, or list of such lists; two numbers or more in each group.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes the groups.

    Example:
        >>> found = equal_variances_test({"near": [5, 6, 7, 6, 5], "far": [1, 12, 4, 20, 9]})
        >>> round(found.p_value, 3)
        0.038
    """
    import math

    from scipy import stats

    groups = _parted("data", data, column, by)
    for key, numbers in groups.items():
        if len(numbers) < 2:
            raise ValueError(f"data: two numbers or more in each group were expected, group {key} has 1")
    spreads = [float(numbers.std(ddof=1)) for numbers in groups.values()]
    if not any(spreads):
        raise ValueError("data: a group whose numbers differ was expected, in each they are all the same")
    found = stats.levene(*groups.values(), center="median")
    ratio = max(spreads) / min(spreads) if min(spreads) else math.inf
    return GroupTest(float(found.statistic), float(found.pvalue), ratio, _groups_table(groups))


@loom.node(title="Tukey test", keywords=["post hoc", "pairwise", "hsd", "multiple comparisons", "groups", "scipy"])
def tukey_test(
    data: pd.DataFrame | dict[str, object] | list[object],
    column: str = "",
    by: str = "",
    confidence: Annotated[float, loom.Slider(0.5, 0.999, step=0.001)] = 0.95,
) -> pd.DataFrame:
    """Tell which of several groups differ in their means: a row for each pair, with an interval and a p-value.

    P-values and intervals allow for how many pairs there are.

    Args:
        data: Table, dictionary of lists of numbers, or list of such lists; two numbers or more in each group.
        column: Column of numbers of a table; empty: the only one.
        by: Column of a table that makes the groups.
        confidence: How sure the intervals are together, 0.5 to 0.999.

    Example:
        >>> found = tukey_test({"a": [1, 2, 3], "b": [2, 3, 4], "c": [7, 8, 9]})
        >>> found[found["p_value"] < 0.05][["first", "second"]].values.tolist()
        [['a', 'c'], ['b', 'c']]
    """
    from itertools import combinations

    import pandas as pd
    from scipy import stats

    _check_confidence(confidence)
    groups = _parted("data", data, column, by)
    for key, numbers in groups.items():
        if len(numbers) < 2:
            raise ValueError(f"data: two numbers or more in each group were expected, group {key} has 1")
    if not any(numbers.std() for numbers in groups.values()):
        raise ValueError("data: a group whose numbers differ was expected, in each they are all the same")
    found = stats.tukey_hsd(*groups.values())
    ends = found.confidence_interval(confidence)
    names = list(groups)
    made = [
        (names[i], names[j], found.statistic[i, j], ends.low[i, j], ends.high[i, j], found.pvalue[i, j])
        for i, j in combinations(range(len(names)), 2)
    ]
    return pd.DataFrame(made, columns=["first", "second", "difference", "low", "high", "p_value"])


def _single_t_test(numbers: np.ndarray, mean: float, question: str, confidence: float) -> MeanTest:
    from scipy import stats

    found = stats.ttest_1samp(numbers, mean, alternative=_ALTERNATIVES[question])
    ends = found.confidence_interval(confidence)
    difference = float(numbers.mean() - mean)
    return MeanTest(
        float(found.statistic),
        float(found.pvalue),
        float(found.df),
        difference,
        float(ends.low - mean),
        float(ends.high - mean),
        float(difference / numbers.std(ddof=1)),
    )


def _groups_table(groups: dict[str, np.ndarray]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    return pd.DataFrame(
        {
            "group": list(groups),
            "count": [len(numbers) for numbers in groups.values()],
            "mean": [numbers.mean() for numbers in groups.values()],
            "median": [np.median(numbers) for numbers in groups.values()],
            "std": [numbers.std(ddof=1) if len(numbers) > 1 else np.nan for numbers in groups.values()],
        }
    )
