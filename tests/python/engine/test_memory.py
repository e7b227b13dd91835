"""Memory that results take: bounded, whatever a graph makes, and every value can still be looked at."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

MIB = 1 << 20
SOURCE = """
    class Own:
        def __init__(self, data):
            self.data = data

    def make(n, mib):
        print("made")
        return bytes([n]) * (mib << 20)

    def more(data):
        return bytes([data[0] + 1]) * len(data)

    def odd(mib):
        data = bytes(mib << 20)
        return lambda: data, data

    def first(data):
        return data[0] + 0 * len([])

    def own(data):
        return Own(data), data
"""


def peak_mib(engine) -> float:
    status = Path(f"/proc/{engine.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


@pytest.fixture
def made(runs):
    path = runs.file("memory.py", SOURCE)
    runs.hold = 64 * MIB
    runs.by_name = {
        "make": runs.kind(path, "make", "n mib"),
        "more": runs.kind(path, "more", "data"),
        "odd": runs.kind(path, "odd", "mib", "call data", result="tuple"),
        "first": runs.kind(path, "first", "data"),
        "own": runs.kind(path, "own", "data", "own data", result="tuple"),
    }
    return runs


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell how high memory was")
def test_a_long_chain_of_large_values_takes_as_much_as_a_few(made) -> None:
    node = made.node(made.by_name["make"], {"n": 0, "mib": 32})
    for _ in range(20):
        node = made.node(made.by_name["more"], {}, data=node)
    ends = [made.node(made.by_name["first"], {}, data=each) for each in range(1, node + 1)]
    result = made.run(workers=1)
    assert result.counts == ("ok", 42, 0, 0, 0), result.events
    assert [result.outputs[end][0][1] for end in ends] == [str(i) for i in range(21)]
    assert peak_mib(made.engine) < 20 * 32, "not all at once"
    # Everything is still there: to be looked at, and for what changes.
    assert made.engine.fetch(5, "view")["kind"] != "gone"
    made.nodes[ends[7] - 1][3] = {"data": [3, 0]}
    again = made.run(revision=2, nodes=[made.nodes[ends[7] - 1]])
    assert again.counts == ("ok", 1, 41, 0, 0)
    assert again.outputs[ends[7]] == [["int", "2"]]
    # What is replaced is an earlier result, and those are bounded as well.
    held = made.folder / "files" / "held"
    before = len(list(held.iterdir()))
    assert before > 0
    made.nodes[0][2] = {"n": 100, "mib": 1}
    assert made.run(base=2, revision=3, nodes=[made.nodes[0]]).last["status"] == "ok"
    assert len(list(held.iterdir())) <= 16 < before, "as much as earlier results may take"


def test_what_cannot_be_written_stays(made) -> None:
    odd = made.node(made.by_name["odd"], {"mib": 40})
    large = [made.node(made.by_name["make"], {"n": i, "mib": 40}) for i in range(3)]
    own = made.node(made.by_name["own"], {}, data=large[0])
    assert made.run(workers=1).last["status"] == "ok"
    for node, output in [(odd, 1), (large[1], 0), (own, 1)]:
        assert made.engine.fetch(node, "text", output)["kind"] == "text"
    assert "Own object" in made.engine.fetch(own, "text", 0)["text"]
