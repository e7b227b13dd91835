"""One function of each sort, for the test of the cache: every type, widget, default, shape and state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

import loom


class Pair(NamedTuple):
    left: int
    right: list[float]


class Row(TypedDict):
    name: str
    size: int | None


def widgets(
    a: Annotated[float, loom.Slider(-0.1, 0.30000000000000004, step=0.1)] = 0.2,
    b: Annotated[int, loom.Range(0, None)] = 3,
    c: Annotated[str, loom.Multiline()] = 'é\n"quoted" \\ \t \u2028',
    d: Literal["x", 1, None, 2.0] = "x",
    e: Annotated[Path, loom.OpenFile("*.csv")] = Path("in.csv"),
    f: Annotated[Path, loom.SaveFile("*.csv")] = Path(),
    g: Annotated[Path, loom.Folder()] = Path(),
    h: bool = True,
    i: loom.Colour = "#ff0000",
    j: bytes = b"raw",
) -> None:
    """Every widget.

    Args:
        a: A slider.
        b: A range.
    """


def types(
    a: Any,
    b: None,
    c: dict[str, int],
    d: loom.Table,
    e: loom.Array,
    f: loom.Image,
    g: loom.Figure,
    h: list[list[int | str | None]],
    i: Widgets | None,
    j: tuple[float, ...],
    k=None,
    m=(1, -2.5, {"k": [True, None, "v"], "": {}}),
    n=print,
) -> Widgets: ...


async def pair() -> Pair: ...


def row() -> Row: ...


def both() -> tuple[int, str]: ...


def stars(*args: int): ...


def twice(): ...


def twice(a=1e300): ...


def _private(): ...
