# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Images from files, arrays and nothing, and back. Images are grey, RGB or RGBA, 8 bits a channel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

_LARGEST_SIDE = 30_000


class ImageSize(NamedTuple):
    """What `image_size` gives."""

    width: int
    height: int
    channels: int


@loom.node(title="Load image", keywords=["read", "open", "picture", "photo", "png", "jpg", "jpeg", "tiff", "webp"])
def load_image(
    file: Annotated[
        Path, loom.OpenFile("*.png", "*.jpg", "*.jpeg", "*.tif", "*.tiff", "*.webp", "*.gif", "*.bmp", "*")
    ],
) -> Image.Image:
    """Load an image from a file, turned the way the camera was held.

    Args:
        file: File to read: PNG, JPEG, TIFF, WebP, GIF (its first picture), BMP and more.

    Example:
        photo.jpg gives the photo.
    """
    from PIL import Image, ImageOps

    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        with Image.open(path) as picture:
            return _picture("file", ImageOps.exif_transpose(picture).copy())
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"file: not an image that can be read: {error}: {path}") from error


@loom.node(title="Save image", cache=False, keywords=["write", "export", "picture", "png", "jpg", "jpeg", "webp"])
def save_image(
    image: Image.Image,
    folder: Annotated[Path, loom.Folder()],
    name: str = "image.png",
    quality: Annotated[int, loom.Slider(1, 100)] = 90,
) -> Path:
    """Save an image as a file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on.

    Args:
        image: Image to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; its ending (.png, .jpg, .webp, .tif, .bmp) chooses the format, .png when there is none.
        quality: Of JPEG and WebP files: 100 is best and largest.

    Example:
        folder "results" and name "thumb.jpg" write results/thumb.jpg.
    """
    from PIL import Image

    picture = _picture("image", image)
    if not 1 <= quality <= 100:
        raise ValueError(f"quality: 1 to 100 was expected, not {quality}")
    ending = Path(name).suffix.lower() or ".png"
    kind = Image.registered_extensions().get(ending)
    if kind not in Image.SAVE:
        raise ValueError(f"name: an ending such as .png or .jpg was expected, not {ending!r}")
    if kind == "JPEG" and picture.mode == "RGBA":
        # JPEG knows no opacity: what is see-through becomes white.
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture).convert("RGB")
    path = _target(folder, name, ".png")
    picture.save(path, format=kind, **({"quality": quality} if kind in ("JPEG", "WEBP") else {}))
    return path


@loom.node(title="New image", keywords=["create", "blank", "solid", "colour", "color", "fill", "background", "picture"])
def new_image(
    width: Annotated[int, loom.Range(1, 30_000)] = 256,
    height: Annotated[int, loom.Range(1, 30_000)] = 256,
    colour: loom.Colour = "#ffffff",
) -> Image.Image:
    """Make an image of one colour.

    Args:
        width: Width in pixels.
        height: Height in pixels.
        colour: The colour, such as #2f6fde, with two more digits for opacity if wanted.

    Example:
        width 640, height 480, colour #000000 gives a black image.
    """
    from PIL import Image, ImageColor

    for name, side in (("width", width), ("height", height)):
        if not 1 <= side <= _LARGEST_SIDE:
            raise ValueError(f"{name}: 1 to {_LARGEST_SIDE:,} pixels were expected, not {side}")
    try:
        ink = ImageColor.getrgb(colour)
    except (ValueError, AttributeError):
        raise ValueError(f"colour: a colour such as #2f6fde was expected, not {colour!r}") from None
    return Image.new("RGBA" if len(ink) == 4 else "RGB", (width, height), ink)


@loom.node(title="Image size", keywords=["width", "height", "dimensions", "shape", "resolution", "info", "picture"])
def image_size(image: Image.Image) -> ImageSize:
    """Give the width and height of an image in pixels, and how many channels it has.

    Args:
        image: Image to look at.

    Example:
        A colour photo of 640 by 480 has width 640, height 480, channels 3.
    """
    picture = _picture("image", image)
    return ImageSize(picture.width, picture.height, len(picture.getbands()))


@loom.node(title="Image to array", keywords=["numpy", "convert", "pixels", "matrix", "picture"])
def image_to_array(image: Image.Image, values: Literal["0 to 255", "0 to 1"] = "0 to 255") -> np.ndarray:
    """Give the pixels of an image as an array: rows, columns and, in colour, channels.

    Args:
        image: Image to convert.
        values: Whole numbers from 0 to 255, or fractions from 0 to 1.

    Example:
        A grey image 640 wide and 480 high gives an array of shape 480 by 640.
    """
    import numpy as np

    pixels = np.array(_picture("image", image))
    return pixels if values == "0 to 255" else pixels / 255.0


@loom.node(title="Array to image", keywords=["numpy", "convert", "pixels", "matrix", "picture"])
def array_to_image(array: np.ndarray, stretch: bool = False) -> Image.Image:
    """Make an image of an array of rows, columns and, in colour, three or four channels.

    Fractions count from 0 (black) to 1 (white), whole numbers from 0 to 255; what lies beyond is cut off.

    Args:
        array: Array to convert; true and false become white and black.
        stretch: Make the least value black and the greatest white.

    Example:
        A mask of true and false gives a white shape on black.
    """
    import numpy as np

    values = np.asarray(array)
    if stretch and values.size and (values.dtype == bool or np.issubdtype(values.dtype, np.number)):
        values = values.astype(float)
        least, greatest = np.nanmin(values), np.nanmax(values)
        values = (values - least) / (greatest - least if greatest > least else 1.0)
    return _picture("array", values)


def _picture(name: str, image: object) -> Image.Image:
    """The image, or the array as one, in mode L, RGB or RGBA; an error that names the input if it is neither."""
    from PIL import Image

    if not isinstance(image, Image.Image):
        return _from_array(name, image)
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode.startswith(("I", "F")):
        return _from_array(name, image)
    has_opacity = image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if has_opacity else "L" if image.mode == "1" else "RGB")


def _from_array(name: str, array: object) -> Image.Image:
    import numpy as np
    from PIL import Image

    pixels = np.asarray(array)
    is_shaped = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (1, 3, 4))
    if not is_shaped or not pixels.size or not (pixels.dtype == bool or np.issubdtype(pixels.dtype, np.number)):
        raise TypeError(f"{name}: an image was expected, or an array of pixels, not {type(array).__name__}")
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if pixels.dtype == np.uint16:
        pixels = pixels / 65535.0
    if pixels.dtype == bool or np.issubdtype(pixels.dtype, np.floating):
        pixels = np.nan_to_num(np.asarray(pixels, dtype=float), posinf=1.0, neginf=0.0) * 255.0
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


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
