"""What a node file may import: the `node` mark, widgets, names of types, progress and log.

It works without the engine too (a node file run or tested by itself): then progress does nothing and log lines go
to standard error. It must not import anything else of `executor/`: the engine hands itself in through `_host`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, overload

_F = TypeVar("_F", bound=Callable[..., object])
_T = TypeVar("_T")

Colour: TypeAlias = str
"""A colour as text: `#rrggbb` or `#rrggbbaa`."""
Secret: TypeAlias = str
"""A text that is kept in the system's keychain: a token, a password. The graph holds only its name."""
Table: TypeAlias = Any
"""A table of any library (pandas, polars)."""
Array: TypeAlias = Any
"""An array of any library (NumPy)."""
Image: TypeAlias = Any
"""An image of any library (Pillow)."""
Figure: TypeAlias = Any
"""A figure of any library (matplotlib)."""


class Cancelled(BaseException):
    """Raised in a node whose run was stopped; not an `Exception`, so that a broad `except` lets it through."""


class Host(Protocol):
    """What the engine offers to the nodes that it runs."""

    def progress(self, done: float, total: float | None, text: str) -> None:
        """Note how far the calling node is."""

    def log(self, level: str, text: str) -> None:
        """Write text to the calling node's log."""

    def cancelled(self) -> bool:
        """Was the run stopped?"""


_host: Host | None = None


class _Widget:
    """A widget and its settings; Loom reads them from the source, they mean nothing when the code runs."""

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"loom.{type(self).__name__}({settings})"


class Slider(_Widget):
    """A slider from `min` to `max`."""

    def __init__(self, min: float, max: float, step: float | None = None) -> None:
        self.min, self.max, self.step = min, max, step


class Range(_Widget):
    """A number from `min` to `max`."""

    def __init__(self, min: float, max: float, step: float | None = None) -> None:
        self.min, self.max, self.step = min, max, step


class Multiline(_Widget):
    """Text of many lines."""


class _Files(_Widget):
    def __init__(self, *patterns: str) -> None:
        self.patterns = patterns


class OpenFile(_Files):
    """A file to read, by patterns such as `*.csv`."""


class SaveFile(_Files):
    """A file to write, by patterns such as `*.csv`."""


class Folder(_Widget):
    """A folder."""


@overload
def node(function: _F, /) -> _F: ...


@overload
def node(
    *,
    title: str | None = None,
    family: str | None = None,
    outputs: Sequence[str] | None = None,
    cache: bool = True,
    heavy: bool = False,
    chooses: str | None = None,
    keywords: Sequence[str] = (),
) -> Callable[[_F], _F]: ...


def node(
    function: Callable[..., object] | None = None,
    /,
    *,
    title: str | None = None,
    family: str | None = None,
    outputs: Sequence[str] | None = None,
    cache: bool = True,
    heavy: bool = False,
    chooses: str | None = None,
    keywords: Sequence[str] = (),
) -> object:
    """Mark a function as a node; the function itself stays as it is.

    Args:
        function: The function, when the mark is written without parentheses.
        title: The name shown; made from the function's name when not given.
        family: The group in the library; the folder's name when not given.
        outputs: Names of the outputs, in order.
        cache: False when the result depends on more than the inputs, or the call writes a file.
        heavy: It computes for long in Python itself: it is called in a process of its own, beside the others.
        chooses: The input that says which of the other inputs is needed: true the first, false the second, a number
            counts from 0, a text is a name. What leads to the others does not run, and they are None.
        keywords: More words that a search finds it by.
    """

    def mark(target: _F) -> _F:
        settings = {
            "title": title,
            "family": family,
            "outputs": outputs,
            "cache": cache,
            "heavy": heavy,
            "chooses": chooses,
            "keywords": keywords,
        }
        target.__loom_node__ = settings  # type: ignore[attr-defined]
        return target

    return mark if function is None else mark(function)


def progress(done: float, total: float | None = None, text: str = "") -> None:
    """Show how far this node is: `done` of `total` (None when not known). Raises `Cancelled` when the run was stopped.

    Cheap enough for every step of a loop: only the latest call is shown, 20 times a second.
    """
    if _host is not None:
        _host.progress(done, total, text)
        check_cancelled()


def track(items: Iterable[_T], total: float | None = None, text: str = "") -> Iterator[_T]:
    """Yield `items` one by one and show the progress; `total` is their number when `len()` cannot tell."""
    if total is None:
        try:
            total = len(items)  # type: ignore[arg-type]
        except TypeError:
            total = None
    done = 0
    progress(0, total, text)
    for item in items:
        yield item
        done += 1
        progress(done, total, text)


def check_cancelled() -> None:
    """Raise `Cancelled` when the run was stopped. Call it in loops that take long and report no progress."""
    if _host is not None and _host.cancelled():
        raise Cancelled("the run was stopped")


def log(*values: object) -> None:
    """Write a line to this node's log."""
    _log("info", values)


def warning(*values: object) -> None:
    """Write a warning to this node's log."""
    _log("warning", values)


def error(*values: object) -> None:
    """Write an error to this node's log; the node goes on. Raise an exception to stop it."""
    _log("error", values)


def _log(level: str, values: tuple[object, ...]) -> None:
    text = " ".join(map(str, values))
    if _host is not None:
        _host.log(level, text)
    else:
        sys.stderr.write(f"{level}: {text}\n")
