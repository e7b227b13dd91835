# /// script
# dependencies = ["numpy>=1.26", "pillow"]
# ///
"""A family."""
from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from loom import node, slider


@node(title="Grow", family="made up", pure=True)
async def grow(a: int, /, b: Annotated[float, slider(0, 10, 0.5)] = 2.5, *rest: str, mode: Literal["x", "y"] = "x", **more) -> tuple[int, list[Path] | None]:
    """Grow what comes.

    Args:
        a: What comes.
        b: How much, in pixels.

    Returns:
        size: How large it is.
        files: What was found.

    Example:
        >>> grow(1)
        (1, None)
    """
    if (n := a) > 3:
        return n, [f"{x!r:>{b}}" for x in rest]
    match mode:
        case "x" | "y" as z if z:
            return a, None


class Thing:
    def method(self): ...
