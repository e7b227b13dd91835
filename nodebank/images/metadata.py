# /// script
# dependencies = ["pillow", "numpy"]
# ///
"""What image files tell besides their pixels: format, size, camera, time and place. Nothing here changes a file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import loom
from _loom_images import _pictures, _same_size, _target, _within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image


class ImageFileInfo(NamedTuple):
    """What `image_file_info` gives."""

    format: str
    width: int
    height: int
    mode: str
    frames: int
    dots_per_inch: float


class PhotoPlace(NamedTuple):
    """What `photo_place` gives."""

    latitude: float | None
    longitude: float | None
    altitude: float | None


@loom.node(title="Image file info", keywords=["format", "dimensions", "width", "height", "mode", "dpi", "metadata"])
def image_file_info(
    file: Annotated[Path, loom.OpenFile("*.png", "*.jpg", "*.tif", "*.webp", "*.gif", "*")],
) -> ImageFileInfo:
    """Tell what an image file holds, without loading its pixels.

    It gives the format, width and height in pixels (as stored, not turned), the mode (L grey, P palette, I;16 grey of
    16 bits, and so on), how many pictures there are, and dots per inch, 0 when the file does not say.

    Args:
        file: File to look at.

    Example:
        >>> Image.new("L", (64, 48)).save("scan.png", dpi=(300, 300))
        >>> info = image_file_info(Path("scan.png"))
        >>> info.format, info.width, info.height, info.mode, round(info.dots_per_inch)
        ('PNG', 64, 48, 'L', 300)
    """
    with _opened_image(file) as picture:
        dots = picture.info.get("dpi", (0.0, 0.0))[0]
        frames = getattr(picture, "n_frames", 1)
        return ImageFileInfo(picture.format or "", picture.width, picture.height, picture.mode, frames, float(dots))


@loom.node(title="Read EXIF", keywords=["metadata", "camera", "lens", "exposure", "iso", "date taken", "photo", "tags"])
def read_exif(
    file: Annotated[Path, loom.OpenFile("*.jpg", "*.jpeg", "*.tif", "*.webp", "*.png", "*")],
) -> dict[str, object]:
    """Read what a camera wrote into a photo, by the names of the EXIF standard.

    Times become dates, fractions numbers; what has no name or is long and no text is left out. A file without any gives
    an empty dictionary.

    Args:
        file: Photo to look at.

    Example:
        >>> exif = Image.Exif()
        >>> exif[0x010F] = "Loom Cameras"
        >>> Image.new("L", (8, 8)).save("photo.jpg", exif=exif)
        >>> read_exif(Path("photo.jpg"))
        {'Make': 'Loom Cameras'}
    """
    from PIL import ExifTags

    with _opened_image(file) as picture:
        exif = picture.getexif()
        groups = [(exif, ExifTags.TAGS), (exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS)]
        groups.append((exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS))
    found = {}
    for tags, names in groups:
        for tag, value in tags.items():
            plain = _plain_tag(value)
            # Numbers of where the other groups lie are of no use outside of the file.
            if tag in names and plain is not None and tag not in (0x8769, 0x8825, 0xA005):
                found[names[tag]] = plain
    return found


@loom.node(title="Date taken", keywords=["exif", "time", "photo", "camera", "created", "sort"])
def date_taken(
    file: Annotated[Path, loom.OpenFile("*.jpg", "*.jpeg", "*.tif", "*.webp", "*")],
) -> datetime.datetime | None:
    """Tell when a photo was taken, by its EXIF; nothing when it does not say.

    Args:
        file: Photo to look at.

    Example:
        >>> exif = Image.Exif()
        >>> exif[0x0132] = "2024:06:01 12:30:00"
        >>> Image.new("L", (8, 8)).save("photo.jpg", exif=exif)
        >>> date_taken(Path("photo.jpg"))
        datetime.datetime(2024, 6, 1, 12, 30)
    """
    from PIL import ExifTags

    with _opened_image(file) as picture:
        exif = picture.getexif()
        details = exif.get_ifd(ExifTags.IFD.Exif)
    # Taken, digitised, written: the first that is there.
    for value in (details.get(0x9003), details.get(0x9004), exif.get(0x0132)):
        found = _plain_tag(value)
        if isinstance(found, datetime.datetime):
            return found
    return None


@loom.node(title="Photo place", keywords=["exif", "gps", "latitude", "longitude", "altitude", "location", "map"])
def photo_place(file: Annotated[Path, loom.OpenFile("*.jpg", "*.jpeg", "*.tif", "*.webp", "*")]) -> PhotoPlace:
    """Tell where a photo was taken, by its EXIF; nothing where it does not say.

    Latitude and longitude are in degrees (south and west below 0), the altitude in metres above the sea.

    Args:
        file: Photo to look at.

    Example:
        >>> exif = Image.Exif()
        >>> exif[0x8825] = {1: "S", 2: (33.0, 51.0, 36.0), 3: "E", 4: (151.0, 12.0, 0.0)}
        >>> Image.new("L", (8, 8)).save("photo.jpg", exif=exif)
        >>> place = photo_place(Path("photo.jpg"))
        >>> round(place.latitude, 2), round(place.longitude, 2), place.altitude
        (-33.86, 151.2, None)
    """
    from PIL import ExifTags

    with _opened_image(file) as picture:
        tags = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
    altitude = _ratio(tags.get(6))
    if altitude is not None and tags.get(5) in (1, b"\x01"):
        altitude = -altitude
    return PhotoPlace(_degrees(tags.get(2), tags.get(1)), _degrees(tags.get(4), tags.get(3)), altitude)


@loom.node(title="Load frames", keywords=["gif", "animation", "video", "pages", "tiff stack", "sequence", "read"])
def load_frames(
    file: Annotated[Path, loom.OpenFile("*.gif", "*.webp", "*.png", "*.tif", "*")],
) -> Iterator[Image.Image]:
    """Load the pictures of an animation, or the pages of a TIFF, one by one.

    Args:
        file: GIF, WebP, animated PNG or TIFF file.

    Example:
        >>> first, second = Image.new("L", (4, 4)), Image.new("L", (4, 4), 255)
        >>> first.save("two.gif", save_all=True, append_images=[second])
        >>> [picture.size for picture in load_frames(Path("two.gif"))]
        [(4, 4), (4, 4)]
    """
    with _opened_image(file) as picture:
        count = getattr(picture, "n_frames", 1)
        for place in loom.track(range(count)):
            try:
                picture.seek(place)
                # A copy: the next seek replaces the pixels.
                frame = (
                    picture.convert("RGBA" if _has_opacity(picture) else "RGB")
                    if picture.mode == "P"
                    else picture.copy()
                )
            except (OSError, SyntaxError, ValueError, EOFError) as error:
                raise ValueError(f"file: picture {place} cannot be read: {error}: {file}") from error
            yield frame


@loom.node(title="Save animation", cache=False, keywords=["gif", "webp", "apng", "video", "frames", "write", "export"])
def save_animation(
    images: list[Image.Image],
    folder: Annotated[Path, loom.Folder()],
    name: str = "animation.gif",
    seconds: Annotated[float, loom.Range(0.01, 60)] = 0.1,
    repeat: bool = True,
) -> Path:
    """Save images as an animation, GIF, WebP or animated PNG. The path of the file is passed on.

    The folder is made when it is not there. A file of that name is replaced.

    Args:
        images: Images, at least one, all of one size.
        folder: Folder to save in; a relative one counts from the project's folder.
        name: Name of the file; its ending (.gif, .webp, .png) chooses the format, .gif when there is none.
        seconds: How long each image is shown.
        repeat: Begin again at the end.

    Example:
        >>> file = save_animation([Image.new("L", (4, 4), level) for level in (0, 99, 255)], Path("results"))
        >>> image_file_info(file).frames
        3
    """
    import io

    pictures = _pictures("images", images)
    _within("seconds", seconds, 0.01, 60, " seconds")
    for place, picture in enumerate(pictures):
        _same_size(f"images, item {place}", picture, "the first image", pictures[0].size)
    kind = {".gif": "GIF", ".webp": "WEBP", ".png": "PNG", "": "GIF"}.get(Path(name).suffix.lower())
    if kind is None:
        raise ValueError(f"name: an ending .gif, .webp or .png was expected, not {Path(name).suffix!r}")
    mode = next(mode for mode in ("RGBA", "RGB", "L") if mode in {picture.mode for picture in pictures})
    first, *rest = [picture.convert(mode) for picture in pictures]
    path = _target(folder, name, ".gif")
    # GIF repeats when it says how often; the others do unless they say once.
    times = {"loop": 0} if repeat else {} if kind == "GIF" else {"loop": 1}
    buffer = io.BytesIO()
    first.save(buffer, kind, save_all=True, append_images=rest, duration=round(seconds * 1000), **times)
    path.write_bytes(buffer.getvalue())
    return path


def _opened_image(file: Path) -> Image.Image:
    """The file opened, its pixels not read yet; an error that names the input when it is no image."""
    from PIL import Image

    path = Path(file)
    if path == Path() or not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    try:
        return Image.open(path)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"file: not an image that can be read: {error}: {path}") from error


def _has_opacity(picture: Image.Image) -> bool:
    return "transparency" in picture.info or picture.mode in ("LA", "PA", "RGBA")


def _plain_tag(value: object) -> object:
    """The value of a tag as a plain Python value; None for what is of no use outside of the file."""
    if isinstance(value, bytes):
        text = value.removeprefix(b"ASCII\0\0\0").rstrip(b"\0 ")
        is_text = 0 < len(text) <= 1_000 and all(32 <= byte < 127 for byte in text)
        return text.decode("ascii") if is_text else None
    if isinstance(value, str):
        text = value.rstrip("\0 ")
        try:
            return datetime.datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
        except ValueError:
            return text
    if isinstance(value, tuple):
        return [_plain_tag(item) for item in value]
    if isinstance(value, bool | int | None):
        return value
    return _ratio(value)


def _ratio(value: object) -> float | None:
    """A fraction as a number; None for one by 0, which cameras write for "not known"."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if abs(number) != float("inf") and number == number else None


def _degrees(parts: object, side: object) -> float | None:
    """Degrees, minutes and seconds as one number, below 0 in the south and west."""
    numbers = [_ratio(part) for part in parts] if isinstance(parts, tuple) else []
    if len(numbers) != 3 or None in numbers:
        return None
    value = numbers[0] + numbers[1] / 60 + numbers[2] / 3600
    return -value if str(side).strip("\0 ").upper() in ("S", "W") else value
