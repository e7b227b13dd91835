"""Graphs run in a real engine: results, links, what runs again, and several nodes at a time."""

from __future__ import annotations

import json
import os

import pytest

MATHS = """
    from typing import NamedTuple

    class Parts(NamedTuple):
        quotient: int
        rest: int

    def number(value):
        return value

    def add(a, b=10):
        return a + b

    def divide(a, b):
        return Parts(*divmod(a, b))

    def one(a):
        return (a,)

    def named(a):
        return {"low": a - 1, "high": a + 1}

    def nothing(a):
        pass

    def only_by_name(*, a, b=2):
        return a * b

    def kinds(path, day, moment, data, real):
        return repr([type(path).__name__, path.is_absolute(), day, moment, data, real])

    def old(a, b, c):
        return [a, b, c]

    async def later(a):
        import asyncio
        await asyncio.sleep(0)
        return a
"""


@pytest.fixture
def maths(runs):
    path = runs.file("maths.py", MATHS)
    runs.of = lambda function, inputs="", outputs="result", **more: runs.kind(path, function, inputs, outputs, **more)
    return runs


def test_values_and_links_reach_the_call(maths) -> None:
    number = maths.of("number", "value:int")
    seven, three = maths.node(number, {"value": 7}), maths.node(number, {"value": 3})
    total = maths.node(maths.of("add", "a:int b:int"), a=seven, b=three)
    defaulted = maths.node(maths.of("add", "a:int b:int"), a=seven)
    swapped = maths.node(maths.of("only_by_name", "b:int a:int"), {"b": 5}, a=three)
    result = maths.run()
    assert result.counts == ("ok", 5, 0, 0, 0)
    assert [result.outputs[node] for node in (total, defaulted, swapped)] == [
        [["int", "10"]],
        [["int", "17"]],
        [["int", "15"]],
    ]


def test_results_become_outputs(maths) -> None:
    seven = maths.node(maths.of("number", "value:int"), {"value": 7})
    parts = maths.node(maths.of("divide", "a b", "quotient rest", result="tuple"), {"b": 2}, a=seven)
    both = maths.node(maths.of("named", "a", "high low", result="dict"), a=seven)
    none = maths.node(maths.of("nothing", "a", ""), a=seven)
    rest = maths.node(maths.of("number", "value:int"), value=(parts, 1))
    wrong = maths.node(maths.of("one", "a", "x y", result="tuple"), a=seven)
    missing = maths.node(maths.of("named", "a", "high middle", result="dict"), a=seven)
    result = maths.run()
    assert result.outputs[parts] == [["int", "3"], ["int", "1"]]
    assert result.outputs[both] == [["int", "8"], ["int", "6"]]
    assert result.outputs[none] == []
    assert result.outputs[rest] == [["int", "1"]]
    assert "2 values (x, y), but returned 1" in result.errors[wrong]["message"]
    assert "has no middle" in result.errors[missing]["message"]


def test_functions_of_the_first_loom(maths) -> None:
    old = maths.of("old", "a b c", "first second", call="positional", result="spread")
    short = maths.of("one", "a", "first second", call="positional", result="spread")
    a = maths.node(old, {"b": "text"})
    b = maths.node(short, {"a": 5})
    c = maths.node(old, a=(b, 1), b=(b, 0))
    result = maths.run()
    assert result.outputs[a] == [["none", "None"], ["text", "text"]]
    assert result.outputs[b] == [["int", "5"], None]
    assert result.outputs[c] == [["none", "None"], ["int", "5"]]


def test_old_nodes_log_by_their_own_module(runs) -> None:
    source = "from executor.utils.node_logger import log_print, log_warning, log_error\n\n"
    path = runs.file("old.py", source + "def old(a):\n    log_print('a'); log_warning('b', 2); log_error('c')\n")
    runs.node(runs.kind(path, "old", "a", "", call="positional", result="spread"))
    logs = [(event["level"], event["text"]) for event in runs.run().of("log")]
    assert logs == [("info", "a"), ("warning", "b 2"), ("error", "c")]


