# /// script
# dependencies = ["pandas"]
# ///
"""Batch rename: new names by a pattern, and the renaming, which is all or nothing. It never replaces a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import loom

if TYPE_CHECKING:
    import pandas as pd


@loom.node(title="New names", keywords=["pattern", "number", "sequence", "preview", "template"])
def new_names(
    files: list[Path],
    pattern: str = "{stem}-{number}{ending}",
    start: Annotated[int, loom.Range(0, 1_000_000)] = 1,
    digits: Annotated[int, loom.Slider(1, 6)] = 2,
) -> pd.DataFrame:
    """Make the new name of each file by a pattern; nothing is renamed.

    The table has two columns: old and new.

    Args:
        files: Files, in the order that they are numbered in.
        pattern: The new name: {stem} is the old name without ending, {ending} its ending with the point, {number}
            the number of the file.
        start: Number of the first file.
        digits: Numbers are filled up with zeros to so many digits.

    Example:
        pattern "day-{number}{ending}" turns "note (1).txt" to "day-01.txt".
    """
    import pandas as pd

    old = [Path(file) for file in files]
    new = [
        _fill(pattern, {"stem": path.stem, "ending": path.suffix, "number": f"{start + i:0{digits}}"})
        for i, path in enumerate(old)
    ]
    return pd.DataFrame({"old": [path.name for path in old], "new": new}, dtype="object")


@loom.node(title="Rename files", cache=False, keywords=["move", "name", "batch", "folder"])
def rename_files(folder: Annotated[Path, loom.Folder()], names: pd.DataFrame, apply: bool = False) -> int:
    """Give the files of a folder new names and count those that were renamed; nothing happens while apply is off.

    When a name cannot be given, because two files would share it or another file has it, none is renamed.

    Args:
        folder: Folder of the files.
        names: Table with the columns old and new.
        apply: On: rename. Off: only check that it can be done.

    Example:
        With apply off, 0 files are renamed.
    """
    place = Path(folder)
    changes = {old: new for old, new in zip(names["old"], names["new"], strict=True) if old != new}
    _check(place, list(names["new"]), changes)
    if not apply:
        loom.log(f"{len(changes)} files would be renamed; switch apply on to do it")
        return 0
    # Through names that nobody has: one file may get the name that another is about to give up.
    aside = {old: f".renaming-{i}-{old}" for i, old in enumerate(changes)}
    moves = [*aside.items(), *((aside[old], new) for old, new in changes.items())]
    _move_all(place, moves)
    loom.log(f"{len(changes)} files were renamed")
    return len(changes)


def _fill(pattern: str, parts: dict[str, str]) -> str:
    import re

    def part(match: re.Match[str]) -> str:
        if match[1] not in parts:
            raise ValueError(f"pattern: {{stem}}, {{ending}} and {{number}} were expected, not {match[0]}")
        return parts[match[1]]

    name = re.sub(r"\{(.*?)\}", part, pattern)
    if not name.strip() or name in (".", "..") or any(sign in name for sign in '/\\:*?"<>|'):
        raise ValueError(f'pattern: a name without any of / \\ : * ? " < > | was expected, this makes {name!r}')
    return name


def _check(folder: Path, wanted: list[str], changes: dict[str, str]) -> None:
    # On many disks, capitals and small letters are the same.
    seen: set[str] = set()
    for name in wanted:
        if name.casefold() in seen:
            raise ValueError(f"names: two files would be called {name}; a pattern with {{number}} tells them apart")
        seen.add(name.casefold())
    there = {path.name for path in folder.iterdir()}
    if missing := changes.keys() - there:
        raise FileNotFoundError(f"names: there is no file {min(missing)} in the folder {folder}")
    staying = {name.casefold() for name in there - changes.keys()}
    for name in changes.values():
        if name.casefold() in staying:
            raise FileExistsError(f"names: the folder has another file {name} already")


def _move_all(folder: Path, moves: list[tuple[str, str]]) -> None:
    """All moves, or none: what was moved before one failed is moved back."""
    done: list[tuple[str, str]] = []
    try:
        for before, after in moves:
            (folder / before).rename(folder / after)
            done.append((before, after))
    except OSError:
        for before, after in reversed(done):
            (folder / after).rename(folder / before)
        raise
