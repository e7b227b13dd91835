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
        ("loom.Secret", "secret"),
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

#[test]
fn widgets_come_from_types_and_annotations() {
    for (parameter, expected) in [
        (
            "a: Annotated[float, loom.Slider(0, 1)]",
            "a: float <slider 0..1>",
        ),
        (
            "a: Annotated[float, loom.Slider(-40, 60, step=0.5)] = 20",
            "a: float <slider -40..60 by 0.5> = 20.0",
        ),
        (
            "a: Annotated[int, loom.Slider(0, 10, 2)]",
            "a: int <slider 0..10 by 2>",
        ),
        (
            "a: Annotated[int, loom.Slider(max=9, min=1)]",
            "a: int <slider 1..9>",
        ),
        ("a: Annotated[int, Slider(0, 1)]", "a: int <slider 0..1>"),
        (
            "a: 'Annotated[int, loom.Slider(0, 1)]'",
            "a: int <slider 0..1>",
        ),
        (
            "a: Annotated[int, loom.Range(0, 255)]",
            "a: int <range 0..255>",
        ),
        (
            "a: Annotated[int, loom.Range(0, None)]",
            "a: int <range 0..>",
        ),
        ("a: Annotated[str, loom.Multiline()]", "a: text <lines>"),
        ("a: Annotated[str, loom.Multiline]", "a: text <lines>"),
        (
            "a: Annotated[Path, loom.OpenFile('*.csv')]",
            "a: path <open *.csv>",
        ),
        (
            "a: Annotated[Path, loom.OpenFile('*.csv', '*.tsv')]",
            "a: path <open *.csv;*.tsv>",
        ),
        ("a: Annotated[Path, loom.OpenFile()]", "a: path"),
        (
            "a: Annotated[Path, loom.SaveFile('*.png')]",
            "a: path <save *.png>",
        ),
        ("a: Annotated[Path, loom.Folder()]", "a: path <folder>"),
        (
            "a: Annotated[int, 'years', loom.Slider(0, 1)]",
            "a: int <slider 0..1>",
        ),
        ("a: Annotated[int, Field(gt=0)]", "a: int"),
        (
            "a: Annotated[int, loom.Slider(0, 9)] | None = None",
            "a: int? <slider 0..9> = None",
        ),
        (
            "a: Optional[Annotated[int, loom.Slider(0, 9)]]",
            "a: int? <slider 0..9>",
        ),
        ("a: Percent = 50", "a: float <slider 0..100> = 50.0"),
        ("a: Literal['x', 'y'] = 'x'", "a: text <x/y> = \"x\""),
        ("a: Literal[1, 2, 4]", "a: int <1/2/4>"),
        ("a: Literal[True]", "a: bool <True>"),
        ("a: Literal['x', 3]", "a: text|int <x/3>"),
        ("a: Literal['x', None]", "a: text? <x/None>"),
        ("a: Literal['x'] | Literal['y', 'x']", "a: text <x/y>"),
        ("a: Optional[Literal['x']] = None", "a: text? <x> = None"),
        // Another value than the listed one must be possible to type.
        (
            "a: Literal['auto'] | float = 'auto'",
            "a: text|float = \"auto\"",
        ),
        ("a: Literal[-1, 1]", "a: int <-1/1>"),
        ("a: Literal[Colour.RED]", "a"),
        ("a: list[Annotated[int, loom.Slider(0, 1)]]", "a: list[int]"),
    ] {
        let text = format!(
            "from __future__ import annotations
from pathlib import Path
from typing import Annotated, Literal, Optional
from pydantic import Field
from loom import Slider
import loom
Percent = Annotated[float, loom.Slider(0, 100)]
def f({parameter}) -> None: ..."
        );
        let kinds = read(&text);
        let found = describe(kinds.first().unwrap());
        // What writes a file is never used again.
        let found = found.replace(" ->  [uncached]", " ->");
        assert_eq!(found, format!("f({expected}) ->"), "{parameter}");
    }
}