def test_values_are_read_by_the_inputs_type(maths) -> None:
    kinds = maths.of("kinds", "path:path day:date moment:date data:bytes real:float")
    values = {"path": "a.csv", "day": "2024-02-29", "moment": "2024-02-29T18:30", "data": "ü", "real": 2}
    shown = maths.node(kinds, values)
    wrong = maths.node(kinds, {**values, "day": "soon"})
    result = maths.run()
    text = result.outputs[shown][0][1]
    assert "True, datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 18, 30)" in text
    assert "b'\\xc3\\xbc', 2.0" in text
    assert "input 'day': 'soon' is no date" in result.errors[wrong]["message"]


def test_async_nodes(maths) -> None:
    node = maths.node(maths.of("later", "a", is_async=True), {"a": 4})
    assert maths.run().outputs[node] == [["int", "4"]]


def test_only_what_changed_runs_again(maths) -> None:
    number, add = maths.of("number", "value:int"), maths.of("add", "a:int b:int")
    one, two = maths.node(number, {"value": 1}), maths.node(number, {"value": 2})
    total = maths.node(add, a=one, b=two)
    more = maths.node(add, {"b": 100}, a=two)
    assert maths.run().counts == ("ok", 4, 0, 0, 0)
    assert maths.run().of("nodes_cached") == [{"type": "nodes_cached", "run": 2, "nodes": [1, 2, 3, 4]}]
    changed = maths.run(revision=2, nodes=[[one, number, {"value": 5}, {}]])
    assert changed.counts == ("ok", 2, 2, 0, 0)
    assert changed.outputs == {one: [["int", "5"]], total: [["int", "7"]]}
    assert changed.of("nodes_cached")[0]["nodes"] == [two, more]
    back = maths.run(base=2, revision=3, nodes=[[one, number, {"value": 1}, {}]])
    assert back.counts == ("ok", 0, 4, 0, 0)
    assert back.of("nodes_cached")[0]["outputs"] == {str(one): [["int", "1"]], str(total): [["int", "3"]]}


def test_a_value_of_another_type_is_another_value(maths) -> None:
    number = maths.of("number", "value")
    maths.node(number, {"value": 1})
    maths.run()
    assert maths.run(revision=2, nodes=[[1, number, {"value": True}, {}]]).outputs == {1: [["bool", "True"]]}
    assert maths.run(base=2, revision=3, nodes=[[1, number, {"value": 1.0}, {}]]).outputs == {1: [["float", "1.0"]]}


def test_another_base_asks_for_the_graph(maths) -> None:
    maths.node(maths.of("number", "value"), {"value": 1})
    assert maths.run(base=4).last == {"type": "need_graph", "run": 1, "revision": 0}
    assert maths.run(base=None, kinds=maths.kinds, nodes=maths.nodes, revision=9).counts == ("ok", 1, 0, 0, 0)
    assert maths.run(base=4).last == {"type": "need_graph", "run": 3, "revision": 9}
    whole = maths.run(base=None, kinds=maths.kinds, nodes=maths.nodes, revision=10)
    assert whole.counts == ("ok", 0, 1, 0, 0), "results are found again when the whole graph is sent again"


def test_removed_nodes_and_links(maths) -> None:
    number, add = maths.of("number", "value:int"), maths.of("add", "a:int b:int")
    maths.node(number, {"value": 1})
    maths.node(add, a=1)
    maths.run()
    cut = maths.run(revision=2, removed=[1], nodes=[[2, add, {"a": 5}, {}]])
    assert cut.outputs == {2: [["int", "15"]]}
    dangling = maths.run(base=2, revision=3, nodes=[[2, add, {}, {"a": [1, 0]}]])
    assert "node 1, which is not in the graph" in dangling.errors[2]["message"]


def test_targets_run_with_what_they_need(maths) -> None:
    number, add = maths.of("number", "value:int"), maths.of("add", "a:int b:int")
    maths.node(number, {"value": 1})
    maths.node(add, a=1)
    maths.node(add, a=2)
    part = maths.run(targets=[2])
    assert part.counts == ("ok", 2, 0, 0, 0)
    assert part.of("run_started")[0]["total"] == 2
    assert maths.run().counts == ("ok", 1, 2, 0, 0)
    maths.run(revision=2, nodes=[[1, number, {"value": 2}, {}]], targets=[1])
    rest = maths.run(base=2, revision=2)
    assert rest.counts == ("ok", 2, 1, 0, 0)
    assert rest.outputs[3] == [["int", "22"]]


