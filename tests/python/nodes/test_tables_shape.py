"""Tables in another shape, by the order of rows, by date, and what their cells hold: the usual, the edge, the bad."""

# ruff: noqa: E501 (tables of cases, one a line)

from __future__ import annotations

import pandas as pd  # noqa: TID253
import pytest
from node_files import call
from test_tables import GROUPS, PEOPLE, ROWS, table, written

CELLS, SHAPE, ORDER = "tables/cells", "tables/reshape", "tables/sequence"
SALES = "city year sold; Oslo 2025 3; Oslo 2026 4; Bern 2026 5"
DAYS = pd.DataFrame({"day": pd.to_datetime(["2026-01-05", None, "2026-03-01"]), "n": [1, 2, 3]})


@pytest.mark.parametrize(
    ("node", "before", "arguments", "after"),
    [
        (f"{ROWS}.filter_by_formula", PEOPLE, {"condition": "age > 10 and city == 'Oslo'"}, "name age city; Cy 36 Oslo"),
        (f"{ROWS}.filter_by_formula", GAPS := "x y; 1 a; ? b; 3 ?", {"condition": "x > 0"}, "x y; 1.0 a; 3.0 ?"),
        (f"{ROWS}.filter_by_formula", GAPS, {"condition": "x > 0", "keep_others": True}, "x y; ? b"),
        (f"{ROWS}.slice_rows", "x; 1; 2; 3; 4", {"start": -2}, "x; 3; 4"),
        (f"{ROWS}.slice_rows", "x; 1; 2; 3; 4", {"step": 2, "count": 9}, "x; 1; 3"),
        (f"{ROWS}.slice_rows", "x; 1; 2", {"start": 5}, "x"),
        (f"{ROWS}.largest_rows", PEOPLE, {"column": "age", "count": 1, "by": "city"}, "name age city; Ada 36 Rome; Cy 36 Oslo"),
        (f"{ROWS}.largest_rows", GAPS, {"column": "x", "smallest": True}, "x y; 1.0 a; 3.0 ?"),
        (f"{ROWS}.mark_duplicates", PEOPLE, {"columns": "city", "name": "d"}, "name age city d; Ada 36 Rome False; Bo 5 Oslo True; Cy 36 Oslo True"),
        (f"{GROUPS}.group_with_statistics", PEOPLE, {"by": "city", "columns": "age", "statistics": "max, distinct"}, "city age_max age_distinct; Oslo 36 2; Rome 36 1"),
        (f"{GROUPS}.group_statistic_column", PEOPLE, {"by": "city", "column": "age", "statistic": "max"}, "name age city of_group; Ada 36 Rome 36; Bo 5 Oslo 36; Cy 36 Oslo 36"),
        (f"{GROUPS}.column_overview", GAPS, {}, "column type missing distinct first; x float64 1 2 1.0; y str 1 2 a"),
        (f"{SHAPE}.pivot_table", SALES, {"rows": "city", "columns": "year", "values": "sold"}, "city 2025 2026; Bern ? 5.0; Oslo 3.0 4.0"),
        (f"{SHAPE}.unpivot_table", "c a b; x 1 2", {"keep": "c", "columns": "b"}, "c name value; x b 2"),
        (f"{SHAPE}.transpose_table", "a b; 1 2; 3 4", {}, "column row_1 row_2; a 1 3; b 2 4"),
        (f"{SHAPE}.cross_tabulate", SALES, {"rows": "city", "columns": "year", "show": "share of row"}, "city 2025 2026; Bern 0.0 1.0; Oslo 0.5 0.5"),
        (f"{SHAPE}.split_column", "t; a-b-c; d; ?", {"column": "t", "separator": "-", "names": "x, y"}, "x y; a b-c; d ?; ? ?"),
        (f"{SHAPE}.split_column", "t u; a-b 1", {"column": "t", "separator": "-", "keep": True}, "t t_1 t_2 u; a-b a b 1"),
        (f"{SHAPE}.merge_columns", "a b; x 1; ? 2", {"columns": "a, b", "separator": "-"}, "merged; x-1; 2"),
        (f"{SHAPE}.explode_column", "a b; x p,q; y ?", {"column": "b", "separator": ","}, "a b; x p; x q; y ?"),
        (f"{SHAPE}.one_hot_columns", "k; a; ?", {"columns": "k"}, "k_a; 1; 0"),
        (f"{ORDER}.number_rows", PEOPLE, {"by": "city", "start": 0}, "row name age city; 0 Ada 36 Rome; 0 Bo 5 Oslo; 1 Cy 36 Oslo"),
        (f"{ORDER}.rank_column", "x; 7; 9; ?; 9", {"column": "x", "ties": "same, no gaps"}, "x rank; 7.0 2.0; 9.0 1.0; ? ?; 9.0 1.0"),
        (f"{ORDER}.shift_column", "k x; a 1; b 2; b 3", {"column": "x", "rows": -1, "by": "k"}, "k x previous; a 1 ?; b 2 3.0; b 3 ?"),
        (f"{ORDER}.difference_of_rows", "x; 1; 4", {"column": "x"}, "x change; 1 ?; 4 3.0"),
        (f"{ORDER}.rolling_column", "x; 1; 3", {"column": "x", "whole": False, "statistic": "sum"}, "x rolling; 1 1.0; 3 4.0"),
        (f"{ORDER}.running_total_column", "k x; a 1; b 2; a 3", {"column": "x", "by": "k"}, "k x total; a 1 1; b 2 2; a 3 4"),
        (f"{ORDER}.interpolate_missing", "x; ?; 1; ?; 3", {"ends": "nearest"}, "x; 1.0; 1.0; 2.0; 3.0"),
        (f"{ORDER}.interpolate_missing", "x; ?; 1; ?; 3", {}, "x; ?; 1.0; 2.0; 3.0"),
        (f"{CELLS}.change_type", "x; 1; 2", {"columns": "x", "to": "text"}, "x; 1; 2"),
        (f"{CELLS}.change_type", "x; 1; ?", {"columns": "x", "to": "whole number"}, "x; 1; ?"),
        (f"{CELLS}.change_type", "x; yes; No; ?", {"columns": "x", "to": "true/false"}, "x; True; False; ?"),
        (f"{CELLS}.change_type", "x; a; 2", {"columns": "x", "wrong": "missing"}, "x; ?; 2.0"),
        (f"{CELLS}.replace_values", "x y; 3 3a; 4 b", {"old": 3, "new": 0}, "x y; 0 3a; 4 b"),
        (f"{CELLS}.replace_values", "y; 3a; .", {"old": ".", "new": "-", "match": "part of text"}, "y; 3a; -"),
        (f"{CELLS}.map_values", "x; 1; 2", {"column": "x", "values": {"1": "one"}, "others": "missing"}, "x; one; ?"),
        (f"{CELLS}.conditional_column", PEOPLE, {"name": "n", "condition": "age > 9", "then": "city", "otherwise": "-"}, "name age city n; Ada 36 Rome Rome; Bo 5 Oslo -; Cy 36 Oslo Oslo"),
        (f"{CELLS}.bin_column", "x; 0; 10; ?", {"column": "x", "bins": 2}, "x bin; 0.0 0 – 5; 10.0 5 – 10; ? ?"),
        (f"{CELLS}.bin_column", "x; 1; 2; 3; 4", {"column": "x", "bins": 2, "how": "equal count"}, "x bin; 1 1 – 2.5; 2 1 – 2.5; 3 2.5 – 4; 4 2.5 – 4"),
        (f"{CELLS}.round_columns", "x y; 1.26 a", {"decimals": 1}, "x y; 1.3 a"),
        (f"{CELLS}.scale_columns", "x; 5; 5", {}, "x; 0.0; 0.0"),
        (f"{CELLS}.scale_columns", "x; 1; 3", {"how": "share of sum"}, "x; 0.25; 0.75"),
        (f"{CELLS}.clip_column", "x; -1; ?; 3", {"column": "x"}, "x; 0.0; ?; 1.0"),
        (f"{CELLS}.outlier_rows", "x; 5; 6; 7; 6; 99", {"column": "x", "keep": "outliers"}, "x; 99"),
        (f"{CELLS}.change_texts_of_column", "x; ab; ?", {"columns": "x", "change": "upper case"}, "x; AB; ?"),
        (f"{CELLS}.extract_from_column", "x; a1; ?; b", {"column": "x", "pattern": r"\d"}, "x found; a1 1; ? ?; b ?"),
    ],
)  # fmt: skip
def test_gives(node: str, before: str, arguments: dict, after: str) -> None:
    assert written(call(node, {"table": table(before), **arguments})) == after


