# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""Images from files, bytes and arrays, and back. Images are grey, RGB or RGBA, 8 bits a channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import loom
from _loom_images import _picture, _size, _target, _within

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

# What each format holds as it is; the rest is converted. So a palette, 16 bits of grey or CMYK are not lost on the way.
_MODES = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F", "CMYK"),
    "JPEG": ("L", "RGB", "CMYK"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
}


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

    It comes as grey, RGB or RGBA with 8 bits a channel: palettes, CMYK and 16 bits are converted. Load pixels keeps 16
    bits and fractions.

    Args:
        file: File to read: PNG, JPEG, TIFF, WebP, GIF (its first picture), BMP and more.

    Example:
        >>> Image.new("RGB", (64, 48)).save("photo.png")
        >>> load_image(Path("photo.png")).size
        (64, 48)
    """
    return _image_in_file(file)


@loom.node(title="Load images", cache=False, keywords=["read", "open", "folder", "batch", "iterate", "photos", "many"])
def load_images(
    folder: Annotated[Path, loom.Folder()], pattern: str = "*", skip_unreadable: bool = True
) -> Iterator[Image.Image]:
    """Load the images of a folder one by one, in the order of their names.

    Args:
        folder: Folder to look in; folders in it are left out.
        pattern: Which names: * stands for any characters, ? for one.
        skip_unreadable: Leave out files that are no images, with a line in the log; otherwise the first one is an
            error.

    Example:
        >>> for name in ("b.png", "a.png"):
        ...     Image.new("L", (2, 2)).save(name)
        >>> [picture.size for picture in load_images(Path.cwd(), "*.png")]
        [(2, 2), (2, 2)]
    """
    path = Path(folder)
    if path == Path() or not path.is_dir():
        raise NotADirectoryError(f"folder: there is no such folder; choose one that exists: {path}")
    if not pattern.strip() or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise ValueError(f"pattern: a pattern of names such as *.jpg was expected, not {pattern!r}")
    for file in loom.track(sorted(entry for entry in path.glob(pattern) if entry.is_file())):
        try:
            yield _image_in_file(file)
        except ValueError as error:
            if not skip_unreadable:
                raise
            loom.warning(f"left out: {error}")


@loom.node(title="Save image", cache=False, keywords=["write", "export", "picture", "png", "jpg", "jpeg", "webp"])
def save_image(
    image: Image.Image,
    folder: Annotated[Path, loom.Folder()],
    name: str = "image.png",
    quality: Annotated[int, loom.Slider(1, 100)] = 90,
) -> Path:
    """Save an image as a file in a folder.

    The folder is made when it is not there. A file of that name is replaced. The path of the file is passed on. A
    palette, and 16 bits of grey, stay where the format knows them.

    Args:
        image: Image to save.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; its ending (.png, .jpg, .webp, .tif, .gif, .bmp) chooses the format, .png when there is
            none.
        quality: Of JPEG and WebP files: 100 is best and largest.

    Example:
        >>> save_image(Image.new("RGB", (8, 6)), Path("results"), "thumb.jpg").as_posix()
        'results/thumb.jpg'
    """
    from PIL import Image

    picture = _picture("image", image)
    _within("quality", quality, 1, 100)
    ending = Path(name).suffix.lower() or ".png"
    kind = Image.registered_extensions().get(ending)
    if kind not in Image.SAVE:
        raise ValueError(f"name: an ending such as .png or .jpg was expected, not {ending!r}")
    path = _target(folder, name, ending)
    path.write_bytes(_encoded_image(_holdable(image, picture, kind), kind, quality))
    return path


@loom.node(title="Image to bytes", keywords=["encode", "png", "jpeg", "webp", "memory", "upload", "base64", "picture"])
def image_to_bytes(
    image: Image.Image,
    format: Literal["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"] = "PNG",
    quality: Annotated[int, loom.Slider(1, 100)] = 90,
) -> bytes:
    """Give the bytes that a file of an image would hold, to send or to store them.

    Args:
        image: Image to encode.
        format: Kind of file.
        quality: Of JPEG and WEBP: 100 is best and largest.

    Example:
        >>> image_to_bytes(Image.new("L", (2, 2)))[:4]
        b'\\x89PNG'
    """
    picture = _picture("image", image)
    _within("quality", quality, 1, 100)
    return _encoded_image(_holdable(image, picture, format), format, quality)


@loom.node(title="Bytes to image", keywords=["decode", "png", "jpeg", "download", "memory", "picture"])
def bytes_to_image(data: bytes) -> Image.Image:
    """Make an image of the bytes of an image file, such as a download.

    Args:
        data: What a PNG, JPEG, WebP, TIFF, GIF or BMP file holds.

    Example:
        >>> bytes_to_image(image_to_bytes(Image.new("RGB", (4, 3)))).size
        (4, 3)
    """
    import io

    if not isinstance(data, bytes | bytearray | memoryview):
        raise TypeError(f"data: bytes were expected, not {type(data).__name__}")
    return _decoded_image("data", io.BytesIO(bytes(data)), f"{len(data):,} bytes")


@loom.node(title="Image size", keywords=["width", "height", "dimensions", "shape", "resolution", "info", "picture"])
def image_size(image: Image.Image) -> ImageSize:
    """Give the width and height of an image in pixels, and how many channels it has.

    Args:
        image: Image to look at; grey has 1 channel, colour 3, and opacity is one more of colour.

    Example:
        >>> image_size(Image.new("RGB", (640, 480)))
        ImageSize(width=640, height=480, channels=3)
    """
    picture = _picture("image", image)
    return ImageSize(picture.width, picture.height, len(picture.getbands()))


@loom.node(title="Image to array", keywords=["numpy", "convert", "pixels", "matrix", "picture"])
def image_to_array(image: Image.Image, values: Literal["0 to 255", "0 to 1"] = "0 to 255") -> np.ndarray:
    """Give the pixels of an image as an array: rows, columns and, in colour, channels.

    Args:
        image: Image to convert.
        values: Whole numbers from 0 to 255 (uint8), or fractions from 0 to 1 (float64).

    Example:
        >>> image_to_array(Image.new("L", (640, 480))).shape
        (480, 640)
        >>> image_to_array(Image.new("RGB", (1, 1), "#ff0000"), "0 to 1").tolist()
        [[[1.0, 0.0, 0.0]]]
    """
    import numpy as np

    pixels = np.array(_picture("image", image))
    return pixels if values == "0 to 255" else pixels / 255.0


@loom.node(title="Array to image", keywords=["numpy", "convert", "pixels", "matrix", "picture"])
def array_to_image(array: np.ndarray, stretch: bool = False) -> Image.Image:
    """Make an image of an array of rows, columns and, in colour, three or four channels.

    Fractions count from 0 (black) to 1 (white), whole numbers from 0 to 255, those of 16 bits without sign from 0 to
    65,535; what lies beyond is cut off, and what is no number is black.

    Args:
        array: Array to convert; true and false become white and black.
        stretch: Make the least value black and the greatest white.

    Example:
        >>> picture = array_to_image(np.array([[True, False]]))
        >>> picture.size, picture.getpixel((0, 0))
        ((2, 1), 255)
    """
    import numpy as np

    values = np.asarray(array)
    if stretch and values.size and values.dtype.kind in "biuf":
        values = values.astype(float)
        finite = values[np.isfinite(values)]
        least, greatest = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
        values = (values - least) / (greatest - least if greatest > least else 1.0)
    return _picture("array", values if stretch else array)


def _image_in_file(file: Path) -> Image.Image:
    path = Path(file)
    if path == Path() or not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    return _decoded_image("file", path, str(path))


def _decoded_image(name: str, source: object, what: str) -> Image.Image:
    from PIL import Image, ImageOps

    try:
        with Image.open(source) as picture:
            return _picture(name, ImageOps.exif_transpose(picture)).copy()
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Image.DecompressionBombError) as error:
        raise ValueError(f"{name}: not an image that can be read: {error}: {what}") from error


def _holdable(image: object, picture: Image.Image, kind: str) -> Image.Image:
    """The image as it came where the format holds that; else as grey, RGB or RGBA, and without opacity for JPEG."""
    from PIL import Image

    if isinstance(image, Image.Image) and image.mode in _MODES.get(kind, ()):
        return image
    if kind == "JPEG" and picture.mode == "RGBA":
        # JPEG knows no opacity: what is see-through becomes white.
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture


def _encoded_image(picture: Image.Image, kind: str, quality: int) -> bytes:
    """The bytes of the file, whole, so that what cannot be encoded leaves no half a file."""
    import io

    buffer = io.BytesIO()
    try:
        picture.save(buffer, format=kind, **({"quality": quality} if kind in ("JPEG", "WEBP") else {}))
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(
            f"image: one that a {kind} file can hold was expected; {_size(picture.size)}, {picture.mode}: {error}"
        ) from error
    return buffer.getvalue()
