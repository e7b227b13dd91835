"""Edited files: what of a module a function uses, and that only what uses an edit runs again."""

from __future__ import annotations

import pytest

from executor.parts import Parts

MODULE = '''"""Words."""
from __future__ import annotations
import math
from typing import overload
import re as regex

FACTOR = 2
TABLE = {}
TABLE["one"] = FACTOR
_count = 0

def helper(x):
    return x * FACTOR

@functools.lru_cache
def doubled(x):
    return helper(x)

def rooted(x):
    return math.sqrt(x)

def counted():
    global _count
    _count += 1
    return _count

def found(text):
    return regex.findall("a", text)

class Point:
    pass

def pointed() -> "Point":
    return 1

def anything(code):
    return eval(code)

if __name__ == "__main__":
    print(rooted(2))
'''


def used(function: str) -> list[str]:
    """The first line of each statement that the function uses, but for those that are part of all."""
    lines = [line for line in Parts(MODULE.encode()).of(function).decode().splitlines() if line[:1].strip()]
    always = ("from __future__ import annotations", 'TABLE["one"] = FACTOR', "FACTOR = 2", "TABLE = {}")
    assert all(line in lines for line in always)
    return [line for line in lines if line not in always]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("doubled", ["def helper(x):", "@functools.lru_cache", "def doubled(x):"]),
        ("rooted", ["import math", "def rooted(x):"]),
        ("counted", ["_count = 0", "def counted():"]),
        ("found", ["import re as regex", "def found(text):"]),
    ],
)
def test_a_function_uses_what_it_names_and_what_that_names(function: str, expected: list[str]) -> None:
    assert used(function) == expected


@pytest.mark.parametrize(
    ("source", "function"),
    [
        (MODULE, "pointed"),  # a class: other values come of it when it is loaded again
        (MODULE, "anything"),  # it may see everything
        (MODULE, "gone"),
        ("def f(:\n    pass\n", "f"),
    ],
)
def test_in_doubt_it_is_the_whole_module(source: str, function: str) -> None:
    assert Parts(source.encode()).of(function) == source.encode()


@pytest.mark.parametrize(
    "statement",
    ["import other\nother.setup()", "from other import *", "try:\n    import a\nexcept ImportError:\n    a = None",
     "@registered\ndef other():\n    pass", "T = {}\nkept = T.update(a=1)", "for n in range(3):\n    print(n)"],
)  # fmt: skip
def test_what_may_change_anything_is_part_of_every_function(statement: str) -> None:
    last = statement.splitlines()[-1].encode()
    assert last in Parts(f"{statement}\n\ndef f():\n    return 1\n".encode()).of("f")


TWO = """
    FACTOR = 2

    def helper(x):
        return x * FACTOR

    def first(a):
        return helper(a)

    def second(a):
        return a + 100
"""


def edited(runs, before: str, after: str) -> None:
    path = runs.folder / "two.py"
    path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


@pytest.fixture
def two(runs):
    path = runs.file("two.py", TWO)
    first, second = (runs.kind(path, name, "a:int") for name in ("first", "second"))
    runs.node(first, {"a": 1})
    runs.node(second, {"a": 1})
    runs.node(second, a=1)
    assert runs.run().outputs == {1: [["int", "2"]], 2: [["int", "101"]], 3: [["int", "102"]]}
    return runs


@pytest.mark.parametrize(
    ("before", "after", "outdated", "outputs"),
    [
        ("FACTOR = 2", "FACTOR = 3", [1], {1: [["int", "3"]], 3: [["int", "103"]]}),
        ("x * FACTOR", "x * FACTOR * 5", [1], {1: [["int", "10"]], 3: [["int", "110"]]}),
        ("a + 100", "a + 200", [2, 3], {2: [["int", "201"]], 3: [["int", "202"]]}),
        ("def helper", "def unused():\n    pass\n\ndef helper", [], {}),
    ],
)
def test_only_what_uses_an_edit_runs_again(two, before: str, after: str, outdated: list[int], outputs: dict) -> None:
    edited(two, before, after)
    engine = two.start()
    engine.send(type="reload", files=[str(two.folder / "two.py")])
    assert engine.until("reloaded")[-1]["nodes"] == outdated
    assert two.run().outputs == outputs


def test_an_edit_that_is_taken_back_finds_the_earlier_results(two) -> None:
    edited(two, "FACTOR = 2", "FACTOR = 3")
    two.run()
    edited(two, "FACTOR = 3", "FACTOR = 2")
    assert two.run().counts == ("ok", 0, 3, 0, 0)


def test_edits_that_size_and_time_do_not_tell(two) -> None:
    import os

    path = two.folder / "two.py"
    status = path.stat()
    edited(two, "FACTOR = 2", "FACTOR = 7")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert two.run().counts == ("ok", 0, 3, 0, 0)
    engine = two.start()
    engine.send(type="reload", files=[str(path), str(two.folder / "never_used.py")])
    assert engine.until("reloaded")[-1]["nodes"] == [1]
    assert two.run().outputs[1] == [["int", "7"]]


def test_values_of_classes_of_an_edited_module_are_made_anew(runs) -> None:
    source = """
        class Own:
            pass

        def make():
            return Own()

        def is_own(own):
            return isinstance(own, Own)

        def other():
            return 1
    """
    path = runs.file("own.py", source)
    make = runs.node(runs.kind(path, "make"))
    runs.node(runs.kind(path, "is_own", "own"), own=make)
    runs.node(runs.kind(path, "other"))
    assert runs.run().outputs[2] == [["bool", "True"]]
    runs.file("own.py", source.replace("return isinstance", "return not not isinstance"))
    result = runs.run()
    assert result.outputs[2] == [["bool", "True"]]
    assert sorted(result.outputs) == [1, 2], "the function that knows no class keeps its result"


def test_during_a_run_it_waits_for_the_end(runs) -> None:
    path = runs.file("waits.py", "import time\n\ndef waits():\n    time.sleep(0.2)\n    return 1\n")
    runs.node(runs.kind(path, "waits"))
    engine = runs.begin()
    engine.send(type="reload", files=[str(path)])
    types = [event["type"] for event in engine.until("reloaded")]
    assert types[-2:] == ["run_finished", "reloaded"]


def test_results_on_disk_survive_edits_elsewhere_in_the_module(runs, tmp_path) -> None:
    runs.store = tmp_path / "store"
    source = "import time\n\ndef slow(a):\n    time.sleep(0.05)\n    return a\n\ndef other():\n    return 1\n"
    path = runs.file("kept.py", source)
    runs.node(runs.kind(path, "slow", "a:int"), {"a": 1})
    assert runs.run().counts == ("ok", 1, 0, 0, 0)
    for edit, ran in ((source.replace("return 1", "return 2"), 0), (source.replace("return a", "return a + 1"), 1)):
        runs.engine.close()
        runs.engine, runs.runs = None, 0
        runs.file("kept.py", edit)
        assert runs.run().counts == ("ok", ran, 1 - ran, 0, 0)