def test_blocked_and_forced_nodes(maths) -> None:
    number, add = maths.of("number", "value:int"), maths.of("add", "a:int b:int")
    maths.node(number, {"value": 1})
    maths.node(add, a=1)
    maths.node(add, a=2)
    blocked = maths.run(blocked=[[2, "it took the engine down"]])
    assert blocked.counts == ("failed", 1, 0, 1, 1)
    assert blocked.errors[2] == {
        "kind": "Blocked", "message": "it took the engine down", "traceback": [], "inputs": [], "module": None,
        "hidden": 0,
    }  # fmt: skip
    assert maths.run(blocked=[[3, "not asked for"]], targets=[1]).counts == ("ok", 0, 1, 0, 0)
    assert maths.run().counts == ("ok", 2, 1, 0, 0)
    assert maths.run(force=[2]).counts == ("ok", 1, 2, 0, 0), "the same key gives the same result below"


def test_a_loop_of_links_is_named(maths) -> None:
    add = maths.of("add", "a:int b:int")
    maths.node(add, a=2)
    maths.node(add, a=1)
    maths.node(add, {"a": 1})
    result = maths.run()
    assert result.counts == ("failed", 1, 0, 2, 0)
    assert "the links make a loop" in result.errors[1]["message"]


def test_a_kind_that_is_never_cached_runs_every_time(runs) -> None:
    path = runs.file(
        "dice.py",
        "import itertools\nc = itertools.count()\ndef roll():\n    return next(c)\ndef see(x):\n    return x\n",
    )
    runs.node(runs.kind(path, "roll", cache=False))
    runs.node(runs.kind(path, "see", "x"), x=1)
    assert runs.run().outputs == {1: [["int", "0"]], 2: [["int", "0"]]}
    assert runs.run().outputs == {1: [["int", "1"]], 2: [["int", "1"]]}


def test_an_edited_file_runs_again_and_a_file_on_disk_counts(runs) -> None:
    path = runs.file("read.py", "def read(path):\n    return path.read_text()\n")
    data = runs.file("data.txt", "one")
    read = runs.kind(path, "read", "path:path")
    runs.node(read, {"path": "data.txt"})
    runs.node(
        runs.kind(
            runs.file("name.py", "def name():\n    from pathlib import Path\n    return Path('data.txt').name\n"),
            "name",
        )
    )
    runs.node(
        runs.kind(
            runs.file("linked.py", f"def linked(path):\n    return open({str(data)!r}).read()\n"), "linked", "path:path"
        ),
        path=2,
    )
    assert runs.run().outputs[1] == [["text", "one"]]
    assert runs.run().counts == ("ok", 0, 3, 0, 0)
    data.write_text("three")
    again = runs.run()
    assert again.outputs == {1: [["text", "three"]], 3: [["text", "three"]]}
    runs.file("read.py", "def read(path):\n    return path.read_text().upper()\n")
    assert runs.run().outputs == {1: [["text", "THREE"]]}
    assert runs.run().counts == ("ok", 0, 3, 0, 0)
    os.utime(path, (1, 1))
    assert runs.run().counts == ("ok", 0, 3, 0, 0), "touched, but the same content"


def test_an_edited_helper_runs_its_nodes_again(runs) -> None:
    runs.file("pack/shared_words.py", "WORD = 'one'\n")
    path = runs.file("pack/says.py", "from shared_words import WORD\n\ndef says():\n    return WORD\n")
    runs.node(runs.kind(path, "says"))
    assert runs.run().outputs[1] == [["text", "one"]]
    runs.file("pack/shared_words.py", "WORD = 'three'\n")
    assert runs.run().outputs[1] == [["text", "three"]]


