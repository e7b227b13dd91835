"""An exception as the error of a node: what it is, the user's own lines, and the inputs it had.

It must never raise itself, whatever the exception or the inputs are.
"""

from __future__ import annotations

import os

from . import hidden, views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from typing import Any

_ENGINE = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MAX_FRAMES = 50
_MAX_MESSAGE = 16 * 1024


class Reported(Exception):
    """A failure that was described where it happened."""

    def __init__(self, report: dict[str, Any], spent_ns: int) -> None:
        super().__init__()
        self.report = report
        self.spent_ns = spent_ns


def describe(error: BaseException, inputs: Iterable[tuple[str, object]] = ()) -> dict[str, object]:
    """The `ERROR` of the protocol."""
    frames, left_out = _frames(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        code = (error.text or "").strip()
        frames.append({"file": error.filename, "line": error.lineno or 1, "function": "<module>", "code": code})
    return {
        "kind": type(error).__name__,
        "message": message(error),
        "traceback": frames,
        "inputs": [[name, *views.summary(value)] for name, value in inputs],
        "module": error.name if isinstance(error, ImportError) else None,
        "hidden": left_out,
    }


def plain(kind: str, message: str) -> dict[str, object]:
    """An error that no code raised."""
    return {"kind": kind, "message": message, "traceback": [], "inputs": [], "module": None, "hidden": 0}


def message(error: BaseException) -> str:
    """What an exception says, whatever its own code does."""
    try:
        if isinstance(error, SyntaxError) and error.msg:
            return error.msg
        if isinstance(error, KeyError) and len(error.args) == 1 and " " not in str(error.args[0]):
            return hidden.head(f"the key {error.args[0]!r} does not exist", _MAX_MESSAGE)
        text = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        notes = getattr(error, "__notes__", ())
        return hidden.head("\n".join([text, *map(str, notes)]), _MAX_MESSAGE) or _without_text(error)
    except BaseException as broken:  # a __str__ may do anything
        return f"the error's own text cannot be made: {type(broken).__name__}"


def _without_text(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, SystemExit):
        return "the node asked Python to exit"
    return f"{type(error).__name__} without a message"


def _frames(trace: TracebackType | None) -> tuple[list[dict[str, object]], int]:
    """The user's frames, first to last, the middle of a deep recursion left out; and how many are hidden."""
    entries: list[tuple[str, int, str]] = []
    left_out = 0
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename.startswith((_ENGINE, "<frozen ")):
            left_out += 1
        else:
            entries.append((code.co_filename, trace.tb_lineno or 1, code.co_name))
        trace = trace.tb_next
    if len(entries) > _MAX_FRAMES:
        left_out += len(entries) - _MAX_FRAMES
        entries = entries[: _MAX_FRAMES // 2] + entries[-_MAX_FRAMES // 2 :]
    import linecache

    return [
        {"file": file, "line": line, "function": name, "code": hidden.head(linecache.getline(file, line).strip(), 400)}
        for file, line, name in entries
    ], left_out
