"""Tables: files, rows, columns, groups. Results are compared whole, by the CSV text of a table."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import call

FILES, ROWS, COLUMNS, GROUPS = "tables/files", "tables/rows", "tables/columns", "tables/groups"


def table(text: str) -> pd.DataFrame:
    """A table by its rows: `name age; Ada 36; Bo ?` with ? for a missing cell."""
    names, *rows = [row.split() for row in text.split(";")]
    cells = [[None if cell == "?" else cell for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=names)
    for name in names:
        try:
            frame[name] = pd.to_numeric(frame[name])
        except ValueError:
            continue
    return frame


def written(frame: pd.DataFrame) -> str:
    """The table as `table` reads it."""
    rows = [" ".join("?" if pd.isna(cell) else str(cell) for cell in row) for row in frame.itertuples(index=False)]
    return "; ".join([" ".join(map(str, frame.columns)), *rows])


PEOPLE = "name age city; Ada 36 Rome; Bo 5 Oslo; Cy 36 Oslo"
GAPS = "x y; 1 a; ? b; 3 ?"


@pytest.mark.parametrize(
    ("node", "before", "arguments", "after"),
    [
        (f"{ROWS}.filter_rows", PEOPLE, {"column": "age", "value": 18}, "name age city; Ada 36 Rome; Cy 36 Oslo"),
        (f"{ROWS}.filter_rows", PEOPLE, {"column": "age", "operator": "==", "value": "5"}, "name age city; Bo 5 Oslo"),
        (f"{ROWS}.filter_rows", PEOPLE, {"column": "age", "operator": "<", "value": 6.5}, "name age city; Bo 5 Oslo"),
        (f"{ROWS}.filter_rows", PEOPLE, {"column": "age", "operator": "<=", "value": 5}, "name age city; Bo 5 Oslo"),
        (f"{ROWS}.filter_rows", PEOPLE, {"column": "age", "operator": ">", "value": 36}, "name age city"),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "name", "operator": "contains", "value": "d"},
            "name age city; Ada 36 Rome",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "name", "operator": "starts with", "value": "B"},
            "name age city; Bo 5 Oslo",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "name", "operator": "ends with", "value": "o"},
            "name age city; Bo 5 Oslo",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "age", "operator": "contains", "value": 5},
            "name age city; Bo 5 Oslo",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "name", "operator": "is one of", "value": "Ada, Bo"},
            "name age city; Ada 36 Rome; Bo 5 Oslo",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "age", "operator": "is one of", "value": [5]},
            "name age city; Bo 5 Oslo",
        ),
        (
            f"{ROWS}.filter_rows",
            PEOPLE,
            {"column": "age", "operator": "is one of", "value": "5,6"},
            "name age city; Bo 5 Oslo",
        ),
        (f"{ROWS}.filter_rows", GAPS, {"column": "x", "operator": "is missing"}, "x y; ? b"),
        (f"{ROWS}.filter_rows", GAPS, {"column": "y", "operator": "is there"}, "x y; 1.0 a; ? b"),
        (f"{ROWS}.filter_rows", GAPS, {"column": "x", "operator": "!=", "value": 1}, "x y; ? b; 3.0 ?"),
        (f"{ROWS}.filter_rows", GAPS, {"column": "x", "operator": ">=", "value": 0}, "x y; 1.0 a; 3.0 ?"),
        (f"{ROWS}.filter_rows", "code; a1; 12x", {"column": "code", "operator": "==", "value": 12}, "code"),
        (f"{ROWS}.sort_rows", PEOPLE, {"columns": "city, name"}, "name age city; Bo 5 Oslo; Cy 36 Oslo; Ada 36 Rome"),
        (
            f"{ROWS}.sort_rows",
            PEOPLE,
            {"columns": ["age"], "descending": True},
            "name age city; Ada 36 Rome; Cy 36 Oslo; Bo 5 Oslo",
        ),
        (f"{ROWS}.sort_rows", "x; 2; ?; 1", {"columns": "x"}, "x; 1.0; 2.0; ?"),
        (f"{ROWS}.first_rows", PEOPLE, {"count": 1}, "name age city; Ada 36 Rome"),
        (f"{ROWS}.first_rows", PEOPLE, {"count": 1, "last": True}, "name age city; Cy 36 Oslo"),
        (f"{ROWS}.first_rows", PEOPLE, {"count": 99}, PEOPLE),
        (f"{ROWS}.unique_rows", PEOPLE, {"columns": "city"}, "name age city; Ada 36 Rome; Bo 5 Oslo"),
        (f"{ROWS}.unique_rows", "x; 1; 1", {}, "x; 1"),
        (f"{ROWS}.drop_missing", GAPS, {}, "x y; 1.0 a"),
        (f"{ROWS}.drop_missing", GAPS, {"columns": "x"}, "x y; 1.0 a; 3.0 ?"),
        (f"{ROWS}.drop_missing", GAPS, {"when": "all are missing"}, "x y; 1.0 a; ? b; 3.0 ?"),
        (f"{ROWS}.fill_missing", GAPS, {"columns": "x"}, "x y; 1.0 a; 0.0 b; 3.0 ?"),
        (f"{ROWS}.fill_missing", GAPS, {"columns": "y", "value": "none"}, "x y; 1.0 a; ? b; 3.0 none"),
        (f"{ROWS}.fill_missing", GAPS, {"columns": "x", "value": "none"}, "x y; 1.0 a; none b; 3.0 ?"),
        (f"{ROWS}.fill_missing", GAPS, {"fill_with": "mean"}, "x y; 1.0 a; 2.0 b; 3.0 ?"),
        (f"{ROWS}.fill_missing", GAPS, {"fill_with": "median"}, "x y; 1.0 a; 2.0 b; 3.0 ?"),
        (f"{ROWS}.fill_missing", GAPS, {"fill_with": "previous"}, "x y; 1.0 a; 1.0 b; 3.0 b"),
        (f"{ROWS}.fill_missing", GAPS, {"fill_with": "next"}, "x y; 1.0 a; 3.0 b; 3.0 ?"),
        (f"{COLUMNS}.select_columns", PEOPLE, {"columns": "age, name"}, "age name; 36 Ada; 5 Bo; 36 Cy"),
        (f"{COLUMNS}.drop_columns", PEOPLE, {"columns": ["age", "city"]}, "name; Ada; Bo; Cy"),
        (f"{COLUMNS}.rename_column", "x y; 1 2", {"column": "x", "new_name": "a"}, "a y; 1 2"),
        (f"{COLUMNS}.rename_column", "x y; 1 2", {"column": "x", "new_name": "x"}, "x y; 1 2"),
        (f"{COLUMNS}.add_column", "x; 1; 2", {"name": "id", "values": [7, 8]}, "x id; 1 7; 2 8"),
        (f"{COLUMNS}.add_column", "x; 1; 2", {"name": "x", "values": "a"}, "x; a; a"),
        (
            f"{COLUMNS}.computed_column",
            "a b; 1 2; 3 4",
            {"name": "c", "expression": "a * b + 1"},
            "a b c; 1 2 3; 3 4 13",
        ),
        (f"{COLUMNS}.computed_column", "a; 1; 3", {"name": "a", "expression": "a > 2"}, "a; False; True"),
        (f"{GROUPS}.group_rows", PEOPLE, {"by": "city", "columns": "age"}, "city age; Oslo 20.5; Rome 36.0"),
        (f"{GROUPS}.group_rows", PEOPLE, {"by": "city"}, "city age; Oslo 20.5; Rome 36.0"),
        (f"{GROUPS}.group_rows", PEOPLE, {"by": "city", "statistic": "count"}, "city count; Oslo 2; Rome 1"),
        (
            f"{GROUPS}.group_rows",
            PEOPLE,
            {"by": "city", "statistic": "distinct", "columns": "age"},
            "city age; Oslo 2; Rome 1",
        ),
        (f"{GROUPS}.group_rows", PEOPLE, {"by": "city", "statistic": "first"}, "city name age; Oslo Bo 5; Rome Ada 36"),
        (
            f"{GROUPS}.group_rows",
            PEOPLE,
            {"by": "age, city", "statistic": "max"},
            "age city name; 5 Oslo Bo; 36 Oslo Cy; 36 Rome Ada",
        ),
        (f"{GROUPS}.group_rows", "k v; a 1; ? 2", {"by": "k", "statistic": "sum"}, "k v; a 1; ? 2"),
        (f"{GROUPS}.count_values", PEOPLE, {"column": "age"}, "age count; 36 2; 5 1"),
        (f"{GROUPS}.count_values", "x; a; ?", {"column": "x"}, "x count; a 1; ? 1"),
    ],
)
def test_gives(node: str, before: str, arguments: dict, after: str) -> None:
    assert written(call(node, {"table": table(before), **arguments})) == after


@pytest.mark.parametrize(
    ("keep", "after"),
    [
        ("matching rows", "id a b; 2 y p"),
        ("all of left", "id a b; 1 x ?; 2 y p"),
        ("all of right", "id a b; 2 y p; 3 ? q"),
        ("all rows", "id a b; 1 x ?; 2 y p; 3 ? q"),
    ],
)
def test_join_tables(keep: str, after: str) -> None:
    arguments = {"left": table("id a; 1 x; 2 y"), "right": table("id b; 2 p; 3 q"), "on": "id", "keep": keep}
    assert written(call(f"{GROUPS}.join_tables", arguments)) == after


def test_stack_tables() -> None:
    result = call(f"{GROUPS}.stack_tables", {"top": table("x; 1"), "bottom": table("x y; 2 b")})
    assert written(result) == "x y; 1 ?; 2 b"
    assert list(result.index) == [0, 1]


def test_describe_table_and_correlations() -> None:
    frame = table("x y name; 1 2 a; 2 4 b; 3 6 c")
    described = call(f"{GROUPS}.describe_table", {"table": frame})
    assert described["column"].tolist() == ["x", "y"]
    assert described.loc[0, ["count", "mean", "std", "min", "50%", "max"]].tolist() == [3, 2, 1, 1, 2, 3]
    related = call(f"{GROUPS}.correlations", {"table": frame})
    assert related.to_numpy() == pytest.approx(np.ones((2, 2)))
    assert list(related.columns) == ["x", "y"]


def test_sample_rows_is_repeatable() -> None:
    frame = pd.DataFrame({"x": range(100)})
    taken = call(f"{ROWS}.sample_rows", {"table": frame, "count": 10, "seed": 3})
    assert taken["x"].nunique() == 10
    pd.testing.assert_frame_equal(taken, call(f"{ROWS}.sample_rows", {"table": frame, "count": 10, "seed": 3}))
    assert taken["x"].tolist() != call(f"{ROWS}.sample_rows", {"table": frame, "count": 10, "seed": 4})["x"].tolist()
    assert len(call(f"{ROWS}.sample_rows", {"table": frame, "count": 1000, "seed": -1})) == 100


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{COLUMNS}.table_from_records", {"records": [{"x": 1}, {"y": "b"}]}, "x y; 1.0 ?; ? b"),
        (f"{COLUMNS}.table_from_records", {"records": [[1, "a"], (2, "b")]}, "column_1 column_2; 1 a; 2 b"),
        (f"{COLUMNS}.table_from_records", {"records": []}, ""),
        (f"{COLUMNS}.table_from_columns", {"columns": {"x": [1, 2], "y": range(2)}}, "x y; 1 0; 2 1"),
        (f"{COLUMNS}.table_from_columns", {"columns": {}}, ""),
    ],
)
def test_tables_from_lists(node: str, arguments: dict, expected: str) -> None:
    assert written(call(node, arguments)) == expected


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        ("table_to_records", {}, [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        ("column_to_list", {"column": "x"}, [1, 2]),
        ("column_names", {}, ["x", "y"]),
        ("row_count", {}, 2),
    ],
)
def test_tables_to_lists(node: str, arguments: dict, expected: object) -> None:
    assert call(f"{COLUMNS}.{node}", {"table": table("x y; 1 a; 2 b"), **arguments}) == expected
    empty = pd.DataFrame({"x": [], "y": []})
    assert call(f"{COLUMNS}.{node}", {"table": empty, **arguments}) in ([], 0, ["x", "y"])


def test_names_of_columns_need_not_be_simple_texts() -> None:
    frame = pd.DataFrame({"a, b": [1, 2], 3: [3, 4], "odd name": [5, 6]})
    assert call(f"{COLUMNS}.column_to_list", {"table": frame, "column": "3"}) == [3, 4]
    assert list(call(f"{COLUMNS}.select_columns", {"table": frame, "columns": "a, b"}).columns) == ["a, b"]
    result = call(f"{COLUMNS}.computed_column", {"table": frame, "name": "n", "expression": "`odd name` + 1"})
    assert result["n"].tolist() == [6, 7]


def test_csv_goes_to_a_file_and_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"näme": ["Ada; x", None], "n": [1.5, 2.0]})
    folder = tmp_path / "a" / "new folder"
    for separator in ("comma", "semicolon", "tab"):
        arguments = {"table": frame, "folder": folder, "name": "means", "separator": separator}
        path = call(f"{FILES}.save_csv", arguments)
        assert path == folder / "means.csv"
        again = call(f"{FILES}.load_csv", {"file": path, "separator": separator})
        pd.testing.assert_frame_equal(again, frame, check_dtype=False)
    path = call(f"{FILES}.save_csv", {"table": frame, "folder": folder, "name": "rows.txt", "row_labels": True})
    assert path.read_text(encoding="utf-8").splitlines()[1] == "0,Ada; x,1.5"
    path = call(f"{FILES}.save_csv", {"table": frame, "folder": folder, "name": "means.tsv"})
    assert path.read_text(encoding="utf-8").splitlines()[1] == "Ada; x\t1.5", "the ending tells the separator"
    pd.testing.assert_frame_equal(call(f"{FILES}.load_csv", {"file": path}), frame, check_dtype=False)


def test_a_spreadsheet_runs_nothing_of_a_csv_file(tmp_path: Path) -> None:
    texts = ["=1+1", "+cmd|' /C calc'!A0", "-x", "@SUM(1)", "\t=1", "a=1", "-1.5e3", "+49,5", "-", None]
    frame = pd.DataFrame({"=n": texts, "n": range(10), "m": 1.5}, index=[f"-{row}!" for row in range(10)])
    frame.index.name = "=id"
    frame["category"] = frame["=n"].astype("category")
    before = frame.copy()
    arguments = {"table": frame, "folder": tmp_path, "row_labels": True, "separator": "semicolon"}
    rows = [line.split(";") for line in call(f"{FILES}.save_csv", arguments).read_text().split("\n")]
    assert rows[0] == ["'=id", "'=n", "n", "m", "category"]
    quoted = ["'=1+1", "'+cmd|' /C calc'!A0", "'-x", "'@SUM(1)", "'\t=1", "a=1", "-1.5e3", "+49,5", "'-", ""]
    assert [row[1] for row in rows[1:-1]] == quoted
    assert [row[4] for row in rows[1:-1]] == quoted
    assert rows[1][:1] == ["'-0!"]
    assert rows[1][2:4] == ["0", "1.5"]
    pd.testing.assert_frame_equal(frame, before)
    plain = call(f"{FILES}.save_csv", {**arguments, "formulas": True}).read_text().split("\n")
    assert plain[1].startswith("-0!;=1+1;0;1.5;=1+1")
    series = pd.Series(["=1"], name="x")
    assert call(f"{FILES}.save_csv", {"table": series, "folder": tmp_path}).read_text() == "x\n'=1\n"


@pytest.mark.parametrize(
    ("content", "arguments", "expected"),
    [
        (b"\xef\xbb\xbfname,age\r\nAda,36\r\n", {}, "name age; Ada 36"),
        (b"a;b\n1,5;2\n", {"separator": "semicolon", "decimal": ","}, "a b; 1.5 2"),
        (b"a\tb\n1\t2\n", {"separator": "automatic"}, "a b; 1 2"),
        (b"a  b\n1 2\n", {"separator": "space"}, "a b; 1 2"),
        (b"1,2\n3,4\n", {"header": False}, "column_1 column_2; 1 2; 3 4"),
        ("å\nö\n".encode("latin-1"), {"encoding": "latin-1"}, "å; ö"),
        (b"a,b\n", {}, "a b"),
    ],
)
def test_load_csv(tmp_path: Path, content: bytes, arguments: dict, expected: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    assert written(call(f"{FILES}.load_csv", {"file": file, **arguments})) == expected


@pytest.mark.parametrize(
    ("content", "arguments", "error", "words"),
    [
        (b"", {}, ValueError, "file: the file is empty"),
        (b"a,b\n1,2\n1,2,3\n", {}, ValueError, "file: not a CSV file with separator 'comma'"),
        (b"\xff\xfe\xff", {}, ValueError, "encoding: the file is not written in utf-8"),
        (None, {}, FileNotFoundError, "file: there is no such file"),
    ],
)
def test_load_csv_refuses(
    tmp_path: Path, content: bytes | None, arguments: dict, error: type[Exception], words: str
) -> None:
    file = tmp_path / "x.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error, match=words):
        call(f"{FILES}.load_csv", {"file": file, **arguments})


def test_save_csv_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    frame = table("x; 1")
    for arguments, error, words in (
        ({"table": frame, "name": "../x.csv"}, ValueError, "name: the name of a file without a folder"),
        ({"table": frame, "name": " "}, ValueError, "name: the name of a file"),
        ({"table": [1]}, TypeError, "table: a table was expected, not list"),
        ({"table": frame, "folder": tmp_path / "file"}, NotADirectoryError, "folder: a folder was expected"),
    ):
        with pytest.raises(error, match=words):
            call(f"{FILES}.save_csv", {"folder": tmp_path, **arguments})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (
            f"{ROWS}.filter_rows",
            {"column": "size"},
            ValueError,
            "column: there is no column 'size'; the columns are: name, age, city",
        ),
        (
            f"{ROWS}.filter_rows",
            {"column": "age", "value": "old"},
            TypeError,
            "value: a number was expected, as column 'age'",
        ),
        (
            f"{ROWS}.filter_rows",
            {"column": "name", "value": [1, 2]},
            TypeError,
            "value: .* cannot be compared with column 'name'",
        ),
        (f"{ROWS}.sort_rows", {"columns": ""}, ValueError, "columns: the name of at least one column"),
        (f"{ROWS}.first_rows", {"count": -1}, ValueError, "count: 0 or more"),
        (f"{ROWS}.sample_rows", {"count": -1}, ValueError, "count: 0 or more"),
        (f"{ROWS}.unique_rows", {"columns": "x"}, ValueError, "columns: there is no column 'x'"),
        (f"{ROWS}.drop_missing", {"columns": "x"}, ValueError, "columns: there is no column 'x'"),
        (
            f"{ROWS}.fill_missing",
            {"columns": "name", "fill_with": "mean"},
            TypeError,
            "columns: mean needs numbers, column 'name'",
        ),
        (f"{COLUMNS}.select_columns", {"columns": "name, x"}, ValueError, "columns: there is no column 'x'"),
        (f"{COLUMNS}.drop_columns", {"columns": []}, ValueError, "columns: the name of at least one"),
        (
            f"{COLUMNS}.rename_column",
            {"column": "age", "new_name": "name"},
            ValueError,
            "new_name: there is a column 'name' already",
        ),
        (f"{COLUMNS}.rename_column", {"column": "age", "new_name": ""}, ValueError, "new_name: a name was expected"),
        (f"{COLUMNS}.add_column", {"name": "x", "values": [1]}, ValueError, "values: 3 items were expected"),
        (f"{COLUMNS}.add_column", {"name": "", "values": 1}, ValueError, "name: a name was expected"),
        (
            f"{COLUMNS}.computed_column",
            {"name": "c", "expression": "agee * 2"},
            ValueError,
            "expression: .*the columns are: name, age, city",
        ),
        (f"{COLUMNS}.computed_column", {"name": "c", "expression": "age *"}, ValueError, "expression: cannot compute"),
        (f"{COLUMNS}.computed_column", {"name": "c", "expression": "d = age"}, ValueError, "expression: "),
        (f"{COLUMNS}.computed_column", {"name": "c", "expression": " "}, ValueError, "expression: a formula such as"),
        (f"{COLUMNS}.computed_column", {"name": "c", "expression": "@__builtins__"}, ValueError, "expression: "),
        (f"{COLUMNS}.column_to_list", {"column": "x"}, ValueError, "column: there is no column 'x'"),
        (f"{GROUPS}.group_rows", {"by": "x"}, ValueError, "by: there is no column 'x'"),
        (
            f"{GROUPS}.group_rows",
            {"by": "city", "columns": "name"},
            TypeError,
            "columns: mean needs numbers, column 'name'",
        ),
        (
            f"{GROUPS}.group_rows",
            {"by": "city", "columns": "city", "statistic": "max"},
            ValueError,
            "columns: .* makes the groups",
        ),
        (f"{GROUPS}.count_values", {"column": "x"}, ValueError, "column: there is no column 'x'"),
        (
            f"{GROUPS}.correlations",
            {},
            ValueError,
            "table: two or more columns of numbers were expected, this table has 1",
        ),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, {"table": table(PEOPLE), **arguments})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{COLUMNS}.row_count", {"table": [1]}, TypeError, "table: a pandas table was expected, not list"),
        (f"{COLUMNS}.column_names", {"table": None}, TypeError, "table: a pandas table"),
        (f"{COLUMNS}.table_to_records", {"table": 3}, TypeError, "table: a pandas table"),
        (f"{COLUMNS}.table_from_records", {"records": {"x": 1}}, TypeError, "records: a list of dictionaries"),
        (
            f"{COLUMNS}.table_from_records",
            {"records": [[1], [1, 2]]},
            TypeError,
            "records: dictionaries, or lists of one",
        ),
        (f"{COLUMNS}.table_from_columns", {"columns": [1]}, TypeError, "columns: a dictionary of lists"),
        (
            f"{COLUMNS}.table_from_columns",
            {"columns": {"x": [1], "y": [1, 2]}},
            ValueError,
            "columns: lists of equal length",
        ),
        (f"{GROUPS}.describe_table", {"table": table("x; a")}, ValueError, "table: at least one column of numbers"),
        (f"{GROUPS}.stack_tables", {"top": table("x; 1"), "bottom": [1]}, TypeError, "bottom: a pandas table"),
        (
            f"{GROUPS}.join_tables",
            {"left": table("x; 1"), "right": table("y; 1"), "on": "x"},
            ValueError,
            "on: the right table has no column 'x'",
        ),
        (
            f"{GROUPS}.join_tables",
            {"left": table("x; 1"), "right": table("x; a"), "on": "x"},
            ValueError,
            "on: the columns .* cannot be matched",
        ),
    ],
)
def test_refuses_what_is_no_table_or_does_not_fit(
    node: str, arguments: dict, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_texts_are_found_in_columns_of_any_kind_too() -> None:
    people = table(PEOPLE).astype("object")  # how pandas before 3 holds texts
    result = call(
        f"{ROWS}.filter_rows", {"table": people, "column": "name", "operator": "is one of", "value": "Ada, Bo"}
    )
    assert result["name"].tolist() == ["Ada", "Bo"]
