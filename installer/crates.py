"""What other people's work is in the program: a bill of materials, and the licences that go with it.

`crates.py sbom TARGET FILE` writes CycloneDX 1.5 as JSON, `crates.py notices TARGET FILE` one text with the licence of
each crate. TARGET is a Rust target; asks `cargo metadata`, and builds nothing.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REGISTRY = "registry+"


def linked_crates(target: str) -> list[dict[str, Any]]:
    """The crates that the program for a target is linked of, by name and version; Loom itself is not among them.

    Args:
        target: a Rust target, such as x86_64-pc-windows-msvc.
    """
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={target}"]
    found = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    metadata = json.loads(found.stdout)
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    packages = {package["id"]: package for package in metadata["packages"]}
    reached: set[str] = set()
    ahead = [metadata["resolve"]["root"]]
    while ahead:
        name = ahead.pop()
        if name in reached:
            continue
        reached.add(name)
        for dependency in nodes[name]["deps"]:
            # Those of builds and tests are not in the program; nor is what a macro is made of.
            is_linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            kinds = {kind for part in packages[dependency["pkg"]]["targets"] for kind in part["kind"]}
            if is_linked and "proc-macro" not in kinds:
                ahead.append(dependency["pkg"])
    crates = [packages[name] for name in reached if packages[name]["source"]]
    return sorted(crates, key=lambda crate: (crate["name"], crate["version"]))


def loom() -> dict[str, Any]:
    """The package of Cargo.toml."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))["package"]


def checksums() -> dict[tuple[str, str], str]:
    """SHA-256 of each crate's archive, as Cargo.lock holds them."""
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    return {(crate["name"], crate["version"]): crate["checksum"] for crate in lock["package"] if "checksum" in crate}


def sbom(crates: list[dict[str, Any]]) -> dict[str, Any]:
    """A bill of materials in the form of CycloneDX 1.5, the same for the same crates."""
    package, sums = loom(), checksums()
    components = []
    for crate in crates:
        name, version = crate["name"], crate["version"]
        component = {"type": "library", "name": name, "version": version, "purl": f"pkg:cargo/{name}@{version}"}
        component["bom-ref"] = component["purl"]
        if crate["license"]:
            # Older crates write a slash for OR, which is no SPDX.
            component["licenses"] = [{"expression": crate["license"].replace("/", " OR ").replace("  ", " ")}]
        if (name, version) in sums:
            component["hashes"] = [{"alg": "SHA-256", "content": sums[name, version]}]
        components.append(component)
    about = {"type": "application", "name": "loom", "version": package["version"], "bom-ref": "loom"}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
    }


def texts(crate: dict[str, Any]) -> list[str]:
    """The licence texts that lie in a crate's folder."""
    folder = Path(crate["manifest_path"]).parent
    marks = ("license", "licence", "copying", "notice", "unlicense", "copyright")
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and file.name.lower().startswith(marks)]
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in files]


def notices(crates: list[dict[str, Any]]) -> str:
    """One text: which crates are in the program and under what licence, then each text once with those it is of."""
    by_text: dict[str, list[str]] = {}
    lines = ["Loom is made with these Rust crates.", ""]
    for crate in crates:
        name = f"{crate['name']} {crate['version']}"
        lines.append(f"{name}: {crate['license'] or 'see its text'}")
        for text in texts(crate):
            by_text.setdefault(text, []).append(name)
    for text, names in by_text.items():
        lines += ["", "-" * 80, f"Of {', '.join(names)}:", "", text]
    return "\n".join(lines) + "\n"


def main() -> None:
    """What the call says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["sbom", "notices"])
    parser.add_argument("target")
    parser.add_argument("file", type=Path)
    call = parser.parse_args()
    crates = linked_crates(call.target)
    made = notices(crates) if call.what == "notices" else json.dumps(sbom(crates), indent=1) + "\n"
    call.file.write_text(made, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"crates: {error}")
