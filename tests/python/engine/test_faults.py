"""What nodes may do to the engine, each in a real process: the engine names the node and goes on."""

from __future__ import annotations

import os
import sys

import pytest

BAD = """
    import os, sys, time

    def number(value):
        return value

    def after(x):
        return x

    def raises(x):
        raise ValueError("x must be positive")

    def recurses(x):
        return recurses(x)

    def exits(x):
        sys.exit(3)

    def interrupted(x):
        raise KeyboardInterrupt

    def out_of_memory(x):
        raise MemoryError

    def breaks_its_own_error(x):
        class Broken(Exception):
            def __str__(self):
                raise RuntimeError
        raise Broken

    def leaves(x):
        print("last words", flush=True)
        os._exit(7)

    def crashes(x):
        import ctypes
        ctypes.string_at(0)

    def floods(x):
        line = "x" * 99
        for _ in range(1_000_000):
            print(line)
        return "done"

    def floods_at_once(x):
        sys.stdout.write("y" * 100_000_000)
        return "done"

    def bytes_out(x):
        sys.stdout.buffer.write(b"caf\\xe9\\n")
        sys.stdout.buffer.flush()
        return "done"

    def reads(x):
        try:
            return input()
        except EOFError:
            return repr(sys.stdin.read()) + repr(os.read(0, 10))

    def closes(x):
        for fd in (0, 1, 2):
            os.close(fd)
        return "done"

    def closes_streams(x):
        sys.stdout.close(); sys.stderr.close(); sys.stdin.close()
        return "done"

    def replaces_streams(x):
        sys.stdout = sys.stderr = None
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return "done"

    def writes_below(x):
        os.write(1, b"below python\\n")
        os.system("echo from a child")
        return "done"
"""


@pytest.fixture
def bad(runs):
    """Makes a graph: node 1 gives 1, node 2 does something bad, node 3 needs it, node 4 does not."""
    path = runs.file("bad.py", BAD)

    def make(function: str):
        number, after = runs.kind(path, "number", "value"), runs.kind(path, "after", "x")
        runs.node(number, {"value": 1})
        runs.node(runs.kind(path, function, "x", cache=False), x=1)
        runs.node(after, x=2)
        runs.node(after, x=1)
        return runs

    return make


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        ("raises", "ValueError"),
        ("recurses", "RecursionError"),
        ("exits", "SystemExit"),
        ("interrupted", "KeyboardInterrupt"),
        ("out_of_memory", "MemoryError"),
        ("breaks_its_own_error", "Broken"),
    ],
)
def test_a_failure_is_the_nodes_own_and_the_rest_runs(bad, function: str, kind: str) -> None:
    runs = bad(function)
    result = runs.run()
    assert result.counts == ("failed", 2, 0, 1, 1)
    assert result.errors[2]["kind"] == kind
    assert result.of("node_skipped") == [{"type": "node_skipped", "run": 1, "node": 3, "cause": 2}]
    assert result.outputs[4] == [["int", "1"]]
    assert runs.run().counts == ("failed", 0, 2, 1, 1)


def test_the_report_has_the_users_lines_and_the_inputs(bad) -> None:
    error = bad("raises").run().errors[2]
    assert error["message"] == "x must be positive"
    assert error["inputs"] == [["x", "int", "1"]]
    assert [(frame["function"], frame["code"]) for frame in error["traceback"]] == [
        ("raises", 'raise ValueError("x must be positive")')
    ]
    assert error["hidden"] > 0


def test_a_deep_recursion_is_reported_without_its_middle(bad) -> None:
    error = bad("recurses").run().errors[2]
    assert 0 < len(error["traceback"]) < 100
    assert error["hidden"] > 500


@pytest.mark.parametrize("function", ["leaves", "crashes"])
def test_the_markers_name_the_node_that_took_the_engine_down(bad, function: str) -> None:
    runs = bad(function)
    engine = runs.begin()
    assert "run_finished" not in [event["type"] for event in engine.until("run_finished")]
    code = engine.wait()
    assert code == 7 if function == "leaves" else code != 0
    assert b"\x1eloom+2\n" in engine.raw
    assert b"\x1eloom-2\n" not in engine.raw
    if function == "crashes":
        assert b"Fatal Python error" in engine.raw or sys.platform == "win32"