def test_two_tables() -> None:
    left, right = table("id a; 1 x; 2 y"), table("key a; 2 p; 3 q")
    joined = call(f"{GROUPS}.join_by_two_names", {"left": left, "right": right, "left_on": "id", "right_on": "key"})
    assert written(joined) == "id a_left key a_right; 2 y 2 p"
    with pytest.raises(ValueError, match="right_on: 1 names were expected"):
        call(f"{GROUPS}.join_by_two_names", {"left": left, "right": right, "left_on": "id", "right_on": "key, a"})
    keys = {"left": left, "right": table("id; 2"), "on": "id"}
    assert written(call(f"{GROUPS}.compare_keys", keys)) == "id a; 1 x"
    assert written(call(f"{GROUPS}.compare_keys", {**keys, "keep": "in both"})) == "id a; 2 y"
    assert len(call(f"{GROUPS}.all_combinations", {"left": left, "right": right})) == 4
    beside = call(f"{SHAPE}.tables_side_by_side", {"left": left, "right": right})
    assert written(beside) == "id a_left key a_right; 1 x 2 p; 2 y 3 q"
    stacked = call(f"{SHAPE}.stack_list_of_tables", {"tables": [left, right], "source_column": "part"})
    assert written(stacked) == "part id a key; 1 1.0 x ?; 1 2.0 y ?; 2 ? p 2.0; 2 ? q 3.0"


