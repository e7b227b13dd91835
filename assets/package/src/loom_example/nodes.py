"""The nodes of this package: each public function is one."""

from __future__ import annotations

from typing import Literal


def rectangle(width: float = 3.0, height: float = 2.0, measure: Literal["area", "outline"] = "area") -> float:
    """Measure a rectangle.

    Args:
        width: Of two sides, at least 0.
        height: Of the other two, at least 0.
        measure: The room inside, or the length of all sides.

    Example:
        >>> rectangle(3, 2)
        6
        >>> rectangle(3, 2, measure="outline")
        10
    """
    for name, side in (("width", width), ("height", height)):
        if side < 0:
            raise ValueError(f"{name} must be at least 0, and it is {side}")
    return width * height if measure == "area" else 2 * (width + height)
