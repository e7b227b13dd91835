"""The version of a release stands in Cargo.toml alone; this says it, and stops where something else says another one.

`versions.py` prints it, `versions.py TAG OWNER/NAME` compares it with Cargo.lock, the changelog and a git tag, and the
repository that updates are asked of with the one that the tag lies in; `versions.py --notes` prints what the changelog
says of the version. Changes nothing.
"""

import argparse
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def version_of(manifest: str) -> str:
    """The version in the text of a Cargo.toml."""
    return tomllib.loads(manifest)["package"]["version"]


def notes_of(changelog: str, version: str) -> str:
    """What a changelog says of a version: the text below `## VERSION`, behind which a date may stand.

    Raises:
        ValueError: it says nothing of it.
    """
    heading = re.compile(r"^## (\S+)( .*)?$", re.MULTILINE)
    found = list(heading.finditer(changelog))
    for mark, after in zip(found, [*found[1:], None], strict=True):
        if mark[1] == version:
            notes = changelog[mark.end() : after.start() if after else None].strip()
            if notes:
                return notes
    raise ValueError(f'CHANGELOG.md has no text below "## {version}": rename "## Unreleased" to it, with the date')


def check(tag: str, manifest: str, lock: str, changelog: str, repository: str | None = None) -> None:
    """Do all of them name the same version, and is `repository` (OWNER/NAME, if said) asked for the next one?

    Raises:
        ValueError: one names another, and which.
    """
    version = version_of(manifest)
    asked = tomllib.loads(manifest)["package"].get("repository", "")
    expected = f"https://github.com/{repository}"
    if repository is not None and asked.removesuffix("/").removesuffix(".git") != expected:
        raise ValueError(f'Cargo.toml says repository = "{asked}": it must be {expected}, where updates are asked for')
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and Cargo.toml says {version}: it must be v{version}")
    locked = [crate["version"] for crate in tomllib.loads(lock)["package"] if crate["name"] == "loom"]
    if locked != [version]:
        found = ", ".join(locked)
        raise ValueError(f"Cargo.lock says {found}, and Cargo.toml {version}: `cargo update -p loom` mends it")
    notes_of(changelog, version)


def main() -> None:
    """What the call says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tag", nargs="?")
    parser.add_argument("repository", nargs="?")
    parser.add_argument("--notes", action="store_true")
    call = parser.parse_args()
    manifest, lock, changelog = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("Cargo.toml", "Cargo.lock", "CHANGELOG.md")
    )
    if call.tag:
        check(call.tag, manifest, lock, changelog, call.repository)
    version = version_of(manifest)
    sys.stdout.write((notes_of(changelog, version) if call.notes else version) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"versions: {error}")
