"""Shows `tqdm` loops as the progress of their node, without a change to the code.

`watch` adds an import hook that adapts `tqdm` in the moment it is imported; nothing happens when nobody imports it.
A bar that was told to write to a file of its own is left alone.
"""

from __future__ import annotations

import io
import sys
from importlib.machinery import PathFinder

from . import loom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

_FILE_POSITION = 4
"""`file` is the fifth parameter of a bar."""


class _Nowhere(io.StringIO):
    """Swallows what a bar draws."""

    def write(self, text: str, /) -> int:
        return len(text)


class _Finder:
    """Finds `tqdm.std` as Python would, and adapts it once it is loaded."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != "tqdm.std":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                load(module)
                _adapt(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def watch() -> None:
    """Adapt `tqdm` when a node imports it."""
    sys.meta_path.insert(0, _Finder)


def _adapt(module: ModuleType) -> None:
    bar: Any = module.tqdm
    begin, update = bar.__init__, bar.update

    def __init__(self: Any, *args: Any, **named: Any) -> None:
        if len(args) <= _FILE_POSITION and named.get("file") is None:
            named["file"] = _Nowhere()
        begin(self, *args, **named)

    def display(self: Any, *_args: object, **_named: object) -> bool:
        if not self.pos and loom._host is not None:  # of nested bars, the outermost
            loom._host.progress(self.n, self.total, (self.desc or "").removesuffix(": "))
        return True

    def stop_or_update(self: Any, n: float | None = 1) -> object:
        loom.check_cancelled()
        return update(self, n)

    bar.__init__, bar.display, bar.update = __init__, display, stop_or_update