def test_rows_and_groups() -> None:
    frame = pd.DataFrame({"x": range(10), "k": ["a", "b"] * 5})
    first, second = call(f"{ROWS}.split_rows", {"table": frame, "share": 0.7, "seed": 1})
    assert sorted([*first["x"], *second["x"]]) == list(range(10)) and len(first) == 7
    assert first.equals(call(f"{ROWS}.split_rows", {"table": frame, "share": 0.7, "seed": 1})[0])
    top, rest = call(f"{ROWS}.split_rows", {"table": frame, "share": 0.2, "how": "in order"})
    assert (list(top["x"]), len(rest)) == ([0, 1], 8)
    assert call(f"{ROWS}.get_row", {"table": frame, "place": 1}) == {"x": 1, "k": "b"}
    groups = call(f"{GROUPS}.split_by_group", {"table": frame, "column": "k"})
    assert {key: len(rows) for key, rows in groups.items()} == {"a": 5, "b": 5}


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [("mean", 2.0), ("sum", 4.0), ("missing", 1), ("count", 2), ("distinct", 2), ("min", 1.0)],
)
def test_column_statistic(statistic: str, expected: float) -> None:
    arguments = {"table": table("x; 1; ?; 3"), "column": "x", "statistic": statistic}
    assert call(f"{GROUPS}.column_statistic", arguments) == expected


def test_dates() -> None:
    parts = call(f"{ORDER}.date_parts", {"table": DAYS, "column": "day", "parts": "year, week, weekday"})
    assert parts.iloc[0, 2:].tolist() == [2026, 2, 1] and parts.iloc[1, 2:].isna().all()
    months = call(f"{ORDER}.group_by_period", {"table": DAYS, "column": "day"})
    assert months["n"].tolist() == [1, 0, 3]
    weeks = call(f"{ORDER}.group_by_period", {"table": DAYS, "column": "day", "period": "week", "statistic": "count"})
    assert weeks["day"].iloc[0] == pd.Timestamp("2026-01-05") and weeks["n"].sum() == 2
    mixed = pd.DataFrame({"t": ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]})
    moments = call(f"{ORDER}.read_dates", {"table": mixed, "columns": "t"})["t"]
    assert [str(moment) for moment in moments] == ["2026-03-29 00:00:00+00:00", "2026-03-29 01:00:00+00:00"]
    numbers = pd.DataFrame({"t": [20261224, None]})
    assert call(f"{ORDER}.read_dates", {"table": numbers, "columns": "t", "pattern": "%Y%m%d"})["t"].dt.day[0] == 24
    either = pd.DataFrame({"t": ["3/4/2026", "soon"]})
    read = call(f"{ORDER}.read_dates", {"table": either, "columns": "t", "day_first": True, "wrong": "missing"})["t"]
    assert read[0].month == 4 and pd.isna(read[1])


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{ROWS}.filter_by_formula", {"condition": "agee > 1"}, ValueError, "condition: .*the columns are: name, age"),
        (f"{ROWS}.filter_by_formula", {"condition": "age + 1"}, ValueError, "condition: true or false for each row"),
        (f"{ROWS}.split_rows", {"share": 2}, ValueError, "share: 0 to 1"),
        (f"{ROWS}.slice_rows", {"step": 0}, ValueError, "step: 1 or more"),
        (f"{ROWS}.largest_rows", {"column": "age", "count": -1}, ValueError, "count: 0 or more"),
        (f"{ROWS}.get_row", {"place": 3}, ValueError, "place: there is no row 3, the table has 3"),
        (f"{GROUPS}.group_with_statistics", {"by": "city", "columns": "age", "statistics": "x"}, ValueError, "statistics: some"),
        (f"{GROUPS}.column_statistic", {"column": "name"}, TypeError, "column: mean needs numbers"),
        (f"{SHAPE}.pivot_table", {"rows": "city", "columns": "city", "values": "age"}, ValueError, "values: rows, columns"),
        (f"{SHAPE}.pivot_table", {"rows": "city", "columns": "age", "values": "name"}, TypeError, "values: sum needs"),
        (f"{SHAPE}.unpivot_table", {"keep": "name, age, city"}, ValueError, "columns: at least one column"),
        (f"{SHAPE}.split_column", {"column": "name", "names": "age"}, ValueError, "names: different names"),
        (f"{SHAPE}.one_hot_columns", {"columns": "name", "most": 2}, ValueError, "columns: at most 2 .* 'name' has 3"),
        (f"{ORDER}.number_rows", {"name": "age"}, ValueError, "name: a name that no column has"),
        (f"{ORDER}.rolling_column", {"column": "name"}, TypeError, "column: a column of numbers was expected"),
        (f"{ORDER}.date_parts", {"column": "name"}, TypeError, "column: a column of dates .*; Read dates"),
        (f"{ORDER}.read_dates", {"columns": "name"}, ValueError, "columns: column 'name' holds something that is no"),
        (f"{ORDER}.read_dates", {"columns": "age"}, TypeError, "columns: texts were expected, column 'age' holds numbers"),
        (f"{CELLS}.change_type", {"columns": "name"}, ValueError, "columns: column 'name' holds a cell that is no number"),
        (f"{CELLS}.replace_values", {"old": "(", "new": "", "match": "regular expression"}, ValueError, "old: not a regular"),
        (f"{CELLS}.map_values", {"column": "age", "values": [1]}, TypeError, "values: a dictionary was expected"),
        (f"{CELLS}.bin_column", {"column": "age", "how": "edges", "edges": "3, 1"}, ValueError, "edges: two or more"),
        (f"{CELLS}.clip_column", {"column": "age", "low": 2}, ValueError, "low: at most high"),
        (f"{CELLS}.extract_from_column", {"column": "name", "pattern": "("}, ValueError, "pattern: not a regular"),
    ],
)  # fmt: skip
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, {"table": table(PEOPLE), **arguments})


