"""Statistics of samples, comparisons, counts and fits: numbers that textbooks give, gaps, and what is refused."""

from __future__ import annotations

import math

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import call

S, C, K, F = "statistics/samples", "statistics/compare", "statistics/counts", "statistics/fits"
NAN = float("nan")
# Student's own sleep data (1908): hours of sleep that two drugs added, for the same ten patients.
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
SLEEP = pd.DataFrame({"hours": [*DRUG_1, *DRUG_2], "drug": ["one"] * 10 + ["two"] * 10})
PLANTS = {"a": [4.17, 5.58, 5.18], "b": [4.81, 4.17, 4.41], "c": [6.31, 5.12, 5.54]}


def test_describe_numbers() -> None:
    made = call(f"{S}.describe_numbers", {"data": [1, None, 2, 3, NAN, 4, 10]})
    assert made.statistics["count"] == 5 and made.statistics["missing"] == 2
    assert (made.statistics["lower quartile"], made.statistics["upper quartile"]) == (2, 4)
    assert made.statistics["standard deviation"] == pytest.approx(math.sqrt(12.5))
    assert made.table["statistic"].tolist() == list(made.statistics)
    one = call(f"{S}.describe_numbers", {"data": pd.DataFrame({"x": [5], "name": ["a"]})}).statistics
    assert one["mean"] == one["least"] == 5 and math.isnan(one["standard deviation"]) and math.isnan(one["skewness"])
    gaps = pd.DataFrame({"x": pd.array([1, None, 3], dtype="Int64"), "y": [0, 0, 0]})
    assert call(f"{S}.describe_numbers", {"data": gaps, "column": "x"}).statistics["mean"] == 2
    assert call(f"{S}.describe_numbers", {"data": np.eye(2)}).statistics["sum"] == 2


def test_confidence_interval() -> None:
    made = call(f"{S}.confidence_interval", {"data": DRUG_1})
    assert (made.mean, made.low, made.high) == pytest.approx((0.75, -0.5297804, 2.0297804))
    assert call(f"{S}.confidence_interval", {"data": [5, 5, NAN]}) == (5, 5, 5, 0)
    assert call(f"{S}.confidence_interval", {"data": DRUG_1, "confidence": 0.5}).margin < made.margin


def test_quantiles() -> None:
    made = call(f"{S}.quantiles", {"data": [0, 1, 2, 3, 4, None]})
    assert made.to_dict("list") == {"share": [0, 0.25, 0.5, 0.75, 1], "value": [0, 1, 2, 3, 4]}
    assert call(f"{S}.quantiles", {"data": [7], "shares": [0.1]})["value"].tolist() == [7]


@pytest.mark.parametrize("method", ["Shapiro-Wilk", "skewness and kurtosis"])
def test_normality_test(method: str) -> None:
    chance = np.random.default_rng(1)
    bell = call(f"{S}.normality_test", {"data": chance.normal(size=200), "method": method})
    waits = call(f"{S}.normality_test", {"data": chance.exponential(size=200), "method": method})
    assert bell.p_value > 0.05 > 1e-6 > waits.p_value


@pytest.mark.parametrize("method", ["quartiles", "z-score", "median deviation"])
def test_find_outliers(method: str) -> None:
    table = pd.DataFrame({"x": [*range(20), NAN, 500], "name": list("abcdefghijklmnopqrstuv")}, index=range(5, 27))
    made = call(f"{S}.find_outliers", {"data": table, "method": method})
    assert made.mask == [False] * 21 + [True], "a missing number is no outlier"
    assert made.outliers["name"].tolist() == ["v"] and made.outliers.index.tolist() == [26]
    assert len(made.others) == 21 and made.low < 0 < 20 < made.high < 500
    wide = call(f"{S}.find_outliers", {"data": table, "method": method, "reach": 100.0})
    assert not any(wide.mask)
    assert call(f"{S}.find_outliers", {"data": [3], "method": method}).mask == [False]


