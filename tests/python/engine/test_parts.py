"""The engine's parts without a process: graph, keys and results, trivial functions, `loom` by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from executor import loom
from executor.cache import Cache, estimated_bytes
from executor.channel import Channel
from executor.graph import downstream, in_order
from executor.output import LINES_PER_TICK, Logs, LogStream
from executor.plan import Session
from executor.registry import module_of_package
from executor.trivial import is_trivial

EXECUTOR = Path(__file__).resolve().parents[3] / "executor"
SCALE = 2


def session(text: str, path: Path) -> Session:
    """A graph in a line: `1 2<1 3<1,2` is three nodes and the links between them."""
    made = Session(str(path))
    source = path / "join.py"
    source.write_text("def join(a=0, b=0):\n    return a + b\n")
    kind = {
        "kind": 0,
        "file": str(source),
        "function": "join",
        "inputs": [["a", "int"], ["b", "int"]],
        "outputs": ["r"],
    }
    nodes = []
    for word in text.split():
        node, _, sources = word.partition("<")
        links = {name: [int(source), 0] for name, source in zip("ab", sources.split(","), strict=False) if source}
        nodes.append([int(node), 0, {}, links])
    made.load({"base": None, "revision": 1, "kinds": [kind], "nodes": nodes})
    return made


def ids(nodes) -> list[int]:
    return [node.id for node in nodes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 2 3", [1, 2, 3]), ("3<2 2<1 1", [1, 2, 3]), ("4<3,2 2<1 3<1 1", [1, 2, 3, 4]), ("2<1,1 1", [1, 2])],
)
def test_order(text: str, expected: list[int], tmp_path: Path) -> None:
    graph = session(text, tmp_path).graph
    order, loop = in_order(graph.nodes.values(), None)
    assert (ids(order), loop) == (expected, [])


def test_order_of_a_part_and_loops(tmp_path: Path) -> None:
    graph = session("1 2<1 3<4 4<3 5<4 6<2", tmp_path).graph
    members = {graph.nodes[node] for node in (2, 6)}
    assert ids(in_order([graph.nodes[6], graph.nodes[2]], members)[0]) == [2, 6]
    order, loop = in_order(graph.nodes.values(), None)
    assert (ids(order), ids(loop)) == ([1, 2, 6], [3, 4, 5])


def test_closures(tmp_path: Path) -> None:
    graph = session("1 2<1 3<2 4<1 5", tmp_path).graph
    assert sorted(ids(graph.upstream([3, 99]))) == [1, 2, 3]
    assert sorted(ids(downstream([graph.nodes[2], graph.nodes[5]]))) == [2, 3, 5]


def test_an_update_keeps_both_sides_of_a_link(tmp_path: Path) -> None:
    made = session("1 2 3<1,1", tmp_path)
    graph = made.graph
    assert ids(graph.nodes[1].dependents) == [3]
    made.load({"base": 1, "revision": 2, "nodes": [[3, 0, {}, {"a": [2, 0]}]]})
    assert ids(graph.nodes[1].dependents) == []
    assert ids(graph.nodes[2].dependents) == [3]
    made.load({"base": 2, "revision": 3, "removed": [2]})
    assert graph.nodes[3].sources == ()
    assert ids(graph.nodes.values()) == [1, 3]


def test_a_plan_is_the_cone_of_what_changed(tmp_path: Path) -> None:
    made = session("1 2 3<1 4<2 5<3,4", tmp_path)
    first = made.plan(None, [], [])
    assert ids(first.todo) == [1, 2, 3, 4, 5]
    for node in first.todo:
        node.outputs = (node.id,)
    made.settle(first)
    assert made.plan(None, [], []).todo == []
    made.load({"base": 1, "revision": 2, "nodes": [[2, 0, {"a": 1}, {}]]})
    second = made.plan(None, [], [])
    assert ids(second.todo) == [2, 4, 5]
    assert second.cached_text == "1,3"
    assert len(made.cache) == 3, "the earlier results are kept"


def test_same_keys_for_the_same_work(tmp_path: Path) -> None:
    made = session("1 2 3<1 4<2 5<1,2 6<2,1", tmp_path)
    made.plan(None, [], [])
    keys = {node.id: node.key for node in made.graph.nodes.values()}
    assert keys[1] == keys[2]
    assert keys[3] == keys[4]
    assert keys[5] == keys[6]
    assert len({keys[1], keys[3], keys[5]}) == 3


def test_earlier_results_are_bounded() -> None:
    cache = Cache(max_results=3, max_bytes=1000)
    for key in range(1, 6):
        cache.store(key, ("x",))
    assert [cache.take(key) for key in (1, 2, 3)] == [None, None, ("x",)]
    assert cache.take(3) is None
    cache.store(9, ("x" * 2000,))
    assert cache.take(9) is None
    for key in range(10, 20):
        cache.store(key, ("x" * 400,))
    assert len(cache) == 2


def test_keys_are_exact_and_never_used_twice() -> None:
    cache = Cache()
    first = cache.key((1, "a"))
    assert cache.key((1, "a")) == first
    fresh = cache.fresh_key()
    cache.clear()
    assert cache.key((1, "a")) not in (first, fresh, 0)


@pytest.mark.parametrize(("value", "least"), [("x" * 500, 500), (["x" * 100] * 100, 5000), (object(), 1)])
def test_estimated_bytes(value: object, least: int) -> None:
    assert estimated_bytes(value) >= least


def _branches(x: int, low: int = 0) -> int:
    if x < low or x is None:
        return -x
    return max(x, abs(low)) * SCALE if x not in (1, 2) else round(x / 3)


def _prints(x: object) -> None:
    print(x)


def _imports(x: object) -> object:
    import os

    return os, x


def _attribute(x: str) -> object:
    return x.upper


def _loops(x: list) -> int:
    total = 0
    for item in x:
        total += item
    return total


def _makes(x: int) -> object:
    return lambda: x


def _waits(x: float) -> None:
    subprocess.run(str(x))


def _yields(x: int):
    yield x


async def _async(x: int) -> int:
    return x


def _index(x: list) -> object:
    return x[0], [x], {"a": x}, f"{x}"


def test_trivial_functions() -> None:
    assert is_trivial(_branches)
    assert is_trivial(lambda a, b: (a + b) & 0xFFFFFFFF)
    for function in (_prints, _imports, _attribute, _loops, _makes, _waits, _yields, _async, len, Cache):
        assert not is_trivial(function), function


class Sink:
    """A channel's `put`, into a list."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.put = self.lines.append


