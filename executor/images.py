"""Pictures of values as raw RGBA: Pillow images, arrays and matplotlib figures, without importing any of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Buffer

THUMB_SIDE = 256


class Picture:
    """8 bits a channel, RGBA, row by row."""

    def __init__(self, rgba: Buffer, width: int, height: int) -> None:
        self.rgba = rgba
        self.width = width
        self.height = height


def is_figure(value: object) -> bool:
    """Is it a matplotlib figure?"""
    return hasattr(value, "savefig") and hasattr(value, "get_size_inches")


def thumbnail(value: object) -> Picture | None:
    """A small picture, None when the value is none."""
    return None
