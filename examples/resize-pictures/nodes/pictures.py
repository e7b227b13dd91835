# /// script
# dependencies = ["pillow"]
# ///
"""Resize pictures: many files at once, and one sheet that shows them all. The files themselves stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import loom

if TYPE_CHECKING:
    from PIL import Image

_CAPTION_HEIGHT = 18


@loom.node(title="Resize pictures", cache=False, keywords=["batch", "shrink", "thumbnail", "scale", "folder"])
def resize_pictures(
    files: list[Path],
    folder: Annotated[Path, loom.Folder()],
    longest_side: Annotated[int, loom.Slider(16, 1024, step=8)] = 160,
) -> list[Path]:
    """Save a smaller copy of each picture in a folder, under its own name, and list the copies.

    The folder is made when it is not there. Copies that are there already are replaced.

    Args:
        files: Pictures to resize.
        folder: Folder for the copies; a relative one counts from the project's folder.
        longest_side: Width or height of a copy in pixels, whichever is larger; the other follows in proportion.

    Example:
        longest_side 160 makes 320 by 240 to 160 by 120, and 200 by 400 to 80 by 160.
    """
    from PIL import Image

    if longest_side < 1:
        raise ValueError(f"longest_side: 1 pixel or more was expected, not {longest_side}")
    target = Path(folder)
    if same := [file for file in files if Path(file).resolve().parent == target.resolve()]:
        raise ValueError(f"folder: another folder was expected, this one holds the picture {Path(same[0]).name} itself")
    target.mkdir(parents=True, exist_ok=True)
    copies = []
    for file in loom.track(files, text="Resizing"):
        path = Path(file)
        picture = _load(path)
        scale = longest_side / max(picture.size)
        width, height = (max(1, round(side * scale)) for side in picture.size)
        picture.resize((width, height), Image.Resampling.LANCZOS).save(target / path.name)
        copies.append(target / path.name)
    return copies


@loom.node(title="Contact sheet", keywords=["overview", "grid", "mosaic", "gallery", "thumbnails"])
def contact_sheet(
    files: list[Path],
    columns: Annotated[int, loom.Slider(1, 8)] = 2,
    gap: Annotated[int, loom.Slider(0, 40)] = 12,
    background: loom.Colour = "#ffffff",
    captions: bool = True,
) -> Image.Image:
    """Show pictures side by side on one sheet, each in the middle of its place.

    Args:
        files: Pictures to show, row by row.
        columns: How many stand side by side.
        gap: Pixels around each picture.
        background: Colour of the sheet.
        captions: Write the name of each file below its picture.

    Example:
        Four pictures with 2 columns make two rows of two.
    """
    from PIL import Image, ImageDraw

    if not files:
        raise ValueError("files: at least one picture was expected, the list is empty")
    if columns < 1 or gap < 0:
        raise ValueError(f"columns, gap: 1 or more and 0 or more were expected, not {columns} and {gap}")
    pictures = [_load(Path(file)) for file in files]
    caption = _CAPTION_HEIGHT if captions else 0
    cell_width = max(picture.width for picture in pictures)
    cell_height = max(picture.height for picture in pictures)
    rows = -(-len(pictures) // columns)
    size = (gap + columns * (cell_width + gap), gap + rows * (cell_height + caption + gap))
    sheet = Image.new("RGB", size, background)
    pen = ImageDraw.Draw(sheet)
    for i, (file, picture) in enumerate(zip(files, pictures, strict=True)):
        row, column = divmod(i, columns)
        left = gap + column * (cell_width + gap)
        top = gap + row * (cell_height + caption + gap)
        corner = (left + (cell_width - picture.width) // 2, top + (cell_height - picture.height) // 2)
        sheet.paste(picture, corner, picture if picture.mode == "RGBA" else None)
        if captions:
            middle = (left + cell_width // 2, top + cell_height + caption // 2)
            pen.text(middle, Path(file).name, fill=_ink(background), anchor="mm")
    return sheet


def _load(path: Path) -> Image.Image:
    """The picture, upright and in full colours: those of a palette cannot be blended."""
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        has_opacity = picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info
        return ImageOps.exif_transpose(picture).convert("RGBA" if has_opacity else "RGB")


def _ink(background: str) -> str:
    """Black on bright sheets, white on dark ones."""
    from PIL import ImageColor

    red, green, blue = ImageColor.getrgb(background)[:3]
    return "black" if 0.3 * red + 0.59 * green + 0.11 * blue > 127 else "white"
