"""The golden lines of `tests/protocol`: every request is read, every event is produced as it is written there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from executor import protocol

GOLDEN = Path(__file__).resolve().parents[2] / "protocol"


def lines(name: str) -> list[str]:
    return (GOLDEN / name).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("line", lines("requests.jsonl"))
def test_every_request_is_read(line: str) -> None:
    message = protocol.parse(line.encode())
    assert message == json.loads(line)
    known = {
        "run",
        "load",
        "cancel",
        "interrupt",
        "fetch",
        "ping",
        "shutdown",
        "continue",
        "step",
        "breakpoints",
        "reload",
        "secrets",
    }
    assert message["type"] in known


def ns(line: str, key: str = "ms") -> int:
    """The nanoseconds behind a key, which the engine writes as an integer with an exponent."""
    return int(line.split(f'"{key}":')[1].split("e-6")[0])


def produce(line: str) -> str:
    """Build the event that a golden line shows, from its values."""
    event = json.loads(line)
    kind = event.pop("type")
    if kind == "hello":
        return protocol.hello(event["python"], event["pid"])
    if kind == "nodes_cached":
        restored = {int(node): map(protocol.dumps, values) for node, values in event.get("outputs", {}).items()}
        return protocol.nodes_cached(event["run"], ",".join(map(str, event["nodes"])), restored)
    if kind == "node_finished":
        head = protocol.node_finished_head(event["run"])
        outputs = ",".join(map(protocol.dumps, event["outputs"]))
        cost = (ns(line, "cpu"), event.get("peak"), event["size"]) if "cpu" in event else None
        return protocol.node_finished(head, event["node"], ns(line), outputs, cost)
    if kind in ("node_failed", "run_finished"):
        del event["ms"]
        return getattr(protocol, kind)(**event, ns=ns(line))
    return getattr(protocol, kind)(**event)


@pytest.mark.parametrize("line", lines("events.jsonl"))
def test_every_event_is_produced(line: str) -> None:
    assert produce(line) == line + "\n"


def test_no_message_is_without_a_golden_line() -> None:
    shown = {json.loads(line)["type"] for line in lines("events.jsonl")}
    readme = (GOLDEN / "README.md").read_text(encoding="utf-8")
    events = readme.split("## Events")[1].split("\n- ")[0]
    named = {json.loads(text)["type"] for text in _objects(events)}
    assert named == shown


def _objects(text: str) -> list[str]:
    """The message lines of the page, with their placeholders made JSON."""
    found = [line.strip().split("   ")[0] for line in text.splitlines() if line.startswith('    {"type"')]
    return [line.replace("[VALUE…]", "[]").replace("ERROR", "{}").replace("VIEW", "{}") for line in found]


def test_surrogates_become_readable_instead_of_invalid() -> None:
    line = protocol.log(1, 2, "print", "a\udc80b")
    assert json.loads(line.encode("utf-8", "replace"))["text"] == "a?b"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_progress_without_a_number_is_null(value: float | None) -> None:
    assert json.loads(protocol.node_progress(1, 2, 1, value, ""))["total"] is None


def test_a_view_too_long_for_a_line_says_so() -> None:
    line = protocol.value(1, {"kind": "text", "text": "x" * protocol.MAX_LINE})
    assert json.loads(line)["view"]["kind"] == "error"


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a JSON object"):
        protocol.parse(b"[1]")
