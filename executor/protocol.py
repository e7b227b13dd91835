"""The messages of the pipe: request lines in, event lines out (`tests/protocol/README.md`).

Event lines are built here and nowhere else. It must not write anything: `channel.py` does. The lines that come
once a node are f-strings, since `json.dumps` would cost more than running a small node.
"""

from __future__ import annotations

from _json import encode_basestring  # json's own function, without importing json (and re) at start

from . import hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .cost import Cost

__all__ = ["dumps", "parse", "quote"]

VERSION = 1
MAX_LINE = 8 * 1024 * 1024
"""The longest event line, in bytes."""


def parse(line: bytes) -> dict[str, object]:
    """Read one request line; raises `ValueError` with the reason when it is not a JSON object."""
    import json

    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError(f"a request must be a JSON object, not {type(message).__name__}")
    return message


def quote(text: str) -> str:
    """A text as JSON has it, without secrets."""
    return encode_basestring(hidden.hide(text))


def dumps(value: object) -> str:
    """JSON without line breaks and without secrets; what JSON does not know is written as text."""
    import json

    return json.dumps(hidden.hide_all(value), ensure_ascii=False, separators=(",", ":"), default=str)


def hello(python: str, pid: int) -> str:
    return f'{{"type":"hello","protocol":{VERSION},"python":{quote(python)},"pid":{pid}}}\n'


def pong(ping: object) -> str:
    return f'{{"type":"pong","ping":{dumps(ping)}}}\n'


def need_graph(run: int, revision: int | None) -> str:
    """`revision` is what the engine holds, None (sent as 0) when that is nothing."""
    return f'{{"type":"need_graph","run":{run},"revision":{revision or 0}}}\n'


def run_started(run: int, total: int) -> str:
    return f'{{"type":"run_started","run":{run},"total":{total}}}\n'


def nodes_cached(run: int, nodes: str, restored: Mapping[int, Iterable[str]]) -> str:
    """`nodes` is ids with commas between; `restored` has the outputs of those whose result is an earlier one."""
    outputs = ""
    if restored:
        pairs = ",".join(f'"{node}":[{",".join(values)}]' for node, values in restored.items())
        outputs = f',"outputs":{{{pairs}}}'
    return f'{{"type":"nodes_cached","run":{run},"nodes":[{nodes}]{outputs}}}\n'


def node_started(run: int, node: int) -> str:
    return f'{{"type":"node_started","run":{run},"node":{node}}}\n'


def node_paused(run: int, node: int) -> str:
    return f'{{"type":"node_paused","run":{run},"node":{node}}}\n'


def reloaded(nodes: Iterable[int]) -> str:
    """These nodes are of functions that are others since files were edited."""
    return f'{{"type":"reloaded","nodes":[{",".join(map(str, nodes))}]}}\n'


def node_progress(run: int, node: int, done: float, total: float | None, text: str) -> str:
    return (
        f'{{"type":"node_progress","run":{run},"node":{node},"done":{_number(done)},'
        f'"total":{_number(total)},"text":{quote(hidden.head(text, 1024))}}}\n'
    )


def node_finished_head(run: int) -> str:
    """The part of `node_finished` lines that is the same for a whole run; see `node_finished`."""
    return f'{{"type":"node_finished","run":{run},"node":'


def node_finished(head: str, node: int, ns: int, outputs: str, cost: Cost | None = None) -> str:
    """`outputs` is JSON values with commas between. An integer with an exponent is exact, and quicker than a float."""
    spent = "" if cost is None else _cost(*cost)
    return f'{head}{node},"ms":{ns}e-6{spent},"outputs":[{outputs}]}}\n'


def _cost(cpu_ns: int, peak: int | None, size: int) -> str:
    memory = "" if peak is None else f',"peak":{peak}'
    return f',"cpu":{cpu_ns}e-6{memory},"size":{size}'


def node_failed(run: int, node: int, ns: int, error: Mapping[str, object]) -> str:
    return f'{{"type":"node_failed","run":{run},"node":{node},"ms":{ns}e-6,"error":{dumps(error)}}}\n'


def node_skipped(run: int, node: int, cause: int, unused: bool = False) -> str:
    """`unused`: `cause` chose another branch, so nobody needed it."""
    more = ',"unused":true' if unused else ""
    return f'{{"type":"node_skipped","run":{run},"node":{node},"cause":{cause}{more}}}\n'


def log(run: int | None, node: int | None, level: str, text: str) -> str:
    run_text = "null" if run is None else run
    node_text = "null" if node is None else node
    return f'{{"type":"log","run":{run_text},"node":{node_text},"level":"{level}","text":{quote(text)}}}\n'


def run_finished(run: int, status: str, ran: int, cached: int, failed: int, skipped: int, ns: int) -> str:
    return (
        f'{{"type":"run_finished","run":{run},"status":"{status}","ran":{ran},"cached":{cached},'
        f'"failed":{failed},"skipped":{skipped},"ms":{ns}e-6}}\n'
    )


def value(fetch: object, view: Mapping[str, object]) -> str:
    """The answer to a fetch; a view too long for a line becomes an error that says so."""
    line = f'{{"type":"value","fetch":{dumps(fetch)},"view":{dumps(view)}}}\n'
    if len(line) > MAX_LINE // 4 and len(line.encode("utf-8", "replace")) > MAX_LINE:
        text = "the view is longer than 8 MiB: ask for fewer rows"
        return f'{{"type":"value","fetch":{dumps(fetch)},"view":{dumps({"kind": "error", "message": text})}}}\n'
    return line


def _number(value: float | None) -> str:
    """A number as JSON has it: no NaN, no infinity, and NumPy's numbers as Python's."""
    if value is None:
        return "null"
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        return "null"
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
