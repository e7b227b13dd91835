"""Cancel, interrupt, ping and fetch while nodes run, and progress and logs of running nodes."""

from __future__ import annotations

import pytest

SLOW = """
    import sys, threading, time
    import loom

    def slow(x):
        print("asleep")
        time.sleep(600)

    def waits_for_a_lock(x):
        threading.Event().wait(600)

    def spins(x):
        while True:
            pass

    def asks(x):
        while True:
            time.sleep(0.001)
            loom.check_cancelled()

    def reports(x):
        for _ in loom.track(range(10**9), text="counting"):
            time.sleep(0.001)

    def cleans_up(x):
        try:
            time.sleep(600)
        finally:
            print("cleaned")

    def quick(x):
        return x

    async def sleeps(x):
        import asyncio
        await asyncio.sleep(600)

    def threads(x):
        def work():
            print("from a thread")
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    def logs(x):
        import logging, warnings
        logging.getLogger("lib").warning("by logging")
        warnings.warn("by warnings")
        sys.stdout.write("no line end")
        sys.stderr.write("bar 1\\rbar 2\\rbar 3\\n")
        loom.log("a", 1)
        loom.progress(1, 2, "half")
"""


@pytest.fixture
def slow(runs):
    path = runs.file("slow.py", SLOW)
    runs.of = lambda function, **more: runs.kind(path, function, "x", **more)
    return runs


@pytest.mark.parametrize("function", ["asks", "reports"])
def test_cancel_is_heard_by_nodes_that_ask(slow, function: str) -> None:
    slow.node(slow.of(function), {"x": 1})
    slow.node(slow.of("quick"), x=1)
    engine = slow.begin(workers=1)
    engine.until("node_started")
    engine.send(type="cancel", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    assert [event["error"]["kind"] for event in events if event["type"] == "node_failed"] == ["Cancelled"]


def test_no_node_starts_after_cancel(slow) -> None:
    slow.node(slow.of("asks"), {"x": 1})
    slow.node(slow.of("slow"), {"x": 1})
    engine = slow.begin(workers=1)
    engine.until("node_started")
    engine.send(type="cancel", run=1)
    last = engine.until("run_finished")[-1]
    assert (last["status"], last["failed"], last["ran"]) == ("cancelled", 1, 0)


@pytest.mark.parametrize("function", ["slow", "spins", "waits_for_a_lock", "cleans_up", "sleeps"])
def test_interrupt_ends_what_does_not_ask_and_the_next_run_works(slow, function: str) -> None:
    slow.node(slow.of(function), {"x": 1})
    slow.node(slow.of("quick"), {"x": 2})
    engine = slow.begin(workers=1)
    engine.until("node_started")
    engine.send(type="interrupt", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    assert [event["error"]["kind"] for event in events if event["type"] == "node_failed"] == ["Cancelled"]
    assert slow.run(targets=[2]).counts == ("ok", 1, 0, 0, 0)


def test_interrupt_reaches_every_worker(slow) -> None:
    for _ in range(3):
        slow.node(slow.of("spins"), {"x": 1})
    engine = slow.begin(workers=3)
    started = set()
    while len(started) < 3:
        started.add(engine.until("node_started")[-1]["node"])
    engine.send(type="interrupt", run=1)
    last = engine.until("run_finished")[-1]
    assert (last["status"], last["failed"]) == ("cancelled", 3)
    assert slow.run(targets=[]).counts == ("ok", 0, 0, 0, 0)


def test_an_interrupt_when_nothing_runs_harms_nobody(slow) -> None:
    slow.node(slow.of("quick"), {"x": 1})
    slow.run()
    for run in (1, 1, 99):
        slow.engine.send(type="interrupt", run=run)
    slow.engine.send(type="ping", ping=1)
    slow.engine.until("pong")
    assert slow.run(force=[1]).counts == ("ok", 1, 0, 0, 0)


def test_a_run_cancelled_before_its_turn_starts_nothing(slow) -> None:
    slow.node(slow.of("asks"), {"x": 1})
    engine = slow.begin()
    engine.until("node_started")
    engine.send(**slow.request())
    engine.send(type="cancel", run=2)
    engine.send(type="cancel", run=1)
    engine.until("run_finished")
    second = engine.until("run_finished")
    assert second[-1]["status"] == "cancelled"
    assert "node_failed" not in [event["type"] for event in second]


def test_ping_and_fetch_are_answered_during_a_run(slow) -> None:
    slow.node(slow.of("quick"), {"x": 7})
    slow.node(slow.of("spins"), x=1)
    engine = slow.begin(workers=1)
    engine.until("node_started")
    engine.send(type="ping", ping=8)
    assert engine.until("pong")[-1]["ping"] == 8
    assert engine.fetch(1, "text") == {"kind": "text", "type": "int", "text": "7"}
    assert engine.fetch(2, "text") == {"kind": "gone"}
    engine.send(type="interrupt", run=1)
    engine.until("run_finished")


def test_progress_and_log_come_while_the_node_runs(slow) -> None:
    slow.node(slow.of("reports"), {"x": 1})
    engine = slow.begin()
    events = engine.until("node_progress")
    assert [event["type"] for event in events][-2:] == ["node_started", "node_progress"]
    assert events[-1]["total"] == 10**9
    assert events[-1]["text"] == "counting"
    later = engine.until("node_progress")[-1]
    assert later["done"] > events[-1]["done"]
    engine.send(type="cancel", run=1)
    engine.until("run_finished")


def test_output_belongs_to_its_node(slow) -> None:
    slow.node(slow.of("logs"), {"x": 1})
    slow.node(slow.of("threads"), x=1)
    result = slow.run()
    first = result.log(1)
    assert "by logging" in first
    assert any("UserWarning: by warnings" in line for line in first)
    assert {"no line end", "bar 3", "a 1"} <= set(first)
    assert "bar 2" not in first
    assert result.log(2) == ["from a thread"]
    assert result.log(None) == []
    assert result.types.index("node_progress") < result.types.index("node_finished")


def test_progress_that_is_no_number_is_the_nodes_failure(runs) -> None:
    path = runs.file("odd.py", "import loom\n\ndef odd(x):\n    loom.progress('half')\n")
    runs.node(runs.kind(path, "odd", "x"), {"x": 1})
    assert runs.run().errors[1]["kind"] == "ValueError"
    assert runs.run().counts == ("failed", 0, 0, 1, 0)


def test_shutdown_ends_the_engine(slow) -> None:
    engine = slow.start()
    engine.send(type="shutdown")
    assert engine.wait() == 0


def test_tqdm_loops_show_as_progress(runs) -> None:
    pytest.importorskip("tqdm")
    source = """
        import time

        def bar(x):
            from tqdm import tqdm
            for _ in tqdm(range(10**6), desc="rows", mininterval=0.01):
                time.sleep(0.001)
    """
    runs.node(runs.kind(runs.file("bar.py", source), "bar", "x"), {"x": 1})
    engine = runs.begin()
    event = engine.until("node_progress")[-1]
    while not event["done"]:
        event = engine.until("node_progress")[-1]
    assert (event["total"], event["text"]) == (10**6, "rows")
    engine.send(type="cancel", run=1)
    events = engine.until("run_finished")
    assert events[-1]["status"] == "cancelled"
    assert "log" not in [event["type"] for event in events]
