"""The scripts that make a release: the manifest that Loom reads, versions that agree, the program for consoles, uv."""

import hashlib
import json
import struct
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from installer import crates, manifest, stage, versions

NOW = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


def released(folder: Path, **changes: object) -> dict:
    """A manifest of two files, with some of what it is made of replaced."""
    for name, content in (("Loom_Setup_1.2.0.exe", b"setup"), ("Loom.exe", b"loom")):
        (folder / name).write_bytes(content)
    call = {
        "version": "1.2.0",
        "seq": 7,
        "notes": "- New\r\n- Better\r\n",
        "assets": [
            (folder / "Loom_Setup_1.2.0.exe", "windows-x86_64-installer"),
            (folder / "Loom.exe", "windows-x86_64-portable"),
        ],
        "min_allowed": None,
        "now": NOW,
    }
    return manifest.manifest(**(call | changes))


def test_manifest_is_what_the_updater_reads(tmp_path):
    assert released(tmp_path, min_allowed="1.1.0") == {
        "app": "loom",
        "channel": "stable",
        "version": "1.2.0",
        "min_allowed": "1.1.0",
        "seq": 7,
        "published": "2026-11-27T12:00:00Z",
        "expires": "2027-01-11T12:00:00Z",
        "notes_sha256": hashlib.sha256(b"- New\n- Better").hexdigest(),
        "assets": [
            {
                "name": "Loom_Setup_1.2.0.exe",
                "target": "windows-x86_64-installer",
                "size": 5,
                "sha256": hashlib.sha256(b"setup").hexdigest(),
            },
            {
                "name": "Loom.exe",
                "target": "windows-x86_64-portable",
                "size": 4,
                "sha256": hashlib.sha256(b"loom").hexdigest(),
            },
        ],
    }
    beta = released(tmp_path, version="1.3.0-beta.1")
    assert beta["channel"] == "beta"
    assert "min_allowed" not in beta


def test_manifest_of_something_odd_is_none(tmp_path):
    name = tmp_path / "a b.exe"
    name.write_bytes(b"x")
    empty = tmp_path / "empty"
    empty.touch()
    good = tmp_path / "good.exe"
    good.write_bytes(b"x")
    for changes, why in [
        ({"version": "v1.2.0"}, "no semantic version"),
        ({"version": "1.2.0+build"}, "no semantic version"),
        ({"min_allowed": "1"}, "no semantic version"),
        ({"min_allowed": "1.2.0"}, "withdraw itself"),
        ({"seq": 0}, "begin at 1"),
        ({"assets": []}, "has files"),
        ({"assets": [(name, "windows-x86_64-portable")]}, "no file of this name"),
        ({"assets": [(empty, "windows-x86_64-portable")]}, "is empty"),
        ({"assets": [(good, "windows")]}, "no target"),
        ({"assets": [(good, "windows-x86_64-a"), (good, "windows-x86_64-b")]}, "same name"),
        ({"assets": [(good, "linux-x86_64-a"), (tmp_path / "Loom.exe", "linux-x86_64-a")]}, "same target"),
    ]:
        with pytest.raises(ValueError, match=why):
            released(tmp_path, **changes)


def test_a_signature_is_of_one_file_of_one_release(tmp_path):
    made = released(tmp_path)
    assert manifest.comment(made, "Loom.exe").split("\t") == [
        "app:loom",
        "version:1.2.0",
        "asset:Loom.exe",
        "target:windows-x86_64-portable",
        "size:4",
    ]
    assert manifest.comment(made, "loom-update.json") == "app:loom\tversion:1.2.0\tasset:loom-update.json\tseq:7"
    with pytest.raises(ValueError, match="no file other"):
        manifest.comment(made, "other")


def test_manifest_is_written_beside_its_files(tmp_path):
    released(tmp_path)
    notes = tmp_path / "notes.md"
    notes.write_text("- New")
    script = [sys.executable, str(ROOT / "installer/manifest.py")]
    call = ["write", str(tmp_path), "--version=1.2.0", "--seq=3", f"--notes={notes}", "--min-allowed="]
    subprocess.run([*script, *call, "--asset=Loom.exe=windows-x86_64-portable"], check=True)
    made = json.loads((tmp_path / "loom-update.json").read_text())
    assert (made["seq"], made["assets"][0]["size"]) == (3, 4)
    shown = subprocess.run([*script, "comment", str(tmp_path / "Loom.exe")], check=True, capture_output=True, text=True)
    assert shown.stdout.startswith("app:loom\tversion:1.2.0\t")
    failed = subprocess.run([*script, *call, "--asset=gone=linux-x86_64-x"], capture_output=True, text=True)
    assert failed.returncode == 1
    assert failed.stderr.startswith("manifest: ")


CARGO = '[package]\nname = "loom"\nversion = "1.2.0"\n'
LOCK = '[[package]]\nname = "loom"\nversion = "1.2.0"\n'
CHANGES = "# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-11-27)\n\n- New\n\n## 1.1.0\n\n- Old\n"


