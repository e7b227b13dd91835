"""Nodes that are called more than once, subgraphs as bodies of loops, generators, and what awaits."""

from __future__ import annotations

import pytest
from looping import add, ports, text, value

SOURCE = """
    import asyncio
    import time

    def number(v):
        return v

    def items(n: int):
        return list(range(n))

    def add(a, b):
        return a + b

    def half(a):
        return a // 2

    def small(a, limit):
        return a <= limit

    def both(a):
        return a, -a

    def check(a):
        if a == 2:
            raise ValueError("two is not wanted")
        return a * 10

    def say(a):
        print("got", a)
        return a

    def slow(a):
        time.sleep(0.05)
        return a

    def read(path):
        return path.name

    def count(n):
        for i in range(n):
            print("made", i)
            yield i

    def breaks(n):
        yield 1
        raise RuntimeError("no more")

    async def nap(s):
        await asyncio.sleep(s)
        print("rested")
        return s

    async def meet(n):
        global barrier
        barrier = globals().get("barrier") or asyncio.Barrier(20)
        await barrier.wait()
        print("met")
        return n

    async def for_ever():
        await asyncio.sleep(3600)

    def tick():
        global ticks
        ticks = globals().get("ticks", 0) + 1
        return ticks
"""


@pytest.fixture
def made(runs):
    """Kinds of the functions above by name, and of subgraphs' ports."""
    path = runs.file("loops.py", SOURCE)
    inputs = {
        "number": "v", "items": "n", "add": "a b", "half": "a", "small": "a limit", "both": "a", "check": "a",
        "say": "a", "slow": "a", "read": "path:path", "count": "n", "breaks": "n", "nap": "s", "meet": "n",
        "for_ever": "", "tick": "",
    }  # fmt: skip
    runs.by_name = {}
    for name, listed in inputs.items():
        more = {"outputs": "one two", "result": "tuple"} if name == "both" else {}
        if name == "tick":
            more["cache"] = False
        runs.by_name[name] = runs.kind(path, name, listed, is_async=name in ("nap", "meet", "for_ever"), **more)
    return runs


def test_a_node_is_called_for_each_item(made) -> None:
    items = add(made, "items", {"n": 4})
    mapped = add(made, "add", {"b": 10}, {"map": ["a"]}, a=items)
    spread = add(made, "both", {}, {"map": ["a"]}, a=items)
    result = made.run()
    assert result.counts == ("ok", 3, 0, 0, 0)
    assert value(made, mapped) == "[10, 11, 12, 13]"
    assert (value(made, spread), value(made, spread, 1)) == ("[0, 1, 2, 3]", "[0, -1, -2, -3]")
    assert made.run().counts == ("ok", 0, 3, 0, 0)


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ({"map": ["a", "b"]}, "[0, 2, 4]"),
        ({"map": ["a", "b"], "cross": True}, "[0, 1, 2, 1, 2, 3, 2, 3, 4]"),
        ({"map": ["b"], "carry": {"a": 0}}, None),
    ],
)
def test_several_inputs(made, loop: dict, expected: str | None) -> None:
    items = add(made, "items", {"n": 3})
    if expected is None:  # an accumulator: the value carried from item to item, in the end the sum
        total = add(made, "add", {"a": 100}, loop, b=items)
        made.run()
        assert value(made, total) == "103"
        return
    mapped = add(made, "add", {}, loop, a=items, b=items)
    made.run()
    assert value(made, mapped) == expected


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1, 2], [1], "have different lengths: 'a' has 2, 'b' has 1"),
        ("text", [1], "the input 'a' is to take a list item by item, and got one str"),
        (None, [1], "and got nothing"),
        ({"x": 1}, [1], "and got a dictionary"),
    ],
)
def test_what_is_no_list_says_so(made, a: object, b: object, message: str) -> None:
    node = add(made, "add", {"a": a, "b": b}, {"map": ["a", "b"]})
    result = made.run()
    assert message in result.errors[node]["message"]


