"""Node files for tests: found, read and loaded by their path with `loom` beside them, as the engine does.

It must not import the engine: nodes work without it.
"""

from __future__ import annotations

import importlib.util
import pickle
import re
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]


@cache
def load(path: Path) -> ModuleType:
    """The module of one node file, loaded by its path."""
    if "loom" not in sys.modules:
        sys.modules["loom"] = _module("loom", ROOT / "executor" / "loom.py")
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # what its family shares lies beside it
    return _module("node_" + "_".join(path.with_suffix("").parts[-3:]), path)


def _module(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, path
    module = importlib.util.module_from_spec(spec)
    # Before it runs: NamedTuple and dataclasses look their module up.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def dependencies(path: Path) -> set[str]:
    """The packages that the PEP 723 block of a file names."""
    block = re.search(r"(?m)^# /// script\n((?:#.*\n)*?)# ///$", path.read_text(encoding="utf-8"))
    if block is None:
        return set()
    text = re.sub(r"(?m)^# ?", "", block[1])
    return {re.split(r"[<>=!~ \[]", name)[0] for name in tomllib.loads(text)["dependencies"]}


def call(target: str, arguments: dict[str, object]) -> object:
    """Call a node of the nodebank such as `lists/items.get_item`; it must leave its arguments as they are."""
    file, name = target.split(".")
    before = pickle.dumps(arguments)
    result = getattr(load(ROOT / "nodebank" / f"{file}.py"), name)(**arguments)
    assert pickle.dumps(arguments) == before, f"{name} changed an input"
    return result
