"""Fixtures of the node tests: the modules of node files. How they are loaded is said in `node_files.py`."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import pytest
from node_files import ROOT, load


@pytest.fixture(scope="session")
def bank() -> Callable[[str], ModuleType]:
    """Gives the module of a file of the nodebank: `bank("math/arithmetic")`."""
    return lambda name: load(ROOT / "nodebank" / f"{name}.py")


@pytest.fixture(scope="session")
def example() -> Callable[[str], ModuleType]:
    """Gives the module of a node file of an example: `example("coins/photo")`."""

    def get(name: str) -> ModuleType:
        project, file = name.split("/")
        return load(ROOT / "examples" / project / "nodes" / f"{file}.py")

    return get
