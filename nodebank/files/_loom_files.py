"""What the nodes of files share: a path checked.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from pathlib import Path


def _path(name: str, value: object) -> Path:
    """The path, also when it came as text, or an error that names the input."""
    if not isinstance(value, str | Path):
        raise TypeError(f"{name}: a path was expected, not {value!r:.60}")
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if Path(value) == Path():
        raise ValueError(f"{name}: a path was expected, none is chosen")
    return Path(value)
