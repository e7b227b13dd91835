# /// script
# dependencies = ["pillow", "numpy", "scikit-image"]
# ///
"""Photos mended: noise taken away, contrast evened out, things that lean or bulge made straight, spots filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import loom
from _loom_images import (
    _as_colours,
    _ink,
    _mask,
    _new_size,
    _picture,
    _same_size,
    _table_of_numbers,
    _with_opacity,
    _within,
)

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image


@loom.node(
    title="Local contrast", keywords=["clahe", "adaptive", "equalise", "histogram", "clarity", "haze", "picture"]
)
def local_contrast(
    image: Image.Image,
    strength: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.02,
    tiles: Annotated[int, loom.Range(1, 64)] = 8,
) -> Image.Image:
    """Even out the contrast of each part of an image by itself, so that detail shows in shadows and light (CLAHE).

    Args:
        image: Image to change; its hues and its opacity stay.
        strength: How far the contrast may be raised; little is mostly enough.
        tiles: Into how many parts each side is divided.

    Example:
        >>> picture = Image.linear_gradient("L").resize((64, 64)).point(lambda level: 100 + level // 10)
        >>> low, high = local_contrast(picture).getextrema()
        >>> high - low > 100
        True
    """
    import numpy as np
    from PIL import Image
    from skimage.exposure import equalize_adapthist

    _within("strength", strength, 0, 1)
    _within("tiles", tiles, 1, 64)
    colours, opacity = _as_colours(_picture("image", image))
    bands = colours.convert("YCbCr").split() if colours.mode == "RGB" else (colours,)
    size = [max(1, -(-side // tiles)) for side in colours.size[::-1]]
    evened = equalize_adapthist(np.asarray(bands[0]), kernel_size=size, clip_limit=strength)
    bright = Image.fromarray(np.rint(evened * 255).astype(np.uint8))
    changed = Image.merge("YCbCr", (bright, *bands[1:])).convert("RGB") if len(bands) > 1 else bright
    return _with_opacity(changed, opacity)


@loom.node(title="Reduce noise", keywords=["denoise", "grain", "smooth", "bilateral", "non-local means", "picture"])
def reduce_noise(
    image: Image.Image,
    strength: Annotated[float, loom.Slider(0, 1, step=0.01)] = 0.1,
    method: Literal["total variation", "bilateral", "non-local means"] = "total variation",
) -> Image.Image:
    """Take noise out of an image and keep its edges, unlike a blur.

    Args:
        image: Image to change; its opacity stays.
        strength: 0 changes nothing, 1 leaves areas alone.
        method: total variation is fast; bilateral keeps edges best and is slow; non-local means keeps textures.

    Example:
        >>> picture = Image.effect_noise((32, 32), 50)
        >>> spread = lambda image: image.getextrema()[1] - image.getextrema()[0]
        >>> spread(reduce_noise(picture, 0.5)) < spread(picture)
        True
    """
    import numpy as np
    from PIL import Image
    from skimage import restoration

    _within("strength", strength, 0, 1)
    colours, opacity = _as_colours(_picture("image", image))
    if strength == 0:
        return _with_opacity(colours.copy(), opacity)
    pixels = np.asarray(colours, dtype=np.float64) / 255
    axis = -1 if pixels.ndim == 3 else None
    if method == "total variation":
        clean = restoration.denoise_tv_chambolle(pixels, weight=strength, channel_axis=axis)
    elif method == "bilateral":
        clean = restoration.denoise_bilateral(
            pixels, sigma_color=strength, sigma_spatial=2, mode="edge", channel_axis=axis
        )
    else:
        clean = restoration.denoise_nl_means(pixels, patch_size=5, patch_distance=6, h=strength, channel_axis=axis)
    return _with_opacity(Image.fromarray(np.rint(np.clip(clean, 0, 1) * 255).astype(np.uint8)), opacity)


@loom.node(title="Fill spots", keywords=["inpaint", "heal", "remove", "scratches", "retouch", "mask", "picture"])
def fill_spots(image: Image.Image, mask: Image.Image) -> Image.Image:
    """Fill chosen spots of an image with what is around them, such as scratches, dust or a date stamp.

    Args:
        image: Image to mend; its opacity stays.
        mask: White where it is to be filled, of the same size; large areas take long.

    Example:
        >>> picture = Image.new("L", (9, 9), 100)
        >>> picture.putpixel((4, 4), 255)
        >>> spot = Image.new("L", (9, 9))
        >>> spot.putpixel((4, 4), 255)
        >>> fill_spots(picture, spot).getpixel((4, 4))
        100
    """
    import numpy as np
    from PIL import Image
    from skimage.restoration import inpaint_biharmonic

    colours, opacity = _as_colours(_picture("image", image))
    chosen = _mask("mask", mask)
    _same_size("mask", chosen, "image", colours.size)
    spots = np.asarray(chosen) >= 128
    if spots.all():
        raise ValueError("mask: a part that is black was expected, to fill the spots from; all of it is white")
    pixels = np.asarray(colours)
    if not spots.any():
        return _with_opacity(colours.copy(), opacity)
    filled = inpaint_biharmonic(pixels / 255, spots, channel_axis=-1 if pixels.ndim == 3 else None)
    return _with_opacity(Image.fromarray(np.rint(np.clip(filled, 0, 1) * 255).astype(np.uint8)), opacity)


@loom.node(
    title="Perspective", keywords=["warp", "four corners", "corner pin", "straighten", "document", "deskew", "picture"]
)
def perspective_image(
    image: Image.Image,
    corners: Annotated[str, loom.Multiline()] = "0 0\n100 0\n100 100\n0 100",
    width: Annotated[int, loom.Range(0, 30_000)] = 0,
    height: Annotated[int, loom.Range(0, 30_000)] = 0,
    direction: Literal["cut out", "put in"] = "cut out",
    background: loom.Colour = "#00000000",
) -> Image.Image:
    """Make a rectangle of four corners in a photo, such as a page or a sign; or fit an image into four corners.

    Args:
        image: Image to change.
        corners: Column and row of the corners, a line each: upper left, upper right, lower right, lower left.
        width: Width of the new image in pixels; 0: as wide as the corners lie apart.
        height: Height of the new image in pixels; 0: as high as the corners lie apart.
        direction: Cut out makes the rectangle; put in gives an image in which the whole of this lies in the corners.
        background: Colour of what lies outside.

    Example:
        >>> picture = Image.new("L", (40, 40))
        >>> picture.paste(255, (10, 10, 30, 30))
        >>> page = perspective_image(picture, "10 10\\n30 10\\n30 30\\n10 30")
        >>> page.size, page.getpixel((2, 2))
        ((20, 20), (255, 255, 255, 255))
    """
    import math

    import numpy as np
    from PIL import Image

    picture = _picture("image", image).convert("RGBA")
    points = _table_of_numbers(corners)
    if points.shape != (4, 2) or not (np.abs(points) <= 1e6).all():
        raise ValueError(f"corners: four pairs of column and row, a line each, were expected, not {corners!r:.60}")
    upper_left, upper_right, lower_right, lower_left = points.tolist()
    _within("width", width, 0, 30_000, " pixels")
    _within("height", height, 0, 30_000, " pixels")
    if direction == "cut out":
        wide = width or max(math.dist(upper_left, upper_right), math.dist(lower_left, lower_right))
        high = height or max(math.dist(upper_left, lower_left), math.dist(upper_right, lower_right))
    else:
        wide, high = width or math.ceil(points[:, 0].max()), height or math.ceil(points[:, 1].max())
    size = _new_size("width", wide, high)
    sides = size if direction == "cut out" else picture.size
    box = np.array([[0, 0], [sides[0], 0], [sides[0], sides[1]], [0, sides[1]]], dtype=float)
    # Pillow asks where each new pixel comes from.
    terms = _perspective(box, points) if direction == "cut out" else _perspective(points, box)
    ink = _ink("background", background, "RGBA")
    warped = picture.convert("RGBa").transform(size, Image.Transform.PERSPECTIVE, terms, Image.Resampling.BICUBIC)
    base = Image.new("RGBA", size, ink)
    base.alpha_composite(warped.convert("RGBA"))
    return base


@loom.node(
    title="Lens distortion", keywords=["barrel", "pincushion", "fisheye", "bulge", "straighten", "camera", "picture"]
)
def lens_distortion(image: Image.Image, amount: Annotated[float, loom.Slider(-1, 1, step=0.01)] = 0.1) -> Image.Image:
    """Bend an image outwards or inwards about its middle, or take away such a bend of a lens.

    Args:
        image: Image to change; what leaves it is cut off, and its edge is drawn out.
        amount: Above 0 pulls the corners in (barrel), below 0 pushes them out (pincushion).

    Example:
        >>> picture = Image.new("L", (21, 21))
        >>> picture.paste(255, (0, 0, 21, 2))
        >>> bent = lens_distortion(picture, 0.5)
        >>> picture.getpixel((10, 2)), bent.getpixel((10, 2)) > 0
        (0, True)
    """
    import numpy as np
    from PIL import Image
    from skimage.transform import warp

    _within("amount", amount, -1, 1)
    picture = _picture("image", image)
    middle = (np.array(picture.size) - 1) / 2
    corner = max(1.0, float(np.hypot(*middle)))

    def source(places: np.ndarray) -> np.ndarray:
        away = (places - middle) / corner
        return middle + away * (1 + amount * (away**2).sum(axis=1, keepdims=True)) * corner

    is_clear = picture.mode == "RGBA"
    pixels = np.asarray(picture.convert("RGBa") if is_clear else picture, dtype=np.float64)
    bent = np.rint(np.clip(warp(pixels, source, order=1, mode="edge", preserve_range=True), 0, 255)).astype(np.uint8)
    if is_clear:
        return Image.frombytes("RGBa", picture.size, bent.tobytes()).convert("RGBA")
    return Image.fromarray(bent)


def _perspective(places: np.ndarray, sources: np.ndarray) -> list[float]:
    """The eight terms of the projection that brings each place to its source, or an error that names the corners."""
    import numpy as np

    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(places, sources, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    try:
        terms = np.linalg.solve(np.array(rows), sources.ravel())
    except np.linalg.LinAlgError:
        terms = np.full(8, np.nan)
    if not np.isfinite(terms).all():
        raise ValueError("corners: four corners of which no three lie on a line were expected")
    return terms.tolist()
