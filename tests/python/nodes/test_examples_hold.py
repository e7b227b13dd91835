"""The example in the help of every node runs and gives what it says, as `loom check --nodes` runs it.

What an example may use and how it is compared is said in `executor/examples.py`; what else holds for every node is
tested in `test_library.py`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from node_files import ROOT, load

from executor import examples

NODES = [
    (path, item.name)
    for path in sorted((ROOT / "nodebank").rglob("*.py"))
    if path.relative_to(ROOT / "nodebank").parts[0] != "custom"
    for item in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and not item.name.startswith("_")
]


@pytest.mark.parametrize(("path", "name"), NODES, ids=[name for _, name in NODES])
def test_the_example_holds(monkeypatch: pytest.MonkeyPatch, path: Path, name: str) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    holds, problem = examples.check(load(path), name)
    assert holds, problem


def test_an_example_that_does_not_hold_is_told(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text('def double(n):\n    """Double.\n\n    >>> double(2)\n    5\n    """\n    return 2 * n\n')
    assert examples.check(load(file), "double") == (False, "double(2)\n  gives    4\n  expected 5")