def test_t_tests_give_the_numbers_of_student() -> None:
    welch = call(f"{C}.t_test_two_samples", {"first": DRUG_1, "second": [*DRUG_2, None]})
    assert welch[:3] == pytest.approx((-1.860813, 0.07939414, 17.77647), rel=1e-5)
    assert welch[3:6] == pytest.approx((-1.58, -3.365483, 0.205483), rel=1e-5)
    assert call(f"{C}.t_test_two_samples", {"first": SLEEP, "by": "drug"}) == pytest.approx(welch)
    alike = call(f"{C}.t_test_two_samples", {"first": DRUG_1, "second": DRUG_2, "equal_variances": True})
    assert alike[1:3] == pytest.approx((0.07918671, 18), rel=1e-5)
    paired = call(f"{C}.t_test_paired", {"first": [*DRUG_1, 3], "second": [*DRUG_2, NAN]})
    assert paired[:3] == pytest.approx((-4.062128, 0.00283289, 9), rel=1e-5)
    assert paired[3:6] == pytest.approx((-1.58, -2.459886, -0.700114), rel=1e-5)
    table = pd.DataFrame({"one": DRUG_1, "two": DRUG_2})
    assert call(f"{C}.t_test_paired", {"first": table, "columns": "one, two"}) == pytest.approx(paired)
    single = call(f"{C}.t_test_one_sample", {"data": [x - y for x, y in zip(DRUG_1, DRUG_2, strict=True)]})
    assert single == pytest.approx(paired)
    moved = call(f"{C}.t_test_one_sample", {"data": [x + 100 for x in DRUG_1], "mean": 100.0})
    assert moved[3:6] == pytest.approx((0.75, -0.5297804, 2.0297804))
    less = call(f"{C}.t_test_paired", {"first": DRUG_1, "second": DRUG_2, "question": "less"})
    more = call(f"{C}.t_test_paired", {"first": DRUG_1, "second": DRUG_2, "question": "greater"})
    assert less.p_value == pytest.approx(paired.p_value / 2) and more.p_value == pytest.approx(1 - less.p_value)


def test_ranks() -> None:
    made = call(f"{C}.mann_whitney_test", {"first": [1, 2, 2], "second": [2, 3, 4]})
    assert made.statistic == 1 and made.effect_size == pytest.approx(1 / 9) and made.difference == -1
    same = call(f"{C}.mann_whitney_test", {"first": SLEEP, "by": "drug", "column": "hours"})
    assert same.p_value == pytest.approx(call(f"{C}.mann_whitney_test", {"first": DRUG_1, "second": DRUG_2}).p_value)
    # Nine of ten pairs differ and each has the second greater: 2 of the 2⁹ ways of signs are so far out.
    made = call(f"{C}.wilcoxon_test", {"first": DRUG_1, "second": DRUG_2})
    assert made.effect_size == -1 and made.statistic == 0 and made.difference == pytest.approx(-1.3)
    assert made.p_value < 0.01


