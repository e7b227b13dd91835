"""Archives: packed, looked into and unpacked, and never outside of their folder; hashes of files."""

from __future__ import annotations

import hashlib
import tarfile
import zipfile
from pathlib import Path

import pytest
from node_files import call

ARCHIVES = "files/archives"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "deep").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "deep" / "två.csv").write_text("two")
    (tmp_path / "loose.txt").write_text("")
    return call(
        f"{ARCHIVES}.zip_files", {"files": [folder, tmp_path / "loose.txt"], "archive": tmp_path / "z" / "a.zip"}
    )


def test_files_and_folders_are_packed_and_come_back(packed: Path, tmp_path: Path) -> None:
    names = ["photos/deep/två.csv", "photos/one.txt", "loose.txt"]
    assert call(f"{ARCHIVES}.files_in_archive", {"archive": packed}) == names
    paths = call(f"{ARCHIVES}.unpack_archive", {"archive": packed, "folder": tmp_path / "out"})
    assert paths == [tmp_path / "out" / name for name in names]
    assert [path.read_text() for path in paths] == ["two", "one", ""]
    assert list(packed.parent.iterdir()) == [packed], "nothing is left beside it"
    some = call(f"{ARCHIVES}.unpack_archive", {"archive": packed, "folder": tmp_path / "csv", "pattern": "*.csv"})
    assert [path.name for path in some] == ["två.csv"]


def test_an_empty_list_makes_an_empty_archive(tmp_path: Path) -> None:
    archive = call(f"{ARCHIVES}.zip_files", {"files": [], "archive": tmp_path / "none.zip"})
    assert call(f"{ARCHIVES}.files_in_archive", {"archive": archive}) == []
    assert call(f"{ARCHIVES}.unpack_archive", {"archive": archive, "folder": tmp_path / "out"}) == []


def test_tar_is_unpacked_too(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as pack:
        pack.add(tmp_path / "one.txt", "in/one.txt")
    arguments = {"archive": tmp_path / "a.tar.gz"}
    assert call(f"{ARCHIVES}.files_in_archive", arguments) == ["in/one.txt"]
    (path,) = call(f"{ARCHIVES}.unpack_archive", {**arguments, "folder": tmp_path / "out"})
    assert path.read_text() == "one"


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "C:/evil.txt"])
def test_nothing_is_put_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as pack:
        pack.writestr(name, "x")
    with pytest.raises(ValueError, match="archive: names within the folder were expected"):
        call(f"{ARCHIVES}.unpack_archive", {"archive": tmp_path / "evil.zip", "folder": tmp_path / "in" / "out"})
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_hash_of_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    for data in (b"", b"Ada" * 1_000_000):
        (tmp_path / "data").write_bytes(data)
        assert call(f"{ARCHIVES}.file_hash", {"file": tmp_path / "data"}) == hashlib.sha256(data).hexdigest()


def test_refuses(packed: Path, tmp_path: Path) -> None:
    missing, text = tmp_path / "missing", tmp_path / "loose.txt"
    same = tmp_path / "photos" / "one.txt"
    (tmp_path / "one.txt").write_text("another")
    for node, arguments, error, words in [
        ("zip_files", {"files": [missing], "archive": packed}, FileNotFoundError, "files, item 0: there is no such"),
        (
            "zip_files",
            {"files": None, "archive": packed},
            TypeError,
            "files: a list of paths was expected, not NoneType",
        ),
        ("zip_files", {"files": [3], "archive": packed}, TypeError, "files, item 0: a path was expected"),
        ("zip_files", {"files": [text], "archive": tmp_path}, ValueError, "archive: the path of a file"),
        ("zip_files", {"files": [text], "archive": packed, "replace": False}, FileExistsError, "archive: the file is"),
        ("zip_files", {"files": [same, tmp_path / "one.txt"], "archive": packed}, ValueError, "one.txt is there twice"),
        ("files_in_archive", {"archive": missing}, FileNotFoundError, "archive: there is no such file"),
        ("files_in_archive", {"archive": same}, ValueError, "archive: a zip or tar archive was expected, one.txt"),
        ("unpack_archive", {"archive": packed, "folder": text}, NotADirectoryError, "folder: a folder was expected"),
        ("unpack_archive", {"archive": packed, "folder": Path()}, ValueError, "folder: a path was expected, none"),
        ("file_hash", {"file": missing}, FileNotFoundError, "file: there is no such file"),
    ]:
        with pytest.raises(error, match=words):
            call(f"{ARCHIVES}.{node}", arguments)
    assert len(call(f"{ARCHIVES}.files_in_archive", {"archive": packed})) == 3, "what failed changed nothing"
