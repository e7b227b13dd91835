"""Writes `loom-update.json`, by which Loom knows of a release, and says how its files are to be signed.

`manifest.py write …` writes it, `manifest.py comment FILE` gives the trusted comment of a file's signature, read from
the manifest. `src/update/manifest.rs` and `src/update/verify.rs` read both: this file and those change together.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NAME = "loom-update.json"
APP = "loom"
# Who has heard nothing newer for so long is told that it cannot be known: nobody can hold an update back for longer.
GOOD_FOR = timedelta(days=45)
# Semantic versioning's own expression, without what stands behind a `+`: it would order nothing.
VERSION = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    r"(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
)
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,126}[A-Za-z0-9_-]")
TARGET = re.compile(r"(windows|linux|macos)-(x86_64|aarch64)-[a-z]+")


def notes_digest(notes: str) -> str:
    """Of the notes as Loom compares them: lines end in one way, and nothing stands around them."""
    return hashlib.sha256(notes.replace("\r\n", "\n").strip().encode()).hexdigest()


def asset(path: Path, target: str) -> dict[str, Any]:
    """What the manifest says of one file.

    Args:
        path: the file.
        target: system, processor and kind of installation, such as windows-x86_64-installer.

    Raises:
        ValueError: its name, its target or its size is none that Loom takes.
    """
    if not FILE_NAME.fullmatch(path.name):
        raise ValueError(f"Loom takes no file of this name: {path.name}")
    if not TARGET.fullmatch(target):
        raise ValueError(f"{target} is no target such as windows-x86_64-installer")
    size = path.stat().st_size
    if size == 0:
        raise ValueError(f"{path.name} is empty")
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "target": target, "size": size, "sha256": digest}


def manifest(
    version: str, seq: int, notes: str, assets: Iterable[tuple[Path, str]], min_allowed: str | None, now: datetime
) -> dict[str, Any]:
    """All that is signed about a release.

    Args:
        version: that of Cargo.toml; one with a `-` in it is for the beta channel alone.
        seq: above that of every manifest that was ever signed.
        notes: what is new, as the release shows it.
        assets: files with their targets.
        min_allowed: this version and older ones are withdrawn, if any is.
        now: when it is signed, in UTC.

    Raises:
        ValueError: something of it is none that Loom takes.
    """
    for text in (version, min_allowed or version):
        if not VERSION.fullmatch(text):
            raise ValueError(f"{text} is no semantic version")
    if seq < 1:
        raise ValueError(f"{seq} is no number for a manifest: they begin at 1")
    if min_allowed == version:
        raise ValueError(f"{version} would withdraw itself")
    found = [asset(path, target) for path, target in assets]
    if not found:
        raise ValueError("a release has files")
    for key in ("name", "target"):
        values = [one[key] for one in found]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"two files have the same {key}: {', '.join(twice)}")
    made: dict[str, Any] = {"app": APP, "channel": "beta" if "-" in version else "stable", "version": version}
    if min_allowed:
        made["min_allowed"] = min_allowed
    made["seq"] = seq
    made["published"] = stamp(now)
    made["expires"] = stamp(now + GOOD_FOR)
    made["notes_sha256"] = notes_digest(notes)
    made["assets"] = found
    return made


def stamp(time: datetime) -> str:
    """A time in UTC, to the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def comment(made: dict[str, Any], name: str) -> str:
    """The trusted comment of a file's signature: the signature is of this file of this release, and of no other.

    Args:
        made: the manifest.
        name: of the file, as it is in the manifest, or of the manifest itself.

    Raises:
        ValueError: the manifest has no such file.
    """
    fields = {"app": made["app"], "version": made["version"]}
    if name == NAME:
        fields |= {"asset": name, "seq": made["seq"]}
    else:
        found = [one for one in made["assets"] if one["name"] == name]
        if len(found) != 1:
            raise ValueError(f"the manifest has no file {name}")
        fields |= {"asset": name, "target": found[0]["target"], "size": found[0]["size"]}
    return "\t".join(f"{key}:{value}" for key, value in fields.items())


def main() -> None:
    """What the call says."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    write = verbs.add_parser("write", help=f"write {NAME} into the folder of a release's files")
    write.add_argument("folder", type=Path)
    write.add_argument("--version", required=True)
    write.add_argument("--seq", required=True, type=int)
    write.add_argument("--notes", required=True, type=Path)
    write.add_argument("--min-allowed")
    write.add_argument("--asset", action="append", required=True, metavar="NAME=TARGET")
    of_file = verbs.add_parser("comment", help="the trusted comment of a file beside its manifest")
    of_file.add_argument("file", type=Path)
    call = parser.parse_args()
    if call.verb == "comment":
        made = json.loads((call.file.parent / NAME).read_text(encoding="utf-8"))
        sys.stdout.write(comment(made, call.file.name) + "\n")
        return
    assets = [(call.folder / name, target) for name, _, target in (one.partition("=") for one in call.asset)]
    notes = call.notes.read_text(encoding="utf-8")
    made = manifest(call.version, call.seq, notes, assets, call.min_allowed or None, datetime.now(UTC))
    text = json.dumps(made, indent=1) + "\n"
    (call.folder / NAME).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"manifest: {error}")
