"""The few conversions that a link may make: path and text, Pillow image and array.

Lossless, and the same that the window shows on the link; everything else reaches the function as it is. Imports no
package that is not loaded already.
"""

from __future__ import annotations

import os
import sys

from .results import UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from .registry import Kind

    Conversion = Callable[[object], object]


def converting(function: Callable[..., object], kind: Kind, project: str) -> Callable[..., object]:
    """The function with its arguments converted by the kind's input types; itself when none of them can need it.

    Relative paths count from the folder `project`.
    """

    def path(value: object) -> object:
        if not isinstance(value, str):
            return value
        import pathlib

        return pathlib.Path(os.path.join(project, value)) if value else pathlib.Path()

    of_type: Mapping[str, Conversion] = {"path": path, "text": _text, "array": _array, "image": _image}
    by_name = {name: of_type[type_name] for name, type_name in kind.inputs if type_name in of_type}
    if not by_name:
        return function
    in_order = [by_name.get(name) for name in kind.names]

    def converted(*arguments: Any, **named: Any) -> object:
        given = [
            value if conversion is None else conversion(value)
            for value, conversion in zip(arguments, in_order, strict=False)
        ]
        for name, value in named.items():
            conversion = by_name.get(name)
            if conversion is not None and value is not UNSET:
                named[name] = conversion(value)
        return function(*given, *arguments[len(given) :], **named)

    return converted


def _text(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _array(value: object) -> object:
    """A Pillow image as an array of its pixels: height × width, and × channels for colours."""
    pillow = sys.modules.get("PIL.Image")
    if pillow is None or not isinstance(value, pillow.Image):
        return value
    import numpy  # noqa: TID253 -- an array is wanted, so the environment has it

    return numpy.asarray(value)


def _image(value: object) -> object:
    """An array of bytes or of true and false as a Pillow image; other arrays would lose something and stay."""
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(value, numpy.ndarray):
        return value
    is_picture = value.ndim == 2 or (value.ndim == 3 and value.shape[2] in (3, 4))
    if not is_picture or value.dtype.kind not in "bu" or value.dtype.itemsize != 1:
        return value
    try:
        from PIL import Image
    except ImportError:
        return value
    return Image.fromarray(value)