def stream() -> tuple[Logs, LogStream, list[str]]:
    sink = Sink()
    logs = Logs(sink, lambda: None)
    return logs, LogStream(logs, "print", 1), sink.lines


def test_a_stream_behaves_like_a_text_file() -> None:
    _, out, lines = stream()
    assert (out.fileno(), out.isatty(), out.encoding, out.writable(), out.readable()) == (
        1,
        False,
        "utf-8",
        True,
        False,
    )
    print("a", 1, file=out, flush=True)
    out.writelines(["b\n", "c"])
    out.buffer.write("ü\n".encode()[:1])
    out.buffer.write("ü\n".encode()[1:])
    out.close()
    out.write("open\n")
    assert [line.split('"text":')[1] for line in lines] == ['"a 1"}\n', '"b"}\n', '"cü"}\n', '"open"}\n']
    with pytest.raises(TypeError):
        out.write(b"bytes")


def test_lines_between_two_batches_are_bounded_and_counted() -> None:
    logs, out, lines = stream()
    out.write("x\n" * (LINES_PER_TICK + 5))
    assert len(lines) == LINES_PER_TICK
    logs.tick()
    assert "5 lines dropped" in lines[-1]


def test_a_channel_writes_whole_batches(tmp_path: Path) -> None:
    import os

    path = tmp_path / "out"
    fd = os.open(path, os.O_WRONLY | os.O_CREAT)
    channel = Channel(-1, fd, -1)
    channel.put("a\n")
    channel.put("ü\n")
    channel.flush()
    os.close(fd)
    assert path.read_text(encoding="utf-8") == "a\nü\n"


def test_loom_works_without_the_engine(capsys: pytest.CaptureFixture) -> None:
    assert loom._host is None
    assert list(loom.track([1, 2])) == [1, 2]
    loom.progress(1, 2)
    loom.check_cancelled()
    loom.warning("careful", 1)
    assert capsys.readouterr().err == "warning: careful 1\n"

    @loom.node(title="Twice", outputs=["double"])
    def twice(x: int) -> int:
        return 2 * x

    @loom.node
    def plain() -> None: ...

    assert twice(2) == 4
    assert twice.__loom_node__["title"] == "Twice"
    assert plain.__loom_node__["cache"] is True
    assert repr(loom.Slider(0, 1, step=0.5)) == "loom.Slider(min=0, max=1, step=0.5)"


def test_loom_imports_as_a_plain_module(tmp_path: Path) -> None:
    file = tmp_path / "node.py"
    file.write_text("import loom\n\nloom.log('by itself')\nfor _ in loom.track(range(3)): pass\n")
    code = f"import sys; sys.path.append({str(EXECUTOR)!r}); import runpy; runpy.run_path({str(file)!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "info: by itself\n"


def test_hello_needs_no_heavy_import() -> None:
    """What is loaded before `hello`: the start must stay quick, and this list is what decides it."""
    start = "from executor import channel, protocol; print(*sys.modules)"
    code = f"import sys; sys.path.insert(0, {str(EXECUTOR.parent)!r}); {start}"
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "asyncio",
        "inspect",
        "typing",
        "dataclasses",
        "traceback",
        "tempfile",
        "subprocess",
        "json",
        "re",
        "ctypes",
    }
    assert not heavy & set(done.stdout.split())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("lib/site-packages/shapes.py", "shapes"),
        ("lib/site-packages/shapes/round/nodes.py", "shapes.round.nodes"),
        ("lib/site-packages/some-shapes/nodes.py", None),
        ("other/site-packages/shapes.py", None),
        ("lib/nodes/shapes.py", None),
    ],
)
def test_a_file_of_an_installed_package_is_its_module(path: str, expected: str | None, tmp_path: Path) -> None:
    search = [str(tmp_path / "lib" / "site-packages"), str(tmp_path / "lib")]
    assert module_of_package(str(tmp_path / path), search) == expected