def test_several_groups() -> None:
    long = pd.DataFrame([(group, x) for group, numbers in PLANTS.items() for x in numbers], columns=["group", "weight"])
    for node in ("anova", "kruskal_wallis_test", "equal_variances_test"):
        made = call(f"{C}.{node}", {"data": PLANTS})
        assert made.groups["group"].tolist() == ["a", "b", "c"] and made.groups["count"].tolist() == [3, 3, 3]
        listed = call(f"{C}.{node}", {"data": list(PLANTS.values())})
        tabled = call(f"{C}.{node}", {"data": long, "by": "group"})
        assert made[:3] == pytest.approx(listed[:3])
        assert made[:3] == pytest.approx(tabled[:3])
        assert listed.groups["group"].tolist() == ["1", "2", "3"]
    means = {key: np.mean(numbers) for key, numbers in PLANTS.items()}
    whole = np.concatenate(list(PLANTS.values()))
    between = sum(3 * (mean - whole.mean()) ** 2 for mean in means.values())
    within = ((whole - whole.mean()) ** 2).sum() - between
    made = call(f"{C}.anova", {"data": PLANTS})
    assert made.statistic == pytest.approx(between / 2 / (within / 6))
    assert made.effect_size == pytest.approx(between / (between + within))
    two = call(f"{C}.anova", {"data": [DRUG_1, DRUG_2]})
    assert two.p_value == pytest.approx(0.07918671, rel=1e-5), "of two groups it is Student's t-test"
    pairs = call(f"{C}.tukey_test", {"data": PLANTS})
    assert pairs[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert pairs["difference"].tolist() == pytest.approx(
        [means["a"] - means["b"], means["a"] - means["c"], means["b"] - means["c"]]
    )
    assert (pairs["low"] < pairs["difference"]).all() and (pairs["difference"] < pairs["high"]).all()
    gap = call(f"{C}.anova", {"data": {**PLANTS, "none": [NAN], "one": [4.0]}})
    assert gap.groups["group"].tolist() == ["a", "b", "c", "one"] and math.isnan(gap.groups["std"].iloc[-1])


def test_chi_square_of_counts_and_of_cases() -> None:
    counts = pd.DataFrame({"sex": ["f", "m"], "left": [10, 20], "right": [20, 10]})
    made = call(f"{K}.chi_square_test", {"table": counts, "continuity_correction": False})
    assert made.chi_square == pytest.approx(20 / 3) and made.effect_size == pytest.approx(1 / 3)
    assert made.degrees_of_freedom == 1 and made.expected["left"].tolist() == [15, 15]
    cases = pd.DataFrame(
        [
            (row.sex, hand)
            for row in counts.itertuples()
            for hand in ("left", "right")
            for _ in range(getattr(row, hand))
        ],
        columns=["sex", "hand"],
    )
    again = call(f"{K}.chi_square_test", {"table": cases, "first": "sex", "second": "hand"})
    pd.testing.assert_frame_equal(again.counts, counts, check_dtype=False)
    assert again.p_value > made.p_value, "corrected by default"
    assert again.effect_size == pytest.approx(made.effect_size)


def test_goodness_of_fit() -> None:
    die = call(f"{K}.goodness_of_fit", {"counts": [5, 8, 9, 8, 10, 20]})
    assert die.chi_square == pytest.approx(13.4) and die.degrees_of_freedom == 5
    assert die.p_value == pytest.approx(0.01990522, rel=1e-5)
    peas = {"counts": {"round": 315, "wrinkled": 101}, "expected": {"wrinkled": 1, "round": 3}}
    made = call(f"{K}.goodness_of_fit", peas)
    assert made.table["name"].tolist() == ["round", "wrinkled"] and made.table["expected"].tolist() == [312, 104]
    table = pd.DataFrame({"colour": ["red", "blue"], "count": [4, 6]})
    assert call(f"{K}.goodness_of_fit", {"counts": table}).table["name"].tolist() == ["red", "blue"]


def test_proportion_test() -> None:
    made = call(f"{K}.proportion_test", {"hits": 0, "total": 10})
    assert made.share == 0 and made.p_value == pytest.approx(2 / 1024) and made.low == 0 < made.high < 0.3
    assert call(f"{K}.proportion_test", {"hits": 5, "total": 5, "question": "greater"}).p_value == pytest.approx(1 / 32)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_correlation_test(method: str) -> None:
    made = call(f"{F}.correlation_test", {"first": [1, 2, 3, 4, None], "second": [8, 6, 4, 2, 1], "method": method})
    assert made.correlation == pytest.approx(-1) and made.count == 4 and made.p_value < 0.1
    table = pd.DataFrame({"x": [1, 2, 3, 4], "y": [1, 3, 2, 4]})
    assert 0 < call(f"{F}.correlation_test", {"first": table, "columns": "x,y", "method": method}).correlation < 1


def test_fit_line_with_p_value() -> None:
    made = call(f"{F}.fit_line_with_p_value", {"x": [1, 2, 3, 4, 5], "y": [2, 4, 5, 4, 5]})
    assert made[:4] == pytest.approx((0.6, 2.2, 0.6, 0.1240265), rel=1e-5)
    assert made.slope_low < 0 < made.slope < made.slope_high
    assert made.residuals == pytest.approx([-0.8, 0.6, 1.0, -0.6, -0.2])
    flat = call(f"{F}.fit_line_with_p_value", {"x": [1, 2, 3], "y": [4, 4, 4]})
    assert flat[:4] == (0, 4, 1, 1), "a level line fits what is level, and says nothing of a trend"


def test_regression_table() -> None:
    table = pd.DataFrame({"x": [1, 2, 3, 4, 5, NAN], "y": [2, 4, 5, 4, 5, 9], "name": list("abcdef")})
    made = call(f"{F}.regression_table", {"table": table, "target": "y"})
    line = call(f"{F}.fit_line_with_p_value", {"x": table["x"].tolist(), "y": table["y"].tolist()})
    assert made.coefficients["coefficient"].tolist() == pytest.approx([line.intercept, line.slope])
    slope = made.coefficients.iloc[1]
    assert (slope["low"], slope["high"], slope["p_value"]) == pytest.approx(
        (line.slope_low, line.slope_high, line.p_value)
    )
    assert (made.r_squared, made.p_value) == pytest.approx((line.r_squared, line.p_value))
    assert made.fitted["residual"].tolist() == pytest.approx(line.residuals) and len(made.fitted.columns) == 5
    chance = np.random.default_rng(0)
    many = pd.DataFrame(chance.normal(size=(50, 3)), columns=["a", "b", "noise"])
    many["y"] = 1 + 2 * many["a"] - 3 * many["b"] + chance.normal(size=50) * 0.1
    found = call(f"{F}.regression_table", {"table": many, "target": "y"}).coefficients.set_index("term")
    assert found["coefficient"].tolist() == pytest.approx([1, 2, -3, 0], abs=0.1)
    assert found["p_value"]["a"] < 1e-6 < 0.01 < found["p_value"]["noise"]
    exact = pd.DataFrame({"x": [0, 1, 2], "y": [0, 1, 2]})
    assert call(f"{F}.regression_table", {"table": exact, "target": "y"}).r_squared == pytest.approx(1)


TABLE = pd.DataFrame({"x": [1, 2, 3, 4], "y": [2.0, 1.0, 2.0, 5.0], "name": list("aabc"), "same": [1, 1, 1, 1]})
PAIR = pd.DataFrame({"n": [1, 2], "who": ["a", "b"]})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{S}.describe_numbers", {"data": []}, ValueError, "data: 1 numbers or more were expected, there are 0"),
        (f"{S}.describe_numbers", {"data": [NAN]}, ValueError, "data: 1 numbers or more"),
        (f"{S}.describe_numbers", {"data": TABLE[:0], "column": "x"}, ValueError, "data: 1 numbers or more"),
        (f"{S}.describe_numbers", {"data": "12"}, TypeError, "data: a table or a list of numbers .* not str"),
        (f"{S}.describe_numbers", {"data": [1, "a"]}, TypeError, "data: numbers were expected, item 1 is 'a'"),
        (f"{S}.describe_numbers", {"data": [math.inf]}, ValueError, "data: finite numbers were expected, item 0"),
        (f"{S}.describe_numbers", {"data": TABLE}, ValueError, "column: the name of a column .* those are: x, y, same"),
        (f"{S}.describe_numbers", {"data": TABLE, "column": "z"}, ValueError, "column: there is no column 'z'"),
        (f"{S}.describe_numbers", {"data": TABLE, "column": "name"}, TypeError, "column: a column of numbers"),
        (f"{S}.confidence_interval", {"data": [1]}, ValueError, "data: 2 numbers or more"),
        (f"{S}.confidence_interval", {"data": [1, 2], "confidence": 1.0}, ValueError, "confidence: 0.5 to 0.999"),
        (f"{S}.quantiles", {"data": [1], "shares": "a"}, ValueError, "shares: numbers with commas"),
        (f"{S}.quantiles", {"data": [1], "shares": ""}, ValueError, "shares: numbers from 0 to 1"),
        (f"{S}.quantiles", {"data": [1], "shares": [50]}, ValueError, "shares: numbers from 0 to 1"),
        (f"{S}.normality_test", {"data": [1, 2]}, ValueError, "data: 3 numbers or more"),
        (f"{S}.normality_test", {"data": [2, 2, 2]}, ValueError, "data: numbers that are not all the same"),
        (f"{S}.normality_test", {"data": list(range(5001))}, ValueError, "data: at most 5000 numbers"),
        (f"{S}.find_outliers", {"data": [1], "reach": -1}, ValueError, "reach: 0 to 100"),
        (f"{S}.find_outliers", {"data": []}, ValueError, "data: 1 numbers or more"),
        (f"{C}.t_test_one_sample", {"data": [3, 3]}, ValueError, "data: numbers that are not all the same"),
        (
            f"{C}.t_test_two_samples",
            {"first": [1], "second": [1, 2]},
            ValueError,
            "two numbers or more in each .* 1, 2",
        ),
        (f"{C}.t_test_two_samples", {"first": [1, 1], "second": [2, 2]}, ValueError, "that differ within a sample"),
        (f"{C}.t_test_two_samples", {"first": [1, 2]}, TypeError, "second: a table or a list of numbers .* NoneType"),
        (
            f"{C}.t_test_two_samples",
            {"first": TABLE, "column": "y", "by": "name"},
            ValueError,
            "by: a column with two groups was expected, 'name' has 3: a, b, c",
        ),
        (f"{C}.t_test_two_samples", {"first": TABLE, "column": "y"}, ValueError, "by: there is no column ''"),
        (f"{C}.t_test_paired", {"first": [1, 2], "second": [1]}, ValueError, "second: 2 numbers were expected"),
        (f"{C}.t_test_paired", {"first": [1, 2], "second": [2, 3]}, ValueError, "first less second: numbers that are"),
        (f"{C}.t_test_paired", {"first": TABLE, "columns": "x"}, ValueError, "columns: the names of two columns"),
        (f"{C}.mann_whitney_test", {"first": [1, 1], "second": [1]}, ValueError, "numbers that are not all the same"),
        (f"{C}.mann_whitney_test", {"first": [], "second": [1]}, ValueError, "first: 1 numbers or more"),
        (f"{C}.wilcoxon_test", {"first": [1, 2], "second": [1, 2]}, ValueError, "pairs that are not all equal"),
        (f"{C}.anova", {"data": {"a": [1, 2]}}, ValueError, "data: 2 groups or more with numbers"),
        (f"{C}.anova", {"data": {"a": [1, 1], "b": [2, 2]}}, ValueError, "data: a group whose numbers differ"),
        (f"{C}.anova", {"data": {"a": [1, 1], "b": ["x"]}}, TypeError, "data, group b: numbers were expected"),
        (f"{C}.anova", {"data": 3}, TypeError, "data: a table or lists of numbers were expected, not int"),
        (f"{C}.kruskal_wallis_test", {"data": [[1], [1]]}, ValueError, "data: numbers that are not all the same"),
        (f"{C}.equal_variances_test", {"data": [[1, 2], [1]]}, ValueError, "data: two numbers .* group 2 has 1"),
        (f"{C}.equal_variances_test", {"data": [[1, 1], [2, 2]]}, ValueError, "data: a group whose numbers differ"),
        (f"{C}.tukey_test", {"data": [[1, 2], [1]]}, ValueError, "data: two numbers .* group 2 has 1"),
        (f"{C}.tukey_test", {"data": [[1, 1], [2, 2]]}, ValueError, "data: a group whose numbers differ"),
        (f"{K}.chi_square_test", {"table": [1]}, TypeError, "table: a pandas table was expected, not list"),
        (f"{K}.chi_square_test", {"table": TABLE, "first": "x"}, ValueError, "first, second: two columns"),
        (f"{K}.chi_square_test", {"table": TABLE, "first": "x", "second": "x"}, ValueError, "second: a column other"),
        (f"{K}.chi_square_test", {"table": TABLE[:0], "first": "x", "second": "y"}, ValueError, "0 rows and 0 columns"),
        (f"{K}.chi_square_test", {"table": PAIR}, ValueError, "2 rows and 1 columns"),
        (f"{K}.chi_square_test", {"table": PAIR.assign(m=[0, -1])}, ValueError, "table: counts of 0 or more"),
        (f"{K}.chi_square_test", {"table": PAIR.assign(m=[0, NAN])}, ValueError, "table: counts of 0 or more"),
        (f"{K}.chi_square_test", {"table": PAIR.assign(m=[0, 0])}, ValueError, "there is a row or column of 0"),
        (f"{K}.goodness_of_fit", {"counts": [3]}, ValueError, "counts: two counts or more"),
        (f"{K}.goodness_of_fit", {"counts": [3, NAN]}, ValueError, "counts: numbers without gaps"),
        (f"{K}.goodness_of_fit", {"counts": [3, 4], "expected": [1]}, ValueError, "expected: 2 numbers above 0"),
        (f"{K}.goodness_of_fit", {"counts": {"a": 3, "b": 4}, "expected": {"a": 3, "c": 4}}, ValueError, "(a, b)"),
        (f"{K}.proportion_test", {"hits": 3, "total": 2}, ValueError, "hits, total: 0 to total"),
        (f"{K}.proportion_test", {"hits": 1, "total": 2, "share": 2}, ValueError, "share: 0 to 1"),
        (f"{F}.correlation_test", {"first": [1, 2], "second": [1, 2]}, ValueError, "three pairs of numbers or more"),
        (
            f"{F}.correlation_test",
            {"first": [1, 2, 3], "second": [1, 1, 1]},
            ValueError,
            "second: numbers that are not",
        ),
        (f"{F}.fit_line_with_p_value", {"x": [1, 1, 1], "y": [1, 2, 3]}, ValueError, "x: numbers that are not all"),
        (f"{F}.fit_line_with_p_value", {"x": [1, 1, 1], "y": [1]}, ValueError, "y: 3 numbers .* as many as in x"),
        (f"{F}.regression_table", {"table": 1, "target": "y"}, TypeError, "table: a pandas table"),
        (f"{F}.regression_table", {"table": TABLE, "target": ""}, ValueError, "target: there is no column ''"),
        (f"{F}.regression_table", {"table": TABLE, "target": "y", "predictors": "y"}, ValueError, "predictors: differ"),
        (
            f"{F}.regression_table",
            {"table": TABLE, "target": "y", "predictors": "name"},
            TypeError,
            "predictors: a col",
        ),
        (
            f"{F}.regression_table",
            {"table": TABLE, "target": "y"},
            ValueError,
            "predictors: columns that do not follow",
        ),
        (f"{F}.regression_table", {"table": TABLE, "target": "same", "predictors": "x"}, ValueError, "target: numbers"),
        (
            f"{F}.regression_table",
            {"table": TABLE[:2], "target": "y"},
            ValueError,
            "table: 4 rows or more without gaps",
        ),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
