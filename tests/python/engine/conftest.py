"""A real engine process to talk to, and folders of node files for it. No test here looks at a clock."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60
"""When an engine that says nothing counts as hanging."""


class EngineProcess:
    """An engine as the window starts it, with its three pipes drained."""

    def __init__(self, folder: Path, store: Path | None = None, hold: int = 0) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        flags = ["-P", "-u", "-X", "utf8", "-X", "faulthandler"]
        command = [sys.executable, *flags, str(ROOT / "executor" / "bootstrap.py")]
        options = ["--project", str(folder), "--files", str(folder / "files"), "--workers", "4"]
        if store is not None:
            options += ["--store", str(store)]
        if hold:
            options += ["--hold", str(hold)]
        neutral = folder / "neutral"
        neutral.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=neutral,
            env=environment,
        )
        self.raw = b""
        """What came over the error pipe."""
        self._events: queue.SimpleQueue[dict | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=target, daemon=True) for target in (self._read, self._drain)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self._events.put(json.loads(line))
        self._events.put(None)

    def _drain(self) -> None:
        for line in self.process.stderr:
            self.raw += line

    def send(self, **message: object) -> None:
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def event(self) -> dict | None:
        """The next event; None at the end of the stream."""
        return self._events.get(timeout=PATIENCE_S)

    def until(self, *types: str) -> list[dict]:
        """Events up to the first of one of these types, or up to the end of the stream."""
        found = []
        while (event := self.event()) is not None:
            found.append(event)
            if event["type"] in types:
                break
        return found

    def fetch(self, node: int, what: str = "view", output: int = 0, **more: object) -> dict:
        self.send(type="fetch", fetch=1, node=node, output=output, what=what, **more)
        return self.until("value")[-1]["view"]

    def wait(self) -> int:
        """The exit code, with everything it wrote read."""
        code = self.process.wait(PATIENCE_S)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        return code

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.wait()


class Runs:
    """Node files in a folder, a graph of their functions, and runs of it in one engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kinds: list[dict] = []
        self.nodes: list[list] = []
        self.runs = 0
        self.engine: EngineProcess | None = None
        self.store: Path | None = None
        """The folder for results, if they are to survive the engine."""
        self.hold = 0
        """Bytes of results in memory from which on they go to disk; 0: as the engine does by itself."""

    def file(self, name: str, source: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        return path

    def kind(self, path: Path, function: str, inputs: str = "", outputs: str = "result", **more: object) -> int:
        """`inputs` such as `a:int b`; returns the kind's number."""
        pairs = [(word.split(":") + ["any"])[:2] for word in inputs.split()]
        self.kinds.append({
            "kind": len(self.kinds), "title": function, "file": str(path), "function": function, "inputs": pairs,
            "outputs": outputs.split(), "call": "named", "result": "single", "cache": True, "is_async": False, **more,
        })  # fmt: skip
        return len(self.kinds) - 1

    def node(self, kind: int, values: dict | None = None, **links: object) -> int:
        """Links as `a=3` (output 0 of node 3) or `a=(3, 1)`; returns the node's id."""
        pairs = {name: list(link) if isinstance(link, tuple) else [link, 0] for name, link in links.items()}
        self.nodes.append([len(self.nodes) + 1, kind, values or {}, pairs])
        return len(self.nodes)

    def start(self) -> EngineProcess:
        if self.engine is None:
            self.engine = EngineProcess(self.folder, self.store, self.hold)
            assert self.engine.event()["type"] == "hello"
        return self.engine

    def request(self, **more: object) -> dict:
        self.runs += 1
        whole = {"revision": 1, "base": None, "kinds": self.kinds, "nodes": self.nodes}
        delta = {"revision": 1, "base": 1, "kinds": [], "nodes": []}
        rest = {"removed": [], "targets": None, "blocked": [], "force": [], "workers": 4}
        return {"type": "run", "run": self.runs, **(whole if self.runs == 1 else delta), **rest, **more}

    def begin(self, **more: object) -> EngineProcess:
        engine = self.start()
        engine.send(**self.request(**more))
        return engine

    def run(self, **more: object) -> Result:
        """Run and wait for the end (or for the engine's own)."""
        return Result(self.begin(**more).until("run_finished", "need_graph"))


class Result:
    """The events of one run."""

    def __init__(self, events: list[dict]) -> None:
        self.events = events
        self.last = events[-1]
        self.types = [event["type"] for event in events]

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def outputs(self) -> dict[int, list]:
        return {event["node"]: event["outputs"] for event in self.of("node_finished")}

    @property
    def errors(self) -> dict[int, dict]:
        return {event["node"]: event["error"] for event in self.of("node_failed")}

    @property
    def counts(self) -> tuple[str, int, int, int, int]:
        last = self.last
        return last["status"], last["ran"], last["cached"], last["failed"], last["skipped"]

    def log(self, node: int | None) -> list[str]:
        return [event["text"] for event in self.of("log") if event["node"] == node]


@pytest.fixture
def runs(tmp_path: Path):
    made = Runs(tmp_path)
    yield made
    if made.engine is not None:
        made.engine.close()
