"""Results on disk: what survives the engine, what is believed, what is bounded."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from executor import pickled
from executor.store import MAGIC, Store
from executor.stored import ResultLost

SOURCE = """
    import time

    import helper

    class Own:
        def __init__(self, n):
            self.n = n

        def __repr__(self):
            return f"Own({self.n})"

    def slow(a):
        time.sleep(0.05)
        return Own(helper.twice(a))

    def more(own, b):
        time.sleep(0.05)
        return own.n + b

    def quick(n):
        return n + 1

    def loads(path):
        time.sleep(0.05)
        return path.read_text()

    def never():
        time.sleep(0.05)
        return time.time()

    def odd(a):
        time.sleep(0.05)
        return lambda: a

    def dies(a):
        import os
        os._exit(3)
"""


@pytest.fixture
def kept(runs, tmp_path: Path):
    """Two slow nodes and a quick one, in engines that share a folder for results."""
    runs.file("helper.py", "def twice(a):\n    return 2 * a\n")
    path = runs.file("slow.py", SOURCE)
    runs.store = tmp_path / "results"
    runs.by_name = {
        "slow": runs.kind(path, "slow", "a"),
        "more": runs.kind(path, "more", "own b"),
        "quick": runs.kind(path, "quick", "n"),
        "loads": runs.kind(path, "loads", "path:path"),
        "never": runs.kind(path, "never", cache=False),
        "odd": runs.kind(path, "odd", "a"),
        "dies": runs.kind(path, "dies", "a"),
    }
    return runs


def add(runs, name: str, values: dict | None = None, **links: object) -> int:
    return runs.node(runs.by_name[name], values, **links)


def afresh(runs) -> None:
    """End the engine; the next run is in another one."""
    runs.engine.close()
    runs.engine = None
    runs.runs = 0


def ran(runs) -> tuple[int, int]:
    result = runs.run()
    assert result.last["status"] == "ok", result.events
    return result.last["ran"], result.last["cached"]


def test_results_that_took_long_are_there_after_a_restart(kept) -> None:
    slow = add(kept, "slow", {"a": 4})
    more = add(kept, "more", {"b": 1}, own=slow)
    quick = add(kept, "quick", {}, n=more)
    assert ran(kept) == (3, 0)
    afresh(kept)
    result = kept.run()
    assert result.counts == ("ok", 1, 2, 0, 0)
    cached = result.of("nodes_cached")[0]
    assert cached["outputs"][str(slow)] == [["Own", "Own(8)"]]
    assert result.outputs[quick] == [["int", "10"]]
    # A class of a node file is found when somebody looks.
    assert kept.engine.fetch(slow, "text")["text"] == "Own(8)"
    afresh(kept)
    kept.nodes[more - 1][2] = {"b": 2}
    assert ran(kept) == (2, 1)
    assert kept.engine.fetch(more, "text")["text"] == "10"


@pytest.mark.parametrize("change", ["source", "helper", "value"])
def test_what_changed_is_made_anew(kept, change: str) -> None:
    slow = add(kept, "slow", {"a": 4})
    ran(kept)
    afresh(kept)
    if change == "source":
        path = kept.folder / "slow.py"
        path.write_text(path.read_text().replace("helper.twice(a)", "helper.twice(a) + 1"))
    elif change == "helper":
        kept.file("helper.py", "def twice(a):\n    return 20 * a\n")
    else:
        kept.nodes[slow - 1][2] = {"a": 5}
    assert ran(kept) == (1, 0)


def test_a_file_counts_by_its_size_and_time(kept) -> None:
    data = kept.file("data.txt", "one")
    loads = add(kept, "loads", {"path": "data.txt"})
    ran(kept)
    afresh(kept)
    assert ran(kept) == (0, 1)
    afresh(kept)
    data.write_text("three")
    assert ran(kept) == (1, 0)
    assert kept.engine.fetch(loads, "text")["text"] == "three"


def test_what_is_never_the_same_and_what_cannot_be_pickled_is_not_kept(kept) -> None:
    add(kept, "never")
    add(kept, "odd", {"a": 1})
    assert ran(kept) == (2, 0)
    afresh(kept)
    assert ran(kept) == (2, 0)


def test_results_survive_a_crash_of_another_node(kept) -> None:
    slow = add(kept, "slow", {"a": 4})
    dies = add(kept, "dies", {}, a=slow)
    kept.begin(targets=[slow]).until("run_finished")
    store = kept.store
    while not any(store.glob("*.result")):
        pass
    events = kept.begin().until("run_finished")
    assert events[-1]["type"] != "run_finished", "it is gone"
    kept.engine.wait()
    kept.engine, kept.runs = None, 0
    result = kept.run(blocked=[[dies, "it took the engine down"]])
    assert result.counts == ("failed", 0, 1, 1, 0)


@pytest.mark.parametrize(
    "damage",
    ["a byte of the values", "the signature", "cut", "renamed", "a pickle of somebody", "values of somebody"],
)
def test_only_what_was_written_here_is_read(kept, damage: str, tmp_path: Path) -> None:
    slow = add(kept, "slow", {"a": 4})
    ran(kept)
    afresh(kept)
    (file,) = kept.store.glob("*.result")
    data = bytearray(file.read_bytes())
    trap = tmp_path / "trap"
    if damage == "a byte of the values":
        data[-3] ^= 1
    elif damage == "the signature":
        data[len(MAGIC) + 5] ^= 1
    elif damage == "cut":
        del data[-20:]
    elif damage.endswith("of somebody"):

        class Trap:
            def __reduce__(self):
                return os.mkdir, (str(trap),)

        if damage == "a pickle of somebody":
            data = bytearray(pickle.dumps(Trap()))
        else:  # behind a head that was written here
            at = len(MAGIC) + 64
            length = int.from_bytes(data[at : at + 8], "little")
            data = data[: at + 8 + length] + b"".join(map(bytes, pickled.dumps(Trap())))
    file.write_bytes(data)
    if damage == "renamed":
        kept.nodes[slow - 1][2] = {"a": 5}
        add(kept, "slow", {"a": 5})
        ran(kept)
        afresh(kept)
        (other,) = set(kept.store.glob("*.result")) - {file}
        other.write_bytes(file.read_bytes())
    # The head is looked at before the run, the values when somebody wants them.
    result = kept.run()
    view = kept.engine.fetch(slow, "text")
    if result.last["cached"]:
        assert view["kind"] == "error" and "run again to make it anew" in view["message"]
    else:
        assert result.last["ran"] >= 1, result.events
    assert not trap.exists()


def test_the_folder_is_bounded_and_the_least_recently_used_leave(tmp_path: Path) -> None:
    store = Store(str(tmp_path), 100_000, lambda _: None)
    for i in range(20):
        store.put(f"kind-{i:02}", (bytes(10_000),), "")
        store.flush(10)
        os.utime(tmp_path / f"kind-{i:02}.result", (i, i)) if (tmp_path / f"kind-{i:02}.result").exists() else None
        if i == 5:
            assert store.find("kind-00", 1) is not None  # it counts as used now
    left = sorted(path.stem for path in tmp_path.glob("*.result"))
    assert len(left) <= 10
    assert "kind-00" in left and "kind-01" not in left and "kind-19" in left
    store.put("kind-large", (bytes(90_000),), "")
    store.flush(10)
    assert not (tmp_path / "kind-large.result").exists()


def test_a_result_that_is_gone_says_so(tmp_path: Path) -> None:
    store = Store(str(tmp_path), 100_000, lambda _: None)
    store.put("kind-a", ("value", 2), '["text","value"],["int","2"]')
    store.flush(10)
    other = Store(str(tmp_path), 100_000, lambda _: None)
    found = other.find("kind-a", 2)
    assert found is not None and found[1] == 2 and list(found) == ["value", 2] and len(found) == 2
    gone = other.find("kind-a", 2)
    (tmp_path / "kind-a.result").unlink()
    assert gone is not None
    with pytest.raises(ResultLost, match="run again"):
        gone[0]
    assert other.find("kind-a", 2) is None
    assert oct((tmp_path / "key").stat().st_mode)[-3:] == "600" or os.name == "nt"
