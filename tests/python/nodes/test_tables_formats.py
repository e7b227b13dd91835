"""Tables in Excel, Parquet and JSON files, on a real disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pandas as pd  # noqa: TID253
import pytest
from node_files import call

F, J = "tables/formats", "tables/files"
FRAME = pd.DataFrame({"näme": ["Ada", None], "n": [1.5, 2.0], "day": pd.to_datetime(["2026-01-02", "2026-03-04"])})


@pytest.mark.parametrize(("kind", "ending"), [("excel", ".xlsx"), ("parquet", ".parquet")])
@pytest.mark.parametrize("frame", [FRAME, FRAME.iloc[:0]], ids=["rows", "no rows"])
def test_a_table_goes_to_a_file_and_back(tmp_path: Path, kind: str, ending: str, frame: pd.DataFrame) -> None:
    path = call(f"{F}.save_{kind}", {"table": frame, "folder": tmp_path / "new", "name": "people"})
    assert path == tmp_path / "new" / f"people{ending}"
    loaded = call(f"{F}.load_{kind}", {"file": path})
    pd.testing.assert_frame_equal(loaded, frame, check_dtype=False)


def test_sheets(tmp_path: Path) -> None:
    path = call(f"{F}.save_excel", {"table": FRAME, "folder": tmp_path, "sheet": "People"})
    bare = call(f"{F}.load_excel", {"file": path, "sheet": "People", "header": False})
    assert list(bare.columns) == ["column_1", "column_2", "column_3"] and bare.iloc[0, 0] == "näme"
    with pytest.raises(ValueError, match="sheet: there is no sheet 'x'; the sheets are: People"):
        call(f"{F}.load_excel", {"file": path, "sheet": "x"})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("load_excel", {"file": "none.xlsx"}, FileNotFoundError, "file: there is no such file"),
        ("load_excel", {"file": "bad"}, ValueError, "file: not an Excel file"),
        ("load_parquet", {"file": "none"}, FileNotFoundError, "file: there is no such file"),
        ("load_parquet", {"file": "bad"}, ValueError, "file: not a Parquet file"),
        ("save_excel", {"table": 3, "folder": "f"}, TypeError, "table: a table was expected, not int"),
        ("save_excel", {"table": FRAME, "folder": "f", "sheet": "a/b"}, ValueError, "sheet: 1 to 31 characters"),
        ("save_excel", {"table": FRAME, "folder": "f", "name": "a.csv"}, ValueError, "name: the ending .xlsx"),
        ("save_parquet", {"table": [1], "folder": "f"}, TypeError, "table: a table was expected, not list"),
        (
            "save_parquet",
            {"table": pd.DataFrame({"x": [1, "a"]}), "folder": "f"},
            ValueError,
            "table: it cannot be written to Parquet",
        ),
    ],
)
def test_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, arguments: dict, error: type[Exception], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad").write_bytes(b"nothing of the kind")
    with pytest.raises(error, match=words):
        call(f"{F}.{node}", arguments)


@pytest.mark.parametrize("layout", ["records", "columns", "a record a line"])
@pytest.mark.parametrize("frame", [FRAME, FRAME.iloc[:1]], ids=["rows", "one row"])
def test_a_table_goes_to_json_and_back(tmp_path: Path, layout: str, frame: pd.DataFrame) -> None:
    path = call(
        f"{J}.save_json_table", {"table": frame, "folder": tmp_path / "new", "name": "people", "layout": layout}
    )
    assert path.name == ("people.jsonl" if layout == "a record a line" else "people.json")
    loaded = call(f"{J}.load_json_table", {"file": path})
    assert loaded["n"].tolist() == frame["n"].tolist() and list(loaded) == list(frame)
    assert pd.to_datetime(loaded["day"]).tolist() == frame["day"].tolist()
    assert loaded["näme"].isna().tolist() == frame["näme"].isna().tolist(), "what is missing comes back as missing"


def test_json_tells_numbers_to_the_last_digit(tmp_path: Path) -> None:
    table = pd.DataFrame({"x": [0.1 + 0.2], "n": [2**60], "list": [{7}], "gap": [pd.NA]})
    path = call(f"{J}.save_json_table", {"table": table, "folder": tmp_path})
    assert path.read_text() == '[{"x": 0.30000000000000004, "n": 1152921504606846976, "list": [7], "gap": null}]\n'


@pytest.mark.parametrize(
    ("name", "content", "arguments", "columns", "rows"),
    [
        ("a.json", '[{"a": 1}, {"a": 2, "b": {"c": "x"}}]', {}, ["a", "b.c"], 2),
        ("a.json", '[{"a": 1}, {"a": 2, "b": {"c": "x"}}]', {"flat": False}, ["a", "b"], 2),
        ("a.json", '{"a": [1, 2, 3]}', {}, ["a"], 3),
        ("a.json", '{"a": {"0": 1, "1": 2}}', {}, ["a"], 2),
        ("a.json", '{"name": "Ada", "age": 36}', {}, ["name", "age"], 1),
        ("a.json", '{"count": 1, "data": {"items": [{"a": 5}]}}', {"inside": "data.items"}, ["a"], 1),
        ("a.json", "\ufeff[]", {}, [], 0),
        ("a.jsonl", '{"a": 1}\n\n{"a": 2}\n', {}, ["a"], 2),
        ("a.ndjson", "", {}, [], 0),
    ],
)
def test_load_json_table(
    tmp_path: Path, name: str, content: str, arguments: dict, columns: list[str], rows: int
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    made = call(f"{J}.load_json_table", {"file": tmp_path / name, **arguments})
    assert list(made) == columns and len(made) == rows and list(made.index) == list(range(rows))


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        (b"{", {}, "file: not a JSON file: "),
        (b"\xff", {}, "file: not a JSON file: "),
        (b"[1, 2]", {}, "file: a list of records, or lists by the name"),
        (b"3", {}, "file: a list of records"),
        (b'{"a": [1], "b": [1, 2]}', {}, "file: columns of equal length"),
        (
            b'{"n": 1, "items": []}',
            {},
            "inside: the part that is the table was expected; the names there are: n, items",
        ),
        (b'{"n": 1, "items": []}', {"inside": "data"}, "inside: there is no 'data' in the file; .* are: n, items"),
        (b"[]", {"inside": "data"}, "inside: there is no 'data' in the file; .* are: none"),
    ],
)
def test_load_json_table_refuses(tmp_path: Path, content: bytes, arguments: dict, words: str) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        call(f"{J}.load_json_table", {"file": tmp_path / "x.json", **arguments})


def test_json_tables_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="file: there is no such file"):
        call(f"{J}.load_json_table", {"file": tmp_path / "none.json"})
    with pytest.raises(TypeError, match="table: a pandas table was expected, not int"):
        call(f"{J}.save_json_table", {"table": 3, "folder": tmp_path})
    for table, words in (
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "table: columns with different names"),
        (pd.DataFrame({"a": [np.inf]}), "table: it cannot be written as JSON"),
        (pd.DataFrame({"a": [object]}), "table: it cannot be written as JSON"),
    ):
        with pytest.raises(ValueError, match=words):
            call(f"{J}.save_json_table", {"table": table, "folder": tmp_path})
    with pytest.raises(ValueError, match="folder: a folder to save in was expected"):
        call(f"{J}.save_json_table", {"table": FRAME, "folder": Path()})
