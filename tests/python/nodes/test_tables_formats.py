"""Tables in Excel and Parquet files, on a real disk."""

from __future__ import annotations

from pathlib import Path

import pandas as pd  # noqa: TID253
import pytest
from node_files import call

F = "tables/formats"
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
