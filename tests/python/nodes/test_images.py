"""Images: pixel by pixel on tiny pictures, and files on a real disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np  # noqa: TID253
import pytest
from node_files import call
from PIL import Image  # noqa: TID253


def grey(*rows: list[int]) -> Image.Image:
    return Image.fromarray(np.array(rows, dtype=np.uint8))


def one(*colour: int) -> Image.Image:
    """An image of one pixel: grey, RGB or RGBA by the count of numbers."""
    mode = {1: "L", 3: "RGB", 4: "RGBA"}[len(colour)]
    return Image.new(mode, (1, 1), colour[0] if mode == "L" else colour)


def pixels(image: Image.Image) -> list:
    return np.asarray(image).tolist()


STEPS = grey([0, 100], [200, 255])


@pytest.mark.parametrize(
    ("node", "arguments", "mode", "expected"),
    [
        (
            "images/shape.resize_image",
            {"image": STEPS, "width": 4, "smooth": False},
            "L",
            [[0, 0, 100, 100]] * 2 + [[200, 200, 255, 255]] * 2,
        ),
        ("images/shape.resize_image", {"image": one(1, 2, 3), "width": 2, "height": 1}, "RGB", [[[1, 2, 3]] * 2]),
        ("images/shape.crop_image", {"image": STEPS, "left": 1, "width": 1, "height": 1}, "L", [[100]]),
        ("images/shape.crop_image", {"image": STEPS, "top": 1}, "L", [[200, 255]]),
        ("images/shape.rotate_image", {"image": STEPS}, "L", [[100, 255], [0, 200]]),
        ("images/shape.rotate_image", {"image": STEPS, "degrees": 180.0}, "L", [[255, 200], [100, 0]]),
        ("images/shape.flip_image", {"image": STEPS}, "L", [[100, 0], [255, 200]]),
        ("images/shape.flip_image", {"image": STEPS, "direction": "top to bottom"}, "L", [[200, 255], [0, 100]]),
        ("images/light.grayscale", {"image": one(0, 255, 0)}, "L", [[150]]),
        ("images/light.grayscale", {"image": STEPS}, "L", [[0, 100], [200, 255]]),
        (
            "images/filters.blur_image",
            {"image": grey([0, 0, 0], [0, 255, 0], [0, 0, 0]), "radius": 1, "method": "median"},
            "L",
            [[0] * 3] * 3,
        ),
        ("images/filters.blur_image", {"image": STEPS, "radius": 0}, "L", [[0, 100], [200, 255]]),
        ("images/filters.blur_image", {"image": one(9, 8, 7), "radius": 3, "method": "box"}, "RGB", [[[9, 8, 7]]]),
        ("images/filters.sharpen_image", {"image": one(9)}, "L", [[9]]),
        ("images/filters.sharpen_image", {"image": STEPS, "amount": 0}, "L", [[0, 100], [200, 255]]),
        ("images/light.adjust_image", {"image": STEPS}, "L", [[0, 100], [200, 255]]),
        ("images/light.adjust_image", {"image": STEPS, "brightness": 2.0}, "L", [[0, 200], [255, 255]]),
        ("images/light.adjust_image", {"image": one(10, 20, 30, 40), "brightness": 2.0}, "RGBA", [[[20, 40, 60, 40]]]),
        ("images/light.adjust_image", {"image": one(0, 255, 0), "saturation": 0.0}, "RGB", [[[150, 150, 150]]]),
        ("images/light.adjust_image", {"image": STEPS, "contrast": 0.0}, "L", [[139, 139]] * 2),
        ("images/masks.threshold_image", {"image": grey([127, 128])}, "L", [[0, 255]]),
        ("images/masks.threshold_image", {"image": one(0, 255, 0), "limit": 150}, "L", [[255]]),
        ("images/light.invert_image", {"image": STEPS}, "L", [[255, 155], [55, 0]]),
        ("images/light.invert_image", {"image": one(255, 0, 0, 7)}, "RGBA", [[[0, 255, 255, 7]]]),
        ("images/channels.merge_channels", {"red": one(1), "green": one(2), "blue": one(3)}, "RGB", [[[1, 2, 3]]]),
        (
            "images/channels.merge_channels",
            {"red": one(1), "green": one(2), "blue": one(3), "opacity": one(4)},
            "RGBA",
            [[[1, 2, 3, 4]]],
        ),
        ("images/combine.blend_images", {"bottom": one(255), "top": one(0)}, "L", [[127]]),
        ("images/combine.blend_images", {"bottom": one(9), "top": one(1, 2, 3), "amount": 1.0}, "RGB", [[[1, 2, 3]]]),
        (
            "images/combine.blend_images",
            {"bottom": one(9, 9, 9), "top": one(1, 2, 3, 0), "amount": 1.0},
            "RGB",
            [[[9, 9, 9]]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(9, 9, 9, 0), "top": one(1, 2, 3), "amount": 1.0},
            "RGBA",
            [[[1, 2, 3, 255]]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(100), "top": one(30), "amount": 1.0, "mode": "difference"},
            "L",
            [[70]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(255), "top": one(30), "amount": 1.0, "mode": "multiply"},
            "L",
            [[30]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(100), "top": one(30), "amount": 1.0, "mode": "lighten"},
            "L",
            [[100]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(100), "top": one(30), "amount": 1.0, "mode": "darken"},
            "L",
            [[30]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(100), "top": one(200), "amount": 1.0, "mode": "add"},
            "L",
            [[255]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(0), "top": one(200), "amount": 1.0, "mode": "screen"},
            "L",
            [[200]],
        ),
        (
            "images/combine.blend_images",
            {"bottom": one(0), "top": one(200), "amount": 1.0, "mode": "overlay"},
            "L",
            [[0]],
        ),
        ("images/create.new_image", {"width": 2, "height": 1, "colour": "#102030"}, "RGB", [[[16, 32, 48]] * 2]),
        ("images/create.new_image", {"width": 1, "height": 1, "colour": "#10203040"}, "RGBA", [[[16, 32, 48, 64]]]),
        ("images/files.array_to_image", {"array": np.array([[True, False]])}, "L", [[255, 0]]),
        ("images/files.array_to_image", {"array": np.array([[0.0, 0.5, 2.0, np.nan]])}, "L", [[0, 128, 255, 0]]),
        ("images/files.array_to_image", {"array": np.array([[-5, 300]])}, "L", [[0, 255]]),
        ("images/files.array_to_image", {"array": np.array([[0, 65535]], dtype=np.uint16)}, "L", [[0, 255]]),
        ("images/files.array_to_image", {"array": np.array([[10, 20, 30]]), "stretch": True}, "L", [[0, 128, 255]]),
        ("images/files.array_to_image", {"array": np.array([[7, 7]]), "stretch": True}, "L", [[0, 0]]),
        ("images/files.array_to_image", {"array": np.zeros((1, 1, 3), np.uint8)}, "RGB", [[[0, 0, 0]]]),
        ("images/files.array_to_image", {"array": np.ones((1, 1, 1))}, "L", [[255]]),
    ],
)
def test_gives(node: str, arguments: dict, mode: str, expected: list) -> None:
    result = call(node, arguments)
    assert result.mode == mode
    assert pixels(result) == expected


def test_sizes() -> None:
    wide = Image.new("RGB", (640, 480))
    assert call("images/shape.resize_image", {"image": wide, "width": 320}).size == (320, 240)
    assert call("images/shape.resize_image", {"image": wide, "width": 0, "height": 120}).size == (160, 120)
    assert call("images/shape.rotate_image", {"image": wide}).size == (480, 640)
    assert call("images/shape.rotate_image", {"image": wide, "enlarge": False}).size == (640, 480)
    assert call("images/files.image_size", {"image": wide}) == (640, 480, 3)
    assert call("images/files.image_size", {"image": np.zeros((3, 2))}) == (2, 3, 1)


def test_rotation_fills_the_corners_with_the_background() -> None:
    white = Image.new("RGB", (20, 20), "white")
    turned = call("images/shape.rotate_image", {"image": white, "degrees": 45.0, "background": "#ff0000"})
    assert turned.getpixel((0, 0)) == (255, 0, 0)


def test_blur_softens_an_edge_and_sharpen_hardens_it() -> None:
    edge = grey(*[[50] * 10 + [200] * 10] * 5)
    blurred, sharpened = (
        np.asarray(call(f"images/filters.{node}", {"image": edge})) for node in ("blur_image", "sharpen_image")
    )
    steps = [int(np.diff(row.astype(int)).max()) for row in (blurred[2], np.asarray(edge)[2], sharpened[2])]
    assert steps == sorted(steps) and steps[0] < 75 and steps[1] == 150 < steps[2]


def test_split_channels() -> None:
    parts = call("images/channels.split_channels", {"image": one(1, 2, 3)})
    assert [pixels(part) for part in parts] == [[[1]], [[2]], [[3]], [[255]]]
    assert [pixels(part) for part in call("images/channels.split_channels", {"image": one(9)})][:3] == [[[9]]] * 3


def test_image_to_array() -> None:
    array = call("images/files.image_to_array", {"image": STEPS})
    assert array.dtype == np.uint8 and array.tolist() == [[0, 100], [200, 255]]
    array[0, 0] = 9  # a new array: the image stays as it is
    assert STEPS.getpixel((0, 0)) == 0
    assert call("images/files.image_to_array", {"image": STEPS, "values": "0 to 1"}).max() == 1.0


def test_arrays_and_odd_modes_are_images_too() -> None:
    assert call("images/light.invert_image", {"image": np.array([[0.0, 1.0]])}).mode == "L"
    for mode, expected in (("1", "L"), ("P", "RGB"), ("LA", "RGBA"), ("CMYK", "RGB"), ("I;16", "L"), ("F", "L")):
        assert call("images/shape.flip_image", {"image": Image.new(mode, (2, 2))}).mode == expected, mode


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.bmp", "a"])
def test_files_go_to_disk_and_back(tmp_path: Path, name: str) -> None:
    image = Image.new("RGB", (8, 6), (200, 100, 50))
    path = call("images/files.save_image", {"image": image, "folder": tmp_path / "new", "name": name, "quality": 100})
    assert path.name == ("a.png" if name == "a" else name)
    again = call("images/files.load_image", {"file": path})
    assert again.size == (8, 6)
    assert np.abs(np.asarray(again, int) - np.asarray(image, int)).max() <= 3


def test_what_is_see_through_becomes_white_in_jpeg(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    path = call("images/files.save_image", {"image": clear, "folder": tmp_path, "name": "a.jpeg"})
    assert call("images/files.load_image", {"file": path}).getpixel((4, 4)) == (255, 255, 255)


def test_a_photo_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    Image.new("RGB", (8, 4)).save(tmp_path / "a.jpg", exif=exif)
    assert call("images/files.load_image", {"file": str(tmp_path / "a.jpg")}).size == (4, 8)


@pytest.mark.parametrize(
    ("node", "arguments", "error", "words"),
    [
        ("images/files.load_image", {"file": "missing.png"}, FileNotFoundError, "file: there is no such file"),
        ("images/files.load_image", {"file": __file__}, ValueError, "file: not an image that can be read"),
        (
            "images/files.save_image",
            {"image": STEPS, "folder": "folder", "name": "a.xyz"},
            ValueError,
            "name: an ending such as",
        ),
        (
            "images/files.save_image",
            {"image": STEPS, "folder": "folder", "name": "a/b.png"},
            ValueError,
            "name: the name of a file",
        ),
        (
            "images/files.save_image",
            {"image": STEPS, "folder": "folder", "quality": 0},
            ValueError,
            "quality: 1 to 100",
        ),
        ("images/create.new_image", {"width": 0}, ValueError, "width: 1 to 30,000 pixels"),
        ("images/create.new_image", {"colour": "blueish"}, ValueError, "colour: a colour such as"),
        (
            "images/files.image_size",
            {"image": "photo"},
            TypeError,
            "image: an image was expected, or an array of pixels .*, not str",
        ),
        ("images/files.image_to_array", {"image": None}, TypeError, "image: an image was expected"),
        ("images/files.array_to_image", {"array": np.zeros(3)}, TypeError, "array: an image was expected"),
        ("images/files.array_to_image", {"array": np.zeros((2, 2, 5))}, TypeError, "array: an image was expected"),
        ("images/files.array_to_image", {"array": np.array([["a"]]), "stretch": True}, TypeError, "array: an image"),
        ("images/shape.resize_image", {"image": STEPS, "width": 0}, ValueError, "width, height: at least one above 0"),
        ("images/shape.resize_image", {"image": STEPS, "width": -1}, ValueError, "width: 0 to 30,000"),
        ("images/shape.crop_image", {"image": STEPS, "left": 2}, ValueError, "left: 0 to 1 was expected"),
        ("images/shape.crop_image", {"image": STEPS, "height": 0}, ValueError, "height: 1 pixel or more"),
        ("images/shape.rotate_image", {"image": STEPS, "background": "none"}, ValueError, "background: a colour"),
        ("images/shape.flip_image", {"image": 3}, TypeError, "image: an image"),
        ("images/light.grayscale", {"image": [1, 2]}, TypeError, "image: an image"),
        ("images/filters.blur_image", {"image": STEPS, "radius": -1}, ValueError, "radius: 0 to 1,000"),
        ("images/filters.sharpen_image", {"image": STEPS, "amount": -1}, ValueError, "amount: 0 to 100"),
        ("images/light.adjust_image", {"image": STEPS, "contrast": -1}, ValueError, "contrast: 0 to 100"),
        ("images/masks.threshold_image", {"image": STEPS, "limit": 256}, ValueError, "limit: 0 to 255"),
        ("images/light.invert_image", {"image": {}}, TypeError, "image: an image"),
        ("images/channels.split_channels", {"image": None}, TypeError, "image: an image"),
        (
            "images/channels.merge_channels",
            {"red": one(1), "green": STEPS, "blue": one(1)},
            ValueError,
            "green: the size of red, 1 by 1 pixels",
        ),
        ("images/combine.blend_images", {"bottom": one(1), "top": STEPS}, ValueError, "top: the size of bottom"),
        ("images/combine.blend_images", {"bottom": one(1), "top": one(1), "amount": 2}, ValueError, "amount: 0 to 1"),
    ],
)
def test_refuses(node: str, arguments: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call(node, arguments)