@pytest.mark.parametrize("function", ["floods", "floods_at_once"])
def test_a_flood_of_output_is_cut_and_counted(bad, function: str) -> None:
    result = bad(function).run()
    assert result.counts == ("ok", 4, 0, 0, 0)
    texts = result.log(2)
    assert sum(map(len, texts)) < 10_000_000
    if function == "floods":
        dropped = sum(int(text.split()[1]) for text in texts if text.startswith("…"))
        shown = sum(not text.startswith("…") for text in texts)
        assert dropped + shown == 1_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_flood_does_not_grow_the_engine(bad) -> None:
    runs = bad("floods")
    runs.run()
    with open(f"/proc/{runs.engine.process.pid}/status", encoding="utf-8") as status:
        peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak_kib < 100 * 1024


def test_bytes_that_are_not_utf_8_are_shown(bad) -> None:
    assert bad("bytes_out").run().log(2) == ["caf\ufffd"]


def test_standard_input_is_empty(bad) -> None:
    assert bad("reads").run().outputs[2] == [["text", "''b''"]]


@pytest.mark.parametrize("function", ["closes", "closes_streams", "replaces_streams"])
def test_closing_or_replacing_streams_harms_nobody(bad, function: str) -> None:
    runs = bad(function)
    path = runs.file("later.py", "def later(x):\n    print('still here')\n    import os; os.write(1, b'and here\\n')\n")
    runs.node(runs.kind(path, "later", "x", ""), x=2)
    result = runs.run()
    assert result.counts == ("ok", 5, 0, 0, 0)
    assert result.log(5) == ["still here"]
    assert runs.run().counts == ("ok", 3, 2, 0, 0)
    runs.engine.close()
    assert b"and here" in runs.engine.raw


def test_output_below_python_lies_between_the_markers(bad) -> None:
    runs = bad("writes_below")
    assert runs.run().counts == ("ok", 4, 0, 0, 0)
    runs.engine.close()
    between = runs.engine.raw.split(b"\x1eloom+2\n")[1].split(b"\x1eloom-2\n")[0]
    assert b"below python" in between
    assert b"from a child" in between


def test_a_chain_of_100_000_runs(runs) -> None:
    path = runs.file("chain.py", "def inc(x):\n    return x + 1\n")
    inc = runs.kind(path, "inc", "x")
    last = runs.node(inc, {"x": 0})
    for _ in range(99_999):
        last = runs.node(inc, x=last)
    result = runs.run()
    assert result.counts == ("ok", 100_000, 0, 0, 0)
    assert result.outputs[last] == [["int", "100000"]]
    assert runs.run().counts == ("ok", 0, 100_000, 0, 0)


def test_a_failure_at_the_head_of_a_long_chain_skips_it_all(runs) -> None:
    path = runs.file("chain.py", "def inc(x):\n    return x + 1\n")
    inc = runs.kind(path, "inc", "x")
    last = runs.node(inc, {"x": "a"})
    for _ in range(20_000):
        last = runs.node(inc, x=last)
    assert runs.run().counts == ("failed", 0, 0, 1, 20_000)


@pytest.mark.parametrize("busy", [False, True])
def test_an_orphan_ends(runs, busy: bool) -> None:
    path = runs.file("slow.py", "import time\n\ndef slow(x):\n    time.sleep(600)\n")
    runs.node(runs.kind(path, "slow", "x"), {"x": 1})
    engine = runs.start()
    if busy:
        runs.begin()
        engine.until("node_started")
    engine.process.stdin.close()
    assert engine.wait() == 0


def test_a_line_that_is_no_request_is_reported_and_passed_over(runs) -> None:
    engine = runs.start()
    engine.process.stdin.write(b'{"type":"run"\n{"type":"newer"}\n\xff\n')
    engine.send(type="ping", ping=5)
    events = engine.until("pong")
    assert events[-1] == {"type": "pong", "ping": 5}
    assert {event["type"] for event in events[:-1]} <= {"log"}
    assert os.path.exists(runs.folder)