def test_a_file_that_does_not_load_fails_its_own_kinds_only(runs) -> None:
    broken = runs.file("broken.py", "x = 1\ndef broken(:\n    pass\n")
    needs = runs.file("needs.py", "import no_such_module_here\n\ndef needs():\n    pass\n")
    fine = runs.file("fine.py", "def fine():\n    return 'ok'\n")
    for path, name in ((broken, "broken"), (needs, "needs"), (fine, "fine"), (fine, "renamed")):
        runs.node(runs.kind(path, name))
    runs.node(runs.kind(runs.folder / "gone.py", "gone"))
    runs.node(1)
    result = runs.run()
    assert result.counts == ("failed", 1, 0, 5, 0)
    assert [result.errors[node]["traceback"][0]["code"] for node in (2, 6)] == ["import no_such_module_here"] * 2
    assert result.errors[1]["kind"] == "SyntaxError"
    assert (result.errors[1]["traceback"][-1]["file"], result.errors[1]["traceback"][-1]["line"]) == (str(broken), 2)
    assert result.errors[2]["module"] == "no_such_module_here"
    assert "no function 'renamed'" in result.errors[4]["message"]
    assert result.errors[5]["kind"] == "FileNotFoundError"
    runs.file("broken.py", "def broken():\n    return 1\n")
    runs.file("no_such_module_here.py", "")
    assert runs.run().counts == ("failed", 3, 1, 2, 0)


def test_files_are_modules_of_their_own(runs) -> None:
    source = """
        import dataclasses, pickle

        @dataclasses.dataclass
        class Point:
            x: int

        def point(x):
            return pickle.loads(pickle.dumps(Point(x)))
    """
    runs.file("json.py", "raise RuntimeError('a node file must not replace a module of Python')\n")
    for name in ("a/same.py", "b/same.py"):
        runs.node(runs.kind(runs.file(name, source), "point", "x"), {"x": 1})
    beside = runs.file("beside.py", "import json\n\ndef beside():\n    return json.dumps([1])\n")
    runs.node(runs.kind(beside, "beside"))
    result = runs.run()
    assert result.outputs[1] == [["Point", "Point(x=1)"]]
    assert result.outputs[2] == [["Point", "Point(x=1)"]]
    assert result.outputs[3] == [["text", "[1]"]]


def test_slow_nodes_run_at_the_same_time(runs) -> None:
    source = """
        import threading
        meeting = threading.Barrier(3, timeout=30)

        def meet(x):
            meeting.wait()
            return x

        def quick(x):
            return x
    """
    path = runs.file("meet.py", source)
    for _ in range(3):
        runs.node(runs.kind(path, "meet", "x"), {"x": 1})
    for node in (1, 2, 3):
        runs.node(runs.kind(path, "quick", "x"), x=node)
    assert runs.run(workers=3).counts == ("ok", 6, 0, 0, 0)


def test_one_worker_runs_in_the_order_of_the_request(runs) -> None:
    path = runs.file("show.py", "def show(x):\n    print(x)\n    return x\n")
    show = runs.kind(path, "show", "x")
    for number in range(50):
        runs.node(show, {"x": number})
    for number in range(50):
        runs.node(show, x=number + 1)
    finished = [event["node"] for event in runs.run(workers=1).of("node_finished")]
    assert finished == list(range(1, 101))


def test_many_nodes_on_many_workers_keep_their_counts(runs) -> None:
    source = "import time\n\ndef join(a, b):\n    time.sleep(0.0005)\n    return a + b\n"
    join = runs.kind(runs.file("join.py", source), "join", "a b")
    width = 20
    for number in range(width):
        runs.node(join, {"a": number, "b": 1})
    for layer in range(1, 15):
        first = (layer - 1) * width + 1
        for number in range(width):
            runs.node(join, a=first + number, b=first + (number * 7 + 1) % width)
    assert runs.run(workers=8).counts == ("ok", 300, 0, 0, 0)


def test_fetch(runs) -> None:
    source = """
        def rows():
            return [{"a": 1, "b": "x"}, {"a": 3, "b": "y"}, {"a": 2}]

        def long():
            return "ü" * 1_000_000
    """
    path = runs.file("rows.py", source)
    runs.node(runs.kind(path, "rows"))
    runs.node(runs.kind(path, "long"))
    runs.run()
    view = runs.engine.fetch(1, start=0, count=2, sort=[0, True])
    assert view == {
        "kind": "table", "rows": 3, "columns": [["a", "int"], ["b", "str"]], "index": ["1", "2"], "start": 0,
        "cells": [["3", "y"], ["2", ""]],
    }  # fmt: skip
    assert runs.engine.fetch(1, "text")["text"].startswith("[{'a': 1")
    long = runs.engine.fetch(2, "text")
    assert "text" not in long
    with open(long["file"], encoding="utf-8") as file:
        assert file.read() == "ü" * 1_000_000
    assert runs.engine.fetch(1, output=1) == {"kind": "gone"}
    assert runs.engine.fetch(77) == {"kind": "gone"}


