"""Makes the folder that the installer of Windows packs: the program, the same for consoles, uv, and licences.

`stage.py LOOM_EXE UV_WHEEL FOLDER`, with `NAME.com` made of any program by `stage.py --console EXE COM`. Reads and
writes files alone; what signs them comes after it.
"""

import argparse
import hashlib
import re
import shutil
import struct
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WINDOW, CONSOLE = 2, 3


def for_consoles(program: bytes) -> bytes:
    """The same program with the mark of one for consoles: shells wait for it and get its exit code.

    Args:
        program: a Windows program with a window.

    Raises:
        ValueError: it is no such program.
    """
    if program[:2] != b"MZ" or len(program) < 0x40:
        raise ValueError("it does not begin as a Windows program does")
    (header,) = struct.unpack_from("<I", program, 0x3C)
    # Behind the signature of 4 bytes and the file header of 20; the subsystem is at 68 in either kind of it.
    optional = header + 24
    if program[header : header + 4] != b"PE\0\0" or len(program) < optional + 72:
        raise ValueError("it has no header of a Windows program")
    (magic,) = struct.unpack_from("<H", program, optional)
    if magic != 0x20B:
        raise ValueError("it is no 64-bit program")
    (subsystem,) = struct.unpack_from("<H", program, optional + 68)
    if subsystem != WINDOW:
        raise ValueError(f"its subsystem is {subsystem}, and {WINDOW}, that of programs with a window, was expected")
    patched = bytearray(program)
    struct.pack_into("<H", patched, optional + 68, CONSOLE)
    # A checksum, where the linker wrote one, fits no more; 0 says that there is none, and only drivers need one.
    struct.pack_into("<I", patched, optional + 64, 0)
    return bytes(patched)


def uv_version() -> str:
    """The version of uv that Loom is tested with and fetches by itself elsewhere."""
    source = (ROOT / "src/engine/python/uv.rs").read_text(encoding="utf-8")
    found = re.search(r'const VERSION: &str = "([^"]+)"', source)
    if not found:
        raise ValueError("src/engine/python/uv.rs names no version of uv")
    return found[1]


def uv_digests() -> list[str]:
    """What the wheels of that version hash to."""
    source = (ROOT / "src/engine/python/uv.rs").read_text(encoding="utf-8")
    return re.findall(r'"([0-9a-f]{64})"', source)


def unpack_uv(wheel: Path, folder: Path) -> None:
    """uv.exe, and the texts of its licences in `licences/uv/`.

    Args:
        wheel: uv's wheel for Windows, of the version that Loom is tested with.
        folder: where to.

    Raises:
        ValueError: it is another wheel, or lacks one of them.
    """
    expected = f"uv-{uv_version()}-"
    if not wheel.name.startswith(expected) or "win" not in wheel.name:
        raise ValueError(f"{wheel.name} is not the wheel {expected}*-win_amd64.whl")
    if hashlib.sha256(wheel.read_bytes()).hexdigest() not in uv_digests():
        raise ValueError(f"{wheel.name} has a digest that src/engine/python/uv.rs does not name")
    licences = folder / "licences/uv"
    licences.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        program = [name for name in names if name.endswith("/scripts/uv.exe")]
        texts = [name for name in names if "/licenses/" in name and not name.endswith("/")]
        if len(program) != 1 or not texts:
            raise ValueError(f"{wheel.name} has {len(program)} uv.exe and {len(texts)} licences")
        (folder / "uv.exe").write_bytes(archive.read(program[0]))
        for name in texts:
            (licences / Path(name).name).write_bytes(archive.read(name))


def copy_licences(folder: Path) -> None:
    """Loom's own and those of its fonts; those of its crates are written by `crates.py`."""
    licences = folder / "licences"
    licences.mkdir(parents=True, exist_ok=True)
    for name in ("LICENSE-MIT", "LICENSE-APACHE", "assets/fonts/OFL-Inter.txt"):
        shutil.copy(ROOT / name, licences)


def main() -> None:
    """What the call says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--console", action="store_true", help="only write COM of EXE")
    parser.add_argument("program", type=Path)
    parser.add_argument("others", type=Path, nargs="+", metavar="UV_WHEEL FOLDER | COM")
    call = parser.parse_args()
    if call.console and len(call.others) == 1:
        call.others[0].write_bytes(for_consoles(call.program.read_bytes()))
        return
    if call.console or len(call.others) != 2:
        parser.error("name the program, uv's wheel and a folder; or, with --console, the program and the copy")
    wheel, folder = call.others
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(call.program, folder / "Loom.exe")
    (folder / "loom.com").write_bytes(for_consoles(call.program.read_bytes()))
    unpack_uv(wheel, folder)
    copy_licences(folder)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"stage: {error}")
