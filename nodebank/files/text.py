"""Text files, JSON and rows of CSV, by the standard library alone. Tables have nodes of their own."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Annotated, Literal

import loom


@loom.node(title="Read text", keywords=["load", "open", "file", "string", "txt"])
def read_text(
    file: Annotated[Path, loom.OpenFile("*.txt", "*.md", "*.log", "*.py", "*.html", "*.xml", "*.yaml", "*.toml", "*")],
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
) -> str:
    """Read a whole text file.

    Args:
        file: File to read.
        encoding: How the file writes its characters.

    Example:
        >>> length = Path("notes.txt").write_text("red, blue")
        >>> read_text(Path("notes.txt"))
        'red, blue'
    """
    return _read(file, encoding)


@loom.node(title="Read lines", keywords=["load", "open", "file", "list", "rows", "txt"])
def read_lines(
    file: Path, skip_empty: bool = False, encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8"
) -> list[str]:
    """Read the lines of a text file as a list.

    Args:
        file: File to read.
        skip_empty: Leave out lines that hold nothing but blank space.
        encoding: How the file writes its characters.

    Example:
        >>> length = Path("notes.txt").write_text("red\\nblue")
        >>> read_lines(Path("notes.txt"))
        ['red', 'blue']
    """
    return [line for line in _read(file, encoding).splitlines() if line.strip() or not skip_empty]


@loom.node(title="Write text", cache=False, keywords=["save", "export", "file", "string", "txt", "append", "log"])
def write_text(text: str, folder: Annotated[Path, loom.Folder()], name: str = "text.txt", append: bool = False) -> Path:
    """Save a text as a file in a folder.

    The folder is made when it is not there. The path of the file is passed on.

    Args:
        text: Text to save, in UTF-8.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".txt" is added when it has no ending.
        append: Add to the end of a file of that name instead of replacing it.

    Example:
        >>> write_text("red, blue", Path("results"), "note").read_text()
        'red, blue'
    """
    if not isinstance(text, str):
        raise TypeError(f"text: a text was expected, not {type(text).__name__}")
    path = _target(folder, name, ".txt")
    with path.open("a" if append else "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return path


@loom.node(title="Load JSON", keywords=["read", "open", "parse", "dictionary", "list", "file"])
def load_json(file: Annotated[Path, loom.OpenFile("*.json")]) -> object:
    """Read a JSON file: a dictionary, a list, or a single value.

    Args:
        file: File to read, in UTF-8.

    Example:
        >>> length = Path("person.json").write_text('{"name": "Ada"}')
        >>> load_json(Path("person.json"))
        {'name': 'Ada'}
    """
    try:
        return json.loads(_read(file, "utf-8"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"file: not a JSON file: {error.msg} ({where}): {file}") from None


@loom.node(title="Save JSON", cache=False, keywords=["write", "export", "dictionary", "list", "file"])
def save_json(
    value: object, folder: Annotated[Path, loom.Folder()], name: str = "data.json", indented: bool = True
) -> Path:
    """Save a dictionary, list or single value as a JSON file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        value: Dictionaries with keys of text, lists, texts, numbers, true, false and nothing.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; ".json" is added when it has no ending.
        indented: One entry a line, for people to read.

    Example:
        >>> save_json({"name": "Ada"}, Path("results"), "person", indented=False).read_text()
        '{"name": "Ada"}\\n'
    """
    try:
        text = json.dumps(value, indent=2 if indented else None, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError) as error:
        raise TypeError(f"value: dictionaries, lists, texts and numbers were expected: {error}") from None
    path = _target(folder, name, ".json")
    path.write_text(text + "\n", encoding="utf-8", newline="\n")
    return path


@loom.node(title="Read CSV rows", keywords=["load", "open", "list", "dictionary", "records", "file", "tsv"])
def read_csv_rows(
    file: Annotated[Path, loom.OpenFile("*.csv", "*.tsv")],
    separator: Literal["by ending", "comma", "semicolon", "tab"] = "by ending",
    encoding: Literal["utf-8", "latin-1", "utf-16"] = "utf-8",
) -> list[dict[str, str]]:
    """Read a CSV file as a list of dictionaries, one for each row. All cells are texts; no package is needed.

    Args:
        file: File to read; its first row holds the names of the columns.
        separator: What stands between the cells of a row; by ending is a tab for .tsv and else a comma.
        encoding: How the file writes its characters.

    Example:
        >>> length = Path("people.csv").write_text("name,age\\nAda,36\\n")
        >>> read_csv_rows(Path("people.csv"))
        [{'name': 'Ada', 'age': '36'}]
    """
    usual = "\t" if Path(file).suffix.lower() == ".tsv" else ","
    sign = {"by ending": usual, "comma": ",", "semicolon": ";", "tab": "\t"}[separator]
    # Line breaks inside of quoted cells count, hence lines with their ends.
    lines = _read(file, encoding).splitlines(keepends=True)
    rows = list(csv.DictReader(lines, delimiter=sign, restval=""))
    for number, row in enumerate(rows, start=2):
        if None in row:
            raise ValueError(f"file: row {number} has more cells than the first row has names: {file}")
    return rows


def _plain(value: object) -> object:
    """NumPy's numbers and arrays, sets, dates and paths as JSON knows them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, set | frozenset | range):
        return list(value)
    if isinstance(value, Path) or hasattr(value, "isoformat"):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def _read(file: Path, encoding: str) -> str:
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        # The byte order mark that some editors write is no part of the text.
        return path.read_text(encoding="utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError:
        raise ValueError(f"encoding: the file is not written in {encoding}; try another: {path}") from None


def _target(folder: Path, name: str, ending: str) -> Path:
    """The file `name` in `folder`, which is made; with `ending` when the name has none."""
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(folder, str | Path) or Path(folder) == Path():
        raise ValueError("folder: a folder to save in was expected, none is chosen")
    if not name.strip() or Path(name).name != name:
        raise ValueError(f"name: the name of a file without a folder was expected, not {name!r}")
    path = Path(folder) / (name if Path(name).suffix else name + ending)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    return path
