"""What calls cost: on the processor, in memory, in the size of the result, and what that costs itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from executor.cost import LOOKED_AT_NS, Memory, Meter

MIB = 1 << 20
SOURCE = """
    import time

    def spin(ms):
        until = time.thread_time() + ms / 1000
        while time.thread_time() < until:
            pass
        return ms

    def rest(s):
        time.sleep(s)
        return bytes(1 << 20)

    def fill(mib):
        time.sleep(0.002)
        return len(bytes([7]) * (mib << 20))

    def quick(a=0):
        return print and a
"""
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell how high memory was")


def costs(result) -> dict[int, dict]:
    return {event["node"]: event for event in result.of("node_finished")}


def test_the_processor_and_the_size_of_the_result_are_told(runs) -> None:
    path = runs.file("nodes.py", SOURCE)
    spin = runs.node(runs.kind(path, "spin", "ms:float"), {"ms": 30})
    rest = runs.node(runs.kind(path, "rest", "s:float"), {"s": 0.05})
    quick = runs.node(runs.kind(path, "quick"))
    told = costs(runs.run(workers=1))
    assert 29 <= told[spin]["cpu"] <= told[spin]["ms"] * 1.5
    assert told[rest]["cpu"] < told[rest]["ms"] / 2
    assert MIB <= told[rest]["size"] < 2 * MIB
    assert not {"cpu", "peak", "size"} & told[quick].keys()


@needs_linux
def test_memory_is_told_of_each_node_that_ran_alone(runs) -> None:
    path = runs.file("nodes.py", SOURCE)
    fill = runs.kind(path, "fill", "mib:int")
    sizes = {runs.node(fill, {"mib": mib}): mib for mib in (64, 8, 128, 1)}
    told = costs(runs.run(workers=1))
    for node, mib in sizes.items():
        assert mib * 0.9 <= told[node]["peak"] / MIB <= mib + 8, node


def test_memory_of_nodes_that_ran_together_is_not_told(runs) -> None:
    path = runs.file("nodes.py", SOURCE)
    rest = runs.kind(path, "rest", "s:float")
    nodes = [runs.node(rest, {"s": 0.3}) for _ in range(2)]
    told = costs(runs.run(workers=2))
    assert [told[node].get("peak") for node in nodes] == [None, None]


def test_a_quick_node_after_one_that_ran_beside_others_starts_afresh(tmp_path: Path) -> None:
    status = tmp_path / "status"

    def memory(resident: int, high: int) -> None:
        (tmp_path / "clear_refs").touch()
        (tmp_path / "statm").write_text(f"900 {resident} 3")
        status.write_text(f"Name:\tpython\nVmHWM:\t  {high} kB\n")

    page = 4
    memory(100, 100 * page)
    shared = Memory(str(tmp_path))
    meter, other = Meter(shared), Meter(shared)
    slow = LOOKED_AT_NS
    meter.begin(1, 0)
    memory(100, 250 * page)
    meter.stop(slow)
    assert meter.cost(slow, 1, 0, (b"abc",))[1:] == (150 * page * 1024, 3)
    # Another ended meanwhile, or goes on, or was there at the beginning.
    for busy_before, finished_after, busy_after in [(1, 1, 1), (1, 0, 2), (2, 0, 1)]:
        meter.begin(busy_before, 0)
        other.begin(2, 0)
        meter.stop(slow)
        assert meter.cost(slow, busy_after, finished_after, ())[1] is None
    memory(300, 300 * page)
    meter.begin(1, 5)
    meter.stop(slow)
    assert meter.cost(slow, 1, 5, ())[1] == 0


def test_memory_that_another_worker_forgets_while_it_is_read_is_told(tmp_path: Path) -> None:
    class Shared(Memory):
        def _read(self, name: str) -> bytes:
            if name == "status":
                self.forget()
            return super()._read(name)

    (tmp_path / "clear_refs").touch()
    (tmp_path / "statm").write_text("900 100 3")
    (tmp_path / "status").write_text(f"VmHWM:\t{4 * 250} kB\n")
    shared = Shared(str(tmp_path))
    shared.begin(LOOKED_AT_NS)
    assert shared.growth() == 4 * 150 * 1024


@pytest.mark.parametrize("statm", ["", "not numbers at all"])
def test_a_system_that_hides_memory_is_asked_once(tmp_path: Path, statm: str) -> None:
    (tmp_path / "clear_refs").touch()
    (tmp_path / "statm").write_text(statm)
    memory = Memory(str(tmp_path))
    memory.begin(LOOKED_AT_NS)
    assert memory.growth() is None
    (tmp_path / "statm").unlink()
    memory.begin(3 * LOOKED_AT_NS)
    assert memory.growth() is None
    assert Memory(str(tmp_path / "nowhere")).growth() is None
