"""Answers to `fetch`: a value as text, table, picture or tree, or the value of one pixel."""

from __future__ import annotations

from . import hidden, images, tables, trees, views
from .failure import message as message_of
from .results import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .files import ViewFiles

MAX_INLINE = 1024 * 1024
"""Bytes of text from which on it is handed over as a file."""
MAX_ROWS = 5000
_KEPT = 8
"""Files kept for views: more than one may be open."""


def answer(message: Mapping[str, object], outputs: tuple[object, ...] | None, files: ViewFiles) -> dict[str, object]:
    """The `VIEW` that a fetch asks for; an error becomes a view too."""
    index = message.get("output", 0)
    if outputs is None or not isinstance(index, int) or not 0 <= index < len(outputs):
        return {"kind": "gone"}
    try:
        value = outputs[index]  # one on disk is read only now
        if value is UNSET:
            return {"kind": "gone"}
        what = message.get("what")
        if what == "pixel":
            x, y = _whole(message, "x", 0), _whole(message, "y", 0)
            return _text(images.pixel(value, x, y), files)
        if what == "text":
            return _text(value, files)
        return _view(value, message, files)
    except BaseException as error:  # whatever the value's own code does, the engine goes on
        return {"kind": "error", "message": f"this value cannot be shown: {type(error).__name__}: {message_of(error)}"}


def _view(value: object, message: Mapping[str, object], files: ViewFiles) -> dict[str, object]:
    if tables.is_table(value):
        sort = message.get("sort")
        count = min(_whole(message, "count", 200), MAX_ROWS)
        return tables.page(value, _whole(message, "start", 0), count, sort if isinstance(sort, list) else None)
    if images.is_picture(value):
        return _image(value, files)
    if trees.has_parts(value):
        return {"kind": "tree", "tree": trees.tree("", value)}
    return _text(value, files)


def _text(value: object, files: ViewFiles) -> dict[str, object]:
    kind, text = views.type_name(value), hidden.hide(str(value))
    if len(text) > MAX_INLINE // 4:
        data = text.encode("utf-8", "replace")
        if len(data) > MAX_INLINE:
            return {"kind": "text", "type": kind, "file": files.write("text", [data], _KEPT)}
    return {"kind": "text", "type": kind, "text": text}


def _image(value: object, files: ViewFiles) -> dict[str, object]:
    picture = images.full(value)
    shape = images.array_shape(value)
    if shape is not None:
        kind = str(value.dtype)  # type: ignore[attr-defined]
    else:
        kind = str(getattr(value, "mode", "figure"))
        shape = (picture.height, picture.width)
    return {
        "kind": "image",
        "file": files.write("image", picture.strips, _KEPT),
        "width": picture.width,
        "height": picture.height,
        "type": kind,
        "shape": list(shape),
    }


def _whole(message: Mapping[str, object], name: str, default: int) -> int:
    value = message.get(name, default)
    if not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    return value