def test_versions_must_agree():
    versions.check("v1.2.0", CARGO, LOCK, CHANGES)
    assert versions.notes_of(CHANGES, "1.2.0") == "- New"
    assert versions.notes_of(CHANGES, "1.1.0") == "- Old"
    for tag, manifest_text, lock, changelog, why in [
        ("1.2.0", CARGO, LOCK, CHANGES, "must be v1.2.0"),
        ("v1.2.1", CARGO, LOCK, CHANGES, "must be v1.2.0"),
        ("v1.2.0", CARGO, LOCK.replace("1.2.0", "1.1.0"), CHANGES, "Cargo.lock says 1.1.0"),
        ("v1.2.0", CARGO, LOCK, CHANGES.replace("1.2.0", "1.2.1"), "has no text below"),
        ("v1.2.0", CARGO, LOCK, CHANGES.replace("- New", ""), "has no text below"),
    ]:
        with pytest.raises(ValueError, match=why):
            versions.check(tag, manifest_text, lock, changelog)


def test_a_release_asks_for_updates_where_it_lies():
    asking = CARGO.replace("[package]", '[package]\nrepository = "https://github.com/maker/loom"')
    versions.check("v1.2.0", asking, LOCK, CHANGES, "maker/loom")
    for manifest_text, repository in [(CARGO, "maker/loom"), (asking, "other/loom"), (asking, "maker/loom2")]:
        with pytest.raises(ValueError, match="where updates are asked for"):
            versions.check("v1.2.0", manifest_text, LOCK, CHANGES, repository)


def test_versions_of_this_tree_agree():
    version = versions.version_of((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    # Between two releases the changelog has none for it yet.
    versions.check(f"v{version}", (ROOT / "Cargo.toml").read_text(encoding="utf-8"), lock, f"## {version}\n\nx\n")


def program(subsystem: int = stage.WINDOW, magic: int = 0x20B) -> bytes:
    """As much of a Windows program as has a header."""
    made = bytearray(0x200)
    made[:2] = b"MZ"
    struct.pack_into("<I", made, 0x3C, 0x80)
    made[0x80:0x84] = b"PE\0\0"
    struct.pack_into("<H", made, 0x80 + 24, magic)
    struct.pack_into("<IH", made, 0x80 + 24 + 64, 0xABCD, subsystem)
    return bytes(made)


def test_the_program_for_consoles_is_the_same_program():
    made = stage.for_consoles(program())
    different = [i for i, (a, b) in enumerate(zip(program(), made, strict=True)) if a != b]
    checksum = 0x80 + 24 + 64
    assert different == [checksum, checksum + 1, checksum + 4]
    assert made[checksum + 4] == stage.CONSOLE
    for content, why in [
        (b"", "does not begin"),
        (b"#!/bin/sh\n" * 20, "does not begin"),
        (b"MZ" + bytes(0x100), "no header"),
        (program()[:0xA0], "no header"),
        (program(magic=0x10B), "no 64-bit program"),
        (program(subsystem=stage.CONSOLE), "subsystem is 3"),
    ]:
        with pytest.raises(ValueError, match=why):
            stage.for_consoles(content)


def test_uv_comes_with_its_licences_and_in_the_tested_version(tmp_path, monkeypatch):
    requirements = (ROOT / "tests/python/requirements.txt").read_text(encoding="utf-8")
    assert f"uv=={stage.uv_version()}\n" in requirements
    wheel = tmp_path / f"uv-{stage.uv_version()}-py3-none-win_amd64.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-1.data/scripts/uv.exe", b"uv")
        archive.writestr("uv-1.data/scripts/uvx.exe", b"uvx")
        archive.writestr("uv-1.dist-info/licenses/LICENSE-MIT", b"mit")
    with pytest.raises(ValueError, match="a digest that"):
        stage.unpack_uv(wheel, tmp_path / "made")
    assert len(stage.uv_digests()) >= 8
    monkeypatch.setattr(stage, "uv_digests", lambda: [hashlib.sha256(wheel.read_bytes()).hexdigest()])
    stage.unpack_uv(wheel, tmp_path / "made")
    found = {str(file.relative_to(tmp_path / "made").as_posix()) for file in (tmp_path / "made").rglob("*.*")}
    assert found == {"uv.exe"}
    assert (tmp_path / "made/licences/uv/LICENSE-MIT").read_bytes() == b"mit"
    with pytest.raises(ValueError, match="is not the wheel"):
        stage.unpack_uv(wheel.rename(tmp_path / "uv-0.0.1-py3-none-win_amd64.whl"), tmp_path / "made")


def test_crates_of_builds_and_of_other_systems_are_not_listed():
    rust = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    target = next(line.removeprefix("host: ") for line in rust.splitlines() if line.startswith("host: "))
    found = crates.linked_crates(target)
    names = {crate["name"] for crate in found}
    own, other = "zbus-secret-service-keyring-store", "windows-native-keyring-store"
    if sys.platform != "linux":
        own, other = "eframe", own
    assert {"eframe", own} <= names
    # A build script's, a macro's, a test's, and another system's.
    assert not names & {"winresource", "serde_derive", "proptest", other}
    made = crates.sbom(found)
    assert [part["name"] for part in made["components"]] == sorted(part["name"] for part in made["components"])
    assert all(part["hashes"] and part["licenses"] for part in made["components"])
    text = crates.notices(found)
    assert "\neframe 0." in text
    assert "Permission is hereby granted" in text
