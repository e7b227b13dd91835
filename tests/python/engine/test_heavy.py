"""Heavy nodes: in processes of their own."""

from __future__ import annotations

import pytest
from looping import add, text, value

HEAVY = """
    import os
    import time

    import loom

    class Own:
        def __init__(self, n):
            self.n = n

        def __repr__(self):
            return f"Own({self.n})"

    def process(a):
        print("here")
        return Own(a), os.getpid()

    def takes(own, pid):
        return own.n, pid == os.getpid(), type(own).__name__

    def dies(a):
        os._exit(7)

    def crashes(a):
        os.kill(os.getpid(), 11)

    def fails(a):
        raise ValueError(f"not {a}")

    def waits(a):
        for i in range(10_000):
            loom.progress(i, 10_000)
            time.sleep(0.01)

    def spins(a):
        while True:
            pass

    def unpicklable(a):
        return lambda: a

    def here():
        return os.getpid()
"""


@pytest.fixture
def heavy(runs):
    path = runs.file("heavy.py", HEAVY)
    more = {"heavy": True}
    names = ("dies", "crashes", "fails", "waits", "spins", "unpicklable")
    runs.by_name = {name: runs.kind(path, name, "a", **more) for name in names}
    runs.by_name["process"] = runs.kind(path, "process", "a", "own pid", result="tuple", **more)
    runs.by_name["takes"] = runs.kind(path, "takes", "own pid", **more)
    runs.by_name["here"] = runs.kind(path, "here")
    return runs


def test_a_heavy_node_runs_in_another_process_and_hands_over_values_of_its_own_classes(heavy) -> None:
    one = add(heavy, "process", {"a": 3})
    two = add(heavy, "takes", {}, own=(one, 0), pid=(one, 1))
    here = add(heavy, "here")
    result = heavy.run()
    assert text(result, one) == "Own(3)"
    assert value(heavy, two) == "(3, True, 'Own')", "and the process stays for the next"
    assert text(result, one, 1) != text(result, here)
    assert result.log(one) == ["here"]


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("dies", "WorkerEnded", "This node took its process down: it ended with exit code 7"),
        ("crashes", "WorkerEnded", "This node took its process down: it ended with SIGSEGV"),
        ("fails", "ValueError", "not 3"),
        ("unpicklable", "PickledError", "tuple cannot be pickled"),
    ],
)
def test_a_heavy_node_that_fails_does_so_alone(heavy, name: str, kind: str, message: str) -> None:
    bad = add(heavy, name, {"a": 3})
    here = add(heavy, "here")
    result = heavy.run()
    assert result.errors[bad]["kind"] == kind
    assert message in result.errors[bad]["message"]
    again = heavy.run()
    assert again.counts == ("failed", 0, 1, 1, 0)
    assert text(result, here)
    if name == "fails":
        assert result.errors[bad]["inputs"] == [["a", "int", "3"]]
        assert result.errors[bad]["traceback"][-1]["function"] == "fails"


@pytest.mark.parametrize("name", ["waits", "spins"])
def test_stop_ends_a_heavy_node(heavy, name: str) -> None:
    node = add(heavy, name, {"a": 1})
    engine = heavy.begin()
    while engine.event() != {"type": "node_started", "run": 1, "node": node}:
        pass
    if name == "waits":
        assert engine.until("node_progress")[-1]["total"] == 10_000
        engine.send(type="cancel", run=1)
    else:
        engine.send(type="interrupt", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    heavy.nodes[0][1] = heavy.by_name["here"]
    heavy.nodes[0][2] = {}
    assert heavy.run(revision=2, nodes=heavy.nodes).counts[0] == "ok"


def test_heavy_items_are_done_in_several_processes(heavy) -> None:
    mapped = add(heavy, "process", {"a": [1, 2, 3, 4]}, {"map": ["a"]})
    assert heavy.run().counts == ("ok", 1, 0, 0, 0)
    assert value(heavy, mapped) == "[Own(1), Own(2), Own(3), Own(4)]"
