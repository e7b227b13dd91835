"""Answers to `fetch`: a value as text, table, picture or tree."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .files import ViewFiles


def answer(message: Mapping[str, object], outputs: tuple[object, ...] | None, files: ViewFiles) -> dict[str, object]:
    """The `VIEW` that a fetch asks for; an error becomes a view too."""
    index = message.get("output", 0)
    if outputs is None or not isinstance(index, int) or not 0 <= index < len(outputs):
        return {"kind": "gone"}
    return {"kind": "text", "type": type(outputs[index]).__name__, "text": str(outputs[index])}
