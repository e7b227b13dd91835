"""Values: each widget's node gives what it was given, and refuses what it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from node_files import call

BASICS = "values/basics"


@pytest.mark.parametrize(
    ("node", "arguments", "expected"),
    [
        (f"{BASICS}.number", {}, 0.0),
        (f"{BASICS}.number", {"value": 2.5}, 2.5),
        (f"{BASICS}.integer", {"value": 3}, 3),
        (f"{BASICS}.integer", {"value": 3.0}, 3),
        (f"{BASICS}.slider", {}, 0.5),
        (f"{BASICS}.slider", {"position": 0.25, "low": 0, "high": 200}, 50),
        (f"{BASICS}.slider", {"position": 1.0, "low": 10, "high": -10}, -10),
        (f"{BASICS}.text", {"value": "Ada"}, "Ada"),
        (f"{BASICS}.text", {}, ""),
        (f"{BASICS}.text_block", {"value": "red\nblue"}, "red\nblue"),
        (f"{BASICS}.switch", {}, True),
        (f"{BASICS}.switch", {"value": False}, False),
        (f"{BASICS}.choice", {"options": "red\n\n green \nblue", "index": 1}, "green"),
        (f"{BASICS}.choice", {"index": -1}, "third"),
        (f"{BASICS}.colour", {"value": "#FF0000"}, "#ff0000"),
        (f"{BASICS}.colour", {"value": "ff000080"}, "#ff000080"),
        (f"{BASICS}.folder_path", {"folder": Path("not there yet")}, Path("not there yet")),
    ],
)
def test_gives(node: str, arguments: dict, expected: object) -> None:
    result = call(node, arguments)
    assert result == expected and type(result) is type(expected) or result == pytest.approx(expected)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        (f"{BASICS}.number", {"value": "two"}, TypeError, "value: a number was expected, not 'two'"),
        (f"{BASICS}.integer", {"value": 2.5}, ValueError, "value: a whole number"),
        (f"{BASICS}.slider", {"position": 2}, ValueError, "position: 0 to 1"),
        (f"{BASICS}.text", {"value": 3}, TypeError, "value: a text was expected, not int"),
        (f"{BASICS}.text_block", {"value": None}, TypeError, "value: a text"),
        (f"{BASICS}.switch", {"value": "yes"}, TypeError, "value: true or false"),
        (f"{BASICS}.choice", {"options": " \n"}, ValueError, "options: at least one line"),
        (f"{BASICS}.choice", {"index": 3}, ValueError, "index: -3 to 2 was expected, not 3"),
        (f"{BASICS}.colour", {"value": "red"}, ValueError, "value: a colour such as"),
        (f"{BASICS}.colour", {"value": "#12345g"}, ValueError, "value: a colour such as"),
        (f"{BASICS}.file_path", {"file": Path("not there")}, FileNotFoundError, "file: there is no such file"),
        (f"{BASICS}.file_path", {"file": 3}, TypeError, "file: a path was expected"),
        (f"{BASICS}.folder_path", {"folder": Path(__file__)}, NotADirectoryError, "folder: a folder was expected"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)


def test_file_path_gives_the_path_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "räksmörgås.txt"
    file.write_text("x")
    assert call(f"{BASICS}.file_path", {"file": str(file)}) == file
