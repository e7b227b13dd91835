"""Starts the engine: `python -P -u -X utf8 -X faulthandler bootstrap.py --project DIR --files DIR [--workers N]`.

It takes the standard streams over before anything else can use them, makes `executor` and `loom` importable, and
only then looks at anything of the project. It must stay quick: `hello` is out before the slower imports.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from executor.channel import Channel

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def _options(arguments: list[str]) -> dict[str, str]:
    """`--name value` pairs; argparse would cost as much as everything else here."""
    options = {
        "--project": os.getcwd(),
        "--files": "",
        "--workers": "0",
        "--heavy": "",
        "--store": "",
        "--store-limit": "",
        "--hold": "",
    }
    for name, value in zip(arguments[::2], arguments[1::2], strict=False):
        if name in options:
            options[name] = value
    return options


def main() -> None:
    """Say hello, then serve until standard input closes."""
    sys.path.insert(0, os.path.dirname(_FOLDER))
    if _FOLDER in sys.path:  # without -P, Python puts the script's folder there: its names would hide packages
        sys.path.remove(_FOLDER)
    from executor import channel, protocol

    pipe, descriptors = channel.open_channel()
    options = _options(sys.argv[1:])
    if options["--heavy"]:
        _work_for_engine(pipe, options["--project"])
    pipe.put(protocol.hello(".".join(map(str, sys.version_info[:3])), os.getpid()))
    pipe.flush()
    os.environ.setdefault("MPLBACKEND", "Agg")  # a window of a node's own would hang the run
    from executor import loom

    sys.modules["loom"] = loom
    from executor import engine

    files = options["--files"] or os.path.join(options["--project"], ".loom", "views")
    workers = int(options["--workers"]) or min(32, (os.cpu_count() or 1) + 4)
    store = (options["--store"], int(options["--store-limit"] or 0))
    engine.Engine(pipe, descriptors, options["--project"], files, workers, store, int(options["--hold"] or 0)).serve()


def _work_for_engine(pipe: Channel, project: str) -> NoReturn:
    """The life of a process that calls heavy nodes."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    from executor import loom

    sys.modules["loom"] = loom
    from executor import heavy

    heavy.Heavy(pipe, project).serve()


if __name__ == "__main__":
    main()
