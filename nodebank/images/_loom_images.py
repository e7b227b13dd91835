"""What the nodes of images share: pictures in, sizes, colours and numbers checked, opacity.

Holds no nodes: a file whose name begins with an underscore is read by its neighbours alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image, ImageFont


def _within(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    """Raise an error that names the input, unless the value lies between the ends."""
    if not low <= value <= high:
        raise ValueError(f"{name}: {low:,} to {high:,}{unit} was expected, not {value}")


def _ink(name: str, colour: str, mode: str) -> int | tuple[int, ...]:
    """The colour for an image of that mode, or an error that names the input."""
    from PIL import ImageColor

    try:
        return ImageColor.getcolor(colour, mode)
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"{name}: a colour such as #2f6fde was expected, not {colour!r}") from None


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]} by {size[1]} pixels"


def _new_size(name: str, width: float, height: float) -> tuple[int, int]:
    """Width and height in whole pixels, at least one; an error when an image of that size is more than memory takes."""
    size = (max(1, round(width)), max(1, round(height)))
    if max(size) > 30_000 or size[0] * size[1] > 400_000_000:
        raise ValueError(
            f"{name}: at most 30,000 pixels on a side and 400 million in all were expected; "
            f"the new image would be {_size(size)}"
        )
    return size


def _same_size(name: str, image: Image.Image, other: str, size: tuple[int, int]) -> None:
    """Raise an error that names the input, unless the image has that size, which is that of the other input."""
    if image.size != size:
        raise ValueError(
            f"{name}: the size of {other}, {_size(size)}, was expected, not {_size(image.size)}; "
            "Fit image or Pad image makes them equal"
        )


def _mask(name: str, image: object) -> Image.Image:
    """The image, or the array as one, in grey: white is chosen, black is not."""
    return _picture(name, image).convert("L")


def _pictures(name: str, images: object) -> list[Image.Image]:
    """The images of a list, at least one; an error that names the input and the place of what is none."""
    is_single = isinstance(images, str | bytes | dict) or hasattr(images, "size")
    if is_single or not hasattr(images, "__iter__"):
        raise TypeError(f"{name}: a list of images was expected, not {type(images).__name__}")
    pictures = [_picture(f"{name}, item {place}", image) for place, image in enumerate(images)]
    if not pictures:
        raise ValueError(f"{name}: at least one image was expected, the list is empty")
    return pictures


def _typeface(name: str, font: str, height: float) -> ImageFont.FreeTypeFont:
    """The built-in font, or that of a file or name; an error that names the input when there is none."""
    from PIL import ImageFont

    if not font.strip():
        return ImageFont.load_default(height)
    try:
        return ImageFont.truetype(font.strip(), height)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{name}: the file or name of a TrueType or OpenType font was expected, or nothing, not {font!r}: {error}"
        ) from error


def _picture(name: str, image: object) -> Image.Image:
    """The image, or the array as one, in mode L, RGB or RGBA; an error that names the input if it is neither."""
    from PIL import Image

    if not isinstance(image, Image.Image):
        return _from_array(name, image)
    if not image.width or not image.height:
        raise ValueError(f"{name}: an image of at least one pixel was expected, this one is {_size(image.size)}")
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        return _from_array(name, image)
    has_opacity = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_opacity else "L" if image.mode == "1" else "RGB")


def _from_array(name: str, array: object) -> Image.Image:
    import numpy as np
    from PIL import Image

    try:
        pixels = np.asarray(array)
    except ValueError:  # a ragged list
        pixels = np.array(None)
    is_shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4))
    if not is_shaped or not pixels.size or pixels.dtype.kind not in "biuf":
        what = f"an array of shape {pixels.shape}" if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(
            f"{name}: an image was expected, or an array of pixels (rows, columns and at most 1, 3 or 4 channels), "
            f"not {what}"
        )
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype == np.uint16:
        pixels = pixels / 65535.0
    if pixels.dtype.kind in "bf":
        pixels = np.nan_to_num(np.asarray(pixels, dtype=float), posinf=1.0, neginf=0.0) * 255.0
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def _as_colours(picture: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """The image in L or RGB, and its opacity in L; None when it has none."""
    if picture.mode != "RGBA":
        return picture, None
    return picture.convert("RGB"), picture.getchannel("A")


def _with_opacity(picture: Image.Image, opacity: Image.Image | None) -> Image.Image:
    """The image with that opacity; as it is when that is None."""
    from PIL import Image

    return picture if opacity is None else Image.merge("RGBA", (*picture.convert("RGB").split(), opacity))


def _table_of_numbers(value: object) -> np.ndarray:
    """Rows of numbers of a text (a line for each), a list or an array; without any where they are none."""
    import numpy as np

    try:
        if isinstance(value, str):
            value = [line.replace(",", " ").split() for line in value.splitlines() if line.strip()]
        return np.asarray(value, dtype=float)
    except (ValueError, TypeError):
        return np.zeros(0)


def _target(folder: Path, name: str, ending: str) -> Path:
    """The file `name` in `folder`, which is made; with `ending` when the name has none."""
    # An empty path is how nothing chosen arrives; it would mean whatever folder the engine happens to be in.
    if not isinstance(folder, str | Path) or Path(folder) == Path():
        raise ValueError("folder: a folder to save in was expected, none is chosen")
    if not name.strip() or Path(name).name != name:
        raise ValueError(f"name: the name of a file without a folder was expected, not {name!r}")
    path = Path(folder) / (name if Path(name).suffix else name + ending)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    return path