def test_an_empty_list_gives_one(made) -> None:
    mapped = add(made, "add", {"a": [], "b": 1}, {"map": ["a"]})
    made.run()
    assert value(made, mapped) == "[]"


def test_a_failed_item_says_which_and_may_be_kept(made) -> None:
    items = add(made, "items", {"n": 4})
    fails = add(made, "check", {}, {"map": ["a"]}, a=items)
    after = add(made, "add", {"b": 1}, {"map": ["a"]}, a=fails)
    result = made.run()
    assert result.counts == ("failed", 1, 0, 1, 1)
    assert result.errors[fails]["message"] == "two is not wanted\n(item 3 of 4)"

    made.nodes[fails - 1][4]["loop"]["keep_failed"] = True
    result = made.run(revision=2, nodes=[made.nodes[fails - 1]])
    assert result.log(fails) == ["1 items failed and are kept as failed items"]
    assert value(made, fails) == "[0, 10, failed: ValueError: two is not wanted, 30]"
    assert "item 3 of 4 of the input 'a' failed before" in result.errors[after]["message"]

    made.nodes[after - 1][4]["loop"]["keep_failed"] = True
    made.run(base=2, revision=3, nodes=[made.nodes[after - 1]])
    assert value(made, after) == "[1, 11, failed: ValueError: two is not wanted, 31]"


def test_a_folder_is_its_files_and_each_counts(made) -> None:
    for name in ("b.txt", "a.txt", ".hidden"):
        made.file(f"data/{name}", name)
    read = add(made, "read", {"path": "data"}, {"map": ["path"]})
    made.run()
    assert value(made, read) == "['a.txt', 'b.txt']"
    assert made.run().counts == ("ok", 0, 1, 0, 0)
    made.file("data/a.txt", "longer than it was")
    assert made.run().counts == ("ok", 1, 0, 0, 0)


