"""Graphs of nodes that are called more than once, for tests: nodes by the names of their kinds, and what they gave."""

from __future__ import annotations


def add(runs, name: str, values: dict | None = None, loop: dict | None = None, inside: int | None = None, **links):
    node = runs.node(runs.by_name[name], values, **links)
    extra = {} if loop is None else {"loop": loop}
    if inside is not None:
        extra["in"] = inside
    if extra:
        runs.nodes[-1].append(extra)
    return node


def ports(runs, names: str) -> int:
    """The kind that a subgraph's ports make: the same names in and out."""
    listed = names.split()
    runs.kinds.append({
        "kind": len(runs.kinds), "title": "Ports", "file": "", "function": "", "outputs": listed,
        "inputs": [[name, "any"] for name in listed], "call": "named", "result": "single", "cache": True,
        "is_async": False,
    })  # fmt: skip
    return len(runs.kinds) - 1


def text(result, node: int, output: int = 0) -> str:
    return result.outputs[node][output][1]


def value(runs, node: int, output: int = 0) -> str:
    return runs.engine.fetch(node, "text", output)["text"]
