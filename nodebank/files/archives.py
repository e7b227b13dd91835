"""Archives: files packed in one and taken out again; and the fingerprint of a file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import loom
from _loom_files import _path


@loom.node(title="Zip files", cache=False, keywords=["compress", "archive", "pack", "bundle", "folder"])
def zip_files(files: list[Path], archive: Annotated[Path, loom.SaveFile("*.zip")], replace: bool = True) -> Path:
    """Pack files and folders in a zip archive, and give its path.

    What was in the archive is kept until all is packed.

    Args:
        files: Paths; of a folder, all that is in it is packed under the folder's name.
        archive: File to save in; the folder is made when it is not there.
        replace: Replace a file that is there already; otherwise that is an error.

    Example:
        >>> length = Path("one.txt").write_text("hello")
        >>> zip_files([Path("one.txt")], Path("all.zip")).name
        'all.zip'
    """
    target = _path("archive", archive)
    if target.is_dir():
        raise ValueError(f"archive: the path of a file to save in was expected, this is a folder: {target}")
    if target.exists() and not replace:
        raise FileExistsError(f"archive: the file is there already; choose another or switch replace on: {target}")
    items = [files] if isinstance(files, str | Path) else files
    if not isinstance(items, Iterable) or isinstance(items, bytes):
        raise TypeError(f"files: a list of paths was expected, not {type(files).__name__}")
    names: dict[str, Path] = {}
    for place, item in enumerate(items):
        source = _path(f"files, item {place}", item)
        if not source.exists():
            raise FileNotFoundError(f"files, item {place}: there is no such file; choose one that exists: {source}")
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            if not path.is_file() or path.resolve() == target.resolve():
                continue
            name = path.relative_to(source.parent).as_posix()
            if names.setdefault(name, path) != path:
                raise ValueError(f"files, item {place}: names that differ were expected, {name} is there twice")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as pack:
            for name, path in loom.track(list(names.items())):
                pack.write(path, name)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


@loom.node(title="Files in archive", cache=False, keywords=["zip", "tar", "list", "contents", "names", "look into"])
def files_in_archive(archive: Annotated[Path, loom.OpenFile("*.zip", "*.tar", "*.tar.gz", "*.tgz")]) -> list[str]:
    """List the names of the files in a zip or tar archive, without unpacking it.

    Args:
        archive: The archive.

    Example:
        >>> length = Path("one.txt").write_text("hello")
        >>> files_in_archive(zip_files([Path("one.txt")], Path("all.zip")))
        ['one.txt']
    """
    import tarfile

    source = _archive(archive)
    if zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as pack:
            return [name for name in pack.namelist() if not name.endswith("/")]
    with tarfile.open(source) as pack:
        return [member.name for member in pack.getmembers() if member.isfile()]


@loom.node(title="Unpack archive", cache=False, keywords=["unzip", "untar", "extract", "zip", "tar", "decompress"])
def unpack_archive(
    archive: Annotated[Path, loom.OpenFile("*.zip", "*.tar", "*.tar.gz", "*.tgz")],
    folder: Annotated[Path, loom.Folder()],
    pattern: str = "*",
) -> list[Path]:
    """Take the files out of a zip or tar archive into a folder, and give their paths.

    Files of the same name are replaced.

    Args:
        archive: The archive.
        folder: Folder to put them in; it is made when it is not there. Nothing is put outside of it.
        pattern: Which files, by their names: *.csv takes tables alone, photos/* those of one folder.

    Example:
        >>> length = Path("one.txt").write_text("hello")
        >>> paths = unpack_archive(zip_files([Path("one.txt")], Path("all.zip")), Path("out"))
        >>> paths[0].read_text()
        'hello'
    """
    import fnmatch
    import shutil
    import tarfile

    source, target = _archive(archive), _path("folder", folder)
    if target.is_file():
        raise NotADirectoryError(f"folder: a folder was expected, this is a file: {target}")
    is_zip = zipfile.is_zipfile(source)
    paths = []
    with zipfile.ZipFile(source) if is_zip else tarfile.open(source) as pack:
        members = pack.infolist() if is_zip else pack.getmembers()
        for member in loom.track(members):
            name = member.filename if is_zip else member.name
            is_file = not member.is_dir() if is_zip else member.isfile()
            if not is_file or not fnmatch.fnmatch(name, pattern):
                continue
            path = target / _inner(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with pack.open(member) if is_zip else pack.extractfile(member) as packed, path.open("wb") as file:
                    shutil.copyfileobj(packed, file)
            except (RuntimeError, NotImplementedError) as error:  # a password, or a method that Python does not know
                raise ValueError(f"archive: {name} cannot be taken out of {source.name}: {error}") from None
            paths.append(path)
    return paths


@loom.node(title="Hash of file", cache=False, keywords=["checksum", "sha256", "md5", "digest", "fingerprint", "verify"])
def file_hash(file: Path, method: Literal["md5", "sha1", "sha256", "sha512", "blake2b"] = "sha256") -> str:
    """Compute the hash of a file, a fingerprint of its contents in hexadecimal digits.

    Args:
        file: The file; it may be larger than the memory.
        method: How it is computed; md5 and sha1 tell files apart but protect nothing.

    Example:
        >>> length = Path("one.txt").write_text("Ada")
        >>> file_hash(Path("one.txt"), "md5")
        '1a382809b7c03f686e12dd15677c5497'
    """
    import hashlib

    path = _path("file", file)
    if not path.is_file():
        raise FileNotFoundError(f"file: there is no such file; choose one that exists: {path}")
    digest = hashlib.new(method, usedforsecurity=False)
    with path.open("rb") as source:
        while piece := source.read(1 << 20):
            loom.check_cancelled()
            digest.update(piece)
    return digest.hexdigest()


def _archive(archive: object) -> Path:
    """The path of an archive that can be read, or an error that names the input."""
    import tarfile

    path = _path("archive", archive)
    if not path.is_file():
        raise FileNotFoundError(f"archive: there is no such file; choose one that exists: {path}")
    if not zipfile.is_zipfile(path) and not tarfile.is_tarfile(path):
        raise ValueError(f"archive: a zip or tar archive was expected, {path.name} is none, or it is damaged")
    return path


def _inner(name: str) -> PurePosixPath:
    """The name of a file in an archive, or an error when it leads out of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise ValueError(f"archive: names within the folder were expected, {name!r:.80} leads out of it")
    return path