def test_progress_counts_items_and_stop_ends_between_them(made) -> None:
    items = add(made, "items", {"n": 1000})
    slow = add(made, "slow", {}, {"map": ["a"]}, a=items)
    engine = made.begin(workers=1)
    while True:
        event = engine.event()
        if event["type"] == "node_progress" and event["done"] >= 1:
            break
    assert (event["node"], event["total"]) == (slow, 1000)
    engine.send(type="cancel", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    assert [event["error"]["kind"] for event in events if event["type"] == "node_failed"] == ["Cancelled"]


def test_slow_items_are_done_side_by_side(made) -> None:
    path = made.file("meet.py", "import threading\nbarrier = threading.Barrier(3)\n"
                     "def meet(a):\n    barrier.wait(30)\n    return a\n")  # fmt: skip
    made.by_name["meet"] = made.kind(path, "meet", "a")
    meet = add(made, "meet", {"a": [1, 2, 3]}, {"map": ["a"]})
    assert made.run(workers=3).counts == ("ok", 1, 0, 0, 0)
    assert value(made, meet) == "[1, 2, 3]"


def body(made, loop: dict) -> tuple[int, int, int]:
    """A loop over a subgraph of ports `a` and `done`: a <- half(a), done <- half(a) <= limit; entry, half and exit."""
    kind = ports(made, "a done")
    first = len(made.nodes) + 1
    entry, half, small, leave = first, first + 1, first + 2, first + 3
    made.node(kind, {"a": 40})
    made.nodes[-1].append({"in": leave})
    add(made, "half", {}, inside=leave, a=(entry, 0))
    add(made, "small", {"limit": 3}, inside=leave, a=half)
    made.node(kind, {}, a=half, done=small)
    made.nodes[-1].append({"loop": {"entry": entry, **loop}})
    return entry, half, leave


def test_a_subgraph_is_repeated_until_an_output_is_true(made) -> None:
    _, half, leave = body(made, {"carry": {"a": 0}, "until": 1, "limit": 100})
    after = add(made, "add", {"b": 1000}, a=leave)
    result = made.run()
    assert result.counts == ("ok", 5, 0, 0, 0)
    assert (text(result, leave), text(result, half), text(result, after)) == ("2", "2", "1002")
    assert made.run().counts == ("ok", 0, 5, 0, 0)
    made.nodes[half + 1 - 1][2]["limit"] = 30
    result = made.run(revision=2, nodes=[made.nodes[half]])
    assert text(result, leave) == "20"


def test_the_limit_ends_a_loop_and_says_so(made) -> None:
    _, _, leave = body(made, {"carry": {"a": 0}, "until": 1, "limit": 2})
    result = made.run()
    assert text(result, leave) == "10"
    assert result.log(leave) == ["it ended after 2 repeats, its limit"]


def test_a_subgraph_runs_for_each_item(made) -> None:
    entry, _, leave = body(made, {"map": ["a"]})
    items = add(made, "items", {"n": 10})
    made.nodes[entry - 1][3] = {"a": [items, 0]}
    made.run()
    assert value(made, leave) == "[0, 0, 1, 1, 2, 2, 3, 3, 4, 4]"
    assert value(made, leave, 1) == "[True, True, True, True, True, True, True, True, False, False]"


def test_a_failure_inside_names_the_inner_node_and_the_item(made) -> None:
    kind = ports(made, "a")
    entry, check, other, leave, after = 1, 2, 3, 4, 5
    made.node(kind, {"a": [1, 2, 3]})
    made.nodes[-1].append({"in": leave})
    add(made, "check", {}, inside=leave, a=entry)
    add(made, "say", {}, inside=leave, a=entry)
    made.node(kind, {}, a=check)
    made.nodes[-1].append({"loop": {"entry": entry, "map": ["a"]}})
    add(made, "half", {}, a=leave)
    result = made.run()
    assert result.counts == ("failed", 0, 0, 1, 4)
    assert result.errors[check]["message"] == "two is not wanted\n(item 2 of 3)"
    assert result.errors[check]["inputs"] == [["a", "int", "2"]]
    assert {event["node"]: event["cause"] for event in result.of("node_skipped")} == dict.fromkeys(
        (entry, other, leave, after), check
    )
    assert "got 1" in result.log(other), "what an inner node prints is its own, also one that nothing reads"
    assert made.run().counts == ("failed", 0, 0, 1, 4)


def test_what_the_items_do_not_reach_is_called_once_but_for_what_is_never_the_same(made) -> None:
    kind = ports(made, "a")
    entry, constant, tick, total, leave = 1, 2, 3, 4, 5
    made.node(kind, {"a": [1, 1, 1]})
    made.nodes[-1].append({"in": leave})
    add(made, "say", {"a": 5}, inside=leave)
    add(made, "tick", {}, inside=leave)
    add(made, "add", {}, inside=leave, a=constant, b=tick)
    made.node(kind, {}, a=total)
    made.nodes[-1].append({"loop": {"entry": entry, "map": ["a"]}})
    result = made.run()
    assert value(made, leave) == "[6, 7, 8]"
    assert result.log(constant) == ["got 5"]
    again = made.run()
    assert again.counts == ("ok", 4, 1, 0, 0)
    assert value(made, leave) == "[9, 10, 11]"


def test_loops_in_loops(made) -> None:
    kind = ports(made, "rows")
    inner_kind = ports(made, "row scale")
    entry, inner_entry, product, inner, leave = 1, 2, 3, 4, 5
    made.node(kind, {"rows": [[1, 2], [3]]})
    made.nodes[-1].append({"in": leave})
    made.node(inner_kind, {"scale": 100}, row=entry)
    made.nodes[-1].append({"in": inner})
    add(made, "add", {}, inside=inner, a=(inner_entry, 0), b=(inner_entry, 1))
    made.node(inner_kind, {}, row=product)
    made.nodes[-1].append({"in": leave, "loop": {"entry": inner_entry, "map": ["row"]}})
    made.node(kind, {}, rows=inner)
    made.nodes[-1].append({"loop": {"entry": entry, "map": ["rows"]}})
    assert made.run().counts == ("ok", 5, 0, 0, 0)
    assert value(made, leave) == "[[101, 102], [103]]"


def test_a_generator_streams_into_what_maps_over_it(made) -> None:
    source = add(made, "count", {"n": 3})
    say = add(made, "say", {}, {"map": ["a"]}, a=source)
    result = made.run()
    assert result.counts == ("ok", 2, 0, 0, 0)
    lines = [event["text"] for event in result.of("log")]
    assert lines == ["made 0", "got 0", "made 1", "got 1", "made 2", "got 2"]
    assert result.log(source) == ["made 0", "made 1", "made 2"]
    assert (value(made, source), value(made, say)) == ("[0, 1, 2]", "[0, 1, 2]")


def test_a_generator_is_a_list_to_others(made) -> None:
    source = add(made, "count", {"n": 3})
    add(made, "say", {}, {"map": ["a"]}, a=source)
    whole = add(made, "number", {}, v=source)
    made.run()
    assert value(made, whole) == "[0, 1, 2]"


def test_a_generator_that_fails_is_the_one_that_failed(made) -> None:
    source = add(made, "breaks", {"n": 3})
    say = add(made, "say", {}, {"map": ["a"]}, a=source)
    after = add(made, "number", {}, v=say)
    result = made.run()
    assert result.counts == ("failed", 0, 0, 1, 2)
    assert result.errors[source]["message"] == "no more"
    assert {event["node"]: event["cause"] for event in result.of("node_skipped")} == {say: source, after: source}
    assert made.run().counts == ("failed", 0, 0, 1, 2)


def test_nodes_that_await_hold_no_worker(made) -> None:
    # None of them goes on before all are there.
    all_meet = [add(made, "meet", {"n": n}) for n in range(20)]
    mapped = add(made, "nap", {"s": [0.01, 0.02]}, {"map": ["s"]})
    after = add(made, "add", {}, a=all_meet[1], b=all_meet[2])
    result = made.run(workers=1)
    assert result.counts == ("ok", 22, 0, 0, 0)
    assert text(result, after) == "3"
    assert result.log(all_meet[3]) == ["met"]
    assert value(made, mapped) == "[0.01, 0.02]"


def test_stop_ends_what_awaits(made) -> None:
    node = add(made, "for_ever")
    engine = made.begin()
    while engine.event() != {"type": "node_started", "run": 1, "node": node}:
        pass
    engine.send(type="cancel", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    assert next(event for event in events if event["type"] == "node_failed")["error"]["kind"] == "Cancelled"


def paused(engine) -> int:
    while (event := engine.event())["type"] != "node_paused":
        assert event["type"] != "run_finished"
    return event["node"]


def test_breakpoints_hold_a_node_until_it_is_let_go(made) -> None:
    one = add(made, "number", {"v": 1})
    two = add(made, "add", {"b": 1}, a=one)
    three = add(made, "add", {"b": 1}, a=two)
    apart = add(made, "number", {"v": 7})
    engine = made.begin(pause=[two])
    assert paused(engine) == two
    engine.send(type="breakpoints", run=1, nodes=[three])
    engine.send(type="continue", run=1)
    assert paused(engine) == three
    engine.send(type="continue", run=1)
    last = engine.until("run_finished")[-1]
    assert (last["status"], last["ran"]) == ("ok", 4)
    assert apart


def test_steps_run_one_node_each(made) -> None:
    one = add(made, "number", {"v": 1})
    two = add(made, "add", {"b": 1}, a=one)
    three = add(made, "add", {"b": 1}, a=two)
    engine = made.begin(step=True)
    assert paused(engine) == one
    engine.send(type="step", run=1, node=None)
    assert paused(engine) == two
    engine.send(type="step", run=1, node=two)
    assert paused(engine) == three
    engine.send(type="continue", run=1)
    assert engine.until("run_finished")[-1]["ran"] == 3


def test_stop_ends_a_run_that_is_paused(made) -> None:
    one = add(made, "number", {"v": 1})
    engine = made.begin(pause=[one])
    assert paused(engine) == one
    engine.send(type="cancel", run=1)
    assert engine.until("run_finished")[-1]["status"] == "cancelled"
