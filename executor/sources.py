"""Modules beside node files, made from their sources each time.

What the `__pycache__` of a folder holds may be anybody's: it came along with a project, nobody sees what it says, and
Python runs it in the stead of the source. Takes a folder over for imports; imports nothing itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import FileFinder

_OWN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "nodebank") + os.sep
"""Nodes that come with Loom lie here: what was compiled of them is Loom's as well."""
_folders: set[str] = set()


def take(folder: str) -> None:
    """What is imported from this folder, and from folders in it, is compiled from its source."""
    if folder in _folders or folder.startswith(_OWN):
        return
    if not _folders:
        sys.path_hooks.insert(0, _hook())
    _folders.add(folder)
    sys.path_importer_cache.pop(folder, None)


def _hook() -> Callable[[str], FileFinder]:
    from importlib.machinery import (
        EXTENSION_SUFFIXES,
        SOURCE_SUFFIXES,
        ExtensionFileLoader,
        FileFinder,
        SourceFileLoader,
    )
    from types import CodeType

    class FromSource(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            path = self.get_filename(fullname)
            code: CodeType = self.source_to_code(self.get_data(path), path)
            return code

    def finder(path: str) -> FileFinder:
        if not any(path == folder or path.startswith(folder + os.sep) for folder in _folders):
            raise ImportError(f"not one of ours: {path}")
        return FileFinder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (FromSource, SOURCE_SUFFIXES))

    return finder
