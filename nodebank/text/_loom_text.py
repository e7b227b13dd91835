"""What the nodes of text share: a text checked.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def _text(name: str, value: object) -> str:
    """The text (a path's too, which may be linked to a text), or an error that names the input."""
    if not isinstance(value, str | PurePath):
        raise TypeError(f"{name}: a text was expected, not {type(value).__name__}")
    return str(value)