def test_the_golden_run_is_understood(runs) -> None:
    golden = os.path.join(os.path.dirname(__file__), "../../protocol/requests.jsonl")
    with open(golden, encoding="utf-8") as file:
        first = json.loads(file.readline())
    engine = runs.start()
    engine.send(**first)
    result = engine.until("run_finished")
    assert result[-1]["status"] == "failed"
    assert {event["node"] for event in result if event["type"] in ("node_failed", "node_skipped")} == {1, 2, 3}


CONVERSIONS = """
import pathlib

def text_of(path): return str(path)
def a_path(): return pathlib.Path("a") / "b.csv"
def a_text(): return "a/b.csv"
def shown(path): return f"{type(path).__name__} {path}"
def picture():
    from PIL import Image
    return Image.new("RGB", (4, 3), "red")
def pixels():
    import numpy
    return numpy.zeros((3, 4), dtype="uint8")
def depths():
    import numpy
    return numpy.zeros((3, 4), dtype="float32")
def what(value): return f"{type(value).__module__.split('.')[0]} {getattr(value, 'shape', None) or value.size}"
"""


def test_links_convert_what_the_window_shows_that_they_convert(runs) -> None:
    path = runs.file("conversions.py", CONVERSIONS)

    def shown(source: str, function: str, given: str) -> int:
        maker = runs.node(runs.kind(path, source, "", "result"))
        return runs.node(runs.kind(path, function, given, "result"), **{given.split(":")[0]: maker})

    cases = {
        shown("a_text", "shown", "path:path"): "PosixPath ",
        shown("a_path", "shown", "path:text"): "str a/b.csv",
        shown("a_path", "shown", "path:path"): "PosixPath a/b.csv",
        shown("picture", "what", "value:array"): "numpy (3, 4, 3)",
        shown("pixels", "what", "value:image"): "PIL (4, 3)",
        shown("depths", "what", "value:image"): "PIL (4, 3)",
    }
    result = runs.run()
    for case, expected in cases.items():
        text = result.outputs[case][0][1]
        assert text.startswith(expected), (text, expected)
    from_text = next(iter(cases))
    assert result.outputs[from_text][0][1].endswith("/a/b.csv"), "a relative path counts from the project's folder"


def test_a_kept_result_is_taken_as_it_is_and_looked_at_later(runs) -> None:
    path = runs.file("kept.py", "import itertools\ncount = itertools.count()\ndef never():\n    return next(count)\n"
                     "def add(a, b=0):\n    return a + b\n")  # fmt: skip
    add = runs.kind(path, "add", "a b")
    never = runs.node(runs.kind(path, "never", cache=False))
    one = runs.node(add, {"b": 100}, a=never)
    apart = runs.node(add, {"a": 1, "b": 1})
    below = runs.node(add, {}, a=one, b=apart)
    assert runs.run().outputs[below] == [["int", "102"]]
    runs.nodes[apart - 1][2] = {"a": 1, "b": 6}
    # Only what follows from the change runs.
    result = runs.run(revision=2, nodes=[runs.nodes[apart - 1]], keep=[never])
    assert result.counts == ("ok", 2, 2, 0, 0)
    assert result.outputs[below] == [["int", "107"]]
    # A source of what is kept changes: it stays all the same, until a run does not keep it.
    runs.nodes[one - 1][2] = {"b": 200}
    result = runs.run(base=2, revision=3, nodes=[runs.nodes[one - 1]], keep=[never, one])
    assert result.counts == ("ok", 0, 4, 0, 0)
    result = runs.run(base=3, revision=3, keep=[never])
    assert result.counts == ("ok", 2, 2, 0, 0)
    assert result.outputs[below] == [["int", "207"]]
    assert runs.run(base=3, revision=3).outputs[below] == [["int", "208"]]