#[test]
fn defaults_are_values_when_they_are_literals() {
    for (parameter, expected) in [
        ("a=1", "a: int|float = 1"),
        ("a=-1", "a: int|float = -1"),
        ("a=+1.5", "a: float = 1.5"),
        ("a=0xff", "a: int|float = 255"),
        ("a=1_000", "a: int|float = 1000"),
        (
            "a=-9223372036854775807",
            "a: int|float = -9223372036854775807",
        ),
        ("a=9223372036854775808", "a = …"),
        ("a=1e999", "a = …"),
        ("a=2j", "a = …"),
        ("a='x'", "a: text = \"x\""),
        ("a='x' 'y'", "a: text = \"xy\""),
        ("a=f'x{1}'", "a = …"),
        ("a: bytes = b'raw'", "a: bytes = \"raw\""),
        ("a: bytes = b'\\xff'", "a: bytes = …"),
        ("a=True", "a: bool = True"),
        ("a=None", "a = None"),
        ("a: int = None", "a: int? = None"),
        ("a: int | None = None", "a: int? = None"),
        ("a: float = 3", "a: float = 3.0"),
        ("a: float | None = 3", "a: float? = 3.0"),
        ("a: int = 3", "a: int = 3"),
        ("a=[]", "a = []"),
        ("a=[1, [2, 'x']]", "a = [1, [2, \"x\"]]"),
        ("a=(1, 2)", "a = [1, 2]"),
        ("a={'k': 1, 'l': None}", "a = {\"k\": 1, \"l\": None}"),
        ("a={'k': 1, 'k': 2}", "a = {\"k\": 2}"),
        ("a={1: 2}", "a = …"),
        ("a={**x}", "a = …"),
        ("a=[*x]", "a = …"),
        ("a=CONSTANT", "a = …"),
        ("a=60 * 60", "a = …"),
        ("a=...", "a = …"),
        ("a=lambda: 1", "a = …"),
        ("a: Path = Path('in.csv')", "a: path = \"in.csv\""),
        ("a: Path = Path()", "a: path = \"\""),
        ("a: Path = Path.home()", "a: path = …"),
        ("a: date = date(2024, 2, 9)", "a: date = \"2024-02-09\""),
        (
            "a: datetime = datetime(2024, 2, 9, 18, 30)",
            "a: date = \"2024-02-09T18:30\"",
        ),
        ("a: datetime = datetime.now()", "a: date = …"),
        ("a, *, b=1, c", "a, b: int|float = 1, c"),
    ] {
        let text = format!(
            "from pathlib import Path
from datetime import date, datetime
def f({parameter}) -> None: ..."
        );
        let kinds = read(&text);
        let found = describe(kinds.first().unwrap());
        assert_eq!(found, format!("f({expected}) ->"), "{parameter}");
    }
}

#[test]
fn return_annotations_give_outputs() {
    for (mark, returns, expected) in [
        ("", "", "-> result: any"),
        ("", " -> int", "-> result: int"),
        ("", " -> None", "->"),
        ("", " -> 'None'", "->"),
        ("", " -> NoReturn", "->"),
        ("", " -> int | None", "-> result: int?"),
        (
            "",
            " -> tuple[int, str]",
            "-> tuple result_1: int, result_2: text",
        ),
        (
            "",
            " -> 'tuple[int, pd.DataFrame]'",
            "-> tuple result_1: int, result_2: table",
        ),
        (
            "",
            " -> Tuple[int, str]",
            "-> tuple result_1: int, result_2: text",
        ),
        ("", " -> tuple[int]", "-> tuple result_1: int"),
        ("", " -> tuple[()]", "-> tuple"),
        ("", " -> tuple[int, ...]", "-> result: list[int]"),
        ("", " -> tuple", "-> result: list[any]"),
        (
            "",
            " -> Annotated[tuple[int, str], 'x']",
            "-> tuple result_1: int, result_2: text",
        ),
        ("", " -> Both", "-> tuple result_1: int, result_2: text"),
        ("", " -> Parts", "-> tuple warm: table, cold: table?"),
        ("", " -> 'Parts'", "-> tuple warm: table, cold: table?"),
        ("", " -> More", "-> tuple warm: table, cold: table?"),
        ("", " -> Stats", "-> dict mean: float, count: int"),
        (
            "",
            " -> MoreStats",
            "-> dict mean: float, count: text, top: list[text]",
        ),
        ("", " -> Generic[int]", "-> tuple one: any"),
        ("", " -> Plain", "-> result: class Plain"),
        ("", " -> Parts | None", "-> result: class Parts?"),
        ("outputs=['n']", "", "-> n: any"),
        ("outputs=['n']", " -> int", "-> n: int"),
        ("outputs=('a', 'b')", "", "-> tuple a: any, b: any"),
        (
            "outputs=['a', 'b']",
            " -> tuple[int, str]",
            "-> tuple a: int, b: text",
        ),
        (
            "outputs=['a', 'b']",
            " -> list[int]",
            "-> tuple a: int, b: int",
        ),
        (
            "outputs=['a', 'b']",
            " -> dict[str, int]",
            "-> dict a: any, b: any",
        ),
        (
            "outputs=['a', 'b']",
            " -> Parts",
            "-> tuple a: table, b: table?",
        ),
        (
            "outputs=['count', 'mean']",
            " -> Stats",
            "-> dict count: int, mean: float",
        ),
        ("outputs=[]", " -> int", "->"),
        ("outputs=[]", "", "->"),
        ("outputs=None", " -> int", "-> result: int"),
    ] {
        let text = format!(
            "import loom
from typing import Annotated, NamedTuple, NoReturn, NotRequired, Tuple, TypedDict
import typing
import pandas as pd
class Parts(typing.NamedTuple):
    '''Docs.'''
    warm: pd.DataFrame
    cold: 'pd.DataFrame | None' = None
    def half(self): ...
class More(Parts): ...
class Stats(TypedDict):
    mean: float
    count: int
class MoreStats(Stats, total=False):
    top: NotRequired[list[str]]
    count: str
class Generic[T](NamedTuple):
    one: T
class Plain:
    a: int
Both = tuple[int, str]
@loom.node({mark})
def f(){returns}: ..."
        );
        let expected = match expected {
            // A class's own type parameter is a class of no name that is known.
            "-> tuple one: any" => "-> tuple one: class T",
            other => other,
        };
        check(&text, &format!("f() {expected}"));
    }
}

