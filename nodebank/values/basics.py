"""Values that a person sets by hand, one node for each widget. They compute nothing."""

from __future__ import annotations

from numbers import Real
from pathlib import Path, PurePath
from typing import Annotated

import loom


@loom.node(title="Number", keywords=["float", "decimal", "constant", "input", "value"])
def number(value: float = 0.0) -> float:
    """Give a number.

    Args:
        value: The number.

    Example:
        >>> number(2.5)
        2.5
    """
    return _number("value", value)


@loom.node(title="Integer", keywords=["int", "whole number", "constant", "input", "value"])
def integer(value: int = 0) -> int:
    """Give a whole number.

    Args:
        value: The number.

    Example:
        >>> integer(3)
        3
    """
    whole = _number("value", value)
    if whole != int(whole):
        raise ValueError(f"value: a whole number was expected, not {value}")
    return int(whole)


@loom.node(title="Slider", keywords=["float", "range", "input", "value", "drag"])
def slider(
    position: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.5, low: float = 0.0, high: float = 1.0
) -> float:
    """Give a number between two ends, by sliding.

    Args:
        position: Where the slider stands: 0 at the low end, 1 at the high end.
        low: Number at the low end.
        high: Number at the high end.

    Example:
        >>> slider(position=0.25, low=0, high=200)
        50.0
    """
    share = _number("position", position)
    if not 0 <= share <= 1:
        raise ValueError(f"position: 0 to 1 was expected, not {position}")
    start, end = _number("low", low), _number("high", high)
    return start * (1 - share) + end * share


@loom.node(title="Text", keywords=["string", "constant", "input", "value"])
def text(value: str = "") -> str:
    """Give a text of one line.

    Args:
        value: The text.

    Example:
        >>> text("Ada")
        'Ada'
    """
    return _text("value", value)


@loom.node(title="Multi-line text", keywords=["string", "lines", "paragraph", "constant", "input", "value"])
def text_block(value: Annotated[str, loom.Multiline()] = "") -> str:
    r"""Give a text of many lines.

    Args:
        value: The text.

    Example:
        >>> text_block("red\nblue")
        'red\nblue'
    """
    return _text("value", value)


@loom.node(title="Switch", keywords=["boolean", "bool", "checkbox", "true", "false", "on", "off", "input", "value"])
def switch(value: bool = True) -> bool:
    """Give true or false.

    Args:
        value: On is true.

    Example:
        >>> switch(True)
        True
    """
    if not isinstance(value, bool):
        raise TypeError(f"value: true or false was expected, not {value!r:.60}")
    return value


@loom.node(title="Choice", keywords=["option", "select", "drop-down", "enum", "pick", "input", "value"])
def choice(options: Annotated[str, loom.Multiline()] = "first\nsecond\nthird", index: int = 0) -> str:
    r"""Give one of several texts.

    Args:
        options: The texts, one a line; empty lines do not count.
        index: Which one: 0 is the first, -1 the last.

    Example:
        >>> choice("red\ngreen\nblue", index=1)
        'green'
    """
    lines = [line.strip() for line in _text("options", options).splitlines() if line.strip()]
    if not lines:
        raise ValueError("options: at least one line of text was expected, there is none")
    if not -len(lines) <= index < len(lines):
        raise ValueError(f"index: {-len(lines)} to {len(lines) - 1} was expected, not {index}")
    return lines[index]


@loom.node(title="Colour", keywords=["color", "rgb", "hex", "input", "value", "pick"])
def colour(value: loom.Colour = "#2f6fde") -> loom.Colour:
    """Give a colour as text, such as #2f6fde.

    Args:
        value: The colour: # and two hexadecimal digits each for red, green, blue and, if wanted, opacity.

    Example:
        >>> colour("#FF0000")
        '#ff0000'
    """
    digits = _text("value", value).removeprefix("#")
    if len(digits) not in (6, 8) or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ValueError(f"value: a colour such as #2f6fde was expected, not {value!r}")
    return f"#{digits.lower()}"


@loom.node(title="File", keywords=["path", "open", "choose", "input", "value"])
def file_path(file: Path) -> Path:
    """Give the path of a file, for nodes that read it.

    Args:
        file: The file, which must exist; a relative path counts from the project's folder.

    Example:
        >>> Path("photo.jpg").touch()
        >>> file_path(Path("photo.jpg")).name
        'photo.jpg'
    """
    path = _path("file", file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    return path


@loom.node(title="Folder", keywords=["path", "directory", "choose", "input", "value"])
def folder_path(folder: Annotated[Path, loom.Folder()]) -> Path:
    """Give the path of a folder, for nodes that read from it or save in it.

    Args:
        folder: The folder, which need not be there yet; a relative path counts from the project's folder.

    Example:
        >>> folder_path(Path("results")).name
        'results'
    """
    path = _path("folder", folder)
    if path.is_file():
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {path}")
    return path


def _number(name: str, value: object) -> float:
    """The number, or an error that names the input."""
    if not isinstance(value, Real):
        raise TypeError(f"{name}: a number was expected, not {value!r:.60}")
    return value


def _text(name: str, value: object) -> str:
    """The text (a path's too, which may be linked to a text), or an error that names the input."""
    if not isinstance(value, str | PurePath):
        raise TypeError(f"{name}: a text was expected, not {type(value).__name__}")
    return str(value)


def _path(name: str, value: object) -> Path:
    """The path, also when it came as text, or an error that names the input."""
    if not isinstance(value, str | Path):
        raise TypeError(f"{name}: a path was expected, not {value!r:.60}")
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if Path(value) == Path():
        raise ValueError(f"{name}: a path was expected, none is chosen")
    return Path(value)
