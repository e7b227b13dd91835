//! Sources and the nodes that are read from them.

use super::{check, describe, read};

#[test]
fn which_functions_are_nodes() {
    for (text, expected) in [
        ("", ""),
        ("x = 1\nclass A:\n    def f(self): pass\n", ""),
        (
            "def f(): ...\ndef _g(): ...\nasync def h(): ...",
            "f() -> result: any\nh() -> result: any [async]",
        ),
        ("if True:\n    def f(): ...\n", ""),
        (
            "import loom\ndef helper(): ...\n@loom.node\ndef f(): ...\n@loom.node()\ndef g(): ...",
            "f() -> result: any\ng() -> result: any",
        ),
        (
            "from loom import node\ndef helper(): ...\n@node\ndef f(): ...",
            "f() -> result: any",
        ),
        (
            "import loom as l\ndef helper(): ...\n@l.node(cache=False)\ndef f(): ...",
            "f() -> result: any [uncached]",
        ),
        (
            "from loom import node as n\ndef helper(): ...\n@n\ndef _f(): ...",
            "",
        ),
        // Some other library's `node` is none.
        (
            "from graphs import node\ndef helper(): ...\n@node\ndef f(): ...",
            "helper() -> result: any\nf() -> result: any",
        ),
        (
            "import functools\n@functools.cache\ndef f(a: int): ...",
            "f(a: int) -> result: any",
        ),
        (
            "from typing import overload\n@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a): ...",
            "f(a) -> result: any",
        ),
        // Python keeps the later one: it comes first and so wins in the index.
        (
            "def f(a): ...\ndef g(): ...\ndef f(b): ...",
            "f(b) -> result: any\nf(a) -> result: any\ng() -> result: any",
        ),
        ("\u{feff}def f(): ...", "f() -> result: any"),
        (
            "def f(a):\r\n    '''Help.'''\r\n    return a\r\n",
            "f(a) -> result: any",
        ),
    ] {
        check(text, expected);
    }
}

#[test]
fn annotations_give_types() {
    for (annotation, expected) in [
        ("int", "int"),
        ("float", "float"),
        ("bool", "bool"),
        ("str", "text"),
        ("bytes", "bytes"),
        ("'int'", "int"),
        ("' list[\"int\"] '", "list[int]"),
        ("'no type at all'", "any"),
        ("3", "any"),
        ("object", "any"),
        ("Any", "any"),
        ("typing.Any", "any"),
        ("t.Any", "any"),
        ("None", "none"),
        ("Path", "path"),
        ("pathlib.Path", "path"),
        ("os.PathLike[str]", "path"),
        ("loom.Colour", "colour"),
        ("loom.Table", "table"),
        ("loom.Array", "array"),
        ("loom.Image", "image"),
        ("loom.Figure", "figure"),
        ("Colour", "colour"),
        ("date", "date"),
        ("dt.date", "date"),
        ("dt.datetime", "date"),
        ("dt.timedelta", "class timedelta"),
        ("list", "list[any]"),
        ("list[int]", "list[int]"),
        ("List[int]", "list[int]"),
        ("list[list[str]]", "list[list[text]]"),
        ("tuple[int, ...]", "list[int]"),
        ("tuple", "list[any]"),
        ("set[str]", "list[text]"),
        ("frozenset[str]", "list[text]"),
        ("Sequence[float]", "list[float]"),
        ("Iterable[float]", "list[float]"),
        ("dict", "dict"),
        ("dict[str, int]", "dict"),
        ("Mapping[str, object]", "dict"),
        ("pd.DataFrame", "table"),
        ("polars.DataFrame", "table"),
        ("np.ndarray", "array"),
        ("npt.NDArray[np.float64]", "array"),
        ("NDArray", "array"),
        ("Image.Image", "image"),
        ("PIL.Image.Image", "image"),
        ("Figure", "figure"),
        ("plt.Figure", "figure"),
        ("Optional[int]", "int?"),
        ("typing.Optional[pd.DataFrame]", "table?"),
        ("int | None", "int?"),
        ("None | int", "int?"),
        ("Union[int, None, str]", "int|text?"),
        ("int | str", "int|text"),
        ("int | (str | int) | float", "int|text|float"),
        ("Optional[int] | None", "int?"),
        ("int | Any", "any"),
        ("'pd.DataFrame | None'", "table?"),
        ("Annotated[int, 'years']", "int"),
        ("Annotated['int | None', 'years']", "int?"),
        ("Mine", "class Mine"),
        ("mylib.Thing", "class Thing"),
        ("Box[int]", "class Box"),
        ("Row", "dict"),
        ("Pair", "class Pair"),
        ("Rows", "list[dict]"),
        ("Older", "int|float"),
        ("Newer", "text"),
        ("Loop", "any"),
        ("T", "any"),
        ("list[T]", "list[any]"),
        ("Callable[[int], str]", "class Callable"),
        ("x()", "any"),
    ] {
        let text = format!(
            "from __future__ import annotations
import datetime as dt
import os, pathlib, typing, typing as t
import PIL.Image
import polars
import numpy as np
import numpy.typing as npt
import matplotlib.pyplot as plt
import mylib
import loom
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, List, NamedTuple, Optional, TypeVar, TypedDict, Union
from loom import Colour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from numpy.typing import NDArray
    from PIL import Image

T = TypeVar('T')
class Mine: pass
class Box(typing.Generic[T]): pass
class Row(TypedDict):
    a: int
class Pair(NamedTuple):
    a: int
Rows = list[Row]
Older: t.TypeAlias = 'int | float'
type Newer = str
Loop = Optional['Loop']

def f(a: {annotation}) -> None: ...
"
        );
        let kinds = read(&text);
        let kind = kinds.first().unwrap();
        let found = super::describe_type(&kind.inputs.first().unwrap().ty);
        assert_eq!(found, expected, "{annotation}: {}", describe(kind));
    }
}

#[test]
fn imports_are_not_needed_where_a_name_is_well_known() {
    check(
        "def f(a: 'pd.DataFrame', b: 'np.ndarray', c: 'Optional[Path]', d: DataFrame) -> Figure: ...",
        "f(a: table, b: array, c: path?, d: table) -> result: figure",
    );
    check(
        "class Path: ...\nfrom shapes import Figure\ndef f(a: Path) -> Figure: ...",
        "f(a: class Path) -> result: class Figure",
    );
    check(
        "def f[T, *Ts](a: T, b: list[T]) -> T: ...",
        "f(a, b: list[any]) -> result: any",
    );
}