#[test]
fn marks_give_title_family_and_keywords() {
    let kinds = read(
        "import loom
@loom.node(title=' Add up ', family='Sums', keywords=('plus', '+'), cache=True)
def add(a: int) -> int:
    '''Add.'''
@loom.node
def load_csv(): ...",
    );
    let [add, load] = kinds.as_slice() else {
        panic!("{} kinds", kinds.len())
    };
    assert_eq!(
        (add.title.as_str(), add.family.as_str()),
        ("Add up", "Sums")
    );
    assert_eq!(add.keywords, ["plus", "+"]);
    assert_eq!((&*add.summary, add.line, add.cache), ("Add.", 3, true));
    assert_eq!(
        (load.title.as_str(), load.family.as_str()),
        ("Load csv", "Family")
    );
    assert_eq!(
        (load.line, load.call, load.is_legacy()),
        (6, crate::graph::Call::Named, false)
    );
}

#[test]
fn results_that_are_never_the_same_are_known_by_what_is_called() {
    for (text, is_pure) in [
        ("def f() -> int:\n    return 1", true),
        (
            "import time\ndef f() -> float:\n    return time.time()",
            false,
        ),
        (
            "import time\ndef f() -> float:\n    time.sleep(1)\n    return 1.0",
            true,
        ),
        (
            "def f() -> float:\n    import random as r\n    return r.random()",
            false,
        ),
        (
            "from random import Random\ndef f(seed: int) -> float:\n    return Random(seed).random()",
            true,
        ),
        (
            "import numpy as np\ndef f() -> float:\n    return np.random.default_rng().random()",
            false,
        ),
        (
            "import numpy as np\ndef f() -> float:\n    return np.random.default_rng(7).random()",
            true,
        ),
        (
            "from datetime import datetime\ndef f() -> int:\n    return [datetime.now() for _ in '1'][0].year",
            false,
        ),
        (
            "import requests\ndef f(url: str) -> str:\n    return requests.get(url).text",
            false,
        ),
        (
            "import loom\nimport time\n@loom.node(cache=True)\ndef f() -> float:\n    return time.time()",
            true,
        ),
        // What writes a file is known by its hint.
        (
            "import loom\nfrom typing import Annotated\nfrom pathlib import Path\n\
             def f(to: Annotated[Path, loom.SaveFile('*.txt')]) -> None:\n    to.write_text('')",
            false,
        ),
        (
            "def random() -> int:\n    return 4\ndef f() -> int:\n    return random()",
            true,
        ),
    ] {
        let kinds = read(text);
        let kind = kinds.iter().find(|kind| kind.function == *"f").unwrap();
        assert_eq!(kind.cache, is_pure, "{text}");
    }
}

#[test]
fn a_mark_says_what_is_heavy_and_what_chooses() {
    let text = "import loom\n@loom.node(heavy=True, chooses='which')\ndef f(which: bool, a: int = 0, b: int = 0) -> int: ...";
    let kinds = read(text);
    assert!(kinds[0].is_heavy);
    assert_eq!(kinds[0].chooses.as_deref(), Some("which"));
    let kinds = read("import loom\n@loom.node(chooses='x')\ndef f(a: int) -> int: ...");
    assert!(
        matches!(&kinds[0].state, crate::graph::KindState::Broken { message, .. } if message.contains("there is no x"))
    );
}
