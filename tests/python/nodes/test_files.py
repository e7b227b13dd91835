"""Files: text, JSON, rows of CSV, folders and paths, all on a real disk."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from node_files import call

TEXT, PATHS = "files/text", "files/paths"


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        ("snö\n".encode(), "utf-8", "snö\n"),
        (b"\xef\xbb\xbfa", "utf-8", "a"),
        ("snö".encode("latin-1"), "latin-1", "snö"),
        ("snö".encode("utf-16"), "utf-16", "snö"),
        (b"", "utf-8", ""),
    ],
)
def test_read_text(tmp_path: Path, content: bytes, encoding: str, expected: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    assert call(f"{TEXT}.read_text", {"file": file, "encoding": encoding}) == expected
    assert call(f"{TEXT}.read_lines", {"file": str(file), "encoding": encoding}) == expected.splitlines()


def test_read_lines_can_leave_empty_lines_out(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"a\r\n \r\nb")
    assert call(f"{TEXT}.read_lines", {"file": file}) == ["a", " ", "b"]
    assert call(f"{TEXT}.read_lines", {"file": file, "skip_empty": True}) == ["a", "b"]


def test_write_text(tmp_path: Path) -> None:
    arguments = {"text": "snö\n", "folder": tmp_path / "a" / "b", "name": "note"}
    path = call(f"{TEXT}.write_text", arguments)
    assert path == tmp_path / "a" / "b" / "note.txt"
    assert path.read_bytes() == "snö\n".encode()
    call(f"{TEXT}.write_text", arguments | {"append": True})
    assert path.read_bytes() == "snö\nsnö\n".encode()
    call(f"{TEXT}.write_text", arguments | {"text": ""})
    assert path.read_bytes() == b""


def test_json_goes_to_a_file_and_back(tmp_path: Path) -> None:
    import numpy as np

    value = {"name": "Ådå", "list": [1, 2.5, None, True]}
    path = call(f"{TEXT}.save_json", {"value": value, "folder": tmp_path, "name": "person"})
    assert path.name == "person.json" and "Ådå" in path.read_text(encoding="utf-8")
    assert call(f"{TEXT}.load_json", {"file": path}) == value
    odd = {"array": np.arange(2), "count": np.int64(3), "set": {1}, "path": Path("a"), "day": datetime.date(2026, 1, 2)}
    path = call(f"{TEXT}.save_json", {"value": odd, "folder": tmp_path, "indented": False})
    plain = {"array": [0, 1], "count": 3, "set": [1], "path": "a", "day": "2026-01-02"}
    assert path.read_text(encoding="utf-8") == json.dumps(plain) + "\n"


@pytest.mark.parametrize(
    ("name", "content", "separator", "expected"),
    [
        ("a.txt", "name,age\nAda,36\n", "comma", [{"name": "Ada", "age": "36"}]),
        ("a.csv", 'a;b\n"x;\ny";2\n', "semicolon", [{"a": "x;\ny", "b": "2"}]),
        ("a.csv", "a\tb\n1\n", "tab", [{"a": "1", "b": ""}]),
        ("a.tsv", "a\tb\n1,5\t2\n", "by ending", [{"a": "1,5", "b": "2"}]),
        ("a.csv", "a,b\n1,2\n", "by ending", [{"a": "1", "b": "2"}]),
        ("a.csv", "", "by ending", []),
    ],
)
def test_read_csv_rows(tmp_path: Path, name: str, content: str, separator: str, expected: list) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    assert call(f"{TEXT}.read_csv_rows", {"file": file, "separator": separator}) == expected


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.jpg", "a.jpg", "c.txt", "sub/d.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("hello")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ["a.jpg", "b.jpg", "c.txt"]),
        ({"pattern": "*.jpg"}, ["a.jpg", "b.jpg"]),
        ({"pattern": "*.jpg", "subfolders": True}, ["a.jpg", "b.jpg", "d.jpg"]),
        ({"what": "folders"}, ["sub"]),
        ({"what": "both"}, ["a.jpg", "b.jpg", "c.txt", "sub"]),
        ({"pattern": "*.png"}, []),
    ],
)
def test_list_folder(tree: Path, arguments: dict, expected: list) -> None:
    found = call(f"{PATHS}.list_folder", {"folder": tree, **arguments})
    assert [path.name for path in found] == expected


def test_file_info(tree: Path) -> None:
    info = call(f"{PATHS}.file_info", {"file": tree / "a.jpg"})
    assert (info.name, info.size, info.is_folder) == ("a.jpg", 5, False)
    assert abs(info.modified - datetime.datetime.now()) < datetime.timedelta(minutes=5)
    assert call(f"{PATHS}.file_info", {"file": tree}).is_folder


@pytest.mark.parametrize(
    ("name", "what", "expected"),
    [
        ("a.jpg", "anything", True),
        ("a.jpg", "folder", False),
        ("sub", "folder", True),
        ("sub", "file", False),
        ("x", "anything", False),
    ],
)
def test_path_exists(tree: Path, name: str, what: str, expected: bool) -> None:
    assert call(f"{PATHS}.path_exists", {"file": tree / name, "what": what}) is expected


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        ("join_path", {"folder": Path("results"), "name": "means.csv"}, Path("results/means.csv")),
        ("join_path", {"folder": "a", "name": "b/c.txt"}, Path("a/b/c.txt")),
        ("path_parts", {"file": Path("photos/one.tar.gz")}, (Path("photos"), "one.tar.gz", "one.tar", ".gz")),
        ("path_parts", {"file": Path("one")}, (Path("."), "one", "one", "")),
        ("change_ending", {"file": Path("a/photo.jpg"), "ending": "png"}, Path("a/photo.png")),
        ("change_ending", {"file": Path("photo.jpg"), "ending": ""}, Path("photo")),
    ],
)
def test_names_of_paths(node: str, arguments: dict, expected: object) -> None:
    assert call(f"{PATHS}.{node}", arguments) == expected


def test_copy_file(tree: Path) -> None:
    arguments = {"file": tree / "a.jpg", "folder": tree / "new" / "place"}
    copy = call(f"{PATHS}.copy_file", arguments)
    assert copy == tree / "new" / "place" / "a.jpg" and copy.read_text() == "hello"
    with pytest.raises(FileExistsError, match="folder: the file is there already"):
        call(f"{PATHS}.copy_file", arguments)
    copy.write_text("old")
    call(f"{PATHS}.copy_file", arguments | {"replace": True})
    assert copy.read_text() == "hello"
    with pytest.raises(FileExistsError, match="folder: the file is there already"):
        call(f"{PATHS}.copy_file", {"file": tree / "a.jpg", "folder": tree, "replace": True})


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{TEXT}.read_text", {"file": "missing.txt"}, FileNotFoundError, "file: there is no such file"),
        (f"{TEXT}.read_text", {"file": "binary"}, ValueError, "encoding: the file is not written in utf-8"),
        (f"{TEXT}.read_lines", {"file": "folder"}, FileNotFoundError, "file: there is no such file"),
        (f"{TEXT}.write_text", {"text": 3, "folder": "folder"}, TypeError, "text: a text was expected, not int"),
        (f"{TEXT}.write_text", {"text": "", "folder": "folder", "name": "a/b"}, ValueError, "name: the name of a file"),
        (f"{TEXT}.write_text", {"text": "", "folder": "binary"}, NotADirectoryError, "folder: a folder was expected"),
        (f"{TEXT}.load_json", {"file": "bad.json"}, ValueError, r"file: not a JSON file: .* \(line 2, column 1\)"),
        (f"{TEXT}.save_json", {"value": object(), "folder": "folder"}, TypeError, "value: dictionaries, lists"),
        (f"{TEXT}.save_json", {"value": {(1, 2): 3}, "folder": "folder"}, TypeError, "value: dictionaries, lists"),
        (f"{TEXT}.read_csv_rows", {"file": "bad.csv"}, ValueError, "file: row 2 has more cells"),
        (f"{PATHS}.list_folder", {"folder": "missing"}, NotADirectoryError, "folder: there is no such folder"),
        (f"{PATHS}.list_folder", {"folder": "folder", "pattern": "../*"}, ValueError, "pattern: a pattern of names"),
        (f"{PATHS}.list_folder", {"folder": "folder", "pattern": ""}, ValueError, "pattern: a pattern of names"),
        (f"{PATHS}.file_info", {"file": "missing"}, FileNotFoundError, "file: there is no such file or folder"),
        (f"{PATHS}.path_exists", {"file": None}, TypeError, "file: a path was expected"),
        (f"{PATHS}.join_path", {"folder": "folder", "name": ""}, ValueError, "name: the name of a file"),
        (f"{PATHS}.join_path", {"folder": "folder", "name": "/etc"}, ValueError, "name: a name within the folder"),
        (f"{PATHS}.path_parts", {"file": Path("")}, ValueError, "file: a path was expected, none is chosen"),
        (f"{PATHS}.change_ending", {"file": "a", "ending": "b/c"}, ValueError, "ending: an ending such as"),
        (f"{TEXT}.write_text", {"text": "", "folder": Path("")}, ValueError, "folder: .* none is chosen"),
        (f"{PATHS}.copy_file", {"file": "bad.csv", "folder": Path("")}, ValueError, "folder: .* none is chosen"),
        (
            f"{PATHS}.copy_file",
            {"file": "missing", "folder": "folder"},
            FileNotFoundError,
            "file: there is no such file",
        ),
        (f"{PATHS}.copy_file", {"file": "bad.csv", "folder": "binary"}, NotADirectoryError, "folder: a folder"),
    ],
)
def test_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, arguments: dict, error: type[Exception], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("binary").write_bytes(b"\xff\xfe\xff")
    Path("bad.json").write_text('{"a":\n}')
    Path("bad.csv").write_text("a,b\n1,2,3\n")
    with pytest.raises(error, match=words):
        call(node, arguments)