def test_a_name_that_two_columns_have_is_refused_with_what_to_do() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["x", "x"])
    for node in (f"{ROWS}.sort_rows", f"{CELLS}.round_columns"):
        with pytest.raises(ValueError, match="columns: 2 columns are called 'x'; Clean column names"):
            call(node, {"table": twice, "columns": "x"})


def test_names_and_types_of_columns() -> None:
    odd = pd.DataFrame([[1, "a", True, 2.5, None]], columns=["x", "X", "", "näme\n1", 7])
    clean = call("tables/columns.clean_column_names", {"table": odd})
    assert list(clean.columns) == ["x", "x_2", "column_3", "näme_1", "7"]
    assert list(call("tables/columns.clean_column_names", {"table": odd, "style": "trim"}).columns)[1] == "X"
    for keep, expected in (("numbers", ["x", "näme_1"]), ("true/false", ["column_3"]), ("texts", ["x_2", "7"])):
        assert list(call("tables/columns.columns_by_type", {"table": clean, "keep": keep}).columns) == expected
    with pytest.raises(TypeError, match="table: a pandas table"):
        call("tables/columns.columns_by_type", {"table": 3})


@pytest.mark.parametrize(
    ("node", "arguments"),
    [
        (f"{ROWS}.filter_by_formula", {"condition": "x > 0"}),
        (f"{ROWS}.split_rows", {}),
        (f"{GROUPS}.group_with_statistics", {"by": "k", "columns": "x"}),
        (f"{SHAPE}.pivot_table", {"rows": "k", "columns": "t", "values": "x"}),
        (f"{SHAPE}.cross_tabulate", {"rows": "k", "columns": "t", "show": "share of all"}),
        (f"{SHAPE}.transpose_table", {}),
        (f"{SHAPE}.split_column", {"column": "t"}),
        (f"{SHAPE}.merge_columns", {"columns": "k, t"}),
        (f"{SHAPE}.explode_column", {"column": "t", "separator": ","}),
        (f"{SHAPE}.one_hot_columns", {"columns": "k"}),
        (f"{ORDER}.number_rows", {"by": "k"}),
        (f"{ORDER}.rank_column", {"column": "x"}),
        (f"{ORDER}.rolling_column", {"column": "x"}),
        (f"{ORDER}.running_total_column", {"column": "x", "by": "k"}),
        (f"{ORDER}.group_by_period", {"column": "d"}),
        (f"{ORDER}.date_parts", {"column": "d"}),
        (f"{CELLS}.change_type", {"columns": "x", "to": "whole number"}),
        (f"{CELLS}.conditional_column", {"name": "n", "condition": "x > 0"}),
        (f"{CELLS}.bin_column", {"column": "x"}),
        (f"{CELLS}.scale_columns", {}),
        (f"{CELLS}.outlier_rows", {"column": "x"}),
        (f"{CELLS}.extract_from_column", {"column": "t", "pattern": "a"}),
    ],
)
def test_a_table_without_rows_is_no_error(node: str, arguments: dict) -> None:
    types = {"x": "float64", "k": "str", "t": "str", "d": "datetime64[ns]"}
    call(node, {"table": pd.DataFrame({name: [] for name in types}).astype(types), **arguments})
