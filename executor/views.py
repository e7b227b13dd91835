"""What is shown of values: one line of text, a thumbnail, and the views that a fetch asks for.

No library is imported for it: a value of NumPy, pandas, polars, Pillow or matplotlib is known by its type's module,
which is loaded when such a value exists. A value that cannot be shown must never fail its node.
"""

from __future__ import annotations

from . import hidden, images
from .protocol import dumps, quote
from .results import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import ViewFiles

MAX_TEXT = 1024
"""Characters of the text that goes with a finished node."""
BIG = 10**18
"""From here on a whole number is not shown digit by digit on the hot path."""
_SINGULAR = {"entries": "entry", "bytes": "byte"}


def quick(value: object) -> str | None:
    """The `VALUE` of a plain number, truth value, text or None; None for anything else. It is the hot path."""
    kind = type(value)
    if kind is int:
        return f'["int","{value}"]' if -BIG < value < BIG else None  # type: ignore[operator]
    if kind is float:
        return f'["float","{value}"]'
    if kind is str:
        return f'["text",{quote(value)}]' if len(value) <= MAX_TEXT else None  # type: ignore[arg-type]
    if kind is bool:
        return f'["bool","{value}"]'
    return '["none","None"]' if value is None else None


class Previews:
    """Makes the `VALUE`s of finished nodes; thumbnails go to `files`, without it there are none."""

    def __init__(self, files: ViewFiles | None) -> None:
        self._files = files

    def outputs(self, node_id: int, outputs: tuple[object, ...]) -> str:
        """All outputs of a node, with commas between."""
        return ",".join([quick(value) or self._value(node_id, i, value) for i, value in enumerate(outputs)])

    def _value(self, node_id: int, index: int, value: object) -> str:
        if value is UNSET:
            return "null"
        parts: list[object] = list(summary(value))
        if self._files is not None:
            try:
                thumb = images.thumbnail(value)
                if thumb is not None:
                    path = self._files.write(f"thumb-{node_id}-{index}", thumb.strips)
                    parts.append({"thumb": {"file": path, "width": thumb.width, "height": thumb.height}})
            except BaseException as error:  # a value's own code may do anything, ending Python included
                from .failure import message  # which needs this module

                parts[1] = f"{parts[1]} (no picture: {message(error)})"[:MAX_TEXT]
        return dumps(parts)


def type_name(value: object) -> str:
    """The protocol's name of the value's type, or its class's own name."""
    if value is None:
        return "none"
    if isinstance(value, hidden.Hidden):
        return "secret"
    name = _NAMES.get(type(value))
    if name is not None:
        return name
    module, _, _ = type(value).__module__.partition(".")
    own = type(value).__name__
    if module in ("pandas", "polars", "geopandas") and own in ("DataFrame", "LazyFrame", "GeoDataFrame", "Series"):
        return "table"
    if images.array_shape(value) is not None:
        return "array"
    if module == "numpy" and getattr(value, "shape", None) == ():
        return _NUMBERS.get(value.dtype.kind, own)  # type: ignore[attr-defined]
    if images.is_pillow(value):
        return "image"
    if images.is_figure(value):
        return "figure"
    if module == "pathlib":
        return "path"
    if module == "datetime" and own in ("date", "datetime"):
        return "date"
    return own


_NUMBERS = {"i": "int", "u": "int", "f": "float", "b": "bool"}
"""NumPy's kinds of single numbers."""

_NAMES: dict[type, str] = {
    int: "int",
    float: "float",
    bool: "bool",
    str: "text",
    bytes: "bytes",
    list: "list",
    tuple: "list",
    set: "list",
    frozenset: "list",
    dict: "dict",
}


def summary(value: object) -> tuple[str, str]:
    """Type and one short text."""
    try:
        return type_name(value), hidden.head(_text(value), MAX_TEXT)
    except BaseException as error:  # a __repr__ or a property may do anything, ending Python included
        return type(value).__name__, f"it cannot be shown: {type(error).__name__}"


def _text(value: object) -> str:
    if isinstance(value, str):
        return hidden.head(value, MAX_TEXT)
    if isinstance(value, int) and not isinstance(value, bool) and not -BIG < value < BIG:
        return str(value) if value.bit_length() < 10_000 else f"a whole number of {value.bit_length():,} bits"
    if isinstance(value, (bytes, bytearray)):
        return counted(len(value), "bytes")
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, dict):
        return f"dict of {counted(len(value), 'entries')}"
    kind = type_name(value)
    if kind == "figure":
        width, height = value.get_size_inches()  # type: ignore[attr-defined]
        return f"figure {width:g} × {height:g} in"
    if kind == "image":
        return f"{value.height} × {value.width} {value.mode}"  # type: ignore[attr-defined]
    shape = getattr(value, "shape", None)
    if kind == "table" and shape is not None and len(shape) == 1:
        return f"{shape[0]} rows of {value.dtype}"  # type: ignore[attr-defined]
    if kind == "table" and shape is not None:
        return f"{shape[0]} rows × {shape[1]} columns"
    if isinstance(shape, tuple) and shape and hasattr(value, "dtype"):
        return f"{' × '.join(map(str, shape))} {value.dtype}"
    return str(value) if kind in ("path", "date") or type(value).__str__ is not object.__str__ else repr(value)


def counted(count: int, what: str) -> str:
    """`1 byte`, `2 bytes`."""
    return f"{count:,} {what if count != 1 else _SINGULAR.get(what, what)}"
