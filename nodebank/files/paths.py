"""Paths and folders: what is there, and names of files. Nothing here deletes or changes a file but Copy file.

The contents of a folder are no part of an input, so nodes that look at the disk are run anew each time.
"""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import loom
from _loom_files import _path


class FileInfo(NamedTuple):
    """What `file_info` gives."""

    name: str
    size: int
    modified: datetime.datetime
    is_folder: bool


class PathParts(NamedTuple):
    """What `path_parts` gives."""

    folder: Path
    name: str
    stem: str
    ending: str


@loom.node(title="List folder", cache=False, keywords=["directory", "files", "glob", "find", "search", "contents"])
def list_folder(
    folder: Annotated[Path, loom.Folder()],
    pattern: str = "*",
    what: Literal["files", "folders", "both"] = "files",
    subfolders: bool = False,
) -> list[Path]:
    """List the files of a folder, sorted by name.

    Args:
        folder: Folder to look in.
        pattern: Which names: * stands for any characters, ? for one.
        what: List files, folders or both.
        subfolders: Look in all folders below too.

    Example:
        >>> for name in ("b.jpg", "a.jpg", "notes.txt"):
        ...     Path(name).touch()
        >>> [path.name for path in list_folder(Path.cwd(), "*.jpg")]
        ['a.jpg', 'b.jpg']
    """
    path = _path("folder", folder)
    if not path.is_dir():
        raise NotADirectoryError(f"folder: there is no such folder; choose one that exists: {path}")
    if not pattern.strip() or Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise ValueError(f"pattern: a pattern of names such as *.jpg was expected, not {pattern!r}")
    found = sorted(path.rglob(pattern) if subfolders else path.glob(pattern))
    tests = {"files": Path.is_file, "folders": Path.is_dir, "both": Path.exists}
    return [entry for entry in found if tests[what](entry)]


@loom.node(title="File info", cache=False, keywords=["size", "date", "modified", "stat", "properties"])
def file_info(file: Path) -> FileInfo:
    """Give the name of a file or folder, its size in bytes, when it was changed, and whether it is a folder.

    Args:
        file: File or folder to look at.

    Example:
        >>> length = Path("note.txt").write_text("hello")
        >>> info = file_info(Path("note.txt"))
        >>> info.name, info.size, info.is_folder
        ('note.txt', 5, False)
    """
    path = _path("file", file)
    try:
        found = path.stat()
    except FileNotFoundError:
        raise FileNotFoundError(f"file: there is no such file or folder; choose one that exists: {path}") from None
    modified = datetime.datetime.fromtimestamp(found.st_mtime)
    return FileInfo(path.name, found.st_size, modified, path.is_dir())


@loom.node(title="Path exists", cache=False, keywords=["file", "folder", "is there", "test", "check"])
def path_exists(file: Path, what: Literal["anything", "file", "folder"] = "anything") -> bool:
    """Tell whether a file or folder is there.

    Args:
        file: Path to look for.
        what: What it must be.

    Example:
        >>> path_exists(Path("mistyped.txt"))
        False
    """
    path = _path("file", file)
    return {"anything": path.exists, "file": path.is_file, "folder": path.is_dir}[what]()


@loom.node(title="Join path", keywords=["file", "folder", "combine", "append", "name"])
def join_path(folder: Annotated[Path, loom.Folder()], name: str) -> Path:
    """Make the path of a file in a folder; neither need be there.

    Args:
        folder: The folder.
        name: Name of the file; it may go through folders, as in photos/one.jpg.

    Example:
        >>> join_path(Path("results"), "means.csv").as_posix()
        'results/means.csv'
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name: the name of a file was expected, not {name!r}")
    if Path(name).is_absolute():
        raise ValueError(f"name: a name within the folder was expected, not the whole path {name!r}")
    return _path("folder", folder) / name


@loom.node(title="Path parts", keywords=["file", "folder", "name", "stem", "extension", "ending", "suffix", "split"])
def path_parts(file: Path) -> PathParts:
    """Part a path in folder, name, stem (the name without ending) and ending.

    Args:
        file: Path to part; the file need not be there.

    Example:
        >>> parts = path_parts(Path("photos/one.jpg"))
        >>> parts.name, parts.stem, parts.ending
        ('one.jpg', 'one', '.jpg')
    """
    path = _path("file", file)
    return PathParts(path.parent, path.name, path.stem, path.suffix)


@loom.node(title="Change ending", keywords=["file", "path", "extension", "suffix", "rename", "format"])
def change_ending(file: Path, ending: str = ".txt") -> Path:
    """Give a path another ending; the file itself stays as it is.

    Args:
        file: Path to start from.
        ending: The new ending, with or without the point; empty: none.

    Example:
        >>> change_ending(Path("photo.jpg"), "png").name
        'photo.png'
    """
    path = _path("file", file)
    suffix = ending if not ending or ending.startswith(".") else f".{ending}"
    try:
        return path.with_suffix(suffix)
    except ValueError:
        raise ValueError(
            f"ending: an ending such as .txt, for a path with a name, was expected, not {ending!r}"
        ) from None


@loom.node(title="Copy file", cache=False, keywords=["duplicate", "backup", "folder"])
def copy_file(file: Path, folder: Annotated[Path, loom.Folder()], replace: bool = False) -> Path:
    """Copy a file into a folder and give the path of the copy. The folder is made when it is not there.

    Args:
        file: File to copy.
        folder: Folder to copy it to; a relative one counts from the project's folder.
        replace: Replace a file of that name; otherwise that is an error.

    Example:
        >>> length = Path("one.txt").write_text("hello")
        >>> copy_file(Path("one.txt"), Path("backup")).read_text()
        'hello'
    """
    source = _path("file", file)
    if not source.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {source}")
    target = _path("folder", folder) / source.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {folder}") from None
    if target.exists() and (target.samefile(source) or not replace):
        raise FileExistsError(
            f"folder: the file is there already; choose another folder or switch replace on: {target}"
        )
    shutil.copy2(source, target)
    return target
